// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace ringfare {

/// fork(2) whose child has the caller's own parent, as CLONE_PARENT of clone(2) says: the caller
/// can end before its child does. Only for a process with one thread of the host's.
pid_t fork_sibling();

/// Stops this process of the host by `signal`, which an engine may have a handler for, until it is
/// continued. A process group without a shell is not stopped, as on Linux.
void stop_on_host(int signal);

}  // namespace ringfare
