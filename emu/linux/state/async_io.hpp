// SPDX-License-Identifier: MIT
#pragma once

#include <linux/aio_abi.h>

#include <cstdint>
#include <deque>
#include <map>

namespace ringfare {

/// A context of io_setup(2). What is submitted is done at once, so that all there is are events
/// that nobody has taken yet.
struct AsyncContext {
  std::uint32_t most = 0;  // requests at a time
  std::deque<io_event> events;
};

/// Those of a process, by their identifiers: addresses of a page of its own each.
using AsyncContexts = std::map<std::uint64_t, AsyncContext>;

}  // namespace ringfare
