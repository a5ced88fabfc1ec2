// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emu/crossing/crossing.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

enum class Detail : std::uint8_t { Stages, Instructions };

/// The parts of one crossing. Stage by stage:
///
///     side    stage                    insns    cycles     at
///     gate    syscall                      0        44      0  |###                 |
///     entry   swapgs                       1        25     44  |   ##               |
///
/// or with every instruction of the kernel under its stage:
///
///     entry   swapgs                       1        25
///       ffffffff81a00000  0f 01 f8        swapgs       gs.base <-> kernel_gs_base      25     69
///
/// The last column is the running total: before a stage, after an instruction.
std::string waterfall(const CrossingBill& bill, Detail detail, const Paint& paint);

}  // namespace ringfare
