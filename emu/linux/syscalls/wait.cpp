// SPDX-License-Identifier: MIT
// wait(2), wait4(2).
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::int32_t kContinued = 0xffff;

/// Which children a call is about.
struct Choice {
  enum class By : std::uint8_t { Any, Pid, Group };
  By by = By::Any;
  std::int32_t id = 0;

  bool contains(const ProcessEntry& entry) const {
    return by == By::Any || (by == By::Pid ? entry.pid : entry.group) == id;
  }
};

/// What happened to a child.
struct Fate {
  std::int32_t pid = 0, status = 0;  // as waitpid(2) says it
  std::uint32_t user = 0;
  rusage usage{};
};

/// __WCLONE asks for children that do not send SIGCHLD, __WALL for both kinds.
bool of_kind(const ProcessEntry& entry, std::uint32_t options) {
  if ((options & __WALL) != 0) return true;
  return (entry.exit_signal != SIGCHLD) == ((options & __WCLONE) != 0);
}

std::optional<std::int32_t> news_of(const ProcessEntry& entry, std::uint32_t options) {
  if (entry.state == ProcessEntry::State::Zombie)
    return (options & WEXITED) != 0 ? std::optional(entry.wait_status) : std::nullopt;
  if ((options & WUNTRACED) != 0 && !entry.stop_reported) return entry.wait_status;
  if ((options & WCONTINUED) != 0 && !entry.continue_reported) return kContinued;
  return std::nullopt;
}

rusage usage_of(const Process& process, const ProcessEntry& entry) {
  rusage usage{};
  usage.ru_utime = to_timeval(process.clock.duration_of(Cycles{entry.busy + entry.children_busy}));
  return usage;
}

/// Waits for one of the children of `choice` and sets its fate, or none where WNOHANG says not to
/// wait. 0, or what the call answers.
std::int64_t await(Process& process, const Choice& choice, std::uint32_t options,
                   std::optional<Fate>& fate) {
  bool any = false;
  for (ProcessEntry* const entry : process.tree.all()) {
    if (entry->parent != process.pid() || entry == &process.tree.self()) continue;
    if (!choice.contains(*entry) || !of_kind(*entry, options)) continue;
    any = true;
    const auto status = news_of(*entry, options);
    if (!status) continue;
    fate = Fate{.pid = entry->pid,
                .status = *status,
                .user = entry->user,
                .usage = usage_of(process, *entry)};
    if ((options & WNOWAIT) != 0) return 0;
    if (entry->state == ProcessEntry::State::Zombie)
      process.tree.reap(*entry);
    else if (*status == kContinued)
      entry->continue_reported = true;
    else
      entry->stop_reported = true;
    return 0;
  }
  if (!any) return -ECHILD;
  if ((options & WNOHANG) != 0) return 0;
  return process.block({.what = "a child", .child = true});
}

std::int64_t wait_for(Process& process, std::int32_t pid, std::uint64_t status_address,
                      std::uint64_t flags, std::uint64_t usage_address) {
  const auto options = static_cast<std::uint32_t>(flags);
  constexpr std::uint32_t kKnown =
      WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;
  if ((options & ~kKnown) != 0) return -EINVAL;
  if (pid == std::numeric_limits<std::int32_t>::min()) return -ESRCH;
  Choice choice;
  if (pid > 0) choice = {Choice::By::Pid, pid};
  if (pid == 0) choice = {Choice::By::Group, process.group()};
  if (pid < -1) choice = {Choice::By::Group, -pid};
  std::optional<Fate> fate;
  const std::int64_t result = await(process, choice, options | WEXITED, fate);
  if (!fate) return result;
  if (usage_address != 0 && !process.user.store(usage_address, fate->usage)) return -EFAULT;
  if (status_address != 0 && !process.user.store(status_address, fate->status)) return -EFAULT;
  return fate->pid;
}

struct ChildInfo {  // siginfo_t of SIGCHLD
  std::int32_t signal = 0, error = 0, code = 0, padding = 0;
  std::int32_t pid = 0;
  std::uint32_t user = 0;
  std::int32_t status = 0;
};

ChildInfo info_of(const Fate& fate) {
  ChildInfo info{.signal = SIGCHLD, .pid = fate.pid, .user = fate.user};
  if (fate.status == kContinued) {
    info.code = CLD_CONTINUED;
    info.status = SIGCONT;
  } else if (WIFSTOPPED(fate.status)) {
    info.code = CLD_STOPPED;
    info.status = WSTOPSIG(fate.status);
  } else if (WIFSIGNALED(fate.status)) {
    info.code = WCOREDUMP(fate.status) ? CLD_DUMPED : CLD_KILLED;
    info.status = WTERMSIG(fate.status);
  } else {
    info.code = CLD_EXITED;
    info.status = WEXITSTATUS(fate.status);
  }
  return info;
}

}  // namespace

std::int64_t sys_wait4(Process& process, const CallArguments& args) {
  return wait_for(process, static_cast<std::int32_t>(args[0]), args[1], args[2], args[3]);
}

std::int64_t sys_waitpid(Process& process, const CallArguments& args) {
  return wait_for(process, static_cast<std::int32_t>(args[0]), args[1], args[2], 0);
}

std::int64_t sys_waitid(Process& process, const CallArguments& args) {
  const auto options = static_cast<std::uint32_t>(args[3]);
  const auto id = static_cast<std::int32_t>(args[1]);
  constexpr std::uint32_t kEvents = WEXITED | WSTOPPED | WCONTINUED;
  constexpr std::uint32_t kKnown = kEvents | WNOHANG | WNOWAIT | __WNOTHREAD | __WCLONE | __WALL;
  if ((options & ~kKnown) != 0 || (options & kEvents) == 0) return -EINVAL;
  Choice choice;
  switch (static_cast<std::int32_t>(args[0])) {
    case P_ALL:
      break;
    case P_PID:
      if (id <= 0) return -EINVAL;
      choice = {Choice::By::Pid, id};
      break;
    case P_PGID:
      if (id < 0) return -EINVAL;
      choice = {Choice::By::Group, id == 0 ? process.group() : id};
      break;
    default:
      return -EINVAL;
  }
  std::optional<Fate> fate;
  const std::int64_t result = await(process, choice, options, fate);
  if (result != 0) return result;
  const ChildInfo info = fate ? info_of(*fate) : ChildInfo{};
  if (args[4] != 0 && fate && !process.user.store(args[4], fate->usage)) return -EFAULT;
  if (args[2] != 0 && !process.user.store(args[2], info)) return -EFAULT;
  return 0;
}

}  // namespace ringfare
