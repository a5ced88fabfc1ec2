// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// "1284", "1284.25", "0.5": cycles without trailing zeros.
std::string cycles_text(Cycles cycles);

/// "1,234,567"
std::string grouped(std::uint64_t value);

/// "12.5%"; "0.0%" where the whole is 0.
std::string share_text(Cycles part, Cycles whole);

/// "812 ns", "4.213 us", "1.500 ms", "2.000 s"
std::string duration_text(std::chrono::nanoseconds duration);

/// The time `cycles` take at a core clock in kHz.
std::chrono::nanoseconds time_of(Cycles cycles, std::uint64_t core_khz);

}  // namespace ringfare
