// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringfare {

class Process;
struct Descriptor;

/// Whom signals about an open file go to (fcntl(2), F_SETOWN), by the guest's numbers. All
/// descriptors of the file share it.
struct FileOwner {
  std::int32_t type = 1, id = 0;  // F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP; 0: nobody
  std::int32_t signal = 0;        // F_SETSIG; 0: SIGIO, without a siginfo of its own
};

/// F_SETOWN, F_GETOWN: a process, or a group with a minus sign.
std::int64_t set_owner(Process& process, Descriptor& descriptor, std::int32_t pid);
std::int32_t owner_of(const Descriptor& descriptor);
/// F_SETOWN_EX, F_GETOWN_EX, FIOSETOWN, FIOGETOWN, FIOASYNC: with an argument in guest memory.
std::int64_t set_owner_ex(Process& process, Descriptor& descriptor, std::uint64_t address);
std::int64_t owner_ex(Process& process, const Descriptor& descriptor, std::uint64_t address);
std::int64_t set_owner_at(Process& process, Descriptor& descriptor, std::uint64_t address);
std::int64_t owner_at(Process& process, const Descriptor& descriptor, std::uint64_t address);
std::int64_t set_async(Process& process, Descriptor& descriptor, std::uint64_t address);
/// F_SETSIG.
std::int64_t set_owner_signal(Descriptor& descriptor, std::uint64_t signal);

/// The host has sent SIGIO: files with F_SETSIG that are ready send what they are to send. False
/// where none was.
bool send_file_signals(Process& process);

}  // namespace ringfare
