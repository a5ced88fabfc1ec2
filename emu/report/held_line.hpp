// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "emu/report/line_stamp.hpp"

namespace ringfare {

/// The end of a trace that all processes of a run write to, in memory they share: the line of a
/// call that waits, which is held back until another line comes or the call returns, and the time
/// of the latest line. Only one process runs at a time.
class HeldLine {
 public:
  explicit HeldLine(const LineStamp::Style& style);
  ~HeldLine();
  HeldLine(const HeldLine&) = delete;
  HeldLine& operator=(const HeldLine&) = delete;

  /// A line in two parts: thread number and time, then the call.
  struct Line {
    std::string beginning, call;
  };

  /// Holds back the line of `thread`; false where it is too long for that.
  bool put(int thread, const Line& line);
  /// The thread whose line is held back, if there is one.
  std::optional<int> thread() const;
  /// Takes the line out.
  Line take();

  LineStamp& stamp();

 private:
  struct Shared;
  Shared* shared_;
};

}  // namespace ringfare
