// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "emu/linux/compat/staging.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {

/// ipc(2): one call for all of System V's. The call it stands for, or -errno.
struct IpcCall {
  const SyscallRow* row = nullptr;  // of amd64, whose arguments are the same but for their width
  CallArguments args{};
  std::uint64_t result_at = 0;  // shmat: where the address goes
  std::int64_t error = 0;
};
IpcCall unwrap_ipc(UserMemory& user, const CallArguments& args);

/// Commands of semctl(2), msgctl(2), shmctl(2) with their structures staged; `args` are the amd64
/// call's so far.
void stage_ipc_control(I386Staging& staging, const SyscallRow& row, CallArguments& args);

/// The buffer of msgsnd(2) or msgrcv(2): its type has 32 bits in front of the text.
class CompatMessage {
 public:
  /// At `guest`, with a text of `size` bytes at most.
  CompatMessage(I386Staging& staging, UserMemory& user, Direction direction, std::uint64_t guest,
                std::uint64_t size);

  std::uint64_t address() const { return address_; }
  /// What msgrcv(2) has answered; -EFAULT where it cannot be written.
  std::int64_t write_back(std::int64_t result);

 private:
  UserMemory& user_;
  Direction direction_;
  std::uint64_t guest_, address_;
  std::byte* wide_ = nullptr;
};

}  // namespace ringfare
