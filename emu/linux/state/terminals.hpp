// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ringfare {

class Process;
struct Terminal;

/// Terminals of the guest's sessions. The host's kernel knows nothing of these, nor of the guest's
/// process groups: whose a terminal is, who is in its foreground, and what signals its keys and its
/// end send is kept and done here. The bytes and their editing are the host's.

/// st_rdev of the terminal that a host descriptor stands for, also where it is the master's side
/// of a pseudoterminal; 0 for everything else.
std::uint32_t terminal_device(int host_fd);
/// Whether it is the master's side.
bool is_master(int host_fd);

/// Whether the host descriptor is the controlling terminal of the process.
bool is_controlling(Process& process, int host_fd);
/// The entry of a terminal that has a session; null for others.
Terminal* find_terminal(Process& process, std::uint32_t device);
/// The entry of the process's own controlling terminal; null where it has none.
Terminal* own_terminal(Process& process);

/// The terminal becomes the session's. False where there is no room for it.
bool take_terminal(Process& process, std::uint32_t device);
/// The session loses it: the foreground is told (SIGHUP, SIGCONT).
void give_up_terminal(Process& process);
/// Opened without O_NOCTTY: it becomes the terminal of a session leader that has none.
void note_opened_terminal(Process& process, int host_fd, std::uint64_t flags);

/// The path of /dev/tty for the process; empty where it has no terminal (ENXIO).
std::string terminal_path(Process& process);

/// To all processes in the terminal's foreground.
void signal_foreground(Process& process, std::uint32_t device, int signal);
/// What was written to a master's side: its keys that send signals (termios(3), ISIG) have.
void send_typed_signals(Process& process, int master, std::span<const char> typed);
/// A descriptor was closed: terminals that have lost their masters hang up (SIGHUP).
void note_hangups(Process& process);

/// The process is in the background of this terminal, which is its own: it may not use it, and
/// `signal` (SIGTTIN, SIGTTOU) has been sent to its group, or -EIO. 0 where it may.
std::int64_t stop_in_background(Process& process, int host_fd, int signal);
/// Whether a read of the process's can be such: cheap to ask.
bool may_be_in_background(Process& process);

}  // namespace ringfare
