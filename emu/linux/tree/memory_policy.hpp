// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// set_mempolicy(2), and mbind(2) for a range: what was asked for. The machine has one node.
struct MemoryPolicy {
  int mode = 0;  // MPOL_DEFAULT
  std::uint64_t nodes = 0;
  GuestRange range{};
};

}  // namespace ringfare
