// SPDX-License-Identifier: MIT
#pragma once

#include "emu/strace/pointee.hpp"

namespace ringfare {

// Structures of System V IPC (sysvipc(7)), as strace writes them.
Text shared_memory_status(const Pointee& p);
Text queue_status(const Pointee& p);
Text semaphore_operations(const Pointee& p);
/// "{mtype=5, mtext=\"five\"}": as many bytes as another argument says.
Text queue_message(const Pointee& p);

}  // namespace ringfare
