// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emu/bill/bill.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

struct Report;
struct ReportInputs;

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

Report bill_report(const ReportInputs& inputs);
/// As JSON (emu/bill/bill_json.hpp).
Report bill_json_report(const ReportInputs& inputs);

}  // namespace ringfare
