// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// Whether bits 63 to 47 agree: any other address raises #GP or #SS (SDM vol. 1, 3.3.7.1).
constexpr bool is_canonical(GuestAddress address) {
  const auto value = static_cast<std::int64_t>(address.value);
  return value << 16 >> 16 == value;
}

}  // namespace ringfare
