// SPDX-License-Identifier: MIT
#include "emu/linux/compat/compat_call.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "cpu/base/failure.hpp"
#include "emu/linux/abi/restart.hpp"

namespace ringfare {
namespace {

std::uint64_t extended(std::uint64_t value) {
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)});
}

/// A user or group number of 16 bits. All ones mean "unchanged", as -1 does with 32.
std::uint64_t identity(std::uint64_t value) {
  const auto id = static_cast<std::uint16_t>(value);
  return id == 0xffff ? 0xffff'ffff : id;
}

}  // namespace

CompatCall::CompatCall(UserMemory& user, const Call& call)
    : user_(user), compat_(*call.meant), row_(*call.served), result_at_(call.result_at) {
  user_.count_in(call.bytes_read);
  translate(call.args);
}

/// Makes the arguments of the amd64 call, in their order.
void CompatCall::translate(const CallArguments& args) {
  CallArguments made{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < compat_.args.size(); ++i) {
    const ArgKind kind = compat_.args[i].kind;
    if (kind == ArgKind::OffsetLow || kind == ArgKind::OffsetHigh) {
      // Where amd64 splits it, too, the low half is all of it.
      const bool splits = row_.args[count].kind == ArgKind::OffsetLow;
      const bool low_first = kind == ArgKind::OffsetLow;
      made[count++] = low_first ? args[i] | args[i + 1] << 32 : args[i] << 32 | args[i + 1];
      if (splits) made[count++] = 0;
      ++i;
    } else {
      made[count++] = argument(args, i);
    }
  }
  const CallTraits& traits = compat_.traits;
  if (traits.stores != CallTraits::kNowhere) stored_at_ = made[traits.stores];
  arrange(made);
  adapt_commands(args);
  stage_ipc_control(staging_, row_, arguments_);
  staging_.lend();
}

/// Puts the arguments in the order that the amd64 call has.
void CompatCall::arrange(const CallArguments& made) {
  const ServedAs& as = compat_.traits.as;
  if (as.count == 0) {
    arguments_ = made;
    return;
  }
  for (std::size_t i = 0; i < as.count; ++i) {
    const ArgSource& source = as.sources[i];
    switch (source.from) {
      case ArgSource::From::Argument:
        arguments_[i] = made[source.index];
        break;
      case ArgSource::From::Copy:
        arguments_[i] = staging_.value(made[source.index]);
        break;
      case ArgSource::From::Null:
        arguments_[i] = 0;
        break;
      case ArgSource::From::SetSize:
        arguments_[i] = sizeof(std::uint64_t);
        break;
    }
  }
}

std::uint64_t CompatCall::argument(const CallArguments& args, std::size_t i) {
  const ArgSpec& spec = compat_.args[i];
  switch (spec.kind) {
    case ArgKind::Long:
    case ArgKind::Offset:
      return extended(args[i]);
    case ArgKind::PageOffset:
      return args[i] * kPageSize;
    case ArgKind::Uid16:
    case ArgKind::Gid16:
      return identity(args[i]);
    default:
      return spec.direction == Direction::None ? args[i] : pointer(spec, args, i);
  }
}

/// What the amd64 call gets for a pointer.
std::uint64_t CompatCall::pointer(const ArgSpec& spec, const CallArguments& args, std::size_t i) {
  const std::uint64_t guest = args[i];
  if (guest == 0) return 0;
  switch (spec.kind) {
    case ArgKind::IoVector:
      return staging_.words(guest, 2 * args[spec.count_from]);
    case ArgKind::StringVector:
      return staging_.strings(guest);
    case ArgKind::FdSet:
      return staging_.sets(guest, args[spec.count_from]);
    case ArgKind::SignalSetPointer:
      return staging_.words(guest, 2);  // a set, and its size
    case ArgKind::MessageHeader:
      return messages_
          .emplace(staging_, user_, CompatMessages::Shape::One, spec.direction, guest, 1)
          .address();
    case ArgKind::MessageHeaders:
      return messages_
          .emplace(staging_, user_, CompatMessages::Shape::Many, spec.direction, guest,
                   args[spec.count_from])
          .address();
    case ArgKind::QueueMessage:
      return message_.emplace(staging_, user_, spec.direction, guest, args[2]).address();
    case ArgKind::Dirents:
      entries_at_ = guest;  // translated in their place when they are there
      return guest;
    default: {
      const CompatLayout* const layout = compat_layout(spec.kind);
      return layout != nullptr ? staging_.structure(*layout, spec.direction, guest) : guest;
    }
  }
}

/// Arguments that are what the one before them says.
void CompatCall::adapt_commands(const CallArguments& args) {
  for (const ArgSpec& spec : compat_.args) {
    if (spec.kind == ArgKind::FcntlCommand) adapt_lock(args);
    if (spec.kind == ArgKind::FutexOperation) adapt_futex(args);
    if (spec.kind == ArgKind::SocketLevel)
      adapt_socket_timeout(compat_.args[3].direction == Direction::Out, args);
  }
}

/// fcntl(2): struct flock, or struct flock64.
void CompatCall::adapt_lock(const CallArguments& args) {
  // <asm-generic/fcntl.h>: F_GETLK64 and so on are those of the amd64 call.
  constexpr std::uint64_t kFirstLarge = 12, kLastLarge = 14;
  const std::uint64_t command = args[1];
  const bool large = command >= kFirstLarge && command <= kLastLarge;
  const bool small = command == F_GETLK || command == F_SETLK || command == F_SETLKW;
  const bool open_file =
      command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
  if (large && !compat_.traits.large_locks) error_ = -EINVAL;
  if (large) arguments_[1] = command - kFirstLarge + F_GETLK;
  if (large || small || open_file)
    arguments_[2] = staging_.structure(file_lock_layout(!small), Direction::InOut, args[2]);
}

/// futex(2): the fourth argument is a number, not a time, for operations that do not wait.
void CompatCall::adapt_futex(const CallArguments& args) {
  const std::uint64_t operation = args[1] & FUTEX_CMD_MASK;
  const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET ||
                     operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2 ||
                     operation == FUTEX_WAIT_REQUEUE_PI;
  if (!waits) arguments_[3] = args[3];
}

/// SO_RCVTIMEO and SO_SNDTIMEO by their first numbers are a struct timeval.
void CompatCall::adapt_socket_timeout(bool gets, const CallArguments& args) {
  constexpr std::uint64_t kReceiveTimeout = 20, kSendTimeout = 21;
  constexpr std::uint32_t kCompat = 8, kWide = 16;
  if (args[1] != SOL_SOCKET || (args[2] != kReceiveTimeout && args[2] != kSendTimeout)) return;
  const std::uint64_t size = gets ? user_.load<std::uint32_t>(args[4]).value_or(0) : args[4];
  if (size < kCompat) return;
  const Direction direction = gets ? Direction::Out : Direction::In;
  arguments_[3] = staging_.structure(*compat_layout(ArgKind::Timeval), direction, args[3]);
  arguments_[4] = gets ? staging_.value(kWide) : kWide;
  if (gets) option_size_at_ = args[4];
}

/// Rewrites the directory entries that the call has just written (struct linux_dirent, getdents(2))
/// in place: on i386 the numbers in front of the name are shorter.
std::int64_t CompatCall::compat_entries(std::int64_t size) {
  constexpr std::size_t kWideName = 18, kCompatName = 10;
  std::vector<std::byte> wide(static_cast<std::size_t>(size)), compat;
  CHECK(user_.space().read({entries_at_}, wide), "the entries are there");
  for (std::size_t at = 0; at < wide.size();) {
    const auto field = [&]<class T>(std::size_t offset, T value) {
      std::memcpy(&value, wide.data() + at + offset, sizeof value);
      return value;
    };
    const auto length = field(16, std::uint16_t{});
    const auto* const name = reinterpret_cast<const char*>(wide.data() + at + kWideName);
    const std::size_t name_size = std::strlen(name) + 1;
    const auto inode = static_cast<std::uint32_t>(field(0, std::uint64_t{}));
    const auto next = static_cast<std::uint32_t>(field(8, std::uint64_t{}));
    const auto compat_length =
        static_cast<std::uint16_t>((kCompatName + name_size + 1 + 3) & ~std::size_t{3});
    const std::size_t begin = compat.size();
    compat.resize(begin + compat_length);
    std::byte* const to = compat.data() + begin;
    std::memcpy(to, &inode, sizeof inode);
    std::memcpy(to + 4, &next, sizeof next);
    std::memcpy(to + 8, &compat_length, sizeof compat_length);
    std::memcpy(to + kCompatName, name, name_size);
    to[compat_length - 1] = wide[at + length - 1];  // d_type
    at += length;
  }
  return user_.space().write({entries_at_}, compat) ? static_cast<std::int64_t>(compat.size())
                                                    : -EFAULT;
}

std::int64_t CompatCall::finish(std::int64_t result) {
  constexpr std::int64_t kOverflowIdentity = 65534;  // where 16 bits are too few
  if (compat_.traits.returns == ResultKind::SmallIdentity && result > 0xffff)
    return kOverflowIdentity;
  const bool failed = is_error(result);
  if (entries_at_ != 0 && !failed) return compat_entries(result);
  if (stored_at_ != 0 && !failed) return user_.store(stored_at_, result) ? 0 : -EFAULT;
  // What is left of a sleep is written when a signal ends it.
  const bool writes = !failed || result == -EINTR || result == -restart::kResume ||
                      result == -restart::kIfNoHandler;
  if (writes && !staging_.write_back() && !failed) result = -EOVERFLOW;
  if (messages_) messages_->write_back(result);
  if (message_) result = message_->write_back(result);
  constexpr std::uint32_t kTimevalSize = 8;
  if (option_size_at_ != 0 && !failed) (void)user_.store(option_size_at_, kTimevalSize);
  if (result_at_ != 0 && !failed)
    return user_.store(result_at_, static_cast<std::uint32_t>(result)) ? 0 : -EFAULT;
  return result;
}

}  // namespace ringfare
