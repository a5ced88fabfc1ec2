// SPDX-License-Identifier: MIT
// Every pointer argument of every call, pointed where it must not point: the host's kernel, asked
// the same, is the oracle.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "emu/linux/host/host_call.hpp"
#include "tests/emu/linux/guest_process.hpp"

namespace ringfare {
namespace {

/// Calls that the test cannot make natively, and why.
struct NotNatively {
  std::string_view call, reason;
};
constexpr NotNatively kNotNatively[] = {
    {"clone", "makes a process in which the test would go on"},
    {"ptrace", "would have the test traced (PTRACE_TRACEME)"},
    {"setgroups", "changes the groups of a test that runs as root"},
};

/// What differs, most of it because the host's answer depends on its version or configuration.
struct KnownDifference {
  std::string_view call, reason;
};
constexpr KnownDifference kKnownDifferences[] = {
    {"sched_setaffinity", "the guest has one processor"},
    {"sched_getaffinity", "the guest has one processor"},
    {"getgroups", "the host's groups"},
    {"sigaltstack", "newer kernels than 6.1 accept a change that changes nothing"},
    {"execve", "newer kernels than 6.1 open the file before they look at the arguments"},
    {"execveat", "newer kernels than 6.1 open the file before they look at the arguments"},
    {"waitid",
     "Linux writes the siginfo_t where the call fails, too; the guest gets only the error"},
};

enum class File { Regular, Socket, Epoll, Inotify, Eventfd, Timer };

/// A descriptor the guest and the host each have of their own.
struct Pair {
  File file;
  std::uint64_t guest, host;
};

constexpr std::uint64_t kData = 0x2000'0000, kDataEnd = kData + 4 * kPageSize,
                        kReadOnly = 0x2100'0000, kUnmapped = 0x2200'0000;
constexpr std::uint64_t kFileName = kData + 0x100, kLength = kData + 0x200,
                        kScratch = kData + 0x400, kUnterminated = kDataEnd - 6,
                        kLongPath = kData + 0x1800;

class BadPointers : public GuestProcess {
 protected:
  BadPointers() {
    std::ofstream("file") << "some text in a file\n";
    text("file", kFileName);
    memory_.store(GuestAddress{kLength}, std::int32_t{16});
    text(std::string(5000, 'n'), kLongPath);
    const std::string full(6, 'x');
    memory_.write({kUnterminated}, std::as_bytes(std::span(full)));
    before_calls_.resize(kDataEnd - kData);
    memory_.read({kData}, std::as_writable_bytes(std::span(before_calls_)));
    pair(File::Regular, "openat", {static_cast<std::uint64_t>(AT_FDCWD), kFileName, O_RDWR});
    pair(File::Socket, "socket", {AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0});
    pair(File::Epoll, "epoll_create1", {EPOLL_CLOEXEC});
    pair(File::Inotify, "inotify_init1", {IN_NONBLOCK});
  }
  ~BadPointers() override {
    for (const Pair& one : pairs_) ::close(static_cast<int>(one.host));
  }

  void pair(File file, std::string_view name, std::initializer_list<std::uint64_t> args) {
    std::array<std::uint64_t, 6> all{};
    std::copy(args.begin(), args.end(), all.begin());
    const std::int64_t host = raw_host_call(find_syscall(Abi::Amd64, name)->amd64, all[0], all[1],
                                            all[2], all[3], all[4], all[5]);
    const std::int64_t guest = call(name, args);
    ASSERT_GE(guest, 0) << name;
    ASSERT_GE(host, 0) << name;
    pairs_.push_back({file, static_cast<std::uint64_t>(guest), static_cast<std::uint64_t>(host)});
  }

  /// Which file the descriptors of a call should be.
  static File file_for(const SyscallRow& row) {
    const auto begins = [&](std::string_view start) { return row.name.starts_with(start); };
    if (begins("epoll_")) return File::Epoll;
    if (begins("inotify_")) return File::Inotify;
    const CallGroupName* const network = find_call_group("network");
    return row.traits.in(*network) && !begins("sendfile") ? File::Socket : File::Regular;
  }

  const Pair& pair_for(const SyscallRow& row) const {
    const File file = file_for(row);
    return *std::ranges::find(pairs_, file, &Pair::file);
  }

  /// An argument that is nothing special; of a count what its pointer's kind wants.
  std::uint64_t usual(const SyscallRow& row, std::size_t index, std::uint64_t fd) const {
    const ArgSpec& spec = row.args[index];
    for (const ArgSpec& other : row.args) {
      if (other.count_from != index || spec.direction != Direction::None) continue;
      const ArgKind kind = other.kind;
      if (kind == ArgKind::SignalSet || kind == ArgKind::CpuMask) return 8;
      if (kind == ArgKind::Bytes || kind == ArgKind::Dirents || kind == ArgKind::Dirents64 ||
          kind == ArgKind::SocketAddress || kind == ArgKind::HexBytes ||
          kind == ArgKind::SocketBytes)
        return 16;
      return 1;
    }
    if (spec.direction == Direction::None) {
      if (spec.kind == ArgKind::Fd) return fd;
      if (spec.kind == ArgKind::DirectoryFd) return static_cast<std::uint64_t>(AT_FDCWD);
      if (spec.kind == ArgKind::Path || spec.kind == ArgKind::String) return kFileName;
      if (spec.kind == ArgKind::Size) return 16;
      if (spec.kind == ArgKind::Pointer) return kData;
      if (spec.kind == ArgKind::Signal) return SIGUSR1;
      if (spec.kind == ArgKind::Resource) return RLIMIT_CORE;
      return 0;
    }
    const bool length = std::ranges::any_of(row.args, [&](const ArgSpec& other) {
      return other.count_from == index && spec.direction == Direction::InOut;
    });
    return length ? kLength : kScratch;
  }

  void restore() { memory_.write({kData}, std::as_bytes(std::span(before_calls_))); }

  void compare(const SyscallRow& row, std::size_t bad, std::uint64_t address) {
    const Pair& files = pair_for(row);
    std::array<std::uint64_t, 6> host{};
    CallRequest request{.number = static_cast<std::uint64_t>(row.amd64)};
    for (std::size_t i = 0; i < row.args.size(); ++i) {
      host[i] = i == bad ? address : usual(row, i, files.host);
      request.args[i] = i == bad ? address : usual(row, i, files.guest);
    }
    const std::int64_t expected =
        raw_host_call(row.amd64, host[0], host[1], host[2], host[3], host[4], host[5]);
    restore();
    const std::int64_t result = serve(request).result;
    restore();
    personality_->take_warning();
    if (expected >= 0 && result >= 0) return;
    EXPECT_EQ(result, expected) << row.name << " argument " << bad << " at 0x" << std::hex
                                << address;
  }

  static bool left_out(const SyscallRow& row) {
    return row.amd64 == kNoNumber || row.answer.handler == nullptr ||
           row.answer.support == Support::No || row.answer.support == Support::Refused ||
           std::ranges::find(kNotNatively, row.name, &NotNatively::call) !=
               std::end(kNotNatively) ||
           std::ranges::find(kKnownDifferences, row.name, &KnownDifference::call) !=
               std::end(kKnownDifferences);
  }

  std::vector<Pair> pairs_;
  std::string before_calls_;
};

bool is_text(const ArgSpec& spec) {
  return (spec.kind == ArgKind::Path || spec.kind == ArgKind::String) &&
         spec.direction == Direction::None;
}

TEST_F(BadPointers, AreAnsweredAsByTheHost) {
  // The guest's limits are not the test's.
  const rlimit limit{1024, 1024};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  int pointers = 0;
  for (const SyscallRow& row : syscall_table()) {
    if (left_out(row)) continue;
    for (std::size_t i = 0; i < row.args.size(); ++i) {
      const ArgSpec& spec = row.args[i];
      if (spec.direction == Direction::None && !is_text(spec)) continue;
      ++pointers;
      for (const std::uint64_t address : {kUnmapped, kDataEnd - 1, ~std::uint64_t{0} - 7})
        compare(row, i, address);
      if (is_text(spec))
        for (const std::uint64_t address : {kUnterminated, kLongPath}) compare(row, i, address);
      else if (spec.direction != Direction::In)
        compare(row, i, kReadOnly);
    }
  }
  EXPECT_GT(pointers, 150);
}

/// A count no memory can hold.
TEST_F(BadPointers, SizesThatOverflow) {
  for (const SyscallRow& row : syscall_table()) {
    if (left_out(row)) continue;
    for (const ArgSpec& spec : row.args) {
      if (spec.count_from == kNoCount || row.args[spec.count_from].direction != Direction::None)
        continue;
      for (const std::uint64_t size : {~std::uint64_t{0}, std::uint64_t{1} << 63,
                                       std::uint64_t{1} << 32, std::uint64_t{1025}}) {
        // The guest's limit of open files is not the host's.
        const bool by_limit = row.name == "poll" || row.name == "ppoll";
        if (by_limit && size == 1025) continue;
        compare(row, spec.count_from, size);
      }
    }
  }
}

}  // namespace
}  // namespace ringfare
