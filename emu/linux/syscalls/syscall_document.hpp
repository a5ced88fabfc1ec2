// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ringfare {

/// docs/syscalls.md: the system-call table as Markdown.
std::string render_syscall_document();

}  // namespace ringfare
