// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare {

/// The guest's descriptors are the host's. From here on lie those that are the emulator's own, out
/// of the way of the low numbers that open(2) gives.
inline constexpr int kLowestOwnDescriptor = 900;

}  // namespace ringfare
