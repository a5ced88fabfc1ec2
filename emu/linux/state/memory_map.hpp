// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cpu/memory.hpp"

namespace ringfare {

/// One line of /proc/self/maps (proc(5)): "00400000-00401000 r-xp 00000000 00:00 0   /bin/x\n".
std::string memory_map_line(const Region& region);

}  // namespace ringfare
