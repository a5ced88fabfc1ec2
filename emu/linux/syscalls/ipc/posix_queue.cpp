// SPDX-License-Identifier: MIT
// mq_open(2) and its family (mq_overview(7)): the host's queues; waiting and notification are ours.
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using Attributes = std::array<std::int64_t, 8>;  // struct mq_attr: flags, most, size, there, unused
constexpr std::int64_t kLongestPriority = 32'768;  // MQ_PRIO_MAX

bool is_wide(const Process& process) {
  return process.image.layout.word() == 8;
}

std::optional<Attributes> load_attributes(Process& process, std::uint64_t address) {
  if (is_wide(process)) return process.user.load<Attributes>(address);
  const auto narrow = process.user.load<std::array<std::int32_t, 8>>(address);
  if (!narrow) return std::nullopt;
  Attributes wide{};
  std::copy(narrow->begin(), narrow->end(), wide.begin());
  return wide;
}

bool store_attributes(Process& process, std::uint64_t address, const Attributes& wide) {
  if (is_wide(process)) return process.user.store(address, wide);
  std::array<std::int32_t, 8> narrow{};
  for (std::size_t i = 0; i < wide.size(); ++i) narrow[i] = static_cast<std::int32_t>(wide[i]);
  return process.user.store(address, narrow);
}

/// What the host answers, which does not wait, or the wait.
template <class Call>
std::int64_t wait_until(Process& process, int host, short events, std::uint64_t address,
                        const Call& call) {
  std::optional<timespec> deadline;
  if (address != 0) {
    deadline = process.user.load<timespec>(address);
    if (!deadline) return -EFAULT;
    if (!is_valid(*deadline)) return -EINVAL;
  }
  const timespec at_once{};  // it is over: who would have to wait gets ETIMEDOUT
  const std::int64_t result = call(&at_once);
  if (result >= 0) process.files_changed();
  if (result != -ETIMEDOUT) return result;
  const std::optional<Wait>& before = process.task->wait;
  if (before && before->end == Wait::End::Late) return -ETIMEDOUT;
  Wait wait{.what = events == POLLIN ? "a message" : "room for a message",
            .files = {pollfd{host, events, 0}}};
  if (before) {
    wait.until = before->until;
  } else if (deadline) {
    const auto left = to_duration(*deadline) - process.clock.realtime();
    if (left <= left.zero()) return -ETIMEDOUT;
    wait.until = process.clock.since_start() + left;
  }
  return process.block(std::move(wait));
}

}  // namespace

std::int64_t sys_mq_open(Process& process, const CallArguments& args) {
  std::optional<Attributes> attributes;
  if (args[3] != 0 && !(attributes = load_attributes(process, args[3]))) return -EFAULT;
  const std::int64_t host =
      host_call(SYS_mq_open, process.user.string(args[0]), args[1] | O_CLOEXEC, args[2],
                attributes ? attributes->data() : nullptr);
  const std::int64_t fd = process.install(host, args[1]);
  if (fd >= 0) process.descriptors.find(static_cast<int>(fd))->own = true;
  return fd;
}

std::int64_t sys_mq_unlink(Process& process, const CallArguments& args) {
  return host_call(SYS_mq_unlink, process.user.string(args[0]));
}

std::int64_t sys_mq_timedsend(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  if (host < 0) return -EBADF;
  if (static_cast<std::uint32_t>(args[3]) >= kLongestPriority) return -EINVAL;
  return wait_until(process, host, POLLOUT, args[4], [&](const timespec* limit) {
    return host_call(SYS_mq_timedsend, host, process.user.in(args[1], args[2]), args[2], args[3],
                     limit);
  });
}

std::int64_t sys_mq_timedreceive(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  if (host < 0) return -EBADF;
  return wait_until(process, host, POLLIN, args[4], [&](const timespec* limit) -> std::int64_t {
    std::uint32_t priority = 0;
    const std::int64_t got = host_call(
        SYS_mq_timedreceive, host, process.user.out(args[1], args[2]), args[2], &priority, limit);
    if (got < 0) return got;
    process.user.count_out(static_cast<std::uint64_t>(got));
    return args[3] != 0 && !process.user.store(args[3], priority) ? -EFAULT : got;
  });
}

std::int64_t sys_mq_notify(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  if (host < 0) return -EBADF;
  if (args[1] == 0) {
    std::erase_if(process.queue_notes, [&](const QueueNote& note) { return note.host_fd == host; });
    return host_call(SYS_mq_notify, host, nullptr);
  }
  auto wanted = process.user.load<sigevent>(args[1]);
  if (!wanted) return -EFAULT;
  if (wanted->sigev_notify == SIGEV_THREAD) {
    // The C library's way: the kernel writes to a netlink socket.
    wanted->sigev_signo = process.descriptors.host(wanted->sigev_signo);
    return host_call(SYS_mq_notify, host, &*wanted);
  }
  const int signal = wanted->sigev_signo;
  if (wanted->sigev_notify == SIGEV_SIGNAL) {
    if (signal < 0 || signal > SignalState::kCount) return -EINVAL;
    wanted->sigev_signo = SIGIO;  // tells the emulator, which sends the guest's
  }
  const std::int64_t result = host_call(SYS_mq_notify, host, &*wanted);
  if (result == 0 && wanted->sigev_notify == SIGEV_SIGNAL && signal != 0)
    process.queue_notes.push_back(
        {host, signal, reinterpret_cast<std::uintptr_t>(wanted->sigev_value.sival_ptr)});
  return result;
}

std::int64_t sys_mq_getsetattr(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  if (host < 0) return -EBADF;
  std::optional<Attributes> wanted;
  if (args[1] != 0 && !(wanted = load_attributes(process, args[1]))) return -EFAULT;
  Attributes before{};
  const std::int64_t result =
      host_call(SYS_mq_getsetattr, host, wanted ? wanted->data() : nullptr, before.data());
  if (result < 0) return result;
  return args[2] != 0 && !store_attributes(process, args[2], before) ? -EFAULT : 0;
}

}  // namespace ringfare
