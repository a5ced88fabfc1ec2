// SPDX-License-Identifier: MIT
// wait(2), wait4(2).
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/processes/process_file.hpp"

namespace ringfare {
namespace {

constexpr std::int32_t kContinued = 0xffff;

/// Which children a call is about.
struct Choice {
  enum class By : std::uint8_t { Any, Pid, Group };
  By by = By::Any;
  std::int32_t id = 0;

  bool contains(const ProcessEntry& entry) const { return contains(entry.pid, entry.group); }
  bool contains(std::int32_t number, std::int32_t group) const {
    return by == By::Any || (by == By::Pid ? number : group) == id;
  }
};

/// What happened to a child.
struct Fate {
  std::int32_t pid = 0, status = 0;  // as waitpid(2) says it
  std::uint32_t user = 0;
  rusage usage{};
  bool trapped = false;  // it has stopped for its tracer
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

/// Who has stopped for this process, its tracer.
std::optional<Fate> fate_of_stop(const Process& process, ThreadEntry& thread,
                                 const ProcessEntry& owner, std::uint32_t options) {
  TraceState& trace = thread.trace;
  if (!trace.stopped || trace.reported) return std::nullopt;
  if ((options & WNOWAIT) == 0) trace.reported = true;
  return Fate{.pid = thread.id,
              .status = trace.status << 8 | 0x7f,
              .user = owner.user,
              .usage = usage_of(process, owner),
              .trapped = !trace.of_group};
}

/// The threads this process traces that are no process's first: `any` says whether there are some.
std::optional<Fate> fate_of_thread(Process& process, const Choice& choice, std::uint32_t options,
                                   bool& any) {
  if (!process.tree.self().traces) return std::nullopt;
  for (ThreadEntry* const thread : process.tree.threads()) {
    if (thread->trace.tracer != process.pid() || thread->id == thread->process) continue;
    const ProcessEntry* const owner = process.tree.find(thread->process);
    if (!choice.contains(thread->id, owner == nullptr ? 0 : owner->group)) continue;
    any = true;
    if (thread->trace.ended && (options & WEXITED) != 0) {
      const Fate fate{.pid = thread->id, .status = thread->trace.end_status};
      if ((options & WNOWAIT) == 0) process.tree.reap_thread(*thread);
      return fate;
    }
    if (owner == nullptr || thread->trace.ended) continue;
    if (auto fate = fate_of_stop(process, *thread, *owner, options)) return fate;
  }
  return std::nullopt;
}

/// The tracer has waited for a process that another one has made: now that one may.
void pass_end_to_parent(Process& process, ProcessEntry& ended, ThreadEntry& first) {
  first.trace = {};
  ProcessEntry* const parent = process.tree.find(ended.parent);
  if (parent == nullptr || parent->state == ProcessEntry::State::Zombie || parent->ignores_children)
    return process.tree.reap(ended);
  tell_parent_of_end(process.tree, ended, ended.wait_status);
  process.tree.tell(*parent);
}

/// Waits for one of the children of `choice` and sets its fate, or none where WNOHANG says not to
/// wait. 0, or what the call answers.
std::int64_t await(Process& process, const Choice& choice, std::uint32_t options,
                   std::optional<Fate>& fate) {
  bool any = false;
  for (ProcessEntry* const entry : process.tree.all()) {
    if (entry == &process.tree.self() || !choice.contains(*entry)) continue;
    ThreadEntry* const first = process.tree.find_thread(entry->pid);
    const std::int32_t tracer = first == nullptr ? 0 : first->trace.tracer;
    const bool traced = tracer == process.pid();
    if (entry->parent != process.pid() && !traced) continue;
    if (!traced && !of_kind(*entry, options)) continue;
    any = true;
    if (tracer != 0 && !traced) continue;  // its tracer comes first
    if (traced && entry->state != ProcessEntry::State::Zombie) {
      fate = fate_of_stop(process, *first, *entry, options);
      if (fate) return 0;
      if (first->trace.stopped || entry->parent != process.pid()) continue;
    }
    const auto status = news_of(*entry, options);
    if (!status) continue;
    fate = Fate{.pid = entry->pid,
                .status = *status,
                .user = entry->user,
                .usage = usage_of(process, *entry)};
    if ((options & WNOWAIT) != 0) return 0;
    if (entry->state == ProcessEntry::State::Zombie && entry->parent != process.pid())
      pass_end_to_parent(process, *entry, *first);
    else if (entry->state == ProcessEntry::State::Zombie)
      process.tree.reap(*entry);
    else if (*status == kContinued)
      entry->continue_reported = true;
    else
      entry->stop_reported = true;
    return 0;
  }
  fate = fate_of_thread(process, choice, options, any);
  if (fate) return 0;
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
  } else if (WIFSTOPPED(fate.status & 0xffff)) {
    info.code = fate.trapped ? CLD_TRAPPED : CLD_STOPPED;
    info.status = fate.status >> 8;
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

namespace {

std::int64_t wait_by_id(Process& process, const CallArguments& args, std::optional<Fate>& fate) {
  const auto options = static_cast<std::uint32_t>(args[3]);
  const auto id = static_cast<std::int32_t>(args[1]);
  constexpr std::uint32_t kEvents = WEXITED | WSTOPPED | WCONTINUED;
  constexpr std::uint32_t kKnown = kEvents | WNOHANG | WNOWAIT | __WNOTHREAD | __WCLONE | __WALL;
  if ((options & ~kKnown) != 0 || (options & kEvents) == 0) return -EINVAL;
  Choice choice;
  bool at_once = false;  // a pidfd with PIDFD_NONBLOCK
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
    case P_PIDFD: {
      if (id < 0) return -EINVAL;
      const ProcessFile* const file = find_process_file(process, args[1]);
      if (file == nullptr) return -EBADF;
      choice = {Choice::By::Pid, file->pid()};
      at_once = !file->waits;
      break;
    }
    default:
      return -EINVAL;
  }
  const std::int64_t result =
      await(process, choice, options | (at_once ? std::uint32_t{WNOHANG} : 0), fate);
  if (result != 0) return result;
  return at_once && !fate && (options & WNOHANG) == 0 ? -EAGAIN : 0;
}

}  // namespace

/// Without a child, after an error, too, the siginfo_t is one of no signal.
std::int64_t sys_waitid(Process& process, const CallArguments& args) {
  std::optional<Fate> fate;
  const std::int64_t result = wait_by_id(process, args, fate);
  if (result == kBlocked) return result;
  const ChildInfo info = fate ? info_of(*fate) : ChildInfo{};
  if (args[4] != 0 && fate && !process.user.store(args[4], fate->usage)) return -EFAULT;
  if (args[2] != 0 && !process.user.store(args[2], info)) return -EFAULT;
  return result;
}

}  // namespace ringfare
