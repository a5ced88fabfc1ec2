// SPDX-License-Identifier: MIT
// timerfd_create(2), timerfd_settime(2), timerfd_gettime(2).
#include "emu/linux/syscalls/timer_descriptors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

/// What is left of a timer, as the calls tell it.
itimerspec remaining(const Process& process, const DescriptorTimer& timer) {
  itimerspec left{};
  left.it_interval = to_timespec(timer.interval());
  if (timer.next())
    left.it_value =
        to_timespec(std::max(*timer.next() - process.clock.since_start(), nanoseconds(1)));
  return left;
}

/// The timer of a descriptor: -EBADF, -EINVAL for another file.
std::int64_t find_timer(Process& process, std::uint64_t fd, DescriptorTimer*& timer) {
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(fd));
  if (descriptor == nullptr) return -EBADF;
  timer = dynamic_cast<DescriptorTimer*>(descriptor->own_file.get());
  if (timer == nullptr) return -EINVAL;
  timer->advance(process.clock.since_start());
  return 0;
}

}  // namespace

DescriptorTimer::DescriptorTimer(int eventfd, bool realtime)
    : expirations_(eventfd), realtime_(realtime) {
  void* const shared =
      ::mmap(nullptr, sizeof(Schedule), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared != MAP_FAILED) schedule_ = new (shared) Schedule;
}

DescriptorTimer::~DescriptorTimer() {
  if (schedule_ != nullptr) ::munmap(schedule_, sizeof(Schedule));
}

void DescriptorTimer::set(std::optional<nanoseconds> first, nanoseconds interval) {
  expirations_.take();  // setting a timer forgets the expirations nobody has read
  *schedule_ = {.next = first, .interval = interval};
}

void DescriptorTimer::advance(nanoseconds now) {
  std::optional<nanoseconds>& next = schedule_->next;
  if (!next || *next > now) return;
  std::uint64_t times = 1;
  if (interval().count() > 0) {
    times += static_cast<std::uint64_t>((now - *next) / interval());
    *next += interval() * static_cast<std::int64_t>(times);
  } else {
    next.reset();
  }
  expirations_.add(times);
}

void DescriptorTimer::refresh(Process& process) {
  advance(process.clock.since_start());
}

/// How often it expired since the last.
std::int64_t DescriptorTimer::read(Process& process, std::uint64_t address, std::uint64_t size) {
  if (size < sizeof(std::uint64_t)) return -EINVAL;
  refresh(process);
  const std::uint64_t times = expirations_.take();
  if (times != 0)
    return process.user.store(address, times) ? static_cast<std::int64_t>(sizeof(times)) : -EFAULT;
  if (!waits) return -EAGAIN;
  return process.block({.what = "a timer to expire",
                        .until = next(),
                        .files = {pollfd{expirations_.host_fd(), POLLIN, 0}}});
}

std::int64_t sys_timerfd_create(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kRealtime[] = {CLOCK_REALTIME, CLOCK_REALTIME_ALARM},
                          kMonotonic[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM};
  const auto flags = static_cast<std::uint32_t>(args[1]), id = static_cast<std::uint32_t>(args[0]);
  if ((flags & ~std::uint32_t{TFD_CLOEXEC | TFD_NONBLOCK}) != 0) return -EINVAL;
  const bool realtime = std::ranges::find(kRealtime, id) != std::end(kRealtime);
  if (!realtime && std::ranges::find(kMonotonic, id) == std::end(kMonotonic)) return -EINVAL;
  const std::int64_t eventfd = new_eventfd();
  if (eventfd < 0) return eventfd;
  auto timer = std::make_shared<DescriptorTimer>(static_cast<int>(eventfd), realtime);
  if (!timer->has_memory()) return ::close(static_cast<int>(eventfd)), -ENOMEM;
  return install_own_file(process, eventfd, std::move(timer),
                          {.flags = flags, .path = "anon_inode:[timerfd]"});
}

std::int64_t sys_timerfd_settime(Process& process, const CallArguments& args) {
  const auto wanted = process.user.load<itimerspec>(args[2]);
  if (!wanted) return -EFAULT;
  const auto flags = static_cast<std::uint32_t>(args[1]);
  if ((flags & ~std::uint32_t{TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET}) != 0 ||
      !is_valid(wanted->it_value) || !is_valid(wanted->it_interval))
    return -EINVAL;
  DescriptorTimer* timer = nullptr;
  if (const std::int64_t error = find_timer(process, args[0], timer); error != 0) return error;
  const itimerspec before = remaining(process, *timer);
  std::optional<nanoseconds> first;
  if (wanted->it_value.tv_sec != 0 || wanted->it_value.tv_nsec != 0) {
    const nanoseconds value = to_duration(wanted->it_value), now = process.clock.since_start();
    const nanoseconds origin = timer->realtime() ? process.clock.realtime() - now : nanoseconds(0);
    first = (flags & TFD_TIMER_ABSTIME) != 0 ? value - origin : now + value;
  }
  timer->set(first, to_duration(wanted->it_interval));
  return args[3] == 0 || process.user.store(args[3], before) ? 0 : -EFAULT;
}

std::int64_t sys_timerfd_gettime(Process& process, const CallArguments& args) {
  DescriptorTimer* timer = nullptr;
  if (const std::int64_t error = find_timer(process, args[0], timer); error != 0) return error;
  return process.user.store(args[1], remaining(process, *timer)) ? 0 : -EFAULT;
}

}  // namespace ringfare
