// SPDX-License-Identifier: MIT
// clone(2), clone3(2), fork(2), vfork(2), gettid(2), set_tid_address(2), sched_yield(2),
// membarrier(2).
#include <fmt/format.h>
#include <linux/membarrier.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "emu/linux/host/host_fork.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/tracing.hpp"
#include "emu/linux/syscalls/processes/process_file.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kTaskSize = 0x7fff'ffff'f000;

/// What clone(2) and clone3(2) ask for; the fields of struct clone_args.
struct CloneRequest {
  std::uint64_t flags = 0, pidfd = 0, child_tid = 0, parent_tid = 0, exit_signal = 0, stack = 0,
                stack_size = 0, tls = 0, set_tid = 0, set_tid_size = 0, cgroup = 0;
};
constexpr std::size_t kFirstSize = 64;  // CLONE_ARGS_SIZE_VER0

/// Flags that a new thread must have: what threads of a process share here in any case.
constexpr std::uint64_t kShared = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
/// What a thread may ask for.
constexpr std::uint64_t kThreadFlags = kShared | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM |
                                       CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |
                                       CLONE_CHILD_SETTID | CLONE_DETACHED | CLONE_IO;

/// Flags that need another flag, or exclude one (clone(2), EINVAL).
bool is_consistent(std::uint64_t flags) {
  if ((flags & CLONE_THREAD) != 0 && (flags & CLONE_SIGHAND) == 0) return false;
  if ((flags & CLONE_SIGHAND) != 0 && (flags & CLONE_VM) == 0) return false;
  if ((flags & CLONE_FS) != 0 && (flags & (CLONE_NEWNS | CLONE_NEWUSER)) != 0) return false;
  if ((flags & CLONE_PIDFD) != 0 && (flags & (CLONE_THREAD | CLONE_DETACHED)) != 0) return false;
  return true;
}

/// Which PTRACE_EVENT a new thread or process is.
unsigned event_of(const CloneRequest& request) {
  if ((request.flags & CLONE_VFORK) != 0) return PTRACE_EVENT_VFORK;
  const bool is_fork = (request.flags & CLONE_THREAD) == 0 && request.exit_signal == SIGCHLD;
  return is_fork ? PTRACE_EVENT_FORK : PTRACE_EVENT_CLONE;
}

void tell_tracer_of_new(Process& process, const CloneRequest& request, ThreadEntry& made) {
  if ((request.flags & CLONE_UNTRACED) != 0) return;
  const unsigned event = event_of(request);
  if (passes_on(process, event) ||
      ((request.flags & CLONE_PTRACE) != 0 && is_traced(*process.task)))
    trace_created(process, made);
  note_event(process, event, static_cast<std::uint64_t>(made.id));
}

std::int64_t await_child(Process& process) {
  return process.block(
      {.what = fmt::format("its child {} to end or to start a program", process.task->child),
       .child = true,
       .interrupted = std::nullopt});
}

std::int64_t start_thread(Process& process, const CloneRequest& request) {
  if ((request.flags & ~kThreadFlags) != 0) {
    process.warn("clone: only plain threads and processes are made; the guest got EINVAL");
    return -EINVAL;
  }
  if ((request.flags & CLONE_SETTLS) != 0 && request.tls >= kTaskSize) return -EPERM;
  if (process.has_too_many_threads()) return -EAGAIN;
  Task* const made = process.add_task();
  if (made == nullptr) return -EAGAIN;
  Task& task = *made;
  task.confined = process.task->confined;
  tell_tracer_of_new(process, request, *task.entry);
  begin_traced(task);
  const auto id = static_cast<std::int32_t>(task.id);
  if ((request.flags & CLONE_PARENT_SETTID) != 0) process.user.store(request.parent_tid, id);
  if ((request.flags & CLONE_CHILD_SETTID) != 0) process.user.store(request.child_tid, id);
  if ((request.flags & CLONE_CHILD_CLEARTID) != 0) task.clear_child_tid = request.child_tid;
  process.created = {
      .task = &task,
      .stack = request.stack + request.stack_size,
      .tls = (request.flags & CLONE_SETTLS) != 0 ? std::optional(request.tls) : std::nullopt};
  return id;
}

/// What a new process may ask for. CLONE_VM is honoured as far as vfork(2) lets it be seen: the
/// child's memory comes back when it ends or starts another program. Of its descriptors, current
/// directory and handlers the child has a copy.
constexpr std::uint64_t kProcessFlags = CLONE_VM | CLONE_VFORK | CLONE_FS | CLONE_FILES |
                                        CLONE_SIGHAND | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                        CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | CLONE_DETACHED |
                                        CLONE_IO | CLONE_SYSVSEM | CLONE_CLEAR_SIGHAND |
                                        CLONE_PTRACE | CLONE_UNTRACED | CLONE_PARENT | CLONE_PIDFD;

/// kcmp(2) compares these.
void share_things(Process& process, ProcessEntry& child, std::uint64_t flags) {
  const SharedThings& own = process.tree.self().things;
  const auto choose = [&](std::uint64_t flag, std::uint32_t mine) {
    return (flags & flag) != 0 ? mine : process.tree.next_thing();
  };
  child.things = {.memory = choose(CLONE_VM, own.memory),
                  .files = choose(CLONE_FILES, own.files),
                  .directory = choose(CLONE_FS, own.directory),
                  .handlers = choose(CLONE_SIGHAND, own.handlers),
                  // Nobody has any before something makes them.
                  .io = own.io,
                  .semaphores = own.semaphores};
}

/// Called in the new process.
std::int64_t begin_process(Process& process, ProcessEntry& own, const CloneRequest& request) {
  process.become(own);
  process.renew_random();
  if ((request.flags & CLONE_CLEAR_SIGHAND) != 0) process.signals.forget_handlers();
  if ((request.flags & CLONE_CHILD_SETTID) != 0)
    process.user.store(request.child_tid, static_cast<std::int32_t>(process.pid()));
  if ((request.flags & CLONE_CHILD_CLEARTID) != 0)
    process.task->clear_child_tid = request.child_tid;
  process.created = {
      .task = process.task,
      .stack = request.stack + request.stack_size,
      .tls = (request.flags & CLONE_SETTLS) != 0 ? std::optional(request.tls) : std::nullopt};
  return 0;
}

std::int64_t start_process(Process& process, const CloneRequest& request) {
  Task& task = *process.task;
  if (task.child != 0) {  // vfork(2): the child has not ended or started another program before
    const ProcessEntry* const child = process.tree.find(task.child);
    const bool runs =
        child != nullptr && !child->executed && child->state != ProcessEntry::State::Zombie;
    if (runs) return await_child(process);
    process.take_lent_memory();
    note_event(process, PTRACE_EVENT_VFORK_DONE, static_cast<std::uint64_t>(task.child));
    return std::exchange(task.child, 0);
  }
  const bool lends = (request.flags & CLONE_VM) != 0;
  if ((request.flags & ~kProcessFlags) != 0) {
    process.warn("clone: only plain threads and processes are made; the guest got EINVAL");
    return -EINVAL;
  }
  if ((request.flags & CLONE_SETTLS) != 0 && request.tls >= kTaskSize) return -EPERM;
  const bool names_child = (request.flags & CLONE_PIDFD) != 0;
  if (names_child && process.user.writable_prefix(request.pidfd, 4) < 4) return -EFAULT;
  if (names_child && !process.descriptors.lowest_free()) return -EMFILE;
  if (process.has_too_many_threads()) return -EAGAIN;
  const bool is_sibling = (request.flags & CLONE_PARENT) != 0;
  if (is_sibling && process.tree.is_first()) return -EINVAL;  // as the first of a namespace
  const auto own_signal = static_cast<std::uint64_t>(process.tree.self().exit_signal);
  ProcessEntry* const child = process.make_child(is_sibling ? own_signal : request.exit_signal);
  if (child == nullptr) return -EAGAIN;
  tell_tracer_of_new(process, request, *process.tree.find_thread(child->pid));
  if (is_sibling) child->parent = process.parent_pid();
  share_things(process, *child, request.flags);
  if (lends) process.lend_memory();
  std::fflush(nullptr);
  // To the host all are children of the process that has started the emulator.
  const pid_t host = process.tree.is_first() ? ::fork() : fork_sibling();
  if (host < 0) return task.traced.due.clear(), process.tree.discard(*child), -EAGAIN;
  if (host == 0) return begin_process(process, *child, request);
  process.tree.start(*child, host);
  const std::int32_t pid = child->pid;
  if ((request.flags & CLONE_PARENT_SETTID) != 0) process.user.store(request.parent_tid, pid);
  if (names_child)
    process.user.store(request.pidfd,
                       static_cast<std::int32_t>(install_process_file(process, pid, true)));
  if (!lends && (request.flags & CLONE_VFORK) == 0) return pid;
  task.child = pid;
  // Its tracer hears of the child now, not when the call is over.
  if (!task.traced.due.empty()) {
    const TraceStop stop = task.traced.due.back();
    task.traced.due.pop_back();
    stop_for_tracer(process, stop);
    return kBlocked;
  }
  return await_child(process);
}

std::int64_t clone(Process& process, const CloneRequest& request) {
  if (!is_consistent(request.flags)) return -EINVAL;
  if ((request.flags & CLONE_THREAD) != 0) return start_thread(process, request);
  return start_process(process, request);
}

}  // namespace

std::int64_t sys_fork(Process& process, const CallArguments&) {
  return clone(process, {.exit_signal = SIGCHLD});
}

std::int64_t sys_vfork(Process& process, const CallArguments&) {
  return clone(process, {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD});
}

std::int64_t sys_clone(Process& process, const CallArguments& args) {
  if ((args[0] & CLONE_PIDFD) != 0 && (args[0] & CLONE_PARENT_SETTID) != 0) return -EINVAL;
  return clone(process, {.flags = static_cast<std::uint32_t>(args[0]) & ~std::uint64_t{CSIGNAL},
                         .pidfd = args[2],
                         .child_tid = args[3],
                         .parent_tid = args[2],
                         .exit_signal = args[0] & CSIGNAL,
                         .stack = args[1],
                         .tls = args[4]});
}

std::int64_t sys_clone3(Process& process, const CallArguments& args) {
  if (args[1] > kPageSize) return -E2BIG;
  if (args[1] < kFirstSize) return -EINVAL;
  CloneRequest request;
  std::array<std::byte, kPageSize> given{};
  const auto bytes = std::span(given).first(args[1]);
  if (!process.user.space().read({args[0]}, bytes)) return -EFAULT;
  process.user.count_in(args[1]);
  for (std::size_t i = sizeof(CloneRequest); i < args[1]; ++i)
    if (given[i] != std::byte{0}) return -E2BIG;  // of a later kernel
  std::memcpy(&request, given.data(), std::min<std::size_t>(args[1], sizeof request));
  if ((request.flags & (CSIGNAL | CLONE_DETACHED)) != 0) return -EINVAL;
  if ((request.stack == 0) != (request.stack_size == 0)) return -EINVAL;
  if (request.exit_signal > SignalState::kCount) return -EINVAL;
  if ((request.flags & (CLONE_THREAD | CLONE_PARENT)) != 0 && request.exit_signal != 0)
    return -EINVAL;
  constexpr std::uint64_t kMostLevels = 32;  // MAX_PID_NS_LEVEL
  if (request.set_tid_size > kMostLevels) return -EINVAL;
  if ((request.set_tid == 0) != (request.set_tid_size == 0)) return -EINVAL;
  if (request.set_tid_size != 0) return -EPERM;
  if ((request.flags & CLONE_SIGHAND) != 0 && (request.flags & CLONE_CLEAR_SIGHAND) != 0)
    return -EINVAL;
  return clone(process, request);
}

std::int64_t sys_gettid(Process& process, const CallArguments&) {
  return process.task->id;
}

std::int64_t sys_set_tid_address(Process& process, const CallArguments& args) {
  process.task->clear_child_tid = args[0];
  return process.task->id;
}

std::int64_t sys_sched_yield(Process& process, const CallArguments&) {
  process.turn_end = 0;
  return 0;
}

/// One simulated processor: every access is seen in order.
std::int64_t sys_membarrier(Process& process, const CallArguments& args) {
  constexpr std::int32_t kOffered =
      MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |
      MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |
      MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |
      MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
  const auto command = static_cast<std::int32_t>(args[0]);
  if (args[1] != 0) return -EINVAL;
  if (command == MEMBARRIER_CMD_QUERY) return kOffered;
  if ((command & kOffered) != command || (command & (command - 1)) != 0) return -EINVAL;
  constexpr std::int32_t kRegistering = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
                                        MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
  if ((command & kRegistering) != 0) process.membarriers |= command;
  const bool registered = (process.membarriers & command << 1) != 0;
  const bool is_private = command == MEMBARRIER_CMD_PRIVATE_EXPEDITED ||
                          command == MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE;
  return is_private && !registered ? -EPERM : 0;
}

}  // namespace ringfare
