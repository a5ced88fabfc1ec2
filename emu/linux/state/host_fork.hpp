// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace ringfare {

/// fork(2) whose child has the caller's own parent, as CLONE_PARENT of clone(2) says: the caller
/// can end before its child does. Only for a process with one thread of the host's.
pid_t fork_sibling();

}  // namespace ringfare
