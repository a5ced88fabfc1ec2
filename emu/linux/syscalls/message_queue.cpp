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

/// The message msgrcv(2) means by a type; the end where there is none.
std::deque<IpcMessage>::iterator choose(IpcQueue& queue, std::int64_t type, std::uint64_t flags) {
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

std::string waits(std::string_view what, std::uint64_t id) {
  return fmt::format("{} of message queue {}", what, static_cast<int>(id));
}

}  // namespace

std::int64_t sys_msgget(Process& process, const CallArguments& args) {
  return ipc_get(
      ipc_of(process).queues, args[0], args[1], [](const IpcQueue&) { return 0; },
      [](IpcQueue&) { return 0; });
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
  if (queue->bytes + size > queue->limit) {
    if ((args[3] & IPC_NOWAIT) != 0) return -EAGAIN;
    return ipc_wait(process, waits("room", args[0]));
  }
  queue->bytes += size;
  queue->messages.push_back({*type, std::move(text)});
  ipc_wake(process);
  return 0;
}

std::int64_t sys_msgrcv(Process& process, const CallArguments& args) {
  const std::uint64_t size = args[2], flags = args[4];
  if (static_cast<std::int64_t>(size) < 0 || static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  if ((flags & MSG_COPY) != 0) return -ENOSYS;  // CONFIG_CHECKPOINT_RESTORE
  IpcQueue* const queue = find_queue(process, args[0]);
  if (queue == nullptr) return process.task->wait ? -EIDRM : -EINVAL;
  const auto message = choose(*queue, static_cast<std::int64_t>(args[3]), flags);
  if (message == queue->messages.end()) {
    if ((flags & IPC_NOWAIT) != 0) return -ENOMSG;
    return ipc_wait(process, waits("a message", args[0]));
  }
  if (message->text.size() > size && (flags & MSG_NOERROR) == 0) return -E2BIG;
  const IpcMessage taken = std::move(*message);
  queue->messages.erase(message);
  queue->bytes -= taken.text.size();
  ipc_wake(process);
  const std::string_view part = std::string_view(taken.text).substr(0, size);
  if (!process.user.store(args[1], taken.type) ||
      !process.user.space().write({args[1] + sizeof(taken.type)}, std::as_bytes(std::span(part))))
    return -EFAULT;
  process.user.count_out(part.size());
  return static_cast<std::int64_t>(part.size());
}

std::int64_t sys_msgctl(Process& process, const CallArguments& args) {
  IpcQueue* const queue = find_queue(process, args[0]);
  if (queue == nullptr) return -EINVAL;
  switch (static_cast<std::int32_t>(args[1])) {
    case IPC_RMID:
      ipc_of(process).queues.objects.erase(static_cast<int>(args[0]));
      ipc_wake(process);
      return 0;
    case IPC_STAT: {
      msqid_ds status{};
      status.msg_perm.__key = queue->key;
      status.msg_perm.uid = status.msg_perm.cuid = geteuid();
      status.msg_perm.gid = status.msg_perm.cgid = getegid();
      status.msg_perm.mode = static_cast<unsigned short>(queue->mode);
      status.__msg_cbytes = queue->bytes;
      status.msg_qnum = queue->messages.size();
      status.msg_qbytes = queue->limit;
      return process.user.store(args[2], status) ? 0 : -EFAULT;
    }
    case IPC_SET: {
      const auto status = process.user.load<msqid_ds>(args[2]);
      if (!status) return -EFAULT;
      queue->limit = status->msg_qbytes;
      queue->mode = status->msg_perm.mode & 0777;
      return 0;
    }
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
