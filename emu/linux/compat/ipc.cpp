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

/// Which argument of ipc(2) each argument of the call is.
enum From : std::int8_t { First = 1, Second, Third, Pointer, Fifth, AtPointer = -2, None = -1 };

/// <linux/ipc.h>, SEMOP and so on.
struct Wrapped {
  std::uint8_t number;
  std::string_view name;
  std::array<From, 5> args;
};
constexpr Wrapped kWrapped[] = {
    {1, "semop", {First, Pointer, Second, None, None}},
    {2, "semget", {First, Second, Third, None, None}},
    {3, "semctl", {First, Second, Third, AtPointer, None}},
    {4, "semtimedop", {First, Pointer, Second, Fifth, None}},
    {11, "msgsnd", {First, Pointer, Second, Third, None}},
    {12, "msgrcv", {First, Pointer, Second, Fifth, Third}},
    {13, "msgget", {First, Second, None, None, None}},
    {14, "msgctl", {First, Second, Pointer, None, None}},
    {21, "shmat", {First, Pointer, Second, None, None}},
    {22, "shmdt", {Pointer, None, None, None, None}},
    {23, "shmget", {First, Second, Third, None, None}},
    {24, "shmctl", {First, Second, Pointer, None, None}},
};

/// Commands that show or take a status structure, of each kind of object.
struct StatusCommand {
  std::string_view call;
  std::size_t command_at, pointer_at;
  IpcKind kind;
  std::array<int, 3> show;  // IPC_STAT and its variants
};
constexpr StatusCommand kStatusCommands[] = {
    {"semctl", 2, 3, IpcKind::Semaphores, {IPC_STAT, SEM_STAT, SEM_STAT_ANY}},
    {"msgctl", 1, 2, IpcKind::Queue, {IPC_STAT, MSG_STAT, MSG_STAT_ANY}},
    {"shmctl", 1, 2, IpcKind::Segment, {IPC_STAT, SHM_STAT, SHM_STAT_ANY}},
};

/// The first msgrcv(2) had the pointer and the type in memory.
bool unwrap_first_receive(UserMemory& user, std::uint64_t pointer, CallArguments& args) {
  const auto text = user.load<std::uint32_t>(pointer);
  const auto type = user.load<std::int32_t>(pointer + 4);
  if (!text || !type) return false;
  args[1] = *text;
  args[3] = static_cast<std::uint64_t>(std::int64_t{*type});
  return true;
}

}  // namespace

IpcCall unwrap_ipc(UserMemory& user, const CallArguments& args) {
  const std::uint64_t number = args[0] & 0xffff, version = args[0] >> 16;
  const auto wrapped = std::ranges::find(kWrapped, number, &Wrapped::number);
  if (wrapped == std::end(kWrapped)) return {.error = -ENOSYS};
  IpcCall call{.row = find_syscall(Abi::Amd64, wrapped->name)};
  const std::uint64_t pointer = args[4];
  for (std::size_t i = 0; i < wrapped->args.size(); ++i) {
    const From from = wrapped->args[i];
    if (from == AtPointer) {
      if (pointer == 0) return {.error = -EINVAL};
      const auto word = user.load<std::uint32_t>(pointer);
      if (!word) return {.error = -EFAULT};
      call.args[i] = *word;
    } else if (from != None) {
      call.args[i] = args[static_cast<std::size_t>(from)];
    }
  }
  if (wrapped->name == "msgrcv" && version == 0) {
    if (pointer == 0) return {.error = -EINVAL};
    if (!unwrap_first_receive(user, pointer, call.args)) return {.error = -EFAULT};
  }
  if (wrapped->name == "shmat") {
    if (version == 1) return {.error = -EINVAL};
    call.result_at = args[3];
  }
  return call;
}

void stage_ipc_control(I386Staging& staging, const SyscallRow& row, CallArguments& args) {
  const auto found = std::ranges::find(kStatusCommands, row.name, &StatusCommand::call);
  if (found == std::end(kStatusCommands)) return;
  args[found->command_at] &= ~kVersion64;
  const auto command = static_cast<int>(args[found->command_at]);
  const bool shows = std::ranges::find(found->show, command) != found->show.end();
  if (!shows && command != IPC_SET) return;
  args[found->pointer_at] =
      staging.structure(ipc_status_layout(found->kind), shows ? Direction::Out : Direction::In,
                        args[found->pointer_at]);
}

CompatMessage::CompatMessage(I386Staging& staging, UserMemory& user, Direction direction,
                             std::uint64_t guest, std::uint64_t size)
    : user_(user), direction_(direction), guest_(guest), address_(I386Staging::nowhere()) {
  constexpr std::uint64_t kType = sizeof(std::int64_t);
  const bool out = direction == Direction::Out;
  // A text that is too long is refused by its length.
  const std::uint64_t kept = out ? std::min(size, kLongestText) : size > kLongestText ? 0 : size;
  const auto type = user.load<std::int32_t>(guest);
  if (!type && !out) return;
  wide_ = staging.reserve(kType + kept);
  if (wide_ == nullptr) return;
  address_ = I386Staging::address(wide_);
  if (out) return;
  const std::int64_t wide_type = *type;
  std::memcpy(wide_, &wide_type, sizeof wide_type);
  if (!user.space().read({guest + sizeof *type}, std::span(wide_ + kType, kept)))
    address_ = I386Staging::nowhere();
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
