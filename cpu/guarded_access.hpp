// SPDX-License-Identifier: MIT
#pragma once

#include <ucontext.h>

#include <cstddef>

namespace ringfare {

/// Access to memory behind which there may be no data: a mapping of a file that was cut short
/// (mmap(2), SIGBUS). Works while a handler of SIGBUS asks `leave_guarded_access`.

/// False where a part of it is not there; what lies before that may have been copied.
bool guarded_copy(void* to, const void* from, std::size_t size);

/// Whether the byte can be read.
bool guarded_probe(const void* at);

/// In a signal handler: whether the access that raised the signal was one of these. It ends then.
bool leave_guarded_access(ucontext_t& context);

/// From now on SIGBUS ends such an access, where nobody else has a handler for it.
void handle_guarded_accesses();

}  // namespace ringfare
