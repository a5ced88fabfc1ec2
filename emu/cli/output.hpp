// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace ringfare {

/// Where a report goes: standard error, standard output, a file, or a command (strace's
/// -o '|command'). The descriptor is kept out of the guest's reach and closed across exec.
class Output {
 public:
  enum class Opening : std::uint8_t { Anew, Append };

  /// "" is standard error, "-" standard output; "|COMMAND" and "!COMMAND" are commands. Throws
  /// UserError where it cannot be opened.
  explicit Output(const std::string& target, Opening opening = Opening::Anew);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::FILE* file() const { return file_; }
  bool terminal() const;

  void write(std::string_view text);
  /// Throws UserError where a write to it has failed, with the reason that `error` has.
  void check(const std::system_error& error) const;
  /// Throws UserError where not everything could be written. Of standard error it says nothing:
  /// nobody could read it.
  void close();

 private:
  std::string target_;
  std::FILE* file_ = nullptr;
  bool command_ = false;
  int error_ = 0;  // errno of the first failure
};

/// A file for each thread: "trace.1000", "trace.1001" (strace -ff -o trace).
class OutputByThread {
 public:
  OutputByThread(std::string target, Output::Opening opening)
      : target_(std::move(target)), opening_(opening) {}

  /// Made when it is first asked for.
  std::FILE* file(int thread);

  // Of all of them, as Output does.
  void check(const std::system_error& error) const;
  void close();

 private:
  std::string target_;
  Output::Opening opening_;
  std::map<int, Output> outputs_;
};

/// A duplicate at a high number, which the guest does not use; lower where RLIMIT_NOFILE is low. -1
/// with errno where there is none.
int own_duplicate(int descriptor);

/// Throws UserError where what went to standard output did not reach its place: a full disk, a
/// closed descriptor.
void flush_standard_output();

/// "FILE: not everything could be written: No space left on device; ...", as an error.
[[noreturn]] void refuse_unwritten(std::string_view target, int error);

}  // namespace ringfare
