// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emu/bill/bill.hpp"

namespace ringfare {

/// Cycles as JSON has them: a number with at most two decimals.
double cycles_number(Cycles cycles);

/// A bill as a JSON object; cycles are as `cycles_number` has them. Its keys are documented
/// in docs/command-line.md.
std::string bill_json(const Bill& bill);

/// A bill on one line, and back. Nothing but the text of `bill_line` is understood.
std::string bill_line(const Bill& bill);
Bill bill_from_line(std::string_view line);

}  // namespace ringfare
