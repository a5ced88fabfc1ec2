// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "cpu/ring0/ring0.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// What a step of a crossing changes, in words: made before the step, asked behind it.
class Effect {
 public:
  Effect(const Registers& registers, const SystemState& system);

  /// What is different now: "rcx = 0x401002, r11 = 0x246", "CPL = 0".
  std::string since(const Registers& registers, const SystemState& system) const;

  /// What an instruction did, registers it wrote with the same value included: "rdx = 0x0, ZF=1",
  /// "[0xffffc90000017ff8] = 0x2b", "not taken".
  std::string since(const Registers& registers, const SystemState& system,
                    const Executed& done) const;

 private:
  class Words;

  void changes(Words& words, const Registers& registers, const SystemState& system) const;

  std::array<std::uint64_t, 16> gpr_;
  std::uint64_t rflags_, gs_base_;
  std::uint16_t cs_, ss_;
  SystemState system_;
};

}  // namespace ringfare
