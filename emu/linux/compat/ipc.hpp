// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/abi/syscall_row.hpp"
#include "emu/linux/compat/staging.hpp"

namespace ringfare {

/// The structures of commands of semctl(2), msgctl(2) and shmctl(2), which follow the command, are
/// staged; `args` are those of `row`, a call of amd64, so far.
void stage_ipc_control(CompatStaging& staging, const SyscallRow& row, CallArguments& args);

/// The buffer of msgsnd(2) or msgrcv(2): its type has 32 bits in front of the text.
class CompatMessage {
 public:
  /// At `guest`, with a text of `size` bytes at most.
  CompatMessage(CompatStaging& staging, UserMemory& user, Direction direction, std::uint64_t guest,
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
