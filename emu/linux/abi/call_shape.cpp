// SPDX-License-Identifier: MIT
#include "emu/linux/abi/call_shape.hpp"

#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>

#include <algorithm>
#include <span>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

/// What follows a command: the arguments after it, from the next one on. `hidden` has a bit for
/// each that is passed over.
struct CommandShape {
  std::uint64_t command;
  ArgList rest;
  unsigned hidden = 0;
  ResultKind returns = ResultKind::Number;
};

/// F_GETLK64, F_SETLK64 and F_SETLKW64 of i386 (<asm-generic/fcntl.h>).
constexpr std::uint64_t kGetLock64 = 12, kSetLock64 = 13, kSetLockAndWait64 = 14;

constexpr CommandShape kFcntl[] = {
    {F_DUPFD, "int", 0, ResultKind::Descriptor},
    {F_GETFD, "", 0, ResultKind::DescriptorFlags},
    {F_SETFD, "fdflag"},
    {F_GETFL, "", 0, ResultKind::StatusFlags},
    {F_SETFL, "oflag"},
    {F_GETLK, ">foundlock"},
    {F_SETLK, "<filelock"},
    {F_SETLKW, "<filelock"},
    {kGetLock64, ">foundlock"},
    {kSetLock64, "<filelock"},
    {kSetLockAndWait64, "<filelock"},
    {F_OFD_GETLK, ">foundlock"},
    {F_OFD_SETLK, "<filelock"},
    {F_OFD_SETLKW, "<filelock"},
    {F_GETOWN, ""},
    {F_SETOWN, "pid"},
    {F_GETSIG, ""},
    {F_SETSIG, "sig"},
    {F_DUPFD_CLOEXEC, "int", 0, ResultKind::Descriptor},
    {F_GETPIPE_SZ, ""},
    {F_SETPIPE_SZ, "int"},
    {F_GETLEASE, ""},
    {F_GET_SEALS, "", 0, ResultKind::Seals},
    {F_ADD_SEALS, "seal"},
};

constexpr CommandShape kIoctls[] = {
    {TCGETS, ">termios"},     {TCSETS, "<termios"},
    {TCSETSW, "<termios"},    {TCSETSF, "<termios"},
    {TIOCGWINSZ, ">winsize"}, {TIOCSWINSZ, "<winsize"},
    {TIOCGPGRP, ">i32"},      {TIOCSPGRP, "<i32"},
    {TIOCGSID, ">i32"},       {TIOCOUTQ, ">i32"},
    {FIONREAD, ">i32"},       {FIONBIO, "<i32"},
    {FIOASYNC, "<i32"},       {FIOCLEX, ""},
    {FIONCLEX, ""},           {TIOCEXCL, ""},
    {TIOCNXCL, ""},           {TIOCNOTTY, ""},
    {TIOCSCTTY, "int"},       {TCSBRK, "int"},
    {TCXONC, "int"},          {TCFLSH, "int"},
    {FIGETBSZ, ">i32"},       {BLKGETSIZE64, ">u64"},
    {FICLONE, "fd"},
};

constexpr CommandShape kFutexes[] = {
    {FUTEX_WAIT, "uint <timespec"},
    {FUTEX_WAKE, "uint"},
    {FUTEX_FD, "sig"},
    {FUTEX_REQUEUE, "uint uint ptr"},
    {FUTEX_CMP_REQUEUE, "uint uint ptr uint"},
    {FUTEX_WAKE_OP, "uint uint ptr hex"},
    {FUTEX_LOCK_PI, "uint <timespec", 1u << 0},
    {FUTEX_LOCK_PI2, "uint <timespec", 1u << 0},
    {FUTEX_UNLOCK_PI, ""},
    {FUTEX_TRYLOCK_PI, ""},
    {FUTEX_WAIT_BITSET, "uint <timespec ptr futexbits", 1u << 2},
    {FUTEX_WAKE_BITSET, "uint <timespec ptr futexbits", 1u << 1 | 1u << 2},
    {FUTEX_WAIT_REQUEUE_PI, "uint <timespec ptr"},
    {FUTEX_CMP_REQUEUE_PI, "uint uint ptr uint"},
};

constexpr CommandShape kPrctls[] = {
    {PR_SET_NAME, "str"},
    {PR_GET_NAME, ">str"},
    {PR_SET_PDEATHSIG, "sig"},
    {PR_GET_PDEATHSIG, ">i32"},
    {PR_GET_DUMPABLE, ""},
    {PR_SET_DUMPABLE, "ulong"},
    {PR_GET_KEEPCAPS, ""},
    {PR_SET_KEEPCAPS, "ulong"},
    {PR_GET_SECCOMP, ""},
    {PR_SET_SECCOMP, "seccompmode"},
    {PR_GET_TIMERSLACK, ""},
    {PR_SET_TIMERSLACK, "ulong"},
    {PR_GET_SECUREBITS, ""},
    {PR_CAPBSET_READ, "ulong"},
    {PR_CAPBSET_DROP, "ulong"},
    {PR_GET_TID_ADDRESS, ">hex"},
    {PR_SET_CHILD_SUBREAPER, "ulong"},
    {PR_GET_CHILD_SUBREAPER, ">i32"},
    {PR_SET_NO_NEW_PRIVS, "ulong ulong ulong ulong"},
    {PR_GET_NO_NEW_PRIVS, "ulong ulong ulong ulong"},
    {PR_SET_THP_DISABLE, "ulong ulong ulong ulong"},
    {PR_GET_THP_DISABLE, "ulong ulong ulong ulong"},
};

constexpr CommandShape kSharedMemory[] = {{IPC_STAT, ">shmstatus"}};
constexpr CommandShape kQueues[] = {{IPC_STAT, ">queuestatus"}};

constexpr CommandShape kRingOperations[] = {
    {IORING_REGISTER_BUFFERS, "<bufferaddr:1 uint"},
    {IORING_REGISTER_FILES, "<fdlist:1 uint"},
    {IORING_REGISTER_EVENTFD, "<fdlist:1 uint"},
    {IORING_REGISTER_EVENTFD_ASYNC, "<fdlist:1 uint"},
};

constexpr CommandShape kArchPrctls[] = {
    {ARCH_GET_FS, ">hex"},
    {ARCH_GET_GS, ">hex"},
};

constexpr CommandShape kSockets[] = {
    {AF_INET, "socktype ipproto"},
    {AF_INET6, "socktype ipproto"},
    {AF_NETLINK, "socktype nlproto"},
};

/// Which tables shape the arguments after a command, by the kind of the command's argument.
struct CommandKind {
  ArgKind kind;
  std::uint64_t mask;  // the command's bits in the argument
  std::span<const CommandShape> shapes;
};

constexpr CommandKind kCommands[] = {
    {ArgKind::FcntlCommand, 0xffffffff, kFcntl},
    {ArgKind::IoctlRequest, 0xffffffff, kIoctls},
    {ArgKind::FutexOperation, FUTEX_CMD_MASK & 0xffffffff, kFutexes},
    {ArgKind::PrctlOption, 0xffffffff, kPrctls},
    {ArgKind::ArchPrctlOption, 0xffffffff, kArchPrctls},
    {ArgKind::SocketCallDomain, 0xffffffff, kSockets},
    {ArgKind::SharedMemoryCommand, 0xffffffff, kSharedMemory},
    {ArgKind::QueueCommand, 0xffffffff, kQueues},
    {ArgKind::RingOperation, 0xffffffff, kRingOperations},
};

consteval bool commands_differ() {
  for (const CommandKind& kind : kCommands)
    for (std::size_t i = 0; i < kind.shapes.size(); ++i)
      for (std::size_t j = i + 1; j < kind.shapes.size(); ++j)
        if (kind.shapes[i].command == kind.shapes[j].command) return false;
  return true;
}
static_assert(commands_differ(), "two rows claim one command");

bool creates(std::uint64_t flags) {
  return (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) != 0;
}

bool has_new_address(std::uint64_t flags) {
  return (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0;
}

bool is_device(std::uint64_t mode) {
  return S_ISCHR(mode) || S_ISBLK(mode);
}

/// An argument that only means something where the one before it says so.
struct Condition {
  ArgKind before, kind;
  bool (*meant)(std::uint64_t before);
};

constexpr Condition kConditions[] = {
    {ArgKind::OpenFlags, ArgKind::Mode, creates},
    {ArgKind::RemapFlags, ArgKind::Pointer, has_new_address},
    {ArgKind::NodeMode, ArgKind::Device, is_device},
};

/// What the option after a level is, and whether its value is one number.
struct OptionKind {
  std::uint64_t level;
  ArgKind kind;
};
constexpr OptionKind kOptionKinds[] = {
    {SOL_SOCKET, ArgKind::SocketOption},
    {IPPROTO_TCP, ArgKind::TcpOption},
    {IPPROTO_IP, ArgKind::InternetOption},
    {IPPROTO_IPV6, ArgKind::Internet6Option},
};
/// Options of SOL_SOCKET and IPPROTO_TCP whose values are structures or strings (socket(7),
/// tcp(7)).
constexpr std::uint64_t kStructuredSocketOptions[] = {
    SO_LINGER,  SO_RCVTIMEO_OLD, SO_SNDTIMEO_OLD, SO_PEERCRED,
    SO_PEERSEC, SO_PEERNAME,     SO_BINDTODEVICE, SO_ATTACH_FILTER};

bool is_structured(std::uint64_t level, std::uint64_t option) {
  if (level == SOL_SOCKET)
    return std::ranges::find(kStructuredSocketOptions, option) !=
           std::end(kStructuredSocketOptions);
  return level == IPPROTO_TCP && option == TCP_INFO;
}

}  // namespace

CallShape::CallShape(const SyscallRow* row, Abi abi, const CallArguments& args) {
  count_ = row != nullptr ? row->args.size() : args.size();
  returns_ = row != nullptr ? row->traits.returns : ResultKind::Number;
  for (std::size_t i = 0; i < count_; ++i)
    arguments_[i] = {static_cast<std::uint8_t>(i),
                     row != nullptr ? row->args[i] : ArgSpec{.kind = ArgKind::Hex}};
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint64_t value = args[arguments_[i].index];
    shape_command(i, value);
    drop_unmeant(i, value);
    shape_option(i, args);
    if (abi == Abi::Amd64) join_offset(i);
  }
  if (row != nullptr) widen_timeout(*row);
}

void CallShape::shape_command(std::size_t at, std::uint64_t value) {
  const auto kind = std::ranges::find(kCommands, arguments_[at].spec.kind, &CommandKind::kind);
  if (kind == std::end(kCommands)) return;
  const auto row = std::ranges::find(kind->shapes, value & kind->mask, &CommandShape::command);
  if (row == kind->shapes.end()) return;
  if (row->returns != ResultKind::Number) returns_ = row->returns;
  const std::size_t first = arguments_[at].index + 1u;
  count_ = at + 1;
  for (std::size_t i = 0; i < row->rest.size(); ++i) {
    if ((row->hidden >> i & 1) != 0) continue;
    ShapedArgument argument{static_cast<std::uint8_t>(first + i), row->rest[i]};
    // Counts of a row are places in it.
    if (argument.spec.count_from != kNoCount)
      argument.spec.count_from = static_cast<std::uint8_t>(argument.spec.count_from + first);
    CHECK(argument.index < arguments_.size(), "a command with too many arguments");
    arguments_[count_++] = argument;
  }
}

void CallShape::drop_unmeant(std::size_t at, std::uint64_t value) {
  if (at + 1 >= count_) return;
  const auto row = std::ranges::find_if(kConditions, [&](const Condition& condition) {
    return condition.before == arguments_[at].spec.kind &&
           condition.kind == arguments_[at + 1].spec.kind;
  });
  if (row != std::end(kConditions) && !row->meant(value)) count_ = at + 1;
}

void CallShape::shape_option(std::size_t at, const CallArguments& args) {
  if (arguments_[at].spec.kind != ArgKind::SocketLevel || at + 2 >= count_) return;
  const auto level = static_cast<std::uint32_t>(args[arguments_[at].index]);
  const auto row = std::ranges::find(kOptionKinds, level, &OptionKind::level);
  if (row == std::end(kOptionKinds)) return;
  arguments_[at + 1].spec.kind = row->kind;
  if (!is_structured(level, args[arguments_[at + 1].index]))
    arguments_[at + 2].spec.kind = ArgKind::Int32;
}

/// amd64 passes a 64-bit offset in its lower half's register; the upper half is not looked at.
void CallShape::join_offset(std::size_t at) {
  if (arguments_[at].spec.kind != ArgKind::OffsetLow || at + 1 >= count_) return;
  arguments_[at].spec.kind = ArgKind::Offset;
  std::copy(arguments_.begin() + at + 2, arguments_.begin() + count_, arguments_.begin() + at + 1);
  --count_;
}

/// A command's timeout is as wide as the call's own.
void CallShape::widen_timeout(const SyscallRow& row) {
  for (std::size_t i = 0; i < count_; ++i) {
    auto& [index, spec] = arguments_[i];
    if (spec.kind == ArgKind::Timespec && row.args[index].kind == ArgKind::Timespec64)
      spec.kind = ArgKind::Timespec64;
  }
}

}  // namespace ringfare
