// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "emu/linux/abi/arguments.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// An argument of one particular call.
struct ShapedArgument {
  std::size_t index = 0;
  ArgSpec spec;
};

/// The arguments a call really has: those of its row, less what its flags and commands make
/// meaningless (a mode without O_CREAT), each with the kind its command gives it (fcntl, ioctl,
/// futex, prctl). Six plain numbers for a call without a row.
std::vector<ShapedArgument> call_shape(const CallRequest& request);

}  // namespace ringfare
