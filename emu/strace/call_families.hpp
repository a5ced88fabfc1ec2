// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "emu/strace/call_text.hpp"
#include "emu/strace/programs/filter_text.hpp"

namespace ringfare {

/// Rows of calls, by what they are about.
std::span<const CallText> calls_on_mounts();
std::span<const CallText> calls_on_nodes();
std::span<const CallText> calls_on_processes();
std::span<const CallText> calls_on_kernel();
std::span<const CallText> calls_on_files();
std::span<const CallText> calls_on_keys();
std::span<const CallText> calls_on_sockets();
std::span<const CallText> calls_on_queues();
std::span<const CallText> calls_prctl();

/// "{len=4, filter=0x55...}": struct sock_fprog of seccomp(2) and of sockets.
std::string filter_text(const ToldCall& call, FilterUse use, std::uint64_t at);

inline std::array<std::span<const CallText>, 9> call_families() {
  return {calls_on_mounts(), calls_on_nodes(),   calls_on_processes(),
          calls_on_kernel(), calls_on_files(),   calls_on_keys(),
          calls_prctl(),     calls_on_sockets(), calls_on_queues()};
}

}  // namespace ringfare
