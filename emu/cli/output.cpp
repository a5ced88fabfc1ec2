// SPDX-License-Identifier: MIT
#include "emu/cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "emu/linux/abi/own_descriptors.hpp"

namespace ringfare {
namespace {

constexpr const char* kStandardError = "standard error";
constexpr const char* kStandardOutput = "standard output";

int moved_high(int descriptor) {
  const int moved = own_duplicate(descriptor);
  if (moved >= 0) close(descriptor);
  return moved;
}

/// A guest with children of its own lets the host forget all that have ended (signal(7), SIGCHLD):
/// then the command is only waited for.
bool ended(std::FILE* command) {
  return pclose(command) != -1 || errno == ECHILD;
}

}  // namespace

Output::Output(const std::string& target, Opening opening) : target_(target) {
  const int whole = opening == Opening::Append ? O_APPEND : O_TRUNC;
  if (target.starts_with('|') || target.starts_with('!')) {
    command_ = true;
    file_ = popen(target.c_str() + 1, "we");
  } else if (target.empty() || target == "-") {
    target_ = target.empty() ? kStandardError : kStandardOutput;
    const int standard = target.empty() ? STDERR_FILENO : STDOUT_FILENO;
    if (const int fd = own_duplicate(standard); fd >= 0) file_ = fdopen(fd, "w");
  } else if (const int fd = open(target.c_str(), O_WRONLY | O_CREAT | whole | O_CLOEXEC, 0666);
             fd >= 0) {
    file_ = fdopen(moved_high(fd), "w");
  }
  if (file_ == nullptr)
    throw UserError(
        fmt::format("{}: cannot be written: {}; name another file", target_, std::strerror(errno)));
  if (target.empty() || target == "-") setvbuf(file_, nullptr, _IOLBF, 0);
}

Output::~Output() {
  if (file_ != nullptr) command_ ? pclose(file_) : std::fclose(file_);
}

bool Output::terminal() const {
  return isatty(fileno(file_)) != 0;
}

void Output::write(std::string_view text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  if (!whole && error_ == 0) error_ = errno;
}

void Output::check(const std::system_error& error) const {
  if (std::ferror(file_) != 0) refuse_unwritten(target_, error.code().value());
}

void Output::close() {
  std::FILE* const file = std::exchange(file_, nullptr);
  if (std::fflush(file) != 0 && error_ == 0) error_ = errno;
  if (std::ferror(file) != 0 && error_ == 0) error_ = EIO;
  const bool failed = command_ ? !ended(file) : std::fclose(file) != 0;
  if (failed && error_ == 0) error_ = errno;
  if (error_ != 0 && target_ != kStandardError) refuse_unwritten(target_, error_);
}

std::FILE* OutputByThread::file(int thread) {
  const auto found = outputs_.find(thread);
  if (found != outputs_.end()) return found->second.file();
  return outputs_.try_emplace(thread, fmt::format("{}.{}", target_, thread), opening_)
      .first->second.file();
}

void OutputByThread::check(const std::system_error& error) const {
  for (const auto& [thread, output] : outputs_) output.check(error);
}

void OutputByThread::close() {
  for (auto& [thread, output] : outputs_) output.close();
}

int own_duplicate(int descriptor) {
  const int high = fcntl(descriptor, F_DUPFD_CLOEXEC, kLowestOwnDescriptor);
  return high >= 0 ? high : fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

void refuse_unwritten(std::string_view target, int error) {
  throw UserError(
      fmt::format("{}: not everything could be written: {}; make room there, or name "
                  "another file",
                  target, std::strerror(error)));
}

void flush_standard_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    refuse_unwritten(kStandardOutput, errno == 0 ? EIO : errno);
}

}  // namespace ringfare
