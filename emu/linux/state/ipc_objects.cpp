// SPDX-License-Identifier: MIT
#include "emu/linux/state/ipc_objects.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cpu/base/failure.hpp"
#include "emu/linux/abi/own_descriptors.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kWaits = "System V ";
constexpr std::size_t kPoolSize = 1u << 30;  // pages that are not written cost nothing

bool is_in_group(std::uint32_t group) {
  if (group == getegid()) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(getgroups(0, nullptr), 0)));
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return std::ranges::find(groups, group) != groups.end();
}

}  // namespace

IpcObjects::IpcObjects(SharedPool* pool)
    : pool_(pool),
      shared_(new (pool->allocate(sizeof(Shared))) Shared(pool)),
      segments(shared_->segments),
      semaphores(shared_->semaphores),
      queues(shared_->queues),
      undo(shared_->undo),
      end_of_file(shared_->end_of_file) {
  const int file = memfd_create("segments", MFD_CLOEXEC);
  file_ = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, kLowestOwnDescriptor);
  if (file >= 0) ::close(file);
}

IpcObjects::~IpcObjects() {
  if (file_ >= 0) ::close(file_);
  SharedPool::forget(pool_);
}

IpcObjects& ipc_of(Process& process) {
  if (process.ipc == nullptr) {
    SharedPool* const pool = SharedPool::make(kPoolSize);
    if (pool == nullptr) throw UserError("no memory for System V IPC; is there a limit on it?");
    process.ipc = std::make_shared<IpcObjects>(pool);
  }
  return *process.ipc;
}

std::int64_t ipc_now(const Process& process) {
  return std::chrono::floor<std::chrono::seconds>(process.clock.realtime()).count();
}

void ipc_own(IpcHead& head) {
  head.user = head.creating_user = geteuid();
  head.group = head.creating_group = getegid();
}

bool ipc_may(const IpcHead& head, std::uint32_t wanted) {
  const std::uint32_t user = geteuid();
  if (user == 0) return true;  // CAP_IPC_OWNER
  std::uint32_t granted = head.mode;
  if (user == head.user || user == head.creating_user)
    granted >>= 6;
  else if (is_in_group(head.group) || is_in_group(head.creating_group))
    granted >>= 3;
  return (wanted & ~granted & 7) == 0;
}

bool ipc_owns(const IpcHead& head) {
  const std::uint32_t user = geteuid();
  return user == 0 || user == head.user || user == head.creating_user;
}

void ipc_show(const IpcHead& head, int, ipc_perm& to) {
  to.__key = head.key;
  to.uid = head.user;
  to.gid = head.group;
  to.cuid = head.creating_user;
  to.cgid = head.creating_group;
  to.mode = static_cast<unsigned short>(head.mode);
}

void ipc_set(IpcHead& head, const ipc_perm& from) {
  head.user = from.uid;
  head.group = from.gid;
  head.mode = from.mode & 0777;
}

void ipc_drop_if_unused(IpcObjects& objects, int id) {
  const IpcSegment* const segment = objects.segments.find(static_cast<std::uint64_t>(id));
  if (segment == nullptr || !segment->removed || segment->attached != 0) return;
  fallocate(objects.file(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
            static_cast<off_t>(segment->offset), static_cast<off_t>(segment->size));
  objects.segments.objects.erase(id);
}

void ipc_forked(Process& process) {
  if (process.ipc == nullptr) return;
  for (const IpcObjects::Attachment& attachment : process.ipc->attachments)
    if (IpcSegment* const segment =
            process.ipc->segments.find(static_cast<std::uint64_t>(attachment.segment)))
      ++segment->attached;
}

void ipc_detach_all(Process& process) {
  if (process.ipc == nullptr) return;
  for (const IpcObjects::Attachment& attachment : process.ipc->attachments) {
    IpcSegment* const segment =
        process.ipc->segments.find(static_cast<std::uint64_t>(attachment.segment));
    if (segment == nullptr) continue;
    --segment->attached;
    segment->last = process.pid();
    segment->detached_at = ipc_now(process);
    ipc_drop_if_unused(*process.ipc, attachment.segment);
  }
  process.ipc->attachments.clear();
}

void ipc_ended(Process& process) {
  if (process.ipc == nullptr) return;
  ipc_detach_all(process);
  bool changed = false;
  for (const IpcUndo& undo : process.ipc->undo) {
    if (undo.pid != process.pid()) continue;
    IpcSemaphores* const set = process.ipc->semaphores.find(static_cast<std::uint64_t>(undo.set));
    if (set == nullptr || undo.number >= set->values.size()) continue;
    constexpr std::int32_t kLargest = 32'767;  // SEMVMX
    std::uint16_t& value = set->values[undo.number];
    value = static_cast<std::uint16_t>(std::clamp(value + undo.adjustment, 0, kLargest));
    set->last_pids[undo.number] = process.pid();
    changed = true;
  }
  std::erase_if(process.ipc->undo, [&](const IpcUndo& undo) { return undo.pid == process.pid(); });
  if (changed) ipc_wake(process);
}

std::int64_t ipc_wait(Process& process, const std::string& what, std::int64_t timeout_nanoseconds,
                      std::uint32_t mark) {
  // Another process's change counts as one of a file's: see `Process::files_changed`.
  Wait wait{
      .what = std::string(kWaits) + what, .lock = true, .interrupted = std::nullopt, .mark = mark};
  if (process.task->wait) {
    if (process.task->wait->end == Wait::End::Late) return -EAGAIN;
    if (process.task->wait->end == Wait::End::Interrupted) return -EINTR;
    wait.until = process.task->wait->until;  // woken, but too early
  } else if (timeout_nanoseconds >= 0) {
    wait.until = process.clock.since_start() + std::chrono::nanoseconds(timeout_nanoseconds);
  }
  return process.block(std::move(wait));
}

void ipc_wake(Process& process) {
  process.files_changed();
  for (const auto& [id, task] : process.tasks)
    if (task->waits() && task->wait->what.starts_with(kWaits))
      process.wake(*task, Wait::End::Woken);
}

}  // namespace ringfare
