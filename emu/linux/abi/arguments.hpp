// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ringfare {

/// What an argument of a system call is: a value, or (the names of structures and buffers) a
/// pointer to one. Names are the man pages' where they have one; "64" and "Old" tell the layouts of
/// i386 apart, where a plain name is the ABI's own layout.
enum class ArgKind : std::uint8_t {
  None,
  Int,
  Unsigned,
  Long,
  UnsignedLong,
  Hex,
  Size,
  Offset,
  OffsetLow,
  OffsetHigh,
  PageOffset,
  Pointer,
  Fd,
  DirectoryFd,
  Pid,
  Uid,
  Gid,
  Uid16,
  Gid16,
  Signal,
  ClockId,
  Mode,
  OpenFlags,
  Whence,
  AccessMode,
  AtFlags,
  Protection,
  MapFlags,
  RemapFlags,
  SyncFlags,
  LockAllFlags,
  MemoryAdvice,
  FileAdvice,
  FcntlCommand,
  FcntlArgument,
  IoctlRequest,
  IoctlArgument,
  FlockOperation,
  RenameFlags,
  XattrFlags,
  SpliceFlags,
  ReadWriteFlags,
  StatxMask,
  MemfdFlags,
  EventfdFlags,
  SignalfdFlags,
  TimerfdFlags,
  EpollFlags,
  EpollOperation,
  RandomFlags,
  SeccompMode,
  SeccompOperation,
  MountFlags,
  UnmountFlags,
  CloneFlags,
  WaitOptions,
  WaitIdType,
  FutexOperation,
  Resource,
  RusageWho,
  PriorityWho,
  IntervalTimer,
  TimerFlags,
  SignalMaskHow,
  OldSignalMask,
  PrctlOption,
  ArchPrctlOption,
  SocketDomain,
  SocketType,
  SocketFlags,
  MessageFlags,
  SocketLevel,
  ShutdownHow,
  Path,
  String,
  StringVector,
  Bytes,
  IoVector,
  MessageHeader,
  MessageHeaders,
  SocketAddress,
  Stat,
  Stat64,
  OldStat,
  Statx,
  Statfs,
  Statfs64,
  Dirents,
  FdPair,
  FdSet,
  PollFds,
  EpollEvents,
  OpenHow,
  Timespec,
  Timespec64,
  TimespecPair,
  TimespecPair64,
  Timeval,
  TimevalPair,
  Timezone,
  Time,
  Timex,
  Tms,
  Utimbuf,
  ItimerVal,
  ItimerSpec,
  ItimerSpec64,
  Rlimit,
  Rlimit64,
  Rusage,
  Sysinfo,
  Utsname,
  SignalSet,
  SignalAction,
  OldSignalAction,
  SignalStack,
  SignalInfo,
  SignalEvent,
  CpuMask,
  Gids,
  Gids16,
  CloneArgs,
  OldMmap,
  OldSelect,
  OffsetPointer,
  OffsetPointer64,
  Int32,
  Unsigned32,
  Unsigned16,
  Int64,
  Unsigned64,
  Opaque,
  HexBytes,
  RemainingTime,
  RemainingTime64,
  FallocateMode,
  Device,
  NodeMode,
  DescriptorFlags,
  SealFlags,
  StatusFlags,
  StatxFlags,
  AccessFlags,
  FoundLock,
  PageVector,
  FutexBits,
  WaitStatus,
  Termios,
  WindowSize,
  FileLock,
  InotifyFlags,
  InotifyMask,
  SchedulingPolicy,
  UserDescriptor,
  IpcKey,
  SharedMemoryFlags,
  SharedMemoryCommand,
  SharedMemoryStatus,
  AttachFlags,
  SemaphoreGetFlags,
  SemaphoreFlags,
  SemaphoreCommand,
  SemaphoreOperations,
  QueueFlags,
  QueueCommand,
  QueueStatus,
  QueueMessage,
  BufferAddresses,
  RingParameters,
  RingEnterFlags,
  RingOperation,
  Descriptors,
  SocketCallDomain,
  InternetProtocol,
  NetlinkProtocol,
  SocketOption,
  TcpOption,
  InternetOption,
  Internet6Option,
};

/// Which way the pointed-to bytes go: the kernel reads them, writes them, or both.
enum class Direction : std::uint8_t { None, In, Out, InOut };

inline constexpr std::uint8_t kNoCount = 0xff;

/// One argument. `count_from` is the index of the argument that says how many bytes or elements the
/// pointer stands for (of a socket address the kernel writes: that points to the length).
struct ArgSpec {
  ArgKind kind = ArgKind::None;
  Direction direction = Direction::None;
  std::uint8_t count_from = kNoCount;

  constexpr bool operator==(const ArgSpec&) const = default;
};

struct ArgKindRow {
  ArgKind kind;
  std::string_view token;  // as the rows of the system-call table write it
  bool layout_differs;     // between amd64 and i386
};

inline constexpr ArgKindRow kArgKinds[] = {
    {ArgKind::Int, "int", false},
    {ArgKind::Unsigned, "uint", false},
    {ArgKind::Long, "long", false},
    {ArgKind::UnsignedLong, "ulong", false},
    {ArgKind::Hex, "hex", false},
    {ArgKind::Size, "size", false},
    {ArgKind::Offset, "off", true},
    {ArgKind::OffsetLow, "lo", false},
    {ArgKind::OffsetHigh, "hi", false},
    {ArgKind::PageOffset, "pageoff", false},
    {ArgKind::Pointer, "ptr", false},
    {ArgKind::Fd, "fd", false},
    {ArgKind::DirectoryFd, "dirfd", false},
    {ArgKind::Pid, "pid", false},
    {ArgKind::Uid, "uid", false},
    {ArgKind::Gid, "gid", false},
    {ArgKind::Uid16, "uid16", false},
    {ArgKind::Gid16, "gid16", false},
    {ArgKind::Signal, "sig", false},
    {ArgKind::ClockId, "clock", false},
    {ArgKind::Mode, "mode", false},
    {ArgKind::OpenFlags, "oflag", false},
    {ArgKind::Whence, "whence", false},
    {ArgKind::AccessMode, "amode", false},
    {ArgKind::AtFlags, "atflag", false},
    {ArgKind::Protection, "prot", false},
    {ArgKind::MapFlags, "mapflag", false},
    {ArgKind::RemapFlags, "mremapflag", false},
    {ArgKind::SyncFlags, "msyncflag", false},
    {ArgKind::LockAllFlags, "mlockflag", false},
    {ArgKind::MemoryAdvice, "advice", false},
    {ArgKind::FileAdvice, "fadvice", false},
    {ArgKind::FcntlCommand, "fcntl", false},
    {ArgKind::FcntlArgument, "fcntlarg", false},
    {ArgKind::IoctlRequest, "ioctl", false},
    {ArgKind::IoctlArgument, "ioctlarg", false},
    {ArgKind::FlockOperation, "lockop", false},
    {ArgKind::RenameFlags, "renameflag", false},
    {ArgKind::XattrFlags, "xattrflag", false},
    {ArgKind::SpliceFlags, "spliceflag", false},
    {ArgKind::ReadWriteFlags, "rwf", false},
    {ArgKind::StatxMask, "statxmask", false},
    {ArgKind::MemfdFlags, "memfdflag", false},
    {ArgKind::EventfdFlags, "eventfdflag", false},
    {ArgKind::SignalfdFlags, "signalfdflag", false},
    {ArgKind::TimerfdFlags, "timerfdflag", false},
    {ArgKind::EpollFlags, "epollflag", false},
    {ArgKind::EpollOperation, "epollop", false},
    {ArgKind::RandomFlags, "grndflag", false},
    {ArgKind::SeccompMode, "seccompmode", false},
    {ArgKind::SeccompOperation, "seccompop", false},
    {ArgKind::MountFlags, "mountflag", false},
    {ArgKind::UnmountFlags, "umountflag", false},
    {ArgKind::CloneFlags, "cloneflag", false},
    {ArgKind::WaitOptions, "waitopt", false},
    {ArgKind::WaitIdType, "waitid", false},
    {ArgKind::FutexOperation, "futexop", false},
    {ArgKind::Resource, "resource", false},
    {ArgKind::RusageWho, "rusagewho", false},
    {ArgKind::PriorityWho, "priowho", false},
    {ArgKind::IntervalTimer, "itimer", false},
    {ArgKind::TimerFlags, "timerflag", false},
    {ArgKind::SignalMaskHow, "sighow", false},
    {ArgKind::OldSignalMask, "oldsigset", false},
    {ArgKind::PrctlOption, "prctl", false},
    {ArgKind::ArchPrctlOption, "archop", false},
    {ArgKind::SocketDomain, "domain", false},
    {ArgKind::SocketType, "socktype", false},
    {ArgKind::SocketFlags, "sockflag", false},
    {ArgKind::MessageFlags, "msgflag", false},
    {ArgKind::SocketLevel, "socklevel", false},
    {ArgKind::ShutdownHow, "shut", false},
    {ArgKind::Path, "path", false},
    {ArgKind::String, "str", false},
    {ArgKind::StringVector, "strv", true},
    {ArgKind::Bytes, "bytes", false},
    {ArgKind::IoVector, "iovec", true},
    {ArgKind::MessageHeader, "msghdr", true},
    {ArgKind::MessageHeaders, "mmsghdr", true},
    {ArgKind::SocketAddress, "sockaddr", false},
    {ArgKind::Stat, "stat", true},
    {ArgKind::Stat64, "stat64", true},
    {ArgKind::OldStat, "oldstat", true},
    {ArgKind::Statx, "statx", false},
    {ArgKind::Statfs, "statfs", true},
    {ArgKind::Statfs64, "statfs64", true},
    {ArgKind::Dirents, "dirents", true},
    {ArgKind::FdPair, "fds", false},
    {ArgKind::FdSet, "fdset", false},
    {ArgKind::PollFds, "pollfd", false},
    {ArgKind::EpollEvents, "epollevent", false},
    {ArgKind::OpenHow, "openhow", false},
    {ArgKind::Timespec, "timespec", true},
    {ArgKind::Timespec64, "timespec64", false},
    {ArgKind::TimespecPair, "timespecs", true},
    {ArgKind::TimespecPair64, "timespecs64", false},
    {ArgKind::Timeval, "timeval", true},
    {ArgKind::TimevalPair, "timevals", true},
    {ArgKind::Timezone, "timezone", false},
    {ArgKind::Time, "time", true},
    {ArgKind::Timex, "timex", true},
    {ArgKind::Tms, "tms", true},
    {ArgKind::Utimbuf, "utimbuf", true},
    {ArgKind::ItimerVal, "itimerval", true},
    {ArgKind::ItimerSpec, "itimerspec", true},
    {ArgKind::ItimerSpec64, "itimerspec64", false},
    {ArgKind::Rlimit, "rlimit", true},
    {ArgKind::Rlimit64, "rlimit64", false},
    {ArgKind::Rusage, "rusage", true},
    {ArgKind::Sysinfo, "sysinfo", true},
    {ArgKind::Utsname, "utsname", false},
    {ArgKind::SignalSet, "sigset", false},
    {ArgKind::SignalAction, "sigaction", true},
    {ArgKind::OldSignalAction, "oldsigaction", true},
    {ArgKind::SignalStack, "stack", true},
    {ArgKind::SignalInfo, "siginfo", true},
    {ArgKind::SignalEvent, "sigevent", true},
    {ArgKind::CpuMask, "cpumask", false},
    {ArgKind::Gids, "gids", false},
    {ArgKind::Gids16, "gids16", false},
    {ArgKind::CloneArgs, "cloneargs", false},
    {ArgKind::OldMmap, "oldmmap", true},
    {ArgKind::OldSelect, "oldselect", true},
    {ArgKind::OffsetPointer, "offset", true},
    {ArgKind::OffsetPointer64, "offset64", false},
    {ArgKind::Int32, "i32", false},
    {ArgKind::Unsigned32, "u32", false},
    {ArgKind::Unsigned16, "u16", false},
    {ArgKind::Int64, "i64", false},
    {ArgKind::Unsigned64, "u64", false},
    {ArgKind::Opaque, "opaque", true},
    {ArgKind::HexBytes, "hexbytes", false},
    {ArgKind::RemainingTime, "rem", true},
    {ArgKind::RemainingTime64, "rem64", false},
    {ArgKind::FallocateMode, "fallocmode", false},
    {ArgKind::Device, "dev", false},
    {ArgKind::NodeMode, "nodemode", false},
    {ArgKind::DescriptorFlags, "fdflag", false},
    {ArgKind::SealFlags, "seal", false},
    {ArgKind::StatusFlags, "statusflag", false},
    {ArgKind::StatxFlags, "statxflag", false},
    {ArgKind::AccessFlags, "accessflag", false},
    {ArgKind::FoundLock, "foundlock", true},
    {ArgKind::PageVector, "pagevec", false},
    {ArgKind::FutexBits, "futexbits", false},
    {ArgKind::WaitStatus, "wstatus", false},
    {ArgKind::Termios, "termios", false},
    {ArgKind::WindowSize, "winsize", false},
    {ArgKind::FileLock, "filelock", true},
    {ArgKind::InotifyFlags, "inoflag", false},
    {ArgKind::InotifyMask, "inomask", false},
    {ArgKind::SchedulingPolicy, "schedpolicy", false},
    {ArgKind::UserDescriptor, "userdesc", false},
    {ArgKind::IpcKey, "ipckey", false},
    {ArgKind::SharedMemoryFlags, "shmflag", false},
    {ArgKind::SharedMemoryCommand, "shmcmd", false},
    {ArgKind::SharedMemoryStatus, "shmstatus", true},
    {ArgKind::AttachFlags, "attachflag", false},
    {ArgKind::SemaphoreGetFlags, "semgetflag", false},
    {ArgKind::SemaphoreFlags, "semflag", false},
    {ArgKind::SemaphoreCommand, "semcmd", false},
    {ArgKind::SemaphoreOperations, "sembuf", false},
    {ArgKind::QueueFlags, "queueflag", false},
    {ArgKind::QueueCommand, "queuecmd", false},
    {ArgKind::QueueStatus, "queuestatus", true},
    {ArgKind::QueueMessage, "msgbuf", true},
    {ArgKind::BufferAddresses, "bufferaddr", true},
    {ArgKind::RingParameters, "ringparams", false},
    {ArgKind::RingEnterFlags, "ringenter", false},
    {ArgKind::RingOperation, "ringop", false},
    {ArgKind::Descriptors, "fdlist", false},
    {ArgKind::SocketCallDomain, "sockdomain", false},
    {ArgKind::InternetProtocol, "ipproto", false},
    {ArgKind::NetlinkProtocol, "nlproto", false},
    {ArgKind::SocketOption, "sockopt", false},
    {ArgKind::TcpOption, "tcpopt", false},
    {ArgKind::InternetOption, "ipopt", false},
    {ArgKind::Internet6Option, "ip6opt", false},
};

/// The arguments of one call, parsed from text while compiling: tokens of `kArgKinds` separated by
/// one space, each with `<` (the kernel reads what it points to), `>` (writes) or `=` (both) before
/// it and `:N` (the count is argument N) after it: "fd >bytes:2 size".
class ArgList {
 public:
  consteval ArgList(const char* text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      specs_.at(count_++) = parse(rest.substr(0, space));
      rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    }
    for (std::size_t i = 0; i < count_; ++i)
      if (specs_[i].count_from != kNoCount && specs_[i].count_from >= count_)
        throw "a count refers to an argument that is not there";
  }

  constexpr std::size_t size() const { return count_; }
  constexpr const ArgSpec& operator[](std::size_t index) const { return specs_[index]; }
  constexpr const ArgSpec* begin() const { return specs_.data(); }
  constexpr const ArgSpec* end() const { return specs_.data() + count_; }

 private:
  // A throw that is reached does not compile.
  static consteval ArgSpec parse(std::string_view token) {
    ArgSpec spec;
    if (token.starts_with('<')) spec.direction = Direction::In;
    if (token.starts_with('>')) spec.direction = Direction::Out;
    if (token.starts_with('=')) spec.direction = Direction::InOut;
    if (spec.direction != Direction::None) token.remove_prefix(1);
    if (const std::size_t colon = token.find(':'); colon != std::string_view::npos) {
      if (token.size() != colon + 2) throw "a count is one digit";
      spec.count_from = static_cast<std::uint8_t>(token[colon + 1] - '0');
      token = token.substr(0, colon);
    }
    for (const ArgKindRow& row : kArgKinds)
      if (row.token == token) {
        spec.kind = row.kind;
        return spec;
      }
    throw "not a kind of argument";
  }

  std::array<ArgSpec, 6> specs_{};
  std::size_t count_ = 0;
};

constexpr bool layout_differs(ArgKind kind) {
  for (const ArgKindRow& row : kArgKinds)
    if (row.kind == kind) return row.layout_differs;
  return false;
}

}  // namespace ringfare
