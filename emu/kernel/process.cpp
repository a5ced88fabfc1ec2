// SPDX-License-Identifier: MIT
#include "emu/kernel/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "emu/kernel/handlers.hpp"
#include "emu/kernel/proc_files.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kNameLength = 15;  // TASK_COMM_LEN - 1

/// AT_RANDOM comes from the same seed; the guest's stream must not repeat it.
constexpr std::uint64_t kStream = 0x6765'7472'616e'646f;

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1).substr(0, kNameLength);
}

}  // namespace

Process::Process(AddressSpace& space, SimulatedClock& simulated_clock, const ProgramImage& program,
                 const PersonalityOptions& choices)
    : user(space),
      clock(simulated_clock),
      image(program),
      options(choices),
      random(choices.seed ^ kStream),
      brk_end(program.brk_start),
      name(base_name(program.path)),
      group(choices.pid),
      session(choices.pid - 1),
      queue(choices.schedule_seed),
      last_id_(choices.pid) {
  task = (tasks[pid()] = std::make_unique<Task>(pid())).get();
  task->name = name;
}

std::int64_t Process::block(Wait wait) {
  task->wait = std::move(wait);
  return kBlocked;
}

void Process::end_wait() {
  if (task == nullptr || !task->wait) return;
  if (task->wait->futex != 0) futexes.remove(*task);
  task->wait.reset();
  task->moved = 0;
}

Task& Process::add_task() {
  const int id = ++last_id_;
  Task& made = *(tasks[id] = std::make_unique<Task>(id));
  made.name = task->name;
  made.signals.set_mask(task->signals.mask());
  made.signals.stack.flags = SignalStack::kDisable;
  return made;
}

Task* Process::find_task(int id) {
  const auto found = tasks.find(id);
  return found == tasks.end() ? nullptr : found->second.get();
}

void Process::end_task() {
  const auto ended = std::move(tasks.extract(task->id).mapped());
  release_robust_list(*this, *ended);
  if (ended->clear_child_tid != 0 &&
      user.space().store(GuestAddress{ended->clear_child_tid}, std::uint32_t{0}))
    futexes.wake(ended->clear_child_tid, 1);
  task = nullptr;
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

const char* Process::host_path(std::uint64_t address) {
  const char* const path = user.string(address);
  if (path == nullptr || path == UserMemory::nowhere()) return path;
  if (*path != '/') return path;
  ProcPath found = find_proc_path(*this, std::string_view(path, strnlen(path, PATH_MAX)));
  // A made file has the host's name, type and mode; only its contents are ours (see open).
  if (found.meaning == ProcPath::Meaning::Replaced) {
    std::string& slot = paths_[next_path_++ % paths_.size()];
    slot = std::move(found.text);
    return slot.c_str();
  }
  if (found.meaning == ProcPath::Meaning::Missing) return "/proc/self/no such file";
  return path;
}

void Process::warn(const std::string& text) {
  if (warned.insert(text).second) warning = text;
}

}  // namespace ringfare
