// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "cpu/state.hpp"

namespace ringfare {

/// A frame's registers under the numbers that DWARF gives them (System V ABI: AMD64, figure 3.36;
/// Intel386, figure 2.14), as far as they are known.
struct UnwoundRegisters {
  static constexpr std::size_t kCount = 17;

  bool wide = true;
  std::array<std::optional<std::uint64_t>, kCount> values{};

  std::size_t stack_pointer() const { return wide ? 7 : 4; }
  std::size_t frame_pointer() const { return wide ? 6 : 5; }
  std::size_t return_address() const { return wide ? 16 : 8; }
  std::size_t word() const { return wide ? 8 : 4; }

  std::uint64_t instruction() const { return values[return_address()].value_or(0); }

  static UnwoundRegisters of(const Registers& registers) {
    UnwoundRegisters result{.wide = registers.mode() == CodeMode::Long64};
    constexpr Gpr kWide[] = {Gpr::Rax, Gpr::Rdx, Gpr::Rcx, Gpr::Rbx,
                             Gpr::Rsi, Gpr::Rdi, Gpr::Rbp, Gpr::Rsp};
    for (std::size_t i = 0; i < 16; ++i)
      result.values[i] = result.wide && i < 8 ? registers[kWide[i]] : registers.gpr[i];
    if (!result.wide)
      for (std::size_t i = 8; i < kCount; ++i) result.values[i].reset();
    result.values[result.return_address()] = registers.rip;
    return result;
  }
};

}  // namespace ringfare
