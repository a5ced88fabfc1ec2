// SPDX-License-Identifier: MIT
#pragma once

#include "emu/bill/bill.hpp"

namespace ringfare {

/// Exit statuses of our own; everything else is the guest's.
inline constexpr int kOwnFailure = 125;
inline constexpr int kBudgetSpent = 124;
inline constexpr int kDeadlocked = 123;

/// The status to exit with after a run. Does not return where the guest died by a signal: ringfare
/// dies by the same one.
int exit_status(const Bill& bill);

}  // namespace ringfare
