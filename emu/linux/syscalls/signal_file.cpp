// SPDX-License-Identifier: MIT
// signalfd(2).
#include "emu/linux/syscalls/signal_file.hpp"

#include <fcntl.h>
#include <sys/signalfd.h>

#include <cerrno>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

static_assert(SFD_CLOEXEC == O_CLOEXEC && SFD_NONBLOCK == O_NONBLOCK);

constexpr std::uint64_t kSetSize = 8;

/// signalfd(2), struct signalfd_siginfo: of its fields those that this kind of signal has.
signalfd_siginfo described(const SignalInfo& info) {
  signalfd_siginfo told{};
  told.ssi_signo = static_cast<std::uint32_t>(info.signal);
  told.ssi_errno = info.error;
  told.ssi_code = info.code;
  const auto set_sender = [&told](std::int32_t pid, std::uint32_t uid) {
    told.ssi_pid = static_cast<std::uint32_t>(pid);
    told.ssi_uid = uid;
  };
  const auto set_value = [&told](std::uint64_t value) {
    told.ssi_ptr = value;
    told.ssi_int = static_cast<std::int32_t>(value);
  };
  switch (info.layout()) {
    case SignalInfo::Layout::Sender: {
      const auto sender = info.as<SignalInfo::Sender>();
      set_sender(sender.pid, sender.uid);
      break;
    }
    case SignalInfo::Layout::Queued: {
      const auto queued = info.as<SignalInfo::Queued>();
      set_sender(queued.pid, queued.uid);
      set_value(queued.value);
      break;
    }
    case SignalInfo::Layout::Timer: {
      const auto timer = info.as<SignalInfo::Timer>();
      told.ssi_tid = static_cast<std::uint32_t>(timer.id);
      told.ssi_overrun = static_cast<std::uint32_t>(timer.overrun);
      set_value(timer.value);
      break;
    }
    case SignalInfo::Layout::Child: {
      const auto child = info.as<SignalInfo::Child>();
      set_sender(child.pid, child.uid);
      told.ssi_status = child.status;
      told.ssi_utime = static_cast<std::uint64_t>(child.user_ticks);
      told.ssi_stime = static_cast<std::uint64_t>(child.system_ticks);
      break;
    }
    case SignalInfo::Layout::Fault:
      told.ssi_addr = info.as<SignalInfo::Fault>().address;
      break;
    case SignalInfo::Layout::Poll: {
      const auto event = info.as<SignalInfo::Poll>();
      told.ssi_band = static_cast<std::uint32_t>(event.band);
      told.ssi_fd = event.fd;
      break;
    }
    case SignalInfo::Layout::SystemCall: {
      const auto call = info.as<SignalInfo::SystemCall>();
      told.ssi_call_addr = call.address;
      told.ssi_syscall = call.number;
      told.ssi_arch = call.architecture;
      break;
    }
  }
  return told;
}

/// signalfd(2): a new descriptor, or another set for an old one.
std::int64_t make_or_change(Process& process, const CallArguments& args, std::uint64_t flags) {
  if (args[2] != kSetSize) return -EINVAL;
  const auto set = process.user.load<std::uint64_t>(args[1]);
  if (!set) return -EFAULT;
  if ((flags & ~std::uint64_t{SFD_CLOEXEC | SFD_NONBLOCK}) != 0) return -EINVAL;
  const std::uint64_t wanted = *set & ~SignalState::unstoppable();
  const int fd = static_cast<int>(args[0]);
  if (fd != -1) {
    const Descriptor* const descriptor = process.descriptors.find(fd);
    if (descriptor == nullptr) return -EBADF;
    auto* const file = dynamic_cast<SignalFile*>(descriptor->own_file.get());
    if (file == nullptr) return -EINVAL;
    file->set(wanted);
    return fd;
  }
  const std::int64_t eventfd = new_eventfd();
  if (eventfd < 0) return eventfd;
  return install_own_file(process, eventfd,
                          std::make_shared<SignalFile>(static_cast<int>(eventfd), wanted),
                          {.flags = flags, .path = "anon_inode:[signalfd]"});
}

}  // namespace

/// A thread reads signals sent to the process or to itself. Between turns this looks for any thread
/// that waits; one that finds nothing goes on waiting.
void SignalFile::refresh(Process& process) {
  std::uint64_t pending = process.signals.pending.set();
  for (const auto& [id, task] : process.tasks)
    if (process.task == nullptr ? task->waits() : task.get() == process.task)
      pending |= task->signals.pending.set();
  ready_.set((pending & set_) != 0);
}

std::int64_t SignalFile::read(Process& process, std::uint64_t address, std::uint64_t size) {
  const std::uint64_t most = size / sizeof(signalfd_siginfo);
  if (most == 0) return -EINVAL;
  ThreadSignals& signals = process.thread_signals();
  signals.awaited = 0;
  std::uint64_t done = 0;
  while (done < most) {
    const auto info = process.take_signal(set_);
    if (!info) break;
    if (!process.user.store(address + done * sizeof(signalfd_siginfo), described(*info)))
      return done != 0 ? static_cast<std::int64_t>(done * sizeof(signalfd_siginfo)) : -EFAULT;
    ++done;
  }
  if (done != 0) return static_cast<std::int64_t>(done * sizeof(signalfd_siginfo));
  if (!waits) return -EAGAIN;
  const std::optional<Wait>& wait = process.task->wait;
  if (wait && wait->end == Wait::End::Interrupted) return -restart::kIfAsked;
  signals.awaited = set_;
  return process.block({.what = "a signal", .outside = true, .interrupted = std::nullopt});
}

std::int64_t sys_signalfd(Process& process, const CallArguments& args) {
  return make_or_change(process, args, 0);
}

std::int64_t sys_signalfd4(Process& process, const CallArguments& args) {
  return make_or_change(process, args, static_cast<std::uint32_t>(args[3]));
}

}  // namespace ringfare
