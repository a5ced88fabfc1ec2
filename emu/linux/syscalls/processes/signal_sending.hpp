// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {

class Process;
struct ProcessEntry;

/// Whether an argument is a signal's number, or 0.
bool is_signal(std::uint64_t argument);
/// Nobody may pretend to be the kernel or kill(2) towards others.
bool pretends(const SignalInfo& info);
/// To a process as a whole, if the sender may: 0 or -errno.
std::int64_t send_to_process(Process& process, ProcessEntry& entry, const SignalInfo& info);

}  // namespace ringfare
