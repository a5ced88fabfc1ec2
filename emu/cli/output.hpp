// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

namespace ringfare {

/// Where a report goes: standard error, a file, or a command (strace's -o '|command'). The
/// descriptor is kept out of the guest's reach and closed across exec.
class Output {
 public:
  enum class Opening : std::uint8_t { Anew, Append };

  /// "" is standard error, "|COMMAND" and "!COMMAND" are commands. Throws UserError where it cannot
  /// be opened.
  explicit Output(const std::string& target, Opening opening = Opening::Anew);
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

/// A file for each thread: "trace.1000", "trace.1001" (strace -ff -o trace).
class OutputByThread {
 public:
  OutputByThread(std::string target, Output::Opening opening)
      : target_(std::move(target)), opening_(opening) {}

  /// Made when it is first asked for.
  std::FILE* file(int thread);

 private:
  std::string target_;
  Output::Opening opening_;
  std::map<int, Output> outputs_;
};

}  // namespace ringfare
