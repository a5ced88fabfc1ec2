// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace ringfare {

class Process;

/// open(2) of a FIFO where there are other guests: it waits until the other end is open, too
/// (fifo(7)), and lets them go on meanwhile. Its answer; nothing where the open does not wait.
std::optional<std::int64_t> open_named_pipe(Process& process, int directory, const char* path,
                                            std::uint64_t flags);

}  // namespace ringfare
