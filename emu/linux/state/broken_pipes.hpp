// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

namespace ringfare {

/// While this lives, writing to a broken pipe fails with EPIPE and does not kill the emulator: the
/// guest gets a SIGPIPE of its own.
class IgnoreBrokenPipes {
 public:
  IgnoreBrokenPipes() : before_(::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnoreBrokenPipes() { ::signal(SIGPIPE, before_); }
  IgnoreBrokenPipes(const IgnoreBrokenPipes&) = delete;
  IgnoreBrokenPipes& operator=(const IgnoreBrokenPipes&) = delete;

 private:
  void (*before_)(int);
};

}  // namespace ringfare
