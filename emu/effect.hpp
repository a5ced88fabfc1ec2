// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "cpu/ring0.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// What a step of a crossing may have changed, before it is taken.
class Effect {
 public:
  Effect(const Registers& registers, const SystemState& system);

  /// In words: "rdx = 0x0, ZF PF", "[0xffffc90000017ff8] = 0x2b", "gs.base = 0xffff88801f600000".
  std::string since(const Registers& registers, const SystemState& system,
                    const std::optional<Stored>& stored) const;

 private:
  std::array<std::uint64_t, 16> gpr_;
  std::uint64_t rflags_, gs_base_;
  std::uint16_t cs_, ss_;
  SystemState system_;
};

}  // namespace ringfare
