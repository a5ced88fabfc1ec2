// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cpu/state.hpp"
#include "emu/linux/abi/served_entry.hpp"
#include "emu/program/exec_request.hpp"

namespace ringfare {

/// What serving a system call has come to.
struct Served {
  std::int64_t result = 0;                // value or -errno
  std::uint64_t bytes_in = 0;             // copied from user memory (structures, strings, buffers)
  std::uint64_t bytes_out = 0;            // copied to user memory
  std::vector<ServedEntry> entries = {};  // of io_uring_enter
  std::string_view file_kind =
      {};  // "terminal", "regular", "pipe", "null" where a file decides the price
  std::optional<Registers> registers;  // user mode's from now on, instead of those at the gate
  std::optional<int> exit_status;      // exit, exit_group: the process is over
  std::optional<int> killed_by;        // the call cannot go on and ends the process
  bool blocked = false;      // the thread waits: the call has not happened, and is made again later
  bool created = false;      // a thread: see start_created
  bool newborn = false;      // this is the new process that the call has made
  bool thread_over = false;  // the thread is gone, its process is not
  std::optional<ExecRequest> exec = std::nullopt;  // another program takes the place of this one
};

}  // namespace ringfare
