// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "cpu/base/debug_log.hpp"

namespace ringfare {

/// A file of the debug log. Each line is one write(2) to its end, so that the processes of a run
/// can share it. What cannot be written is dropped; the first failure of any of the processes is
/// remembered for `close`.
class DebugLogFile final : public LogTarget {
 public:
  /// "" is standard error, "-" standard output. Throws UserError where the file cannot be made.
  explicit DebugLogFile(const std::string& path);
  ~DebugLogFile() override;
  DebugLogFile(const DebugLogFile&) = delete;
  DebugLogFile& operator=(const DebugLogFile&) = delete;

  void write(std::string_view line) override;

  /// Throws UserError where not everything reached the file.
  void close();

 private:
  std::string name_;
  int file_ = -1;
  std::atomic<int>* error_ = nullptr;  // errno of the first failure, shared with child processes
};

}  // namespace ringfare
