// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringfare {

class Process;

/// A file that the emulator serves by itself (timerfd_create(2), signalfd(2), io_uring_setup(2)).
/// The host has an eventfd in its place, which poll(2) and the like can wait for.
class OwnFile {
 public:
  using nanoseconds = std::chrono::nanoseconds;

  virtual ~OwnFile() = default;

  /// Makes its eventfd readable where the file is readable now.
  virtual void refresh(Process& process) = 0;
  /// The simulated time since start at which it becomes readable by itself; nothing: never.
  virtual std::optional<nanoseconds> next() const { return std::nullopt; }
  /// Files of the host that can make it readable.
  virtual std::vector<pollfd> watched() const { return {}; }
  /// Whether it has work to do between the guest's calls.
  virtual bool works() const { return false; }
  /// Whether a signal makes it readable.
  virtual bool takes_signals() const { return false; }
  /// The host's file for mmap(2) at `offset`; nothing where there is none.
  virtual std::optional<int> mapping(std::uint64_t) const { return std::nullopt; }
  /// What /proc/PID/fdinfo/N says beside the host's lines.
  virtual std::string note(Process&) const { return {}; }
  /// read(2) of what is here: the answer, -EAGAIN or kBlocked.
  virtual std::int64_t read(Process& process, std::uint64_t address, std::uint64_t size) = 0;

  bool waits = true;  // without O_NONBLOCK
};

/// A host eventfd that says whether an own file is readable. `descriptor` stays the caller's; a
/// copy is kept.
class ReadyFlag {
 public:
  explicit ReadyFlag(int descriptor);
  ~ReadyFlag();
  ReadyFlag(const ReadyFlag&) = delete;
  ReadyFlag& operator=(const ReadyFlag&) = delete;

  void set(bool ready);
  /// Adds to what the eventfd counts.
  void add(std::uint64_t times);
  /// What it counts, which is 0 then.
  std::uint64_t take();
  int host_fd() const { return descriptor_; }

 private:
  int descriptor_;
};

/// All files of a process that the emulator serves by itself.
class OwnFiles {
 public:
  void add(const std::shared_ptr<OwnFile>& file) { files_.push_back(file); }
  void refresh(Process& process);
  /// The earliest time at which one becomes readable by itself.
  std::optional<std::chrono::nanoseconds> next() const;
  std::vector<pollfd> watched() const;
  bool work() const;

 private:
  std::vector<std::weak_ptr<OwnFile>> files_;
};

/// A new descriptor of the guest's for a file that `make` makes of its eventfd. `flags`: O_CLOEXEC,
/// O_NONBLOCK. Its number or -errno.
struct OwnFileFlags {
  std::uint64_t flags = 0;
  const char* path = "";  // as /proc/self/fd shows it
};
std::int64_t new_eventfd();
std::int64_t install_own_file(Process& process, std::int64_t host_eventfd,
                              std::shared_ptr<OwnFile> file, const OwnFileFlags& how);

}  // namespace ringfare
