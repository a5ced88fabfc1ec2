// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emu/event.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

/// The bill at the end of a run, for people:
///
///     ringfare: busybox sha256sum big.txt
///       machine         skylake at 4000 MHz, linux-6.1, mitigations ibrs pti verw
///       instructions    1,934,201 user, 17,310 kernel
///       cycles          612,407.25 user (94.1%), 38,201.5 kernel (5.9%)
///       simulated time  162.652 us
///       crossing        4.2% of all cycles went into getting in and out, in 27 system calls
///
///       kernel cycles by stage ...
///       dearest system calls ...
std::string bill_text(const Bill& bill, const Paint& paint);

/// The same bill as a JSON object; cycles are numbers with at most two decimals. Its keys are
/// documented in docs/command-line.md.
std::string bill_json(const Bill& bill);

/// A bill on one line, and back.
std::string bill_line(const Bill& bill);
Bill bill_from_line(std::string_view line);

/// Kernel cycles that were spent on getting in and out: everything but service and user copies.
Cycles crossing_cycles(const Bill& bill);

}  // namespace ringfare
