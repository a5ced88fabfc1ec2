// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// A result as numbers and names: "3", "0x7f..", "-1 ENOENT (No such file or directory)",
/// "0x1 (flags FD_CLOEXEC)", "?".
std::string result_text(const Call& call, std::int64_t result);

}  // namespace ringfare
