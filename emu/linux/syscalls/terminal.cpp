// SPDX-License-Identifier: MIT
// ioctl(2): terminals, network interfaces and the requests any file has.
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/random.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/file_owner.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/terminals.hpp"

namespace ringfare {
namespace {

/// A request the host's kernel may serve: its argument is a value (size 0) or points to `size`
/// bytes.
struct RequestRow {
  std::uint32_t request;
  Direction direction;
  std::uint32_t size;
};

constexpr std::uint32_t kTermios = 36;   // the kernel's struct termios, ioctl_tty(2)
constexpr std::uint32_t kTermios2 = 44;  // struct termios2
constexpr std::uint32_t kTermio = 18;    // struct termio
constexpr std::uint32_t kInterface = sizeof(ifreq);

// ioctl_tty(2), ioctl_iflags(2), sd(4), netdevice(7), random(4).
constexpr RequestRow kRequests[] = {
    {TCGETS, Direction::Out, kTermios},
    {0x802c542a, Direction::Out, kTermios2},  // TCGETS2
    {TCGETA, Direction::Out, kTermio},
    {0x5456, Direction::Out, kTermios},  // TIOCGLCKTRMIOS
    {TIOCGWINSZ, Direction::Out, sizeof(winsize)},
    {TCSBRK, Direction::None, 0},
    {TCSBRKP, Direction::None, 0},
    {TIOCSBRK, Direction::None, 0},
    {TIOCCBRK, Direction::None, 0},
    {TCXONC, Direction::None, 0},
    {TCFLSH, Direction::None, 0},
    {TIOCEXCL, Direction::None, 0},
    {TIOCNXCL, Direction::None, 0},
    {0x80045440, Direction::Out, 4},  // TIOCGEXCL
    {TIOCOUTQ, Direction::Out, 4},
    {FIONREAD, Direction::Out, 4},
    {FIONBIO, Direction::In, 4},
    {TIOCGETD, Direction::Out, 4},
    {TIOCSETD, Direction::In, 4},
    {TIOCGPTN, Direction::Out, 4},
    {TIOCSPTLCK, Direction::In, 4},
    {0x80045439, Direction::Out, 4},  // TIOCGPTLCK
    {TIOCPKT, Direction::In, 4},
    {0x80045438, Direction::Out, 4},  // TIOCGPKT
    {TIOCGDEV, Direction::Out, 4},
    {TIOCSTI, Direction::In, 1},
    {TIOCGSOFTCAR, Direction::Out, 4},
    {TIOCSSOFTCAR, Direction::In, 4},
    {TIOCMGET, Direction::Out, 4},
    {TIOCMSET, Direction::In, 4},
    {TIOCMBIS, Direction::In, 4},
    {TIOCMBIC, Direction::In, 4},
    {TIOCGSERIAL, Direction::Out, 72},
    {FIOQSIZE, Direction::Out, 8},
    {FIGETBSZ, Direction::Out, 4},
    {FIBMAP, Direction::InOut, 4},
    {static_cast<std::uint32_t>(FS_IOC_GETFLAGS), Direction::Out, 4},
    {static_cast<std::uint32_t>(FS_IOC_SETFLAGS), Direction::In, 4},
    {static_cast<std::uint32_t>(FS_IOC_GETVERSION), Direction::Out, 4},
    {static_cast<std::uint32_t>(FS_IOC_FSGETXATTR), Direction::Out, sizeof(fsxattr)},
    {static_cast<std::uint32_t>(FS_IOC_FSSETXATTR), Direction::In, sizeof(fsxattr)},
    {static_cast<std::uint32_t>(BLKGETSIZE64), Direction::Out, 8},
    {BLKSSZGET, Direction::Out, 4},
    {static_cast<std::uint32_t>(BLKBSZGET), Direction::Out, 4},
    {BLKGETSIZE, Direction::Out, 8},
    {BLKROGET, Direction::Out, 4},
    {RNDGETENTCNT, Direction::Out, 4},
    {0x8905, Direction::Out, 4},
    {0x8906, Direction::Out, 16},  // SIOCGSTAMP
    {0x8907, Direction::Out, 16},
    {SIOCGIFNAME, Direction::InOut, kInterface},
    {SIOCGIFINDEX, Direction::InOut, kInterface},
    {SIOCGIFFLAGS, Direction::InOut, kInterface},
    {SIOCGIFADDR, Direction::InOut, kInterface},
    {SIOCGIFDSTADDR, Direction::InOut, kInterface},
    {SIOCGIFBRDADDR, Direction::InOut, kInterface},
    {SIOCGIFNETMASK, Direction::InOut, kInterface},
    {SIOCGIFMETRIC, Direction::InOut, kInterface},
    {SIOCGIFMTU, Direction::InOut, kInterface},
    {SIOCGIFHWADDR, Direction::InOut, kInterface},
    {SIOCGIFTXQLEN, Direction::InOut, kInterface},
    {SIOCGIFMAP, Direction::InOut, kInterface},
};

/// Requests that change a terminal: who does so in the background is stopped.
constexpr RequestRow kChanges[] = {
    {TCSETS, Direction::In, kTermios},      {TCSETSW, Direction::In, kTermios},
    {TCSETSF, Direction::In, kTermios},     {0x402c542b, Direction::In, kTermios2},  // TCSETS2
    {0x402c542c, Direction::In, kTermios2},                                          // TCSETSW2
    {0x402c542d, Direction::In, kTermios2},                                          // TCSETSF2
    {TCSETA, Direction::In, kTermio},       {TCSETAW, Direction::In, kTermio},
    {TCSETAF, Direction::In, kTermio},
};

std::int64_t pass(Process& process, const RequestRow& row, int host, std::uint64_t argument) {
  if (row.size == 0) return host_call(SYS_ioctl, host, row.request, argument);
  const bool in = row.direction != Direction::Out, out = row.direction != Direction::In;
  void* const there = in && out ? process.user.in_out(argument, row.size)
                      : in      ? process.user.in(argument, row.size)
                                : process.user.out(argument, row.size);
  const std::int64_t result = host_call(SYS_ioctl, host, row.request, there);
  if (result < 0) return result;
  if (in) process.user.count_in(row.size);
  if (out) process.user.count_out(row.size);
  return result;
}

/// SIOCGIFCONF: a length, and a pointer to so many bytes for addresses of interfaces.
std::int64_t interfaces(Process& process, int host, std::uint64_t argument) {
  auto asked = process.user.load<ifconf>(argument);
  if (!asked) return -EFAULT;
  if (asked->ifc_len < 0) return -EINVAL;
  const auto size = static_cast<std::uint64_t>(asked->ifc_len);
  if (asked->ifc_buf != nullptr) {
    void* const there = process.user.out(host_word(asked->ifc_buf), size);
    asked->ifc_buf = static_cast<char*>(there);
  }
  const char* const buffer = asked->ifc_buf;
  const std::int64_t result = host_call(SYS_ioctl, host, SIOCGIFCONF, &*asked);
  if (result < 0) return result;
  if (buffer != nullptr) process.user.count_out(static_cast<std::uint64_t>(asked->ifc_len));
  return process.user.store(argument, asked->ifc_len) ? 0 : -EFAULT;
}

/// FS_IOC_FIEMAP: a head that says for how many extents there is room behind it.
std::int64_t extents(Process& process, int host, std::uint64_t argument) {
  const auto count = process.user.load<std::uint32_t>(argument + offsetof(fiemap, fm_extent_count));
  if (!count) return -EFAULT;
  if (*count > UINT32_MAX / sizeof(fiemap_extent)) return -EINVAL;
  const std::uint64_t size = sizeof(fiemap) + std::uint64_t{*count} * sizeof(fiemap_extent);
  const std::int64_t result =
      host_call(SYS_ioctl, host, FS_IOC_FIEMAP, process.user.in_out(argument, size));
  if (result >= 0) process.user.count_out(size);
  return result;
}

/// TIOCGPGRP.
std::int64_t foreground(Process& process, int host, std::uint64_t argument) {
  std::int32_t group = 0;
  if (is_master(host)) {
    const Terminal* const terminal = find_terminal(process, terminal_device(host));
    if (terminal != nullptr) group = terminal->group;
    return process.user.store(argument, group) ? 0 : -EFAULT;
  }
  if (!is_controlling(process, host)) return -ENOTTY;
  if (const Terminal* const terminal = own_terminal(process)) {
    group = terminal->group;
  } else {
    // The host's: its foreground is where the run was started, or it is in the background.
    const std::int64_t result = host_call(SYS_ioctl, host, TIOCGPGRP, &group);
    if (result < 0) return result;
    if (group == ::getpgrp()) group = process.options.pid;
  }
  return process.user.store(argument, group) ? 0 : -EFAULT;
}

/// TIOCSPGRP.
std::int64_t set_foreground(Process& process, int host, std::uint64_t argument) {
  const auto group = process.user.load<std::int32_t>(argument);
  if (!is_controlling(process, host)) return -ENOTTY;
  if (const std::int64_t stopped = stop_in_background(process, host, SIGTTOU); stopped != 0)
    return stopped;
  if (!group) return -EFAULT;
  if (*group < 0) return -EINVAL;
  const auto all = process.tree.all();
  const auto member = std::ranges::find(all, *group, &ProcessEntry::group);
  if (member == all.end()) return -ESRCH;
  if ((*member)->session != process.session()) return -EPERM;
  Terminal* terminal = own_terminal(process);
  if (terminal == nullptr && !take_terminal(process, process.tree.self().terminal)) return -ENOTTY;
  terminal = own_terminal(process);
  terminal->group = *group;
  return 0;
}

/// TIOCGSID.
std::int64_t session_of(Process& process, int host, std::uint64_t argument) {
  std::int32_t session = process.session();
  if (is_master(host)) {
    const Terminal* const terminal = find_terminal(process, terminal_device(host));
    if (terminal == nullptr) return -ENOTTY;
    session = terminal->session;
  } else if (!is_controlling(process, host)) {
    return -ENOTTY;
  }
  return process.user.store(argument, session) ? 0 : -EFAULT;
}

/// TIOCSCTTY.
std::int64_t become_controlling(Process& process, int host, std::uint64_t argument) {
  const std::uint32_t device = terminal_device(host);
  if (device == 0) return -ENOTTY;
  const ProcessEntry& self = process.tree.self();
  const bool leads = self.session == self.pid;
  Terminal* const terminal = find_terminal(process, device);
  if (leads && terminal != nullptr && terminal->session == self.session) return 0;
  if (!leads || self.terminal != 0) return -EPERM;
  if (terminal != nullptr && terminal->session != 0) {
    if (argument != 1 || geteuid() != 0) return -EPERM;
    for (ProcessEntry* const entry : process.tree.all())
      if (entry->terminal == device) entry->terminal = 0;
  }
  return take_terminal(process, device) ? 0 : -ENOMEM;
}

/// TIOCNOTTY.
std::int64_t leave_terminal(Process& process, int host) {
  if (!is_controlling(process, host)) return -ENOTTY;
  if (process.session() == process.pid())
    give_up_terminal(process);
  else
    process.tree.self().terminal = 0;
  return 0;
}

/// TIOCGPTPEER: opens the other side of a pseudoterminal.
std::int64_t open_peer(Process& process, int host, std::uint64_t flags) {
  const std::int64_t opened = host_call(SYS_ioctl, host, TIOCGPTPEER, flags | O_NOCTTY | O_CLOEXEC);
  const std::int64_t fd = process.install(opened, flags);
  if (fd >= 0) note_opened_terminal(process, static_cast<int>(opened), flags);
  return fd;
}

/// TIOCSWINSZ: the foreground is told where the size has changed.
std::int64_t resize(Process& process, int host, std::uint64_t argument) {
  winsize before{}, after{};
  const bool known = ioctl(host, TIOCGWINSZ, &before) == 0;
  const std::int64_t result =
      pass(process, {TIOCSWINSZ, Direction::In, sizeof(winsize)}, host, argument);
  if (result < 0 || !known || ioctl(host, TIOCGWINSZ, &after) != 0) return result;
  const bool changed = before.ws_row != after.ws_row || before.ws_col != after.ws_col ||
                       before.ws_xpixel != after.ws_xpixel || before.ws_ypixel != after.ws_ypixel;
  if (changed) signal_foreground(process, terminal_device(host), SIGWINCH);
  return result;
}

/// TIOCSIG: of the master's side.
std::int64_t send_to_foreground(Process& process, int host, std::uint64_t argument) {
  if (!is_master(host)) return -ENOTTY;
  const auto signal = static_cast<int>(argument);
  if (signal <= 0 || signal > SignalState::kCount) return -EINVAL;
  signal_foreground(process, terminal_device(host), signal);
  return 0;
}

/// FIONBIO of a file of ours: its host's file says nothing about it.
std::int64_t set_waiting(Process& process, OwnFile& file, std::uint64_t argument) {
  const auto value = process.user.load<std::int32_t>(argument);
  if (!value) return -EFAULT;
  file.waits = *value == 0;
  return 0;
}

}  // namespace

std::int64_t sys_ioctl(Process& process, const CallArguments& args) {
  Descriptor* const descriptor = process.descriptors.find(static_cast<int>(args[0]));
  if (descriptor == nullptr) return -EBADF;
  const int host = descriptor->host_fd;
  const auto request = static_cast<std::uint32_t>(args[1]);
  switch (request) {
    case FIOCLEX:
      return descriptor->close_on_exec = true, 0;
    case FIONCLEX:
      return descriptor->close_on_exec = false, 0;
    case FIONBIO:
      if (descriptor->own_file != nullptr)
        return set_waiting(process, *descriptor->own_file, args[2]);
      break;
    case FIOASYNC:
      return set_async(process, *descriptor, args[2]);
    case FIOSETOWN:
    case SIOCSPGRP:
      return set_owner_at(process, *descriptor, args[2]);
    case FIOGETOWN:
    case SIOCGPGRP:
      return owner_at(process, *descriptor, args[2]);
    case SIOCGIFCONF:
      return interfaces(process, host, args[2]);
    case TIOCGPGRP:
      return foreground(process, host, args[2]);
    case TIOCSPGRP:
      return set_foreground(process, host, args[2]);
    case TIOCGSID:
      return session_of(process, host, args[2]);
    case TIOCSCTTY:
      return become_controlling(process, host, args[2]);
    case TIOCNOTTY:
      return leave_terminal(process, host);
    case TIOCGPTPEER:
      return open_peer(process, host, args[2]);
    case TIOCSWINSZ:
      return resize(process, host, args[2]);
    case TIOCSIG:
      return send_to_foreground(process, host, args[2]);
    case static_cast<std::uint32_t>(FS_IOC_FIEMAP):
      return extents(process, host, args[2]);
    case FICLONE:
      return host_call(SYS_ioctl, host, request, process.host_fd(args[2]));
    default:
      break;
  }
  if ((request == TIOCGPTN || request == TIOCSPTLCK) && is_master(host))
    process.watches_writes = descriptor->master = true;  // from now on its keys are looked at
  const auto change = std::ranges::find(kChanges, request, &RequestRow::request);
  if (change != std::end(kChanges)) {
    if (const std::int64_t stopped = stop_in_background(process, host, SIGTTOU); stopped != 0)
      return stopped;
    return pass(process, *change, host, args[2]);
  }
  const auto row = std::ranges::find(kRequests, request, &RequestRow::request);
  return row == std::end(kRequests) ? -ENOTTY : pass(process, *row, host, args[2]);
}

}  // namespace ringfare
