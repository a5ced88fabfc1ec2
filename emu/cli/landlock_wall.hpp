// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

namespace ringfare {

/// What landlock(7) shall leave this process and all that it starts; what is below a place is
/// included.
struct LandlockWall {
  std::vector<std::filesystem::path> readable, writable;  // places that are not there are left out
  bool network = true;                                    // TCP; other protocols are not landlock's
  bool signals = true;  // to processes behind no such wall, and their abstract sockets
};

/// Stands until the process ends. 0, or an errno: ENOSYS or EOPNOTSUPP where the host's kernel has
/// none.
int build_landlock_wall(const LandlockWall& wanted);

/// The places that together are everything but the hidden ones: "/", divided where something below
/// is hidden.
std::vector<std::filesystem::path> all_but(const std::vector<std::filesystem::path>& hidden);

}  // namespace ringfare
