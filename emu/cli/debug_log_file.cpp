// SPDX-License-Identifier: MIT
#include "emu/cli/debug_log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/cli/output.hpp"

namespace ringfare {
namespace {

using SharedError = std::atomic<int>;

int open_log(const std::string& path) {
  if (path.empty()) return own_duplicate(STDERR_FILENO);
  if (path == "-") return own_duplicate(STDOUT_FILENO);
  const int low = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (low < 0) return low;
  const int file = own_duplicate(low);
  ::close(low);
  return file;
}

/// While it lives, a pipe without a reader is an error of write(2) and nothing else.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~NoBrokenPipeSignal() { std::signal(SIGPIPE, before_); }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  void (*before_)(int);
};

}  // namespace

DebugLogFile::DebugLogFile(const std::string& path)
    : name_(path.empty() ? "standard error" : path), file_(open_log(path)) {
  if (file_ < 0)
    throw UserError(fmt::format("{}: cannot be written: {}; name another file for --debug-log",
                                name_, std::strerror(errno)));
  void* const shared =
      mmap(nullptr, sizeof(SharedError), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED, "a page for the debug log");
  error_ = new (shared) SharedError(0);
}

DebugLogFile::~DebugLogFile() {
  if (file_ >= 0) ::close(file_);
  munmap(error_, sizeof(SharedError));
}

void DebugLogFile::write(std::string_view line) {
  if (*error_ != 0) return;
  const int before = errno;
  {
    const NoBrokenPipeSignal guard;
    ssize_t written = 0;
    do {
      written = ::write(file_, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written != static_cast<ssize_t>(line.size())) *error_ = written < 0 ? errno : ENOSPC;
  }
  errno = before;
}

void DebugLogFile::close() {
  if (::close(std::exchange(file_, -1)) != 0 && *error_ == 0) *error_ = errno;
  if (*error_ != 0) refuse_unwritten(name_, *error_);
}

}  // namespace ringfare
