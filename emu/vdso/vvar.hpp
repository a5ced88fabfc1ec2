// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "emu/processor/clock.hpp"
#include "emu/vdso/image/vvar.h"

namespace ringfare {

/// What the kernel reads time from (--clocksource; clocksource/current_clocksource of sysfs).
enum class Clocksource : std::uint8_t { Tsc, Hpet, AcpiPm, None };

/// As sysfs has it: with nothing better the kernel counts its ticks.
std::string_view name_of(Clocksource source);

/// What a kernel has in [vvar] after the last timer tick of `clock`; `sequence` and
/// `random_generation` are left 0. What readers compute from it is SimulatedClock::since_start to
/// the nanosecond, as long as the counter's rate in kHz, divided by its common factor with 10^6, is
/// below `exact_below`.
Vvar vvar_of(const SimulatedClock& clock, Clocksource source);

/// See vvar_of.
std::uint64_t exact_below(const Vvar& vvar);

}  // namespace ringfare
