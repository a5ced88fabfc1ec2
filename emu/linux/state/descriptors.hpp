// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

class OwnFile;
struct FileOwner;

/// An open file of the guest.
struct Descriptor {
  /// Where the bytes come from: the host's file, our seeded generator (/dev/urandom), or a text we
  /// made when it was opened (/proc/self/maps).
  enum class Source : std::uint8_t { Host, Random, Made };

  int host_fd = -1;
  bool close_on_exec = false;
  Source source = Source::Host;
  bool own = false;                   // a pipe or a pair of sockets: only guests have its other end
  std::string_view kind;              // "regular", "terminal", ...; empty until asked for
  std::string path;                   // of a text we made; empty where the host knows
  std::string proc_path;              // as the guest names it, where it lies in /proc
  std::shared_ptr<OwnFile> own_file;  // `host_fd` only says whether it is readable
  std::shared_ptr<FileOwner> owner;   // null: nobody
  bool master = false;                // of a pseudoterminal
  /// Whether the file has been written to and is to get the guest's time (see FileTimes).
  enum class Dating : std::uint8_t { Nothing, Due, Never };
  Dating dating = Dating::Nothing;
};

/// The guest's descriptor table. Closed: only 0, 1 and 2, where the host has them, what the guest
/// has inherited, and what it opened exist. Host descriptors are owned, except the host's own 0, 1
/// and 2, which stay open.
class DescriptorTable {
 public:
  explicit DescriptorTable(const std::vector<int>& inherited = {});
  ~DescriptorTable();
  DescriptorTable(const DescriptorTable&) = delete;
  DescriptorTable& operator=(const DescriptorTable&) = delete;

  /// Numbers below this may be given out: RLIMIT_NOFILE.
  void set_limit(std::uint64_t limit) { limit_ = limit; }

  Descriptor* find(int guest_fd);
  /// The host's number; -1 for one the guest does not have.
  int host(int guest_fd);
  /// "terminal", "regular", "pipe", "null", "directory", "socket", "device"; empty where not open.
  std::string_view kind(int guest_fd);

  /// The lowest free number from `lowest` on; nothing where the limit is reached.
  std::optional<int> lowest_free(int lowest = 0) const;
  /// Puts `descriptor` at the lowest free number from `lowest` on. The number, or -EMFILE and the
  /// host descriptor is closed.
  int install(const Descriptor& descriptor, int lowest = 0);
  /// Puts `descriptor` at `guest_fd`, closing what is there. `guest_fd`, or -EBADF beyond the
  /// limit.
  int install_at(const Descriptor& descriptor, int guest_fd);
  /// 0 or -errno.
  int close(int guest_fd);

  /// Whether some are Due for the guest's time.
  bool some_due = false;

  /// One more than the highest number in use.
  int end() const { return static_cast<int>(slots_.size()); }

 private:
  static int close_host(int host_fd);

  std::vector<std::optional<Descriptor>> slots_;
  std::uint64_t limit_ = 0;
};

}  // namespace ringfare
