// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// Where [from, from + length) lies on a bar of `width` characters that stands for `whole`;
/// anything that costs shows:
///
///     "   ##               "
std::string bar(Cycles from, Cycles length, Cycles whole, std::int64_t width);

}  // namespace ringfare
