// SPDX-License-Identifier: MIT
#include "emu/cli/exit_status.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

namespace ringfare {
namespace {

/// Ends this process as the guest ended: by the same signal, without a core file of ours.
int die_by(int signal) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(signal, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  kill(getpid(), signal);
  return 128 + signal;
}

}  // namespace

int exit_status(const Bill& bill) {
  if (bill.killed_by) return die_by(*bill.killed_by);
  if (bill.deadlocked) return kDeadlocked;
  return bill.exit_status.value_or(kBudgetSpent);
}

}  // namespace ringfare
