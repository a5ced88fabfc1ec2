// SPDX-License-Identifier: MIT
#include "emu/linux/compat/compat_call.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "cpu/base/failure.hpp"
#include "emu/linux/abi/restart.hpp"
#include "emu/linux/compat/multiplexed.hpp"

namespace ringfare {
namespace {

/// Where an argument of the amd64 call comes from: the i386 argument of this index, or a constant.
enum Source : std::int8_t { kZero = -1, kSetSize = -2, kEnd = -3 };

/// Calls whose arguments stand in another order or number.
struct Arrangement {
  std::string_view name;
  std::array<std::int8_t, 6> sources;
};

constexpr Arrangement kArrangements[] = {
    {"statfs64", {0, 2, kEnd}},
    {"fstatfs64", {0, 2, kEnd}},
    {"waitpid", {0, 1, 2, kZero, kEnd}},
    {"umount", {0, kZero, kEnd}},
    {"clone", {0, 1, 2, 4, 3, kEnd}},
    {"sigaction", {0, 1, 2, kSetSize, kEnd}},
    {"sigprocmask", {0, 1, 2, kSetSize, kEnd}},
    {"sigpending", {0, kSetSize, kEnd}},
    {"sigsuspend", {2, kSetSize, kEnd}},
};

/// socketcall(2) and ipc(2): the call behind a number, and how many arguments it has.
constexpr std::uint64_t kMmap = 90, kMmap2 = 192, kSelect = 82, kNewSelect = 142, kSocketCall = 102,
                        kIpc = 117;

std::uint64_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

std::uint64_t extended(std::uint64_t value) {
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)});
}

/// 16 bits of all ones mean "unchanged", as -1 does.
std::uint64_t identity(std::uint64_t value) {
  const auto id = static_cast<std::uint16_t>(value);
  return id == 0xffff ? 0xffff'ffff : id;
}

bool returns_small_identity(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames{"getuid", "getgid", "geteuid", "getegid"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

I386Call::I386Call(UserMemory& user, const CallRequest& request) : user_(user) {
  CallRequest unwrapped = request;
  for (std::uint64_t& arg : unwrapped.args) arg = low(arg);
  unwrapped.number = low(unwrapped.number);
  if (unwrapped.number == kIpc) {
    make_ipc(unwrapped.args);
    return;
  }
  if (!unwrap(unwrapped)) return;
  compat_ = find_syscall(Abi::I386, unwrapped.number);
  if (compat_ == nullptr) return;
  row_ = served_as(*compat_);
  if (row_ == nullptr) row_ = compat_;
  translate(*compat_, unwrapped.args);
}

void I386Call::make_ipc(const CallArguments& args) {
  const IpcCall call = unwrap_ipc(user_, args);
  compat_ = row_ = call.row != nullptr ? call.row : find_syscall(Abi::I386, kIpc);
  error_ = call.error;
  if (error_ != 0) return;
  translate(*compat_, call.args);
  address_at_ = call.result_at;
}

/// Calls whose arguments are in memory become those they stand for.
bool I386Call::unwrap(CallRequest& request) {
  const auto load = [this](std::uint64_t from, std::span<std::uint64_t> to) {
    for (std::uint64_t& word : to) {
      const auto value = user_.load<std::uint32_t>(from);
      if (!value) return false;
      word = *value;
      from += sizeof *value;
    }
    return true;
  };
  const auto fail = [&](std::int64_t error) {
    compat_ = row_ = find_syscall(Abi::I386, request.number);
    error_ = error;
    return false;
  };
  CallArguments args{};
  const std::uint64_t from = request.args[0];
  switch (request.number) {
    case kMmap:
      if (!load(from, args)) return fail(-EFAULT);
      if (args[5] % kPageSize != 0) return fail(-EINVAL);
      args[5] /= kPageSize;
      request.number = kMmap2;
      break;
    case kSelect:
      if (!load(from, std::span(args).first(5))) return fail(-EFAULT);
      request.number = kNewSelect;
      break;
    case kSocketCall: {
      const Multiplexed call = socket_call(from);
      if (call.number == 0) return fail(-EINVAL);
      if (!load(request.args[1], std::span(args).first(call.arguments))) return fail(-EFAULT);
      request.number = call.number;
      break;
    }
    default:
      return true;
  }
  request.args = args;
  return true;
}

void I386Call::translate(const SyscallRow& compat, const CallArguments& args) {
  if (compat.name == "_llseek") {
    arguments_ = {args[0], args[1] << 32 | args[2], args[4]};
    place_ = args[3];
    return;
  }
  std::array<std::uint64_t, 6> made{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < compat.args.size(); ++i) {
    if (compat.args[i].kind == ArgKind::OffsetLow) {
      // Where amd64 splits it, too, the low half is all of it.
      const bool splits = row_->args[count].kind == ArgKind::OffsetLow;
      made[count++] = args[i] | args[i + 1] << 32;
      if (splits) made[count++] = 0;
      ++i;
    } else {
      made[count++] = argument(compat, args, i);
    }
  }
  if (compat.name == "getdents") place_ = args[1];
  if (compat.name == "sigsuspend") made[2] = staging_.value(args[2]);
  const auto* const row = std::ranges::find(kArrangements, compat.name, &Arrangement::name);
  if (row == std::end(kArrangements) || compat.amd64 != kNoNumber) {
    arguments_ = made;
  } else {
    for (std::size_t i = 0; row->sources[i] != kEnd; ++i) {
      const std::int8_t source = row->sources[i];
      arguments_[i] = source >= 0          ? made[static_cast<std::size_t>(source)]
                      : source == kSetSize ? sizeof(std::uint64_t)
                                           : 0;
    }
  }
  adapt_commands(args);
  stage_ipc_control(staging_, *row_, arguments_);
  staging_.lend();
}

std::uint64_t I386Call::argument(const SyscallRow& compat, const CallArguments& args,
                                 std::size_t i) {
  const ArgSpec& spec = compat.args[i];
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
std::uint64_t I386Call::pointer(const ArgSpec& spec, const CallArguments& args, std::size_t i) {
  const std::uint64_t guest = args[i];
  if (guest == 0) return 0;
  if (spec.kind == ArgKind::IoVector) return staging_.words(guest, 2 * args[spec.count_from]);
  if (spec.kind == ArgKind::StringVector) return staging_.strings(guest);
  if (spec.kind == ArgKind::FdSet) return staging_.sets(guest, args[spec.count_from]);
  if (spec.kind == ArgKind::MessageHeader)
    return messages_.emplace(staging_, user_, CompatMessages::Shape::One, spec.direction, guest, 1)
        .address();
  if (spec.kind == ArgKind::MessageHeaders)
    return messages_
        .emplace(staging_, user_, CompatMessages::Shape::Many, spec.direction, guest,
                 args[spec.count_from])
        .address();
  if (compat_->name == "msgsnd" || compat_->name == "msgrcv")
    return message_.emplace(staging_, user_, spec.direction, guest, args[2]).address();
  if (compat_->name == "olduname" || compat_->name == "oldolduname")
    return staging_.structure(old_names_layout(compat_->name == "oldolduname"), spec.direction,
                              guest);
  // The number that amd64 has for it is that of the first getrlimit(2) here.
  if (compat_->name == "getrlimit")
    return staging_.structure(old_limit_layout(), spec.direction, guest);
  if (compat_->name == "pselect6" || compat_->name == "pselect6_time64")
    if (spec.kind == ArgKind::Opaque) return staging_.words(guest, 2);  // a set, and its size
  const CompatLayout* const layout = compat_layout(spec.kind);
  return layout != nullptr ? staging_.structure(*layout, spec.direction, guest) : guest;
}

/// Arguments whose meaning is another one's.
void I386Call::adapt_commands(const CallArguments& args) {
  if (compat_->name == "fcntl" || compat_->name == "fcntl64") {
    // <asm-generic/fcntl.h>: F_GETLK64 and so on are those of the amd64 call.
    constexpr std::uint64_t kFirstLarge = 12, kLastLarge = 14;
    const std::uint64_t command = args[1];
    const bool large = command >= kFirstLarge && command <= kLastLarge;
    const bool small = command == F_GETLK || command == F_SETLK || command == F_SETLKW;
    const bool open_file =
        command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    if (large && compat_->name == "fcntl") error_ = -EINVAL;
    if (large) arguments_[1] = command - kFirstLarge + F_GETLK;
    if (large || small || open_file)
      arguments_[2] = staging_.structure(file_lock_layout(!small), Direction::InOut, args[2]);
  }
  if (compat_->name == "futex") {
    const std::uint64_t operation = args[1] & FUTEX_CMD_MASK;
    const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET ||
                       operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2 ||
                       operation == FUTEX_WAIT_REQUEUE_PI;
    if (!waits) arguments_[3] = args[3];
  }
  const bool gets = compat_->name == "getsockopt";
  if (gets || compat_->name == "setsockopt") adapt_socket_timeout(gets, args);
}

/// SO_RCVTIMEO and SO_SNDTIMEO by their first numbers are a struct timeval.
void I386Call::adapt_socket_timeout(bool gets, const CallArguments& args) {
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

/// The directory entries just written, each in its place (getdents(2), struct linux_dirent): the
/// numbers in front of the name shrink, and so does the whole.
std::int64_t I386Call::compat_entries(std::int64_t size) {
  constexpr std::size_t kWideName = 18, kCompatName = 10;
  std::vector<std::byte> wide(static_cast<std::size_t>(size)), compat;
  CHECK(user_.space().read({place_}, wide), "the entries are there");
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
  return user_.space().write({place_}, compat) ? static_cast<std::int64_t>(compat.size()) : -EFAULT;
}

std::int64_t I386Call::finish(std::int64_t result) {
  if (compat_ != nullptr && compat_->amd64 == kNoNumber && result > 0xffff &&
      returns_small_identity(compat_->name))
    return 65534;  // the overflow identity
  const bool failed = result < 0 && result >= -4095;
  if (place_ != 0 && !failed)
    return compat_->name == "getdents" ? compat_entries(result) : [&] {
      return user_.store(place_, result) ? 0 : -EFAULT;
    }();
  // What is left of a sleep is written when a signal ends it.
  const bool writes = !failed || result == -EINTR || result == -restart::kResume ||
                      result == -restart::kIfNoHandler;
  if (writes && !staging_.write_back() && !failed) result = -EOVERFLOW;
  if (messages_) messages_->write_back(result);
  if (message_) result = message_->write_back(result);
  constexpr std::uint32_t kTimevalSize = 8;
  if (option_size_at_ != 0 && !failed) (void)user_.store(option_size_at_, kTimevalSize);
  if (address_at_ != 0 && !failed)
    return user_.store(address_at_, static_cast<std::uint32_t>(result)) ? 0 : -EFAULT;
  return result;
}

}  // namespace ringfare
