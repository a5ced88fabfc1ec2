// SPDX-License-Identifier: MIT
#include "emu/kernel/i386_call.hpp"

#include <fcntl.h>
#include <linux/futex.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "cpu/failure.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostStaged = 4u << 20;

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
struct Multiplexed {
  std::uint16_t number;  // i386
  std::uint8_t arguments;
};

/// <linux/net.h>, SYS_SOCKET and so on.
constexpr Multiplexed kSocketCalls[] = {
    {},       {359, 3}, {361, 3}, {362, 3}, {363, 2}, {364, 3}, {367, 3},
    {368, 3}, {360, 4}, {369, 4}, {371, 4}, {369, 6}, {371, 6}, {373, 2},
    {366, 5}, {365, 5}, {370, 3}, {372, 3}, {364, 4}, {337, 5}, {345, 4},
};
constexpr std::uint64_t kMmap = 90, kMmap2 = 192, kSelect = 82, kNewSelect = 142, kSocketCall = 102;

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

bool is_vector(ArgKind kind) {
  return kind == ArgKind::IoVector;
}

}  // namespace

/// A structure in lent memory that has to go back.
struct I386Call::Staged {
  const NarrowLayout* layout;  // null: `size` bytes as they are
  std::uint64_t guest, size;
  std::size_t at;  // in the lent memory
};

I386Call::I386Call(UserMemory& user, const CallRequest& request) : user_(user) {
  CallRequest unwrapped = request;
  for (std::uint64_t& arg : unwrapped.args) arg = low(arg);
  unwrapped.number = low(unwrapped.number);
  if (!unwrap(unwrapped)) return;
  narrow_ = find_syscall(Abi::I386, unwrapped.number);
  if (narrow_ == nullptr) return;
  row_ = served_as(*narrow_);
  if (row_ == nullptr) row_ = narrow_;
  translate(*narrow_, unwrapped.args);
}

I386Call::~I386Call() {
  user_.space().lend({});
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
    narrow_ = row_ = find_syscall(Abi::I386, request.number);
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
      if (from == 0 || from >= std::size(kSocketCalls)) return fail(-EINVAL);
      const Multiplexed& call = kSocketCalls[from];
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

void I386Call::translate(const SyscallRow& narrow, const CallArguments& args) {
  if (narrow.name == "_llseek") {
    arguments_ = {args[0], args[1] << 32 | args[2], args[4]};
    place_ = args[3];
    return;
  }
  std::array<std::uint64_t, 6> made{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < narrow.args.size(); ++i) {
    const bool splits =
        narrow.args[i].kind == ArgKind::OffsetLow && row_->args[count].kind != ArgKind::OffsetLow;
    if (splits) {
      made[count++] = args[i] | args[i + 1] << 32;
      ++i;
    } else {
      made[count++] = argument(narrow, args, i);
    }
  }
  if (narrow.name == "getdents") place_ = args[1];
  if (narrow.name == "sigsuspend") made[2] = stage_value(args[2]);
  const auto* const row = std::ranges::find(kArrangements, narrow.name, &Arrangement::name);
  if (row == std::end(kArrangements) || narrow.amd64 != kNoNumber) {
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
  if (!memory_.empty()) {
    const GuestAddress begin{reinterpret_cast<std::uint64_t>(memory_.data())};
    user_.space().lend({begin, begin + memory_.size()});
  }
}

std::uint64_t I386Call::argument(const SyscallRow& narrow, const CallArguments& args,
                                 std::size_t i) {
  const ArgSpec& spec = narrow.args[i];
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
  if (is_vector(spec.kind)) return stage_words(guest, 2 * args[spec.count_from]);
  if (spec.kind == ArgKind::StringVector) return stage_strings(guest);
  if (spec.kind == ArgKind::FdSet) return stage_sets(guest, args[spec.count_from]);
  if (narrow_->name == "pselect6" || narrow_->name == "pselect6_time64")
    if (spec.kind == ArgKind::Opaque) return stage_set_pointer(guest);
  const NarrowLayout* const layout = narrow_layout(spec.kind);
  return layout != nullptr ? stage(*layout, spec.direction, guest) : guest;
}

/// Room in the lent memory, which must not move once its addresses are out.
std::byte* I386Call::reserve(std::uint64_t size) {
  if (memory_.empty()) {
    memory_.resize(64 * 1024);
  }
  const std::uint64_t aligned = (size + 15) & ~std::uint64_t{15};
  if (used_ + aligned > memory_.size()) return nullptr;
  std::byte* const at = memory_.data() + used_;
  used_ += aligned;
  return at;
}

std::uint64_t I386Call::stage(const NarrowLayout& layout, Direction direction,
                              std::uint64_t guest) {
  std::vector<std::byte> narrow(layout.narrow_size);
  const AddressSpace& space = user_.space();
  // An address nobody may use: the call fails with it in its own order of checks.
  const auto nowhere = reinterpret_cast<std::uint64_t>(UserMemory::nowhere());
  if (direction != Direction::Out && !space.read({guest}, narrow)) return nowhere;
  if (direction != Direction::In && !space.writable({guest}, layout.narrow_size)) return nowhere;
  std::byte* const to = reserve(layout.wide_size);
  if (to == nullptr) return nowhere;
  if (direction != Direction::Out) layout.widen(narrow.data(), to);
  if (direction != Direction::In)
    staged_.push_back(
        {&layout, guest, layout.narrow_size, static_cast<std::size_t>(to - memory_.data())});
  return reinterpret_cast<std::uint64_t>(to);
}

/// A value that the amd64 call wants to find in memory.
std::uint64_t I386Call::stage_value(std::uint64_t value) {
  std::byte* const to = reserve(sizeof value);
  std::memcpy(to, &value, sizeof value);
  return reinterpret_cast<std::uint64_t>(to);
}

/// An array of 32-bit words, zero-extended: pointers and sizes.
std::uint64_t I386Call::stage_words(std::uint64_t guest, std::uint64_t words) {
  const auto nowhere = reinterpret_cast<std::uint64_t>(UserMemory::nowhere());
  constexpr std::uint64_t kMost = 2 * 1024;  // UIO_MAXIOV buffers: more are refused by their number
  if (words > kMost) return nowhere;
  std::vector<std::uint32_t> narrow(words);
  if (!user_.space().read({guest}, std::as_writable_bytes(std::span(narrow)))) return nowhere;
  std::byte* const to = reserve(words * sizeof(std::uint64_t));
  if (to == nullptr) return nowhere;
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    const std::uint64_t wide = narrow[i];
    std::memcpy(to + i * sizeof wide, &wide, sizeof wide);
  }
  return reinterpret_cast<std::uint64_t>(to);
}

/// Pointers to strings, with the null pointer at the end.
std::uint64_t I386Call::stage_strings(std::uint64_t guest) {
  std::uint64_t count = 1;
  for (;; ++count) {
    const auto pointer = user_.space().load<std::uint32_t>({guest + (count - 1) * 4});
    if (!pointer) return reinterpret_cast<std::uint64_t>(UserMemory::nowhere());
    if (*pointer == 0) break;
  }
  return stage_words(guest, count);
}

/// Sets of descriptors: whole words of 32 bits here, of 64 there.
std::uint64_t I386Call::stage_sets(std::uint64_t guest, std::uint64_t bits) {
  const auto nowhere = reinterpret_cast<std::uint64_t>(UserMemory::nowhere());
  const std::uint64_t most = std::min<std::uint64_t>(bits, 1u << 16);
  const std::uint64_t narrow = (most + 31) / 32 * 4, wide = (most + 63) / 64 * 8;
  if (!user_.space().readable({guest}, narrow) || !user_.space().writable({guest}, narrow))
    return nowhere;
  std::byte* const to = reserve(wide);
  if (to == nullptr) return nowhere;
  CHECK(user_.space().read({guest}, std::span(to, narrow)), "readable");
  staged_.push_back({nullptr, guest, narrow, static_cast<std::size_t>(to - memory_.data())});
  return reinterpret_cast<std::uint64_t>(to);
}

/// pselect6's last argument: a pointer to a set of signals, and its size.
std::uint64_t I386Call::stage_set_pointer(std::uint64_t guest) {
  return stage_words(guest, 2);
}

/// Arguments whose meaning is another one's.
void I386Call::adapt_commands(const CallArguments& args) {
  if (narrow_->name == "fcntl" || narrow_->name == "fcntl64") {
    // <asm-generic/fcntl.h>: F_GETLK64 and so on are those of the amd64 call.
    constexpr std::uint64_t kFirstLarge = 12, kLastLarge = 14;
    const std::uint64_t command = args[1];
    const bool large = command >= kFirstLarge && command <= kLastLarge;
    const bool small = command == F_GETLK || command == F_SETLK || command == F_SETLKW;
    const bool open_file =
        command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    if (large && narrow_->name == "fcntl") error_ = -EINVAL;
    if (large) arguments_[1] = command - kFirstLarge + F_GETLK;
    if (large || small || open_file)
      arguments_[2] = stage(file_lock_layout(!small), Direction::InOut, args[2]);
  }
  if (narrow_->name == "futex") {
    const std::uint64_t operation = args[1] & FUTEX_CMD_MASK;
    const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET ||
                       operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2 ||
                       operation == FUTEX_WAIT_REQUEUE_PI;
    if (!waits) arguments_[3] = args[3];
  }
}

bool I386Call::write_back(const Staged& staged) {
  AddressSpace& space = user_.space();
  const std::span<const std::byte> lent(memory_.data() + staged.at, memory_.size() - staged.at);
  if (staged.layout == nullptr) return space.write({staged.guest}, lent.first(staged.size)), true;
  std::vector<std::byte> narrow(staged.size);
  const bool fits = staged.layout->narrow(lent.data(), narrow.data());
  if (fits) (void)space.write({staged.guest}, narrow);
  return fits;
}

/// The directory entries just written, each in its place (getdents(2), struct linux_dirent): the
/// numbers in front of the name shrink, and so does the whole.
std::int64_t I386Call::narrow_entries(std::int64_t size) {
  constexpr std::size_t kWideName = 18, kNarrowName = 10;
  std::vector<std::byte> wide(static_cast<std::size_t>(size)), narrow;
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
    const auto narrow_length =
        static_cast<std::uint16_t>((kNarrowName + name_size + 1 + 3) & ~std::size_t{3});
    const std::size_t begin = narrow.size();
    narrow.resize(begin + narrow_length);
    std::byte* const to = narrow.data() + begin;
    std::memcpy(to, &inode, sizeof inode);
    std::memcpy(to + 4, &next, sizeof next);
    std::memcpy(to + 8, &narrow_length, sizeof narrow_length);
    std::memcpy(to + kNarrowName, name, name_size);
    to[narrow_length - 1] = wide[at + length - 1];  // d_type
    at += length;
  }
  return user_.space().write({place_}, narrow) ? static_cast<std::int64_t>(narrow.size()) : -EFAULT;
}

std::int64_t I386Call::finish(std::int64_t result) {
  if (narrow_ != nullptr && narrow_->amd64 == kNoNumber && result > 0xffff &&
      returns_small_identity(narrow_->name))
    return 65534;  // the overflow identity
  const bool failed = result < 0 && result >= -4095;
  if (place_ != 0 && !failed)
    return narrow_->name == "getdents" ? narrow_entries(result) : [&] {
      return user_.store(place_, result) ? 0 : -EFAULT;
    }();
  // What is left of a sleep is written when it fails.
  const bool writes = !failed || result == -EINTR;
  for (const Staged& staged : staged_)
    if (writes && !write_back(staged) && !failed) result = -EOVERFLOW;
  return result;
}

}  // namespace ringfare
