// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringfare {

class Process;

/// Notes which file this process runs: others may not write to it.
void note_program(Process& process);

/// Whether a call that opens the file for writing, or changes its size, finds that a process of the
/// guest runs it (ETXTBSY). `directory` is the host's; `flags` are open(2)'s.
bool is_running_program(Process& process, std::int64_t directory, const char* path,
                        std::uint64_t flags);

}  // namespace ringfare
