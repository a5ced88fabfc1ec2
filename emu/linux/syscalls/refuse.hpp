// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/abi/call_request.hpp"

namespace ringfare {

class Process;

/// Always the same error: what Linux says to a process that may not, or of a kernel that cannot.
template <int kError>
std::int64_t refuse(Process&, const CallArguments&) {
  return -kError;
}

}  // namespace ringfare
