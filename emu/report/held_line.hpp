// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "emu/report/line_stamp.hpp"

namespace ringfare {

/// What the processes of a run have in common about their one trace, in memory they share: the line
/// of a call that waits, as long as nothing else has been told, and when the latest line was. Only
/// one process runs at a time.
class HeldLine {
 public:
  explicit HeldLine(const LineStamp::Style& style);
  ~HeldLine();
  HeldLine(const HeldLine&) = delete;
  HeldLine& operator=(const HeldLine&) = delete;

  /// A line in two parts: whose it is and when it was begun, and the call.
  struct Line {
    std::string beginning, call;
  };

  /// Keeps `thread`'s line; false where it is too long to be kept.
  bool put(int thread, const Line& line);
  /// Whose line is kept, if there is one.
  std::optional<int> thread() const;
  /// The line, which is no longer kept.
  Line take();

  LineStamp& stamp();

 private:
  struct Shared;
  Shared* shared_;
};

}  // namespace ringfare
