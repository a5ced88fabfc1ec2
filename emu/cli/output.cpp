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

/// The same file at a high descriptor; the given one where the limit does not allow that.
int moved_high(int fd, bool keep) {
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, kLowestOwnDescriptor);
  const int moved = high >= 0 ? high : fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (!keep && moved >= 0) close(fd);
  return moved;
}

}  // namespace

Output::Output(const std::string& target, Opening opening) : target_(target) {
  const int whole = opening == Opening::Append ? O_APPEND : O_TRUNC;
  if (target.starts_with('|') || target.starts_with('!')) {
    command_ = true;
    file_ = popen(target.c_str() + 1, "we");
  } else if (target.empty()) {
    target_ = "standard error";
    if (const int fd = moved_high(STDERR_FILENO, true); fd >= 0) file_ = fdopen(fd, "w");
  } else if (const int fd = open(target.c_str(), O_WRONLY | O_CREAT | whole | O_CLOEXEC, 0666);
             fd >= 0) {
    file_ = fdopen(moved_high(fd, false), "w");
  }
  if (file_ == nullptr)
    throw UserError(fmt::format("{}: cannot be written: {}; give another file with -o or --bill",
                                target_, std::strerror(errno)));
  if (target.empty()) setvbuf(file_, nullptr, _IOLBF, 0);
}

Output::~Output() {
  if (file_ != nullptr) command_ ? pclose(file_) : std::fclose(file_);
}

bool Output::terminal() const {
  return isatty(fileno(file_)) != 0;
}

void Output::close() {
  std::FILE* file = file_;
  file_ = nullptr;
  const bool broken = std::ferror(file) != 0;
  const bool failed = (command_ ? pclose(file) == -1 : std::fclose(file) != 0) || broken;
  if (failed && target_ != "standard error")
    throw UserError(fmt::format("{}: not everything could be written: {}; free some space there",
                                target_, std::strerror(errno)));
}

std::FILE* OutputByThread::file(int thread) {
  const auto found = outputs_.find(thread);
  if (found != outputs_.end()) return found->second.file();
  return outputs_.try_emplace(thread, fmt::format("{}.{}", target_, thread), opening_)
      .first->second.file();
}

}  // namespace ringfare
