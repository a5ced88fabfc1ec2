// SPDX-License-Identifier: MIT
#pragma once

#include <sys/ipc.h>

#include <cerrno>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cpu/base/quantity.hpp"

namespace ringfare {

class Process;

/// What all objects of System V IPC have (sysvipc(7)).
struct IpcHead {
  std::int32_t key = 0;  // IPC_PRIVATE: not found by a key
  std::uint32_t mode = 0;
  std::int64_t changed = 0;  // CLOCK_REALTIME in seconds
};

struct IpcSegment : IpcHead {
  int host_fd = -1;  // a memfd with its bytes
  std::uint64_t size = 0;
  int attached = 0;
  bool removed = false;  // goes with its last attachment
};

struct IpcSemaphores : IpcHead {
  std::vector<std::uint16_t> values;
  std::vector<std::int32_t> last_pids;
  std::int64_t operated = 0;
};

struct IpcMessage {
  std::int64_t type = 0;
  std::string text;
};

struct IpcQueue : IpcHead {
  std::deque<IpcMessage> messages;
  std::uint64_t bytes = 0, limit = 16384;  // MSGMNB
};

/// All objects of one kind by identifier. An identifier is used once only.
template <class T>
struct IpcTable {
  std::map<int, T> objects;
  int next = 0;

  T* find(std::uint64_t id) {
    const auto found = objects.find(static_cast<int>(id));
    return found == objects.end() ? nullptr : &found->second;
  }
};

/// The System V objects that a process and its threads see. A child of fork(2) gets a copy.
class IpcObjects {
 public:
  IpcObjects() = default;
  ~IpcObjects();
  IpcObjects(const IpcObjects&) = delete;
  IpcObjects& operator=(const IpcObjects&) = delete;

  struct Attachment {
    GuestRange range;
    int segment;
  };

  IpcTable<IpcSegment> segments;
  IpcTable<IpcSemaphores> semaphores;
  IpcTable<IpcQueue> queues;
  std::vector<Attachment> attachments;
};

/// The objects of `process`, made when first asked for.
IpcObjects& ipc_of(Process& process);

/// The identifier of the object with `key`, or of a new one that `make(id)` fills in, as the `get`
/// calls of sysvipc(7) choose; `check` says what is wrong with one that is there.
template <class T, class Check, class Make>
std::int64_t ipc_get(IpcTable<T>& table, std::uint64_t key_argument, std::uint64_t flags,
                     const Check& check, const Make& make) {
  const auto key = static_cast<std::int32_t>(key_argument);
  if (key != IPC_PRIVATE)
    for (const auto& [id, object] : table.objects) {
      if (object.key != key) continue;
      if ((flags & IPC_CREAT) != 0 && (flags & IPC_EXCL) != 0) return -EEXIST;
      const std::int64_t error = check(object);
      return error != 0 ? error : id;
    }
  if (key != IPC_PRIVATE && (flags & IPC_CREAT) == 0) return -ENOENT;
  T object;
  object.key = key;
  object.mode = static_cast<std::uint32_t>(flags & 0777);
  if (const std::int64_t error = make(object); error != 0) return error;
  const int id = table.next++;
  table.objects.emplace(id, std::move(object));
  return id;
}

/// The present thread waits until another one changes an object; `what` tells people. The answer of
/// the handler: -EAGAIN where the time limit has come, -EINTR after a signal.
std::int64_t ipc_wait(Process& process, const std::string& what,
                      std::int64_t timeout_nanoseconds = -1);
/// Threads that wait for an object try again.
void ipc_wake(Process& process);

}  // namespace ringfare
