// SPDX-License-Identifier: MIT
#include "emu/linux/host/host_fork.hpp"

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace ringfare {

pid_t fork_sibling() {
  // The C library keeps the number of its thread where this points; without
  // CONFIG_CHECKPOINT_RESTORE the child keeps its parent's there.
  int* number = nullptr;
  unsigned long flags = CLONE_PARENT | SIGCHLD;
  if (prctl(PR_GET_TID_ADDRESS, &number) == 0 && number != nullptr)
    flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
  return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, number, nullptr));
}

void stop_on_host(int signal) {
  struct sigaction ours {
  }, by_default{};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, &ours);
  ::raise(signal);
  sigaction(signal, &ours, nullptr);
}

}  // namespace ringfare
