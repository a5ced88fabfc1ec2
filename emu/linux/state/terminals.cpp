// SPDX-License-Identifier: MIT
#include "emu/linux/state/terminals.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr unsigned kPseudoTerminals = 136;  // Documentation/admin-guide/devices.txt: UNIX98 slaves
constexpr unsigned kMinorsOfMajor = 1u << 20;

std::string slave_path(std::uint32_t device) {
  const unsigned number = (major(device) - kPseudoTerminals) * kMinorsOfMajor + minor(device);
  return fmt::format("/dev/pts/{}", number);
}

bool is_orphaned(Process& process, int group) {
  // A group is orphaned where no member's parent is in the same session, but another group.
  for (const ProcessEntry* const member : process.tree.all()) {
    if (member->group != group || member->state == ProcessEntry::State::Zombie) continue;
    const ProcessEntry* const parent = process.tree.find(member->parent);
    if (parent != nullptr && parent->session == member->session && parent->group != group)
      return false;
  }
  // The parent of the first process is a shell outside.
  return group != process.options.pid;
}

/// A key of termios(3) and what it sends.
struct Key {
  std::size_t place;
  int signal;
};
constexpr Key kKeys[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};

}  // namespace

bool is_master(int host_fd) {
  unsigned number = 0;
  return ioctl(host_fd, TIOCGPTN, &number) == 0;
}

std::uint32_t terminal_device(int host_fd) {
  struct stat status {};
  if (fstat(host_fd, &status) != 0 || !S_ISCHR(status.st_mode)) return 0;
  unsigned number = 0;
  if (ioctl(host_fd, TIOCGPTN, &number) == 0)
    return static_cast<std::uint32_t>(makedev(kPseudoTerminals, number));
  return isatty(host_fd) == 1 ? static_cast<std::uint32_t>(status.st_rdev) : 0;
}

bool is_controlling(Process& process, int host_fd) {
  const std::uint32_t own = process.tree.self().terminal;
  if (own == 0) return false;
  pid_t session = 0;
  if (own == Terminal::kHost) return ioctl(host_fd, TIOCGSID, &session) == 0;
  return !is_master(host_fd) && terminal_device(host_fd) == own;
}

Terminal* find_terminal(Process& process, std::uint32_t device) {
  if (device == 0) return nullptr;
  const auto all = process.tree.terminals();
  const auto found = std::ranges::find(all, device, &Terminal::device);
  return found == all.end() ? nullptr : &*found;
}

Terminal* own_terminal(Process& process) {
  return find_terminal(process, process.tree.self().terminal);
}

bool take_terminal(Process& process, std::uint32_t device) {
  Terminal* place = find_terminal(process, device);
  if (place == nullptr) {
    const auto all = process.tree.terminals();
    const auto free = std::ranges::find(all, 0u, &Terminal::device);
    if (free == all.end()) return false;
    place = &*free;
  }
  *place = {device, process.session(), process.group()};
  process.tree.self().terminal = device;
  return true;
}

void give_up_terminal(Process& process) {
  const std::uint32_t device = process.tree.self().terminal;
  Terminal* const terminal = own_terminal(process);
  if (terminal != nullptr) {
    const int group = terminal->group;
    if (device != Terminal::kHost) *terminal = {};
    process.signal_group(group, SIGHUP);
    process.signal_group(group, SIGCONT);
  }
  const int session = process.session();
  for (ProcessEntry* const entry : process.tree.all())
    if (entry->session == session && entry->terminal == device) entry->terminal = 0;
}

void note_opened_terminal(Process& process, int host_fd, std::uint64_t flags) {
  const ProcessEntry& self = process.tree.self();
  if ((flags & (O_NOCTTY | O_PATH)) != 0 || self.terminal != 0 || self.session != self.pid) return;
  const std::uint32_t device = terminal_device(host_fd);
  if (device == 0 || is_master(host_fd)) return;
  const Terminal* const terminal = find_terminal(process, device);
  if (terminal == nullptr || terminal->session == 0) take_terminal(process, device);
}

std::string terminal_path(Process& process) {
  const std::uint32_t device = process.tree.self().terminal;
  if (device == 0) return {};
  return device == Terminal::kHost ? "/dev/tty" : slave_path(device);
}

void signal_foreground(Process& process, std::uint32_t device, int signal) {
  const Terminal* const terminal = find_terminal(process, device);
  if (terminal != nullptr && terminal->group != 0) process.signal_group(terminal->group, signal);
}

void send_typed_signals(Process& process, int master, std::span<const char> typed) {
  termios settings{};
  if (tcgetattr(master, &settings) != 0) return;
  const auto flags = settings.c_lflag;
  if ((flags & ISIG) == 0 || (flags & EXTPROC) != 0) return;
  for (const char c : typed)
    for (const Key& key : kKeys) {
      const cc_t character = settings.c_cc[key.place];
      if (character != _POSIX_VDISABLE && static_cast<cc_t>(c) == character)
        signal_foreground(process, terminal_device(master), key.signal);
    }
}

void note_hangups(Process& process) {
  for (Terminal& terminal : process.tree.terminals()) {
    if (terminal.device <= Terminal::kHost) continue;
    struct stat status {};
    const bool there = stat(slave_path(terminal.device).c_str(), &status) == 0 &&
                       status.st_rdev == terminal.device;
    if (there) continue;
    const int session = terminal.session;
    ProcessEntry* const leader = process.tree.find(session);
    if (leader != nullptr && leader->state != ProcessEntry::State::Zombie)
      for (const int signal : {SIGHUP, SIGCONT}) process.signal_entry(*leader, signal);
    for (ProcessEntry* const entry : process.tree.all())
      if (entry->session == session && entry->terminal == terminal.device) entry->terminal = 0;
    const int group = terminal.group;
    terminal = {};
    if (group != session)
      for (const int signal : {SIGHUP, SIGCONT}) process.signal_group(group, signal);
  }
}

bool may_be_in_background(Process& process) {
  const Terminal* const terminal = own_terminal(process);
  return terminal != nullptr && terminal->group != 0 && terminal->group != process.group();
}

std::int64_t stop_in_background(Process& process, int host_fd, int signal) {
  if (!may_be_in_background(process) || !is_controlling(process, host_fd)) return 0;
  const bool heedless = process.signals.action(signal).handler == SignalState::kIgnore ||
                        (process.thread_signals().mask() & SignalState::bit(signal)) != 0;
  // Who ignores SIGTTOU may write; who ignores SIGTTIN cannot read all the same.
  if (heedless) return signal == SIGTTIN ? -EIO : 0;
  if (is_orphaned(process, process.group())) return -EIO;
  process.signal_group(process.group(), signal);
  return -restart::kIfAsked;
}

}  // namespace ringfare
