// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emu/crossing/doors.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

/// The doors of one machine compared: a table of totals, what the fast doors save, and the stages
/// of every door side by side on one scale.
///
///     getpid through every door of haswell at 3400 MHz, linux-6.1, mitigations pti retpoline verw
///
///         door                           cycles       time   of int80  functions
///         function call                    1.25       0 ns                   1.0
///         int80 from 64-bit code        1478.25     434 ns     100.0%     1182.6
///         syscall from 64-bit code          910     267 ns      61.6%      728.0
///
///         syscall instead of int80 saves 38.4% in 64-bit code
///
///         int80 from 64-bit code                          syscall from 64-bit code
///         int $0x80                   290 |##        |    syscall                      24 |#..
///         swapgs                        6 | ##       |    swapgs                     4.25 |#..
///         ...
///         total                   1478.25                 buffer clearing             300 |..
///                                                         total                       910
std::string doors_text(const Machine& machine, std::string_view call,
                       const DoorComparison& comparison, const Paint& paint);

/// What going through the fast door takes off the price of the interrupt, in percent.
double saving(const DoorBill& interrupt, const DoorBill& fast);

}  // namespace ringfare
