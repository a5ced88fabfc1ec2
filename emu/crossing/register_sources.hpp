// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "cpu/ring0/ring0.hpp"
#include "cpu/state.hpp"
#include "emu/crossing/arrival.hpp"

namespace ringfare {

/// The integer half of the registers: what a crossing saves, changes and restores.
struct IntegerRegisters {
  std::array<std::uint64_t, 16> gpr{};
  std::uint64_t rip = 0, rflags = 0;
  Segment cs, ss, ds, es, gs;

  static IntegerRegisters of(const Registers& registers);
  void apply(Registers& registers) const;
  std::uint64_t operator[](Gpr r) const { return gpr[static_cast<std::size_t>(r)]; }
  CodeMode mode() const { return cs.long_mode ? CodeMode::Long64 : CodeMode::Compat32; }
};

/// Where a general register of the user's comes from after a crossing.
enum class Source : std::uint8_t {
  Kept,       // as it stood at the gate
  Result,     // of the service
  Answer,     // what the kernel itself answered
  Fixed,      // the same whenever the path is
  UserRbp,    // the user's RBP
  SixthWord,  // the word the caller of a fast 32-bit door left on its stack
};
using Sources = std::array<Source, 16>;

/// A crossing that has been executed, from its gate to user mode again.
struct Passage {
  Gate gate;
  const IntegerRegisters& before;  // the user's at the gate
  const Registers& after;          // the user's behind it
  const Origins& origins;          // of what the registers hold now
  const KernelMemory& memory;
  std::optional<std::uint64_t> result;  // of the service; nothing where the kernel answered itself
};

/// Where each general register comes from; nothing where one's source cannot be told, or where a
/// data segment has changed: such a crossing cannot be repeated without executing it.
std::optional<Sources> sources_of(const Passage& passage);

}  // namespace ringfare
