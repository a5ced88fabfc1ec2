// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "emu/linux/state/process.hpp"

namespace ringfare {

/// The thread that a call names by number: of any process of the guest, 0 the caller's; null where
/// there is none.
ThreadEntry* named_thread(Process& process, std::uint64_t id);

/// The process of a thread.
ProcessEntry* process_of(Process& process, const ThreadEntry& thread);

/// The process that a call names by the number of one of its threads; 0 is the caller's.
ProcessEntry* named_process(Process& process, std::uint64_t id);

/// Whom a call like setpriority(2) is about.
enum class Whom : std::uint8_t { Thread, Group, User };
std::vector<ThreadEntry*> named_threads(Process& process, Whom whom, std::uint64_t number);

/// Whether the caller's credentials let it change what belongs to another process: it has the same
/// effective user, or may do everything.
bool may_change(const Process& process, const ProcessEntry& other);
/// Whether they let it send a signal (kill(2)).
bool may_signal(const Process& process, const ProcessEntry& other, std::int32_t signal);

}  // namespace ringfare
