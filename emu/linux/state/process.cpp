// SPDX-License-Identifier: MIT
#include "emu/linux/state/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "emu/linux/host/capabilities.hpp"
#include "emu/linux/state/futex_wakes.hpp"
#include "emu/linux/state/ipc_objects.hpp"
#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/robust_futexes.hpp"
#include "emu/linux/state/running_programs.hpp"
#include "emu/linux/state/terminals.hpp"
#include "emu/linux/state/trace_question.hpp"
#include "emu/linux/state/tracing.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kNameLength = 15;  // TASK_COMM_LEN - 1

/// Keeps the guest's random bytes apart from those of AT_RANDOM, which come from the same seed.
constexpr std::uint64_t kStream = 0x6765'7472'616e'646f;

std::string process_name(const ProgramImage& program) {
  const std::string& name = program.name.empty() ? program.path : program.name;
  return name.substr(name.rfind('/') + 1).substr(0, kNameLength);
}

/// What personality(2) finds after execve: 64-bit programs lose READ_IMPLIES_EXEC, then
/// PT_GNU_STACK decides.
std::uint32_t first_execution_domain(const ProgramImage& program, std::uint32_t before) {
  constexpr std::uint32_t kImplies = READ_IMPLIES_EXEC;
  const std::uint32_t kept = program.layout.mode == CodeMode::Long64 ? before & ~kImplies : before;
  return program.read_implies_exec ? kept | kImplies : kept;
}

/// Of a made file of this process: the host's entry for the emulator has its type and mode.
std::string name_on_host(const Process& process, const std::string& name) {
  const std::string own = fmt::format("/proc/{}/", process.pid());
  if (!name.starts_with(own)) return name;
  std::string below = name.substr(own.size());
  if (below.starts_with("task/"))
    if (const std::size_t slash = below.find('/', 5); slash != below.npos)
      below.erase(0, slash + 1);
  return "/proc/self/" + below;
}

}  // namespace

Process::Process(AddressSpace& space, SimulatedClock& simulated_clock, const ProgramImage& program,
                 const PersonalityOptions& choices)
    : user(space),
      clock(simulated_clock),
      tree(simulated_clock, choices.pid),
      image(program),
      options(choices),
      descriptors(choices.descriptors),
      random(choices.seed ^ kStream),
      brk_end(program.brk_start),
      name(process_name(program)),
      execution_domain(first_execution_domain(program, 0)),
      queue(choices.schedule_seed) {
  task = (tasks[pid()] = std::make_unique<Task>(pid())).get();
  task->name = name;
  task->entry = tree.find_thread(pid());
  limits() = ResourceLimits(choices.host_limits);
  note_program(*this);
  tree.answer_by([this](ProcessRequest& request) { answer(request); });
  for (int fd = 0; fd < descriptors.end(); ++fd)
    if (Descriptor* const open = descriptors.find(fd); open != nullptr)
      open->proc_path = proc_path_of(*this, open->host_fd);
  const HeldFile here(::open(".", O_PATH | O_CLOEXEC));
  if (here.open()) proc_directory = proc_path_of(*this, here.fd());
  set_name(name);
  if (choices.host_limits) {
    descriptors.set_limit(limits()[RLIMIT_NOFILE].rlim_cur);
    task->entry->nice = getpriority(PRIO_PROCESS, 0);
  }
  answer_about_proc(*this);
}

void Process::set_name(const std::string& text) {
  name = text;
  tree.self().name = {};
  std::copy_n(text.begin(), std::min(text.size(), kNameLength), tree.self().name.begin());
}

std::int64_t Process::block(Wait wait) {
  wait.files_seen = tree.files_changes();
  waiting.remove(*task);
  task->wait = std::move(wait);
  waiting.add(*task);
  if (options.log != nullptr) log_wait(*options.log, *task);
  return kBlocked;
}

bool Process::any_outside(const std::vector<pollfd>& files) {
  for (int fd = 0; fd < descriptors.end(); ++fd) {
    const Descriptor* const open = descriptors.find(fd);
    if (open == nullptr || open->own) continue;
    for (const pollfd& file : files)
      if (file.fd == open->host_fd) return true;
  }
  return false;
}

void Process::end_wait() {
  if (task == nullptr) return;
  task->moved = 0;
  task->opening = {};
  if (!task->wait) return;
  leave_futexes(*this, *task);
  waiting.remove(*task);
  task->wait.reset();
}

Task* Process::add_task() {
  const int id = tree.next_id();
  if (id == 0) return nullptr;
  Task& made = *(tasks[id] = std::make_unique<Task>(id));
  made.entry = &tree.add_thread(id, *task->entry);
  made.name = task->name;
  made.signals.set_mask(task->signals.mask());
  made.signals.stack.flags = SignalStack::kDisable;
  return &made;
}

Task* Process::find_task(int id) {
  const auto found = tasks.find(id);
  return found == tasks.end() ? nullptr : found->second.get();
}

void Process::end_task() {
  waiting.remove(*task);
  const auto ended = std::move(tasks.extract(task->id).mapped());
  release_robust_list(*this, *ended);
  if (ended->clear_child_tid != 0 &&
      user.space().store(GuestAddress{ended->clear_child_tid}, std::uint32_t{0}))
    wake_futex(*this, futex_key(*this, ended->clear_child_tid, false), 1);
  pass_on_locks(*this, ended->id);
  if (ended->id != pid()) tree.end_thread(ended->id);
  if (options.log != nullptr) log_end_of_thread(*options.log, task->id);
  task = nullptr;
}

bool Process::has_too_many_threads() {
  const ProcessEntry& own = tree.self();
  const rlim_t most = limits()[RLIMIT_NPROC].rlim_cur;
  if (most == RLIM_INFINITY || own.user == 0 || own.effective_user == 0) return false;
  const auto all = tree.threads();
  const auto is_ours = [&](const ThreadEntry* each) {
    const ProcessEntry* const entry = tree.find(each->process);
    return entry != nullptr && entry->user == own.user;
  };
  return static_cast<rlim_t>(std::ranges::count_if(all, is_ours)) >= most;
}

ProcessEntry* Process::make_child(std::uint64_t exit_signal) {
  date_written(*this);
  ipc_of(*this);  // it is shared with children only
  // The host need not keep children that have ended: their fates are in the process tree.
  if (!std::exchange(child_was_made, true)) std::signal(SIGCHLD, SIG_IGN);
  return tree.make_child(static_cast<std::int32_t>(exit_signal), *task->entry);
}

void Process::become(ProcessEntry& child) {
  // Where the parent's emulator is killed, this one ends, too.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  tree.become(child);
  ipc_forked(*this);
  std::unique_ptr<Task> own = std::move(tasks.extract(task->id).mapped());
  tasks.clear();
  queue.clear();
  waiting.clear();
  timers.clear();
  own->id = pid();
  own->entry = tree.find_thread(pid());
  own->clear_child_tid = 0;
  own->wait.reset();
  own->cycles = {};
  task = (tasks[pid()] = std::move(own)).get();
  name = task->name;
  signals.pending = task->signals.pending = {};
  signals.passed_by.clear();
  async_contexts.clear();
  queue_notes.clear();
  membarriers = 0;
  borrows_ = lent_ >= 0;
  turn_began = {};
  turn_end = queue.draw_quantum();
  begin_traced(*task);
  newborn = true;
}

void Process::start_program(const ProgramImage& program) {
  image = program;
  growing.clear();
  note_program(*this);
  timers.remove_created();
  brk_end = program.brk_start;
  execution_domain = first_execution_domain(program, execution_domain);
  keep_ambient_capabilities();
  set_name(process_name(program));
  std::unique_ptr<Task> own = std::move(tasks.extract(task->id).mapped());
  for (const auto& [id, other] : tasks) leave_futexes(*this, *other);
  for (const auto& [id, other] : tasks)
    if (id != pid()) tree.end_thread(id);
  tasks.clear();
  queue.clear();
  waiting.clear();
  if (own->id != pid()) {
    const ThreadEntry kept = *own->entry;
    own->entry->trace = {};
    tree.end_thread(own->id);
    own->entry = &tree.add_thread(pid(), kept);
    own->entry->trace = kept.trace;
  }
  own->id = pid();
  own->entry->robust_list = own->clear_child_tid = 0;
  own->name = name;
  task = (tasks[pid()] = std::move(own)).get();
  date_written(*this);
  for (int fd = 0; fd < descriptors.end(); ++fd)
    if (const Descriptor* const open = descriptors.find(fd); open != nullptr && open->close_on_exec)
      descriptors.close(fd);
  ipc_detach_all(*this);
  async_contexts.clear();
  queue_notes.clear();
  bound_memory.clear();
  SharedThings& things = tree.self().things;
  things.memory = tree.next_thing();
  things.files = tree.next_thing();
  things.handlers = tree.next_thing();
  signals.forget_handlers();
  task->signals.stack = {};
  membarriers = 0;
  dumpable = 1;
  ++programs_;
  renew_random();
  tree.self().executed = true;
  tree.notify_parent();
  note_program_started(*this);
}

void Process::renew_random() {
  random =
      RandomSource(options.seed ^ kStream ^ programs_ << 32 ^ static_cast<std::uint64_t>(pid()));
}

void tell_parent_of_end(ProcessTree& tree, const ProcessEntry& ended, std::int32_t wait_status) {
  ProcessEntry* const parent = tree.find(ended.parent);
  if (parent == nullptr || parent->state == ProcessEntry::State::Zombie) return;
  if (ended.exit_signal == 0) return;
  const bool exited = (wait_status & 0x7f) == 0;
  const SignalInfo::Child child{.pid = ended.pid,
                                .uid = ended.user,
                                .status = exited ? wait_status >> 8 : wait_status & 0x7f};
  tree.send(*parent, make_signal(ended.exit_signal, exited ? CLD_EXITED : CLD_KILLED, child));
}

void Process::end(std::int32_t wait_status) {
  if (options.log != nullptr) log_end_of_process(*options.log, pid(), wait_status);
  for (const auto& [id, each] : tasks) release_robust_list(*this, *each);
  for (const auto& [id, each] : tasks) {
    leave_futexes(*this, *each);
    pass_on_locks(*this, id);
    each->entry->trace.end_status = wait_status;
    if (id != pid()) tree.end_thread(id);
  }
  release_traced(*this);
  return_memory();
  date_written(*this);
  ipc_ended(*this);
  for (int fd = 0; fd < descriptors.end(); ++fd) descriptors.close(fd);
  if (watches_writes) note_hangups(*this);
  if (session() == pid() && tree.self().terminal > Terminal::kHost) give_up_terminal(*this);
  tree.files_changed();
  ProcessEntry* const parent = tree.find(parent_pid());
  const ThreadEntry* const first = tree.find_thread(pid());
  const bool by_tracer = first != nullptr && first->trace.tracer != 0 &&
                         first->trace.tracer != parent_pid() &&
                         tree.find(first->trace.tracer) != nullptr;
  if (by_tracer) {
    const bool exited = (wait_status & 0x7f) == 0;
    tell_tracer(*this, first->trace, pid(), exited ? CLD_EXITED : CLD_KILLED,
                exited ? wait_status >> 8 : wait_status & 0x7f);
    return tree.end(wait_status, true);
  }
  tell_parent_of_end(tree, tree.self(), wait_status);
  const bool waited_for = parent != nullptr && parent->state != ProcessEntry::State::Zombie &&
                          !parent->ignores_children;
  tree.end(wait_status, waited_for);
}

/// Sends SIGCHLD to the present parent, unless its handler has SA_NOCLDSTOP.
void Process::tell_of_stop(int code, int status) {
  ProcessEntry* const parent = tree.find(parent_pid());
  constexpr std::uint64_t kNoChildStop = 1;  // SA_NOCLDSTOP
  if (parent == nullptr || (parent->child_flags & kNoChildStop) != 0) return;
  const SignalInfo::Child child{.pid = pid(), .uid = tree.self().user, .status = status};
  tree.send(*parent, make_signal(SIGCHLD, code, child));
}

void Process::stop(int signal, bool by_terminal) {
  tell_of_stop(CLD_STOPPED, signal);
  const bool continued = tree.stop(signal, by_terminal);
  if (continued) tell_of_stop(CLD_CONTINUED, SIGCONT);
  // Attached to meanwhile, it stops for its tracer instead.
  if (!continued && task != nullptr && is_traced(*task)) {
    const bool kept = std::exchange(task->entry->trace.interrupted, false);
    if (kept || !task->entry->trace.seized) stop_group_for_tracers(*this, signal);
  }
  take_news();
}

void Process::take_news() {
  if (!tree.take_news()) return;
  take_futex_wakes(*this);
  descriptors.set_limit(limits()[RLIMIT_NOFILE].rlim_cur);
  // wait(2) looks at the children before it looks at signals.
  for (const auto& [id, each] : tasks)
    if (each->waits() && each->wait->child) wake(*each, Wait::End::Woken);
  take_orders(*this);
  for (const SentSignal& sent : tree.take_signals()) {
    Task* const to = sent.thread != 0 ? find_task(sent.thread) : nullptr;
    if (to != nullptr)
      send(*to, sent.info);
    else if (sent.thread == 0)
      send(sent.info);
    if (sent.info.signal == SIGCONT) tell_of_continuing(*this);
  }
}

/// Another process asks; this one waits for its turn meanwhile.
void Process::answer(ProcessRequest& request) {
  const auto most = std::min<std::uint64_t>(request.size, request.bytes.size());
  const auto bytes = std::span(request.bytes);
  switch (request.kind) {
    case ProcessRequest::Kind::ReadMemory: {
      const std::uint64_t there = user.readable_prefix(request.address, most);
      const bool read = user.space().read({request.address}, bytes.first(there));
      request.result = read ? static_cast<std::int64_t>(there) : -EFAULT;
      return;
    }
    case ProcessRequest::Kind::WriteMemory: {
      const std::uint64_t there = user.writable_prefix(request.address, most);
      const bool written = user.space().write({request.address}, bytes.first(there));
      request.result = written ? static_cast<std::int64_t>(there) : -EFAULT;
      return;
    }
    case ProcessRequest::Kind::ReadByForce: {
      const std::uint64_t there = user.readable_prefix(request.address, most);
      const bool read = there != 0 && user.space().read({request.address}, bytes.first(there));
      request.result = read ? static_cast<std::int64_t>(there) : -EFAULT;
      return;
    }
    case ProcessRequest::Kind::WriteByForce: {
      std::int64_t done = 0;
      while (static_cast<std::uint64_t>(done) < most) {
        const GuestAddress at{request.address + static_cast<std::uint64_t>(done)};
        const Region* const region = user.space().find(at);
        if (region == nullptr) break;
        const std::uint64_t size =
            std::min(most - static_cast<std::uint64_t>(done), region->range.end - at);
        if (!user.space().write_as_kernel(at, bytes.subspan(static_cast<std::size_t>(done), size)))
          break;
        done += static_cast<std::int64_t>(size);
      }
      request.result = done != 0 ? done : -EFAULT;
      return;
    }
    case ProcessRequest::Kind::Trace:
      return answer_tracer(*this, request);
    case ProcessRequest::Kind::HostDescriptor: {
      const int host = host_fd(request.address);
      request.result = host < 0 ? -EBADF : host;
      request.host_pid = getpid();
      return;
    }
  }
}

int Process::host_directory(std::uint64_t argument) {
  return static_cast<int>(argument) == AT_FDCWD ? AT_FDCWD : host_fd(argument);
}

std::int64_t Process::install(std::int64_t host_result, std::uint64_t flags,
                              Descriptor::Source source, std::string path) {
  if (host_result < 0) return host_result;
  return descriptors.install({.host_fd = static_cast<int>(host_result),
                              .close_on_exec = (flags & O_CLOEXEC) != 0,
                              .source = source,
                              .kind = {},
                              .path = std::move(path)});
}

std::int64_t Process::install_pair(const int (&host)[2], std::uint64_t flags,
                                   std::uint64_t address) {
  std::array<std::int32_t, 2> ends{};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::int64_t fd = install(host[i], flags);
    if (fd >= 0) descriptors.find(static_cast<int>(fd))->own = true;
    if (fd < 0) {
      if (i == 0) ::close(host[1]);
      if (i == 1) descriptors.close(ends[0]);
      return fd;
    }
    ends[i] = static_cast<std::int32_t>(fd);
  }
  if (user.store(address, ends)) return 0;
  for (const int fd : ends) descriptors.close(fd);
  return -EFAULT;
}

const char* Process::host_path(std::uint64_t address, std::uint64_t directory, LastLink last) {
  path_error = 0;
  const char* const path = user.string(address);
  if (path == nullptr || path == UserMemory::nowhere()) return path;
  FoundPath found = find_path(*this, directory, path, last);
  if (found.kind == FoundPath::Kind::Ordinary) return path;
  if (found.kind == FoundPath::Kind::Error) return missing_path(found.error);
  if (found.kind == FoundPath::Kind::Proc) {
    ProcPath meaning = meaning_of(*this, found.text);
    // The link itself: the host's has its type and mode.
    if (last == LastLink::Kept && meaning.text == image.path) meaning.text = "/proc/self/exe";
    if (meaning.meaning == ProcPath::Meaning::Missing) return missing_path(-ENOENT);
    // A made file has the host's name, type and mode; only its contents are ours (see open).
    if (meaning.meaning == ProcPath::Meaning::Replaced)
      found.text = std::move(meaning.text);
    else if (!meaning.host.empty())
      found.text = std::move(meaning.host);
    else
      found.text = name_on_host(*this, found.text);
  }
  FoundPath& slot = paths_[next_path_++ % paths_.size()];
  slot = std::move(found);
  return slot.text.c_str();
}

const char* Process::missing_path(std::int64_t error) {
  path_error = error;
  return error == -ENOTDIR ? "/proc/version/no folder" : "/proc/self/no such file";
}

void Process::warn(const std::string& text) {
  if (warned.insert(text).second) warning = text;
}

}  // namespace ringfare
