// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

#include "emu/cli/options/options.hpp"
#include "emu/session/session.hpp"

namespace ringfare {

/// --vdso, --clocksource, --epoch, --real-time.
void add_time_options(OptionTable& table);
/// Throws UserError.
void take_time_options(const ParsedOptions& options, SessionInputs& inputs);

/// --clocksource alone.
void add_clocksource_option(OptionTable& table);
Clocksource clocksource_of(const ParsedOptions& options);

/// Seconds since 1970 ("1767225600", "1.5") or a day with an optional time, in UTC ("2026-01-01",
/// "2026-01-01T12:30:00"). Throws UserError.
std::chrono::nanoseconds epoch_of(const std::string& text);

}  // namespace ringfare
