// SPDX-License-Identifier: MIT
#include "emu/linux/compat/ipc.hpp"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

namespace ringfare {
namespace {

constexpr std::uint64_t kVersion64 = 0x100;   // IPC_64 of <linux/ipc.h>, beside a command
constexpr std::uint64_t kLongestText = 8192;  // MSGMAX

/// For each kind of object: the argument that holds the command, and the commands that show its
/// status structure. IPC_SET takes one.
struct StatusCommand {
  ArgKind command;
  IpcKind kind;
  std::array<int, 3> show;  // IPC_STAT and its variants
};
constexpr StatusCommand kStatusCommands[] = {
    {ArgKind::SemaphoreCommand, IpcKind::Semaphores, {IPC_STAT, SEM_STAT, SEM_STAT_ANY}},
    {ArgKind::QueueCommand, IpcKind::Queue, {IPC_STAT, MSG_STAT, MSG_STAT_ANY}},
    {ArgKind::SharedMemoryCommand, IpcKind::Segment, {IPC_STAT, SHM_STAT, SHM_STAT_ANY}},
};

}  // namespace

void stage_ipc_control(CompatStaging& staging, const SyscallRow& row, CallArguments& args) {
  for (std::size_t i = 0; i < row.args.size(); ++i) {
    const auto found =
        std::ranges::find(kStatusCommands, row.args[i].kind, &StatusCommand::command);
    if (found == std::end(kStatusCommands)) continue;
    args[i] &= ~kVersion64;
    const auto command = static_cast<int>(args[i]);
    const bool shows = std::ranges::find(found->show, command) != found->show.end();
    if (!shows && command != IPC_SET) return;
    args[i + 1] = staging.structure(ipc_status_layout(found->kind),
                                    shows ? Direction::Out : Direction::In, args[i + 1]);
  }
}

CompatMessage::CompatMessage(CompatStaging& staging, UserMemory& user, Direction direction,
                             std::uint64_t guest, std::uint64_t size)
    : user_(user), direction_(direction), guest_(guest), address_(CompatStaging::nowhere()) {
  constexpr std::uint64_t kType = sizeof(std::int64_t);
  const bool out = direction == Direction::Out;
  // A text that is too long is refused by its length.
  const std::uint64_t kept = out ? std::min(size, kLongestText) : size > kLongestText ? 0 : size;
  const auto type = user.load<std::int32_t>(guest);
  if (!type && !out) return;
  wide_ = staging.reserve(kType + kept);
  if (wide_ == nullptr) return;
  address_ = CompatStaging::address(wide_);
  if (out) return;
  const std::int64_t wide_type = *type;
  std::memcpy(wide_, &wide_type, sizeof wide_type);
  if (!user.space().read({guest + sizeof *type}, std::span(wide_ + kType, kept)))
    address_ = CompatStaging::nowhere();
}

std::int64_t CompatMessage::write_back(std::int64_t result) {
  if (direction_ != Direction::Out || result < 0 || wide_ == nullptr) return result;
  std::int64_t type;
  std::memcpy(&type, wide_, sizeof type);
  const std::span text(wide_ + sizeof type, static_cast<std::size_t>(result));
  const bool written = user_.store(guest_, static_cast<std::int32_t>(type)) &&
                       user_.space().write({guest_ + sizeof(std::int32_t)}, text);
  return written ? result : -EFAULT;
}

}  // namespace ringfare
