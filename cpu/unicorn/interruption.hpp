// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

namespace ringfare::unicorn {

/// Notes the signals that ask the program to end, while it exists.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  static bool pending() { return signal_ != 0; }
  /// The signal that waits to be dealt with, and none from then on; 0: none.
  static int take();

 private:
  static void on_signal(int signal);

  // A signal handler gets no argument of ours.
  static volatile std::sig_atomic_t signal_;
  struct sigaction old_actions_[4] = {};
};

}  // namespace ringfare::unicorn
