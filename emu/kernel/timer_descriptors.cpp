// SPDX-License-Identifier: MIT
// timerfd_create(2), timerfd_settime(2), timerfd_gettime(2).
#include "emu/kernel/timer_descriptors.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cpu/failure.hpp"
#include "emu/kernel/handlers.hpp"
#include "emu/kernel/host_call.hpp"
#include "emu/kernel/process.hpp"
#include "emu/kernel/time_values.hpp"

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
  if (descriptor->timer == nullptr) return -EINVAL;
  timer = descriptor->timer.get();
  timer->advance(process.clock.since_start());
  return 0;
}

}  // namespace

DescriptorTimer::DescriptorTimer(int counter, bool realtime)
    : counter_(fcntl(counter, F_DUPFD_CLOEXEC, 3)), realtime_(realtime) {
  CHECK(counter_ >= 0, "a descriptor cannot be copied");
}

DescriptorTimer::~DescriptorTimer() {
  ::close(counter_);
}

void DescriptorTimer::set(std::optional<nanoseconds> first, nanoseconds interval) {
  std::uint64_t forgotten = 0;
  // Setting a timer forgets the expirations nobody has read.
  while (::read(counter_, &forgotten, sizeof(forgotten)) > 0) {
  }
  next_ = first;
  interval_ = interval;
}

void DescriptorTimer::advance(nanoseconds now) {
  if (!next_ || *next_ > now) return;
  std::uint64_t times = 1;
  if (interval_.count() > 0) {
    times += static_cast<std::uint64_t>((now - *next_) / interval_);
    *next_ += interval_ * static_cast<std::int64_t>(times);
  } else {
    next_.reset();
  }
  CHECK(::write(counter_, &times, sizeof(times)) == sizeof(times), "an eventfd counts");
}

void DescriptorTimers::advance(nanoseconds now) {
  std::erase_if(timers_, [](const auto& timer) { return timer.expired(); });
  for (const auto& timer : timers_)
    if (const auto live = timer.lock()) live->advance(now);
}

std::optional<nanoseconds> DescriptorTimers::next() const {
  std::optional<nanoseconds> earliest;
  for (const auto& timer : timers_) {
    const auto live = timer.lock();
    if (live && live->next()) earliest = std::min(earliest.value_or(*live->next()), *live->next());
  }
  return earliest;
}

std::int64_t sys_timerfd_create(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kRealtime[] = {CLOCK_REALTIME, CLOCK_REALTIME_ALARM},
                          kMonotonic[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM};
  const auto flags = static_cast<std::uint32_t>(args[1]), id = static_cast<std::uint32_t>(args[0]);
  if ((flags & ~std::uint32_t{TFD_CLOEXEC | TFD_NONBLOCK}) != 0) return -EINVAL;
  const bool realtime = std::ranges::find(kRealtime, id) != std::end(kRealtime);
  if (!realtime && std::ranges::find(kMonotonic, id) == std::end(kMonotonic)) return -EINVAL;
  const std::int64_t host = host_call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (host < 0) return host;
  auto timer = std::make_shared<DescriptorTimer>(static_cast<int>(host), realtime);
  const std::int64_t fd = process.install(host, (flags & TFD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
  if (fd < 0) return fd;
  Descriptor& descriptor = *process.descriptors.find(static_cast<int>(fd));
  descriptor.timer_blocks = (flags & TFD_NONBLOCK) == 0;
  descriptor.path = "anon_inode:[timerfd]";
  process.descriptor_timers.add(timer);
  descriptor.timer = std::move(timer);
  return fd;
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

/// read(2) of a timer: how often it expired since the last.
std::int64_t read_timer(Process& process, std::uint64_t fd, std::uint64_t address,
                        std::uint64_t size) {
  const Descriptor& descriptor = *process.descriptors.find(static_cast<int>(fd));
  DescriptorTimer& timer = *descriptor.timer;
  if (size < sizeof(std::uint64_t)) return -EINVAL;
  timer.advance(process.clock.since_start());
  std::uint64_t times = 0;
  while (::read(descriptor.host_fd, &times, sizeof(times)) != sizeof(times)) {
    if (!descriptor.timer_blocks) return -EAGAIN;
    if (!timer.next() || process.shares())
      return process.block({.what = "a timer to expire", .until = timer.next()});
    process.clock.sleep(*timer.next() - process.clock.since_start());
    timer.advance(process.clock.since_start());
  }
  return process.user.store(address, times) ? static_cast<std::int64_t>(sizeof(times)) : -EFAULT;
}

}  // namespace ringfare
