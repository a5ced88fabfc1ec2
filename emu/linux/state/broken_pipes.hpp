// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

namespace ringfare {

/// While this lives, writing to a broken pipe fails with EPIPE and does not kill the emulator, nor
/// does writing beyond a limit on files (EFBIG): the guest gets a signal of its own.
class IgnoreBrokenPipes {
 public:
  IgnoreBrokenPipes() : before_(::signal(SIGPIPE, SIG_IGN)), of_size_(::signal(SIGXFSZ, SIG_IGN)) {}
  ~IgnoreBrokenPipes() {
    ::signal(SIGPIPE, before_);
    ::signal(SIGXFSZ, of_size_);
  }
  IgnoreBrokenPipes(const IgnoreBrokenPipes&) = delete;
  IgnoreBrokenPipes& operator=(const IgnoreBrokenPipes&) = delete;

 private:
  void (*before_)(int);
  void (*of_size_)(int);
};

}  // namespace ringfare
