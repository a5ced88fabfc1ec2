// SPDX-License-Identifier: MIT
#pragma once

#include <sys/ipc.h>

#include <cerrno>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "emu/linux/tree/shared_pool.hpp"

namespace ringfare {

class Process;

/// What all objects of System V IPC have (sysvipc(7)).
struct IpcHead {
  std::int32_t key = 0;  // IPC_PRIVATE: not found by a key
  std::uint32_t mode = 0;
  std::uint32_t user = 0, group = 0, creating_user = 0, creating_group = 0;
  std::int64_t changed = 0;  // CLOCK_REALTIME in seconds
};

struct IpcSegment : IpcHead {
  explicit IpcSegment(std::pmr::memory_resource*) {}

  std::uint64_t offset = 0;  // of its bytes in the file of all segments
  std::uint64_t size = 0;
  std::int64_t attached_at = 0, detached_at = 0;
  std::int32_t creator = 0, last = 0;
  int attached = 0;
  bool removed = false;  // goes with its last attachment
};

struct IpcSemaphores : IpcHead {
  explicit IpcSemaphores(std::pmr::memory_resource* memory)
      : values(memory), last_pids(memory), waits_for_more(memory), waits_for_zero(memory) {}

  std::pmr::vector<std::uint16_t> values;
  std::pmr::vector<std::int32_t> last_pids;
  std::pmr::vector<std::int32_t> waits_for_more, waits_for_zero;  // how many threads
  std::int64_t operated = 0;
};

struct IpcMessage {
  std::int64_t type = 0;
  std::pmr::string text;
};

struct IpcQueue : IpcHead {
  explicit IpcQueue(std::pmr::memory_resource* memory) : messages(memory) {}

  std::pmr::deque<IpcMessage> messages;
  std::uint64_t bytes = 0, limit = 16384;  // MSGMNB
  std::int64_t sent = 0, received = 0;
  std::int32_t last_sender = 0, last_receiver = 0;
};

/// All objects of one kind by identifier. An identifier is used once only.
template <class T>
struct IpcTable {
  explicit IpcTable(std::pmr::memory_resource* memory) : objects(memory) {}

  std::pmr::map<int, T> objects;
  int next = 0;

  T* find(std::uint64_t id) {
    const auto found = objects.find(static_cast<int>(id));
    return found == objects.end() ? nullptr : &found->second;
  }
  /// What SHM_INFO and its like answer: the highest identifier in use.
  int highest() const { return objects.empty() ? 0 : objects.rbegin()->first; }
};

/// What semop(2) undoes when a process ends: SEM_UNDO.
struct IpcUndo {
  std::int32_t pid = 0, set = 0;
  std::uint16_t number = 0;
  std::int32_t adjustment = 0;
};

/// The System V objects that all processes of the guest see.
class IpcObjects {
 public:
  explicit IpcObjects(SharedPool* pool);
  ~IpcObjects();
  IpcObjects(const IpcObjects&) = delete;
  IpcObjects& operator=(const IpcObjects&) = delete;

  struct Attachment {
    GuestRange range;
    int segment;
  };

  SharedPool& pool() { return *pool_; }
  int file() const { return file_; }  // of all segments' bytes

 private:
  struct Shared {
    explicit Shared(SharedPool* pool)
        : segments(pool), semaphores(pool), queues(pool), undo(pool) {}
    IpcTable<IpcSegment> segments;
    IpcTable<IpcSemaphores> semaphores;
    IpcTable<IpcQueue> queues;
    std::pmr::vector<IpcUndo> undo;
    std::uint64_t end_of_file = 0;  // where the next segment's bytes begin
  };
  SharedPool* pool_;
  Shared* shared_;
  int file_ = -1;

 public:
  IpcTable<IpcSegment>& segments;
  IpcTable<IpcSemaphores>& semaphores;
  IpcTable<IpcQueue>& queues;
  std::pmr::vector<IpcUndo>& undo;
  std::uint64_t& end_of_file;
  std::vector<Attachment> attachments;  // of this process
};

/// The objects, made when first asked for, at the latest before the first fork(2).
IpcObjects& ipc_of(Process& process);

std::int64_t ipc_now(const Process& process);

/// The caller becomes its owner and creator.
void ipc_own(IpcHead& head);
/// Whether the caller may: `wanted` are permissions of one class (4: read, 2: write).
bool ipc_may(const IpcHead& head, std::uint32_t wanted);
/// Whether the caller may change or remove it.
bool ipc_owns(const IpcHead& head);
/// IPC_STAT and IPC_SET: the head of each status structure.
void ipc_show(const IpcHead& head, int id, ipc_perm& to);
void ipc_set(IpcHead& head, const ipc_perm& from);

/// A child has the attachments of its parent; execve(2) and the end give up all.
void ipc_forked(Process& process);
void ipc_detach_all(Process& process);
/// The process ends: SEM_UNDO, too.
void ipc_ended(Process& process);
/// Frees a segment that is removed and attached nowhere.
void ipc_drop_if_unused(IpcObjects& objects, int id);

/// The identifier of the object with `key`, or of a new one that `make(id)` fills in, as the `get`
/// calls of sysvipc(7) choose; `check` says what is wrong with one that is there.
template <class T, class Check, class Make>
std::int64_t ipc_get(IpcObjects& objects, IpcTable<T>& table, std::uint64_t key_argument,
                     std::uint64_t flags, const Check& check, const Make& make) {
  constexpr std::size_t kMostObjects = 32'000, kRoom = 1u << 20;
  const auto key = static_cast<std::int32_t>(key_argument);
  if (key != IPC_PRIVATE)
    for (const auto& [id, object] : table.objects) {
      if (object.key != key) continue;
      if ((flags & IPC_CREAT) != 0 && (flags & IPC_EXCL) != 0) return -EEXIST;
      const auto wanted = static_cast<std::uint32_t>((flags >> 6 | flags >> 3 | flags) & 7);
      if (!ipc_may(object, wanted)) return -EACCES;
      const std::int64_t error = check(object);
      return error != 0 ? error : id;
    }
  if (key != IPC_PRIVATE && (flags & IPC_CREAT) == 0) return -ENOENT;
  if (table.objects.size() >= kMostObjects) return -ENOSPC;
  if (!objects.pool().has_room(kRoom)) return -ENOMEM;
  T object(&objects.pool());
  object.key = key;
  object.mode = static_cast<std::uint32_t>(flags & 0777);
  ipc_own(object);
  if (const std::int64_t error = make(object); error != 0) return error;
  const int id = table.next++;
  table.objects.emplace(id, std::move(object));
  return id;
}

/// The present thread waits until somebody changes an object; `what` tells people. The answer of
/// the handler: -EAGAIN where the time limit has come, -EINTR after a signal. `mark`: the caller
/// finds it in `Wait::bits`.
std::int64_t ipc_wait(Process& process, const std::string& what,
                      std::int64_t timeout_nanoseconds = -1, std::uint32_t mark = 0);
/// Who waits for an object tries again, in all processes.
void ipc_wake(Process& process);

}  // namespace ringfare
