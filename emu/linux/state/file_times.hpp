// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <span>

namespace ringfare {

class Process;

/// What the guest has made, written or dated has the guest's times, of which the host knows
/// nothing: they are kept here, in memory that all processes of the guest share. Other files have
/// the host's; where these are later than the run's beginning they are shown as that, for the
/// guest's clock may be far behind the host's.
class FileTimes {
 public:
  FileTimes();
  ~FileTimes();
  FileTimes(const FileTimes&) = delete;
  FileTimes& operator=(const FileTimes&) = delete;

  struct Times {
    std::chrono::nanoseconds accessed{0}, modified{0}, changed{0};
  };
  /// The file of `status` has these times from now on.
  void record(const struct stat& status, const Times& times);
  /// Those of the host, in a form the guest may see. `start`: CLOCK_REALTIME at the beginning.
  Times shown(const struct stat& status, std::chrono::nanoseconds start) const;

 private:
  struct Entry;
  Entry* place(const struct stat& status) const;

  Entry* entries_ = nullptr;  // null where there was no memory: nothing is kept
};

/// The process has written through the descriptor, or made its file.
void note_written(Process& process, int guest_fd);
/// Files that were written to since the last call of this get the guest's present time.
void date_written(Process& process);
/// Times in a struct stat, or struct statx, at a guest address, which the host has filled in.
void show_guest_times(Process& process, std::uint64_t address);
void show_guest_times_of_statx(Process& process, std::uint64_t address);

}  // namespace ringfare
