// SPDX-License-Identifier: MIT
#include "emu/linux/state/host_stop.hpp"

#include <csignal>

namespace ringfare {

void stop_on_host(int signal) {
  struct sigaction ours {
  }, by_default{};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, &ours);
  ::raise(signal);
  sigaction(signal, &ours, nullptr);
}

}  // namespace ringfare
