// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <string>

namespace ringfare {

/// Where a report goes: standard error, a file, or a command (strace's -o '|command'). The
/// descriptor is kept out of the guest's reach and closed across exec.
class Output {
 public:
  /// "" is standard error. Throws UserError where it cannot be opened.
  explicit Output(const std::string& target);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::FILE* file() const { return file_; }
  bool terminal() const;

  /// Throws UserError where not everything reached its place.
  void close();

 private:
  std::string target_;
  std::FILE* file_ = nullptr;
  bool command_ = false;
};

}  // namespace ringfare
