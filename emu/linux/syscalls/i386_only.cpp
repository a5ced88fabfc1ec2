// SPDX-License-Identifier: MIT
// Calls that only i386 has: signal(2), sgetmask(2), ssetmask(2), nice(2), readdir(2), and the
// robust lists of get_robust_list(2) with words of 32 bits.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kHeadSize = 12;  // struct robust_list_head

/// struct old_linux_dirent
struct OldEntry {
  std::uint32_t inode, offset;
  std::uint16_t name_size;
};
constexpr std::size_t kOldName = 10;

struct Entry64 {  // struct linux_dirent64, getdents(2)
  std::uint64_t inode;
  std::int64_t next;
  std::uint16_t size;
  std::uint8_t type;
};
constexpr std::size_t kName = 19;

}  // namespace

/// signal(2): the handler runs once, and the signal is not blocked meanwhile.
std::int64_t sys_signal(Process& process, const CallArguments& args) {
  const auto signal = static_cast<std::int32_t>(args[0]);
  if (signal < 1 || signal > SignalState::kCount) return -EINVAL;
  if ((SignalState::unstoppable() & SignalState::bit(signal)) != 0) return -EINVAL;
  SignalAction& action = process.signals.action(signal);
  const std::uint64_t before = action.handler;
  constexpr std::uint64_t kOnce = 0x8000'0000, kNoDefer = 0x4000'0000;  // sa_flags
  action = {.handler = args[1], .flags = kOnce | kNoDefer};
  if (process.signals.ignores(signal)) process.discard(SignalState::bit(signal));
  return static_cast<std::int64_t>(before);
}

std::int64_t sys_sgetmask(Process& process, const CallArguments&) {
  return static_cast<std::uint32_t>(process.thread_signals().mask());
}

std::int64_t sys_ssetmask(Process& process, const CallArguments& args) {
  ThreadSignals& signals = process.thread_signals();
  const auto before = static_cast<std::uint32_t>(signals.mask());
  signals.set_mask(static_cast<std::uint32_t>(args[0]));
  return before;
}

std::int64_t sys_nice(Process& process, const CallArguments& args) {
  constexpr int kWidest = 40;
  const int step = std::clamp(static_cast<std::int32_t>(args[0]), -kWidest, kWidest);
  ThreadEntry& own = *process.task->entry;
  const int nice = std::clamp(own.nice + step, PRIO_MIN, PRIO_MAX - 1);
  if (step < 0 && nice < own.nice) return -EPERM;
  own.nice = nice;
  return 0;
}

/// readdir(2): reads one entry.
std::int64_t sys_readdir(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  if (host < 0) return -EBADF;
  alignas(Entry64) std::array<std::byte, 1024> room;
  const std::int64_t got = host_call(SYS_getdents64, host, room.data(), room.size());
  if (got <= 0) return got;
  Entry64 entry;
  std::memcpy(&entry, room.data(), kName);
  if (lseek(host, entry.next, SEEK_SET) < 0) return -errno;
  const auto* const name = reinterpret_cast<const char*>(room.data()) + kName;
  const std::size_t length = std::strlen(name);
  const auto inode = static_cast<std::uint32_t>(entry.inode);
  if (inode != entry.inode) return -EOVERFLOW;
  const OldEntry head{inode, static_cast<std::uint32_t>(entry.next),
                      static_cast<std::uint16_t>(length)};
  std::array<std::byte, kOldName + NAME_MAX + 1> made{};
  std::memcpy(made.data(), &head, kOldName);
  std::memcpy(made.data() + kOldName, name, length);
  const std::span<const std::byte> all(made.data(), kOldName + length + 1);
  if (!process.user.space().write({args[1]}, all)) return -EFAULT;
  process.user.count_out(all.size());
  return 1;
}

std::int64_t sys_set_robust_list32(Process& process, const CallArguments& args) {
  if (args[1] != kHeadSize) return -EINVAL;
  process.task->entry->robust_list = args[0];
  process.task->entry->robust_words = sizeof(std::uint32_t);
  return 0;
}

std::int64_t sys_get_robust_list32(Process& process, const CallArguments& args) {
  const auto id = static_cast<std::int32_t>(args[0]);
  const ThreadEntry* const task = id == 0 ? process.task->entry : process.tree.find_thread(id);
  if (task == nullptr) return -ESRCH;
  if (!process.user.store(args[2], static_cast<std::uint32_t>(kHeadSize))) return -EFAULT;
  const auto list = static_cast<std::uint32_t>(task->robust_list);
  return process.user.store(args[1], list) ? 0 : -EFAULT;
}

}  // namespace ringfare
