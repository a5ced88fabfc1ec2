// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringfare {

/// mq_notify(2): the signal that tells of a message in a queue that was empty.
struct QueueNote {
  int host_fd = -1;
  int signal = 0;
  std::uint64_t value = 0;
};

}  // namespace ringfare
