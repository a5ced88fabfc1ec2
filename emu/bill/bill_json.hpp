// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emu/bill/bill.hpp"

namespace ringfare {

/// A bill as a JSON object; cycles are numbers with at most two decimals. Its keys are documented
/// in docs/command-line.md.
std::string bill_json(const Bill& bill);

/// A bill on one line, and back.
std::string bill_line(const Bill& bill);
Bill bill_from_line(std::string_view line);

}  // namespace ringfare
