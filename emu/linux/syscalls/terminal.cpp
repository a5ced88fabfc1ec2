// SPDX-License-Identifier: MIT
// ioctl(2): terminals and the requests any file has.
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/state/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

/// A request the host's kernel may serve: its argument is a value (size 0) or points to `size`
/// bytes that go one way.
struct RequestRow {
  std::uint32_t request;
  Direction direction;
  std::uint32_t size;
};

constexpr std::uint32_t kTermios = 36;   // the kernel's struct termios, ioctl_tty(2)
constexpr std::uint32_t kTermios2 = 44;  // struct termios2
constexpr std::uint32_t kTermio = 18;    // struct termio

// ioctl_tty(2), ioctl_iflags(2), sd(4).
constexpr RequestRow kRequests[] = {
    {TCGETS, Direction::Out, kTermios},
    {TCSETS, Direction::In, kTermios},
    {TCSETSW, Direction::In, kTermios},
    {TCSETSF, Direction::In, kTermios},
    {0x802c542a, Direction::Out, kTermios2},  // TCGETS2
    {0x402c542b, Direction::In, kTermios2},   // TCSETS2
    {0x402c542c, Direction::In, kTermios2},   // TCSETSW2
    {0x402c542d, Direction::In, kTermios2},   // TCSETSF2
    {TCGETA, Direction::Out, kTermio},
    {TCSETA, Direction::In, kTermio},
    {TIOCGWINSZ, Direction::Out, sizeof(winsize)},
    {TIOCSWINSZ, Direction::In, sizeof(winsize)},
    {TCSBRK, Direction::None, 0},
    {TCXONC, Direction::None, 0},
    {TCFLSH, Direction::None, 0},
    {TIOCOUTQ, Direction::Out, 4},
    {FIONREAD, Direction::Out, 4},
    {FIONBIO, Direction::In, 4},
    {TIOCGPTN, Direction::Out, 4},
    {TIOCSPTLCK, Direction::In, 4},
    {static_cast<std::uint32_t>(FS_IOC_GETFLAGS), Direction::Out, 4},
    {static_cast<std::uint32_t>(FS_IOC_SETFLAGS), Direction::In, 4},
    {static_cast<std::uint32_t>(BLKGETSIZE64), Direction::Out, 8},
    {BLKSSZGET, Direction::Out, 4},
    {BLKGETSIZE, Direction::Out, 8},
};

std::int64_t pass(Process& process, const RequestRow& row, int host, std::uint64_t argument) {
  if (row.size == 0) return host_call(SYS_ioctl, host, row.request, argument);
  const bool in = row.direction == Direction::In;
  void* const there =
      in ? process.user.in(argument, row.size) : process.user.out(argument, row.size);
  const std::int64_t result = host_call(SYS_ioctl, host, row.request, there);
  if (result < 0) return result;
  if (in) process.user.count_in(row.size);
  if (!in) process.user.count_out(row.size);
  return result;
}

/// TIOCGPGRP and TIOCGSID: the guest's numbers where the terminal is ours.
std::int64_t group_of(Process& process, std::uint32_t request, int host, std::uint64_t argument) {
  std::int32_t group = 0;
  const std::int64_t result = host_call(SYS_ioctl, host, request, &group);
  if (result < 0) return result;
  if (request == TIOCGSID) group = process.session();
  if (request == TIOCGPGRP && group == ::getpgrp()) group = process.group();
  return process.user.store(argument, group) ? 0 : -EFAULT;
}

}  // namespace

std::int64_t sys_ioctl(Process& process, const CallArguments& args) {
  Descriptor* const descriptor = process.descriptors.find(static_cast<int>(args[0]));
  if (descriptor == nullptr) return -EBADF;
  const auto request = static_cast<std::uint32_t>(args[1]);
  switch (request) {
    case FIOCLEX:
      return descriptor->close_on_exec = true, 0;
    case FIONCLEX:
      return descriptor->close_on_exec = false, 0;
    case TIOCGPGRP:
    case TIOCGSID:
      return group_of(process, request, descriptor->host_fd, args[2]);
    case FICLONE:
      return host_call(SYS_ioctl, descriptor->host_fd, request, process.host_fd(args[2]));
    default:
      break;
  }
  const auto row = std::ranges::find(kRequests, request, &RequestRow::request);
  return row == std::end(kRequests) ? -ENOTTY : pass(process, *row, descriptor->host_fd, args[2]);
}

}  // namespace ringfare
