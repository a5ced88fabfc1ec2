// SPDX-License-Identifier: MIT
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <vector>

#include "emu/linux/abi/arguments.hpp"
#include "emu/linux/abi/user_memory.hpp"

namespace ringfare {

/// A guest's array of struct iovec, each buffer checked.
struct HostVector {
  bool valid = false;  // false where the array itself is not readable
  std::vector<iovec> buffers;
};

/// `direction` is the way of the buffers' bytes. More than UIO_MAXIOV buffers are not looked at:
/// the host's kernel refuses them by their number.
HostVector host_vector(UserMemory& user, std::uint64_t address, std::uint64_t count,
                       Direction direction);

}  // namespace ringfare
