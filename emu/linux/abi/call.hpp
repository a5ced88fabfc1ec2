// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "emu/linux/abi/call_request.hpp"
#include "emu/linux/abi/call_shape.hpp"
#include "emu/linux/abi/syscall_row.hpp"

namespace ringfare {

/// A system call on its way through the kernel. Its rows are found once, where it is made
/// (`resolved`, emu/linux/resolve.hpp), and carried from there: by whoever serves, tells, prices or
/// repeats it.
class Call {
 public:
  /// One that stands for itself; `found` is null for a number without a row.
  Call(const CallRequest& asked, const SyscallRow* found);

  CallRequest request;    // as the guest asked for it: what is billed, and made again after a wait
  const SyscallRow* row;  // of its number; null where the ABI has none

  // What it stands for: itself, or what socketcall(2), ipc(2), and the first mmap(2) and select(2)
  // of i386 have in memory.
  const SyscallRow* meant;
  CallArguments args;
  const SyscallRow* served;      // the row whose handler serves it: of i386 often one of amd64
  std::uint64_t result_at = 0;   // not 0: where the result goes (ipc's shmat)
  std::uint64_t bytes_read = 0;  // of the guest's memory, to find all this out
  std::int64_t error = 0;        // not 0: the call fails with it before it is served

  /// What a trace tells: the call it stands for, where the ABI has that by itself.
  const SyscallRow* told() const { return tells_meant() ? meant : row; }
  const CallArguments& told_args() const { return tells_meant() ? args : request.args; }
  /// "write"; "syscall_0x1f4" for a number without a row, as strace writes it.
  std::string_view name() const { return row != nullptr ? row->name : unnamed_.data(); }
  std::string_view told_name() const { return tells_meant() ? meant->name : name(); }
  /// Of what is told.
  const CallShape& shape() const;

 private:
  bool tells_meant() const { return meant != row && number_of(*meant, request.abi) != kNoNumber; }

  std::array<char, 32> unnamed_;            // only without a row
  mutable std::optional<CallShape> shape_;  // when somebody has asked
};

}  // namespace ringfare
