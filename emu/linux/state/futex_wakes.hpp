// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/tree/futex_table.hpp"

namespace ringfare {

class Process;
struct Task;

/// The key of the futex at `address`. `is_private`: the caller says that only its own process uses
/// it.
FutexKey futex_key(Process& process, std::uint64_t address, bool is_private);

/// Ends the wait at `place`, of this process or of another.
void end_futex_wait(Process& process, std::uint32_t place);

/// Wakes up to `most` that wait for one of `bits`: how many they were, or -EINVAL where one waits
/// for a lock that is handed over in another way.
std::int64_t wake_futex(Process& process, const FutexKey& key, std::uint64_t most,
                        std::uint32_t bits = FutexTable::kAnyBits);

/// Ends the waits of this process's threads that other processes have woken.
void take_futex_wakes(Process& process);

/// The thread waits no longer, or is gone.
void leave_futexes(Process& process, Task& task);

/// The thread ends: locks with priority inheritance that it has go to who waits for them.
void pass_on_locks(Process& process, std::int32_t thread);

}  // namespace ringfare
