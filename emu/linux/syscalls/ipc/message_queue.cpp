// SPDX-License-Identifier: MIT
// msgget(2), msgsnd(2), msgrcv(2), msgctl(2).
#include <fmt/format.h>
#include <sys/msg.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/state/ipc_objects.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kLongestMessage = 8192;  // MSGMAX
constexpr std::uint64_t kMostBytes = 16384;      // MSGMNB
constexpr std::uint64_t kOverhead = 4096;        // of what keeps a message

/// The message msgrcv(2) means by a type; the end where there is none.
std::pmr::deque<IpcMessage>::iterator choose(IpcQueue& queue, std::int64_t type,
                                             std::uint64_t flags) {
  auto& messages = queue.messages;
  if (type == 0) return messages.begin();
  if (type > 0)
    return std::ranges::find_if(messages, [&](const IpcMessage& message) {
      return (message.type == type) != ((flags & MSG_EXCEPT) != 0);
    });
  // The first of the lowest type that is at most |type|.
  auto best = messages.end();
  for (auto it = messages.begin(); it != messages.end(); ++it)
    if (it->type <= -type && (best == messages.end() || it->type < best->type)) best = it;
  return best;
}

IpcQueue* find_queue(Process& process, std::uint64_t id) {
  return static_cast<std::int32_t>(id) < 0 ? nullptr : ipc_of(process).queues.find(id);
}

/// IPC_STAT, MSG_STAT.
msqid_ds status_of(const IpcQueue& queue, int id) {
  msqid_ds status{};
  ipc_show(queue, id, status.msg_perm);
  status.msg_stime = queue.sent;
  status.msg_rtime = queue.received;
  status.msg_ctime = queue.changed;
  status.__msg_cbytes = queue.bytes;
  status.msg_qnum = queue.messages.size();
  status.msg_qbytes = queue.limit;
  status.msg_lspid = queue.last_sender;
  status.msg_lrpid = queue.last_receiver;
  return status;
}

/// IPC_INFO: what there may be; MSG_INFO: what there is.
std::int64_t information(Process& process, int command, std::uint64_t address) {
  const IpcObjects& objects = ipc_of(process);
  msginfo answer{};
  answer.msgmax = kLongestMessage;
  answer.msgmnb = kMostBytes;
  answer.msgmni = 32'000;
  answer.msgssz = 16;
  answer.msgseg = 0xffff;
  answer.msgmap = answer.msgmnb * answer.msgmni / 1024;
  answer.msgpool = answer.msgmap;
  answer.msgtql = answer.msgmnb;
  if (command == MSG_INFO) {
    answer.msgpool = answer.msgmap = answer.msgtql = 0;
    for (const auto& [id, queue] : objects.queues.objects) {
      ++answer.msgpool;
      answer.msgmap += static_cast<int>(queue.messages.size());
      answer.msgtql += static_cast<int>(queue.bytes);
    }
  }
  return process.user.store(address, answer) ? objects.queues.highest() : -EFAULT;
}

std::string waits(std::string_view what, std::uint64_t id) {
  return fmt::format("{} of message queue {}", what, static_cast<int>(id));
}

}  // namespace

std::int64_t sys_msgget(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  return ipc_get(
      objects, objects.queues, args[0], args[1], [](const IpcQueue&) { return 0; },
      [&](IpcQueue& queue) {
        queue.changed = ipc_now(process);
        return 0;
      });
}

std::int64_t sys_msgsnd(Process& process, const CallArguments& args) {
  const std::uint64_t size = args[2];
  const auto type = process.user.load<std::int64_t>(args[1]);
  if (!type) return -EFAULT;
  if (size > kLongestMessage || static_cast<std::int32_t>(args[0]) < 0 || *type < 1) return -EINVAL;
  std::string text(size, '\0');
  if (!process.user.space().read({args[1] + sizeof(*type)},
                                 std::as_writable_bytes(std::span(text))))
    return -EFAULT;
  process.user.count_in(size);
  IpcQueue* const queue = find_queue(process, args[0]);
  if (queue == nullptr) return process.task->wait ? -EIDRM : -EINVAL;
  if (!ipc_may(*queue, 2)) return -EACCES;
  if (!ipc_of(process).pool().has_room(size + kOverhead)) return -ENOMEM;
  // Each message counts as a byte at least, so that empty ones have an end, too (msgsnd(2)).
  if (queue->bytes + size > queue->limit || queue->messages.size() >= queue->limit) {
    if ((args[3] & IPC_NOWAIT) != 0) return -EAGAIN;
    return ipc_wait(process, waits("room", args[0]));
  }
  queue->bytes += size;
  queue->messages.push_back({*type, std::pmr::string(text, &ipc_of(process).pool())});
  queue->sent = ipc_now(process);
  queue->last_sender = process.pid();
  ipc_wake(process);
  return 0;
}

std::int64_t sys_msgrcv(Process& process, const CallArguments& args) {
  const std::uint64_t size = args[2], flags = args[4];
  if (static_cast<std::int64_t>(size) < 0 || static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  if ((flags & MSG_COPY) != 0) return -ENOSYS;  // CONFIG_CHECKPOINT_RESTORE
  IpcQueue* const queue = find_queue(process, args[0]);
  if (queue == nullptr) return process.task->wait ? -EIDRM : -EINVAL;
  if (!ipc_may(*queue, 4)) return -EACCES;
  const auto message = choose(*queue, static_cast<std::int64_t>(args[3]), flags);
  if (message == queue->messages.end()) {
    if ((flags & IPC_NOWAIT) != 0) return -ENOMSG;
    return ipc_wait(process, waits("a message", args[0]));
  }
  if (message->text.size() > size && (flags & MSG_NOERROR) == 0) return -E2BIG;
  const IpcMessage taken = std::move(*message);
  queue->messages.erase(message);
  queue->bytes -= taken.text.size();
  queue->received = ipc_now(process);
  queue->last_receiver = process.pid();
  ipc_wake(process);
  const std::string_view part = std::string_view(taken.text).substr(0, size);
  if (!process.user.store(args[1], taken.type) ||
      !process.user.space().write({args[1] + sizeof(taken.type)}, std::as_bytes(std::span(part))))
    return -EFAULT;
  process.user.count_out(part.size());
  return static_cast<std::int64_t>(part.size());
}

std::int64_t sys_msgctl(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  const auto command = static_cast<std::int32_t>(args[1]);
  if (static_cast<std::int32_t>(args[0]) < 0 || command < 0) return -EINVAL;
  if (command == IPC_INFO || command == MSG_INFO) return information(process, command, args[2]);
  IpcQueue* const queue = find_queue(process, args[0]);
  if (queue == nullptr) return -EINVAL;
  const int id = static_cast<int>(args[0]);
  switch (command) {
    case IPC_RMID:
      if (!ipc_owns(*queue)) return -EPERM;
      objects.queues.objects.erase(id);
      ipc_wake(process);
      return 0;
    case IPC_STAT:
    case MSG_STAT:
    case MSG_STAT_ANY:
      if (command != MSG_STAT_ANY && !ipc_may(*queue, 4)) return -EACCES;
      if (!process.user.store(args[2], status_of(*queue, id))) return -EFAULT;
      return command == IPC_STAT ? 0 : id;
    case IPC_SET: {
      const auto status = process.user.load<msqid_ds>(args[2]);
      if (!status) return -EFAULT;
      if (!ipc_owns(*queue)) return -EPERM;
      if (status->msg_qbytes > kMostBytes && geteuid() != 0) return -EPERM;
      queue->limit = status->msg_qbytes;
      ipc_set(*queue, status->msg_perm);
      queue->changed = ipc_now(process);
      ipc_wake(process);
      return 0;
    }
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
