// SPDX-License-Identifier: MIT
// poll(2), select(2), epoll(7). Whether a file is ready is the host's business and may take host
// time; a wait that runs out, or has nothing to wait for, passes on the simulated clock.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;
using Timeout = std::optional<nanoseconds>;  // nothing: for ever

/// The time limit of a call that may have waited before.
std::optional<nanoseconds> end_of(const Process& process, const Timeout& timeout) {
  if (process.task->wait) return process.task->wait->until;
  if (!timeout) return std::nullopt;
  return process.clock.since_start() + *timeout;
}

/// Whether a signal makes one of them ready.
bool takes_signals(Process& process, const std::vector<pollfd>& files) {
  for (int fd = 0; fd < process.descriptors.end(); ++fd) {
    const Descriptor* const open = process.descriptors.find(fd);
    if (open == nullptr || open->own_file == nullptr || !open->own_file->takes_signals()) continue;
    if (std::ranges::find(files, open->host_fd, &pollfd::fd) != files.end()) return true;
  }
  return false;
}

/// `host_wait()` says what is ready now. Where nothing is, the thread waits for `files`; a signal
/// ends that with `interrupted`.
template <class HostWait>
std::int64_t wait_for(Process& process, const std::vector<pollfd>& files, const Timeout& timeout,
                      std::int64_t interrupted, const HostWait& host_wait) {
  process.own_files.refresh(process);
  const std::int64_t ready = host_wait();
  const std::optional<Wait>& wait = process.task->wait;
  const bool late = wait && wait->end == Wait::End::Late;
  if (ready != 0 || late || (timeout && timeout->count() <= 0)) return ready;
  if (wait && wait->end == Wait::End::Interrupted) return interrupted;
  // Without files it is a signal that ends it, maybe one from outside.
  const bool watches = std::ranges::any_of(files, [](const pollfd& file) { return file.fd >= 0; });
  if (!watches && timeout && !process.waits_apart()) return process.clock.sleep(*timeout), 0;
  return process.block({.what = watches ? "one of several files" : "a signal",
                        .until = end_of(process, timeout),
                        .files = watches ? files : std::vector<pollfd>(),
                        .outside = !watches || process.any_outside(files),
                        .signals = takes_signals(process, files),
                        .interrupted = std::nullopt});
}

std::int64_t wait_for(Process& process, std::vector<pollfd>& files, const Timeout& timeout) {
  return wait_for(process, files, timeout, -restart::kIfNoHandler, [&] {
    const timespec at_once{};
    return host_call(SYS_ppoll, files.data(), files.size(), &at_once, nullptr, 8);
  });
}

std::int64_t poll_files(Process& process, std::uint64_t address, std::uint64_t count,
                        const Timeout& timeout) {
  if (count > process.limits()[RLIMIT_NOFILE].rlim_cur) return -EINVAL;
  std::vector<pollfd> asked(count);
  if (!process.user.space().read({address}, std::as_writable_bytes(std::span(asked))))
    return -EFAULT;
  process.user.count_in(count * sizeof(pollfd));
  std::vector<pollfd> files = asked;
  bool invalid = false;
  for (pollfd& file : files) {
    if (file.fd < 0) continue;
    file.fd = process.descriptors.host(file.fd);
    invalid = invalid || file.fd < 0;
  }
  const std::int64_t ready = wait_for(process, files, invalid ? Timeout(nanoseconds(0)) : timeout);
  if (ready < 0) return ready;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool missing = asked[i].fd >= 0 && files[i].fd < 0;
    asked[i].revents = missing ? static_cast<short>(POLLNVAL) : files[i].revents;
    if (asked[i].fd >= 0 && asked[i].revents != 0) ++total;
    const std::uint64_t at = address + i * sizeof(pollfd) + offsetof(pollfd, revents);
    if (!process.user.store(at, asked[i].revents)) return -EFAULT;
  }
  return total;
}

std::int64_t go_on_polling(Process& process, const RestartBlock& block);

/// poll(2): what a signal leaves of its time limit is waited for afterwards.
std::int64_t poll_with_rest(Process& process, std::uint64_t address, std::uint64_t count,
                            const Timeout& timeout) {
  const std::int64_t ready = poll_files(process, address, count, timeout);
  if (ready != -restart::kIfNoHandler) return ready;
  const Timeout& end = process.task->wait->until;
  process.thread_signals().restart = {
      .resume = go_on_polling,
      .what = {address, count, end.has_value(),
               static_cast<std::uint64_t>(end.value_or(nanoseconds(0)).count())}};
  return -restart::kResume;
}

std::int64_t go_on_polling(Process& process, const RestartBlock& block) {
  const nanoseconds end(static_cast<std::int64_t>(block.what[3]));
  const nanoseconds left = std::max(end - process.clock.since_start(), nanoseconds(0));
  return poll_with_rest(process, block.what[0], block.what[1],
                        block.what[2] != 0 ? Timeout(left) : std::nullopt);
}

using Set = std::array<std::uint64_t, FD_SETSIZE / 64>;

/// The three sets of select(2): where they are, what was asked, and the poll events each means.
struct Watch {
  std::uint64_t address;
  short asks, answers;
  Set set{};

  bool contains(int fd) const { return (set[fd / 64u] >> fd % 64 & 1) != 0; }
};

// fs/select.c: what counts as readable, writable, exceptional.
constexpr short kReadable = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR;
constexpr short kWritable = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR;

std::int64_t select_files(Process& process, std::uint64_t limit, const CallArguments& args,
                          const Timeout& timeout) {
  if (static_cast<std::int32_t>(limit) < 0) return -EINVAL;
  const int end = std::min(static_cast<int>(limit), FD_SETSIZE);
  const std::size_t bytes = (static_cast<std::size_t>(end) + 63) / 64 * 8;
  std::array<Watch, 3> watches{Watch{args[1], POLLIN | POLLRDNORM, kReadable},
                               Watch{args[2], POLLOUT | POLLWRNORM, kWritable},
                               Watch{args[3], POLLPRI, POLLPRI}};
  for (Watch& watch : watches) {
    if (watch.address == 0) continue;
    if (!process.user.space().read({watch.address},
                                   std::as_writable_bytes(std::span(watch.set)).first(bytes)))
      return -EFAULT;
    process.user.count_in(bytes);
  }
  std::vector<pollfd> files;
  std::vector<int> guest;
  for (int fd = 0; fd < end; ++fd) {
    short events = 0;
    for (const Watch& watch : watches)
      if (watch.contains(fd)) events = static_cast<short>(events | watch.asks);
    if (events == 0) continue;
    if (process.descriptors.host(fd) < 0) return -EBADF;
    files.push_back({process.descriptors.host(fd), events, 0});
    guest.push_back(fd);
  }
  const std::int64_t ready = wait_for(process, files, timeout);
  if (ready < 0) return ready;
  std::int64_t total = 0;
  for (Watch& watch : watches) {
    Set answer{};
    for (std::size_t i = 0; i < files.size(); ++i)
      if (watch.contains(guest[i]) && (files[i].revents & watch.answers) != 0) {
        answer[guest[i] / 64u] |= 1ull << guest[i] % 64;
        ++total;
      }
    if (watch.address == 0) continue;
    if (!process.user.space().write({watch.address}, std::as_bytes(std::span(answer)).first(bytes)))
      return -EFAULT;
    process.user.count_out(bytes);
  }
  return total;
}

/// What is left of a time limit, which Linux writes back.
nanoseconds rest_of(const Process& process, const Timeout& timeout) {
  const std::optional<Wait>& wait = process.task->wait;
  if (!wait || !wait->until) return *timeout;
  return std::max(*wait->until - process.clock.since_start(), nanoseconds(0));
}

template <class Time>
void store_rest(Process& process, std::uint64_t address, std::int64_t ready, const Time& rest) {
  if (address == 0 || ready == kBlocked) return;
  if (process.user.space().writable({address}, sizeof(Time))) process.user.store(address, rest);
}

/// Reads struct timespec at `address`; `error` is set where it is bad.
Timeout timeout_at(Process& process, std::uint64_t address, std::int64_t& error) {
  if (address == 0) return std::nullopt;
  const auto time = process.user.load<timespec>(address);
  if (!time) return error = -EFAULT, std::nullopt;
  if (!is_valid(*time)) return error = -EINVAL, std::nullopt;
  return to_duration(*time);
}

Timeout milliseconds(std::uint64_t argument) {
  const auto count = static_cast<std::int32_t>(argument);
  if (count < 0) return std::nullopt;
  return std::chrono::milliseconds(count);
}

/// The signal mask for the time of the wait: 0 or -errno.
std::int64_t set_mask(Process& process, std::uint64_t address, std::uint64_t size) {
  if (address == 0) return 0;
  if (size != sizeof(std::uint64_t)) return -EINVAL;
  const auto mask = process.user.load<std::uint64_t>(address);
  if (!mask) return -EFAULT;
  process.thread_signals().set_mask_for_call(*mask);
  return 0;
}

/// A wait that no signal has ended gets its mask back before signals are delivered.
std::int64_t with_mask_back(Process& process, std::int64_t result) {
  const bool goes_on = result == kBlocked || is_restart(result) || result == -EINTR;
  if (!goes_on) process.thread_signals().restore_mask();
  return result;
}

std::int64_t wait_for_events(Process& process, const CallArguments& args, const Timeout& timeout) {
  const auto count = static_cast<std::int32_t>(args[2]);
  constexpr std::int32_t kMostEvents = INT_MAX / static_cast<int>(sizeof(epoll_event));
  if (count <= 0 || count > kMostEvents) return -EINVAL;
  const std::uint64_t size = static_cast<std::uint64_t>(count) * sizeof(epoll_event);
  const std::uint64_t there = process.user.writable_prefix(args[1], size) / sizeof(epoll_event);
  const std::vector<pollfd> instance{{process.host_fd(args[0]), POLLIN, 0}};
  // epoll_wait(2) is never made again after a handler; signal(7).
  const std::int64_t ready = wait_for(process, instance, timeout, -EINTR, [&] {
    return host_call(
        SYS_epoll_wait, instance.front().fd,
        there == 0 ? UserMemory::unusable(args[1], size) : AddressSpace::host({args[1]}),
        there == 0 ? static_cast<std::uint64_t>(count) : there, 0);
  });
  if (ready > 0) process.user.count_out(static_cast<std::uint64_t>(ready) * sizeof(epoll_event));
  return ready;
}

}  // namespace

std::int64_t sys_poll(Process& process, const CallArguments& args) {
  const std::uint64_t count = static_cast<std::uint32_t>(args[1]);
  return poll_with_rest(process, args[0], count, milliseconds(args[2]));
}

std::int64_t sys_ppoll(Process& process, const CallArguments& args) {
  std::int64_t error = 0;
  const Timeout timeout = timeout_at(process, args[2], error);
  if (error == 0) error = set_mask(process, args[3], args[4]);
  if (error != 0) return error;
  const std::int64_t ready =
      poll_files(process, args[0], static_cast<std::uint32_t>(args[1]), timeout);
  if (timeout) store_rest(process, args[2], ready, to_timespec(rest_of(process, timeout)));
  return with_mask_back(process, ready);
}

std::int64_t sys_select(Process& process, const CallArguments& args) {
  Timeout timeout;
  if (args[4] != 0) {
    const auto time = process.user.load<timeval>(args[4]);
    if (!time) return -EFAULT;
    if (time->tv_sec < 0 || time->tv_usec < 0) return -EINVAL;
    timeout = to_duration({time->tv_sec, 0}) + std::chrono::microseconds(time->tv_usec);
  }
  const std::int64_t ready = select_files(process, args[0], args, timeout);
  if (timeout) store_rest(process, args[4], ready, to_timeval(rest_of(process, timeout)));
  return ready;
}

std::int64_t sys_pselect6(Process& process, const CallArguments& args) {
  std::int64_t error = 0;
  // pselect6 has more arguments than registers: the sixth points to the mask and its size.
  std::array<std::uint64_t, 2> mask{};
  if (args[5] != 0) {
    const auto given = process.user.load<std::array<std::uint64_t, 2>>(args[5]);
    if (!given) return -EFAULT;
    mask = *given;
  }
  const Timeout timeout = timeout_at(process, args[4], error);
  if (error == 0) error = set_mask(process, mask[0], mask[1]);
  if (error != 0) return error;
  const std::int64_t ready = select_files(process, args[0], args, timeout);
  if (timeout) store_rest(process, args[4], ready, to_timespec(rest_of(process, timeout)));
  return with_mask_back(process, ready);
}

std::int64_t sys_epoll_ctl(Process& process, const CallArguments& args) {
  const bool deletes = static_cast<std::int32_t>(args[1]) == EPOLL_CTL_DEL;
  void* const event = deletes ? nullptr : process.user.in(args[3], sizeof(epoll_event));
  const std::int64_t result =
      host_call(SYS_epoll_ctl, process.host_fd(args[0]), args[1], process.host_fd(args[2]), event);
  if (result == 0 && !deletes) process.user.count_in(sizeof(epoll_event));
  return result;
}

std::int64_t sys_epoll_wait(Process& process, const CallArguments& args) {
  return wait_for_events(process, args, milliseconds(args[3]));
}

std::int64_t sys_epoll_pwait(Process& process, const CallArguments& args) {
  const std::int64_t error = set_mask(process, args[4], args[5]);
  if (error != 0) return error;
  return with_mask_back(process, wait_for_events(process, args, milliseconds(args[3])));
}

std::int64_t sys_epoll_pwait2(Process& process, const CallArguments& args) {
  std::int64_t error = 0;
  const Timeout timeout = timeout_at(process, args[3], error);
  if (error == 0) error = set_mask(process, args[4], args[5]);
  if (error != 0) return error;
  return with_mask_back(process, wait_for_events(process, args, timeout));
}

}  // namespace ringfare
