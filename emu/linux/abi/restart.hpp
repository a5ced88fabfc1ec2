// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace ringfare {

class Process;

/// Results of an interrupted call that user mode never sees: on the way out they become EINTR, or
/// the call is made again (signal(7), "Interruption of system calls").
namespace restart {
inline constexpr std::int64_t kIfAsked = 512,  // ERESTARTSYS: again if the handler has SA_RESTART
    kAlways = 513,                             // ERESTARTNOINTR: again whatever the handler says
    kIfNoHandler = 514,                        // ERESTARTNOHAND: again if no handler runs
    kResume = 516;                             // ERESTART_RESTARTBLOCK: the rest of it, if no
                                               // handler runs, by restart_syscall(2)
}

constexpr bool is_restart(std::int64_t result) {
  return result >= -restart::kResume && result <= -restart::kIfAsked &&
         result != -515;  // ENOIOCTLCMD
}

/// How to go on with a call that was interrupted and may not start from its beginning.
struct RestartBlock {
  std::int64_t (*resume)(Process& process, const RestartBlock& block) = nullptr;
  std::array<std::uint64_t, 6> what{};  // as the call left it
};

}  // namespace ringfare
