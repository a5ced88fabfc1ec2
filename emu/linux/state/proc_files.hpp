// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emu/linux/state/positioned_file.hpp"

namespace ringfare {

class Process;

/// What a path means for the guest under which a process finds itself, other guests or its machine.
struct ProcPath {
  enum class Meaning : std::uint8_t {
    Elsewhere,  // not one of these: the host's own file
    Replaced,   // the host's file `text`
    Made,       // a file with the contents `text`
    Listed,     // a directory whose entries we list: see `open_proc_file`
    Served,     // bytes that we read and write ourselves: likewise
    Random,     // our generator in place of the host's file
    Missing,    // the guest has no such file
  };

  Meaning meaning = Meaning::Elsewhere;
  std::string host;  // of the host: its type, owner and mode are the file's; empty: the path itself
  std::string text;  // Made: the contents; else as `host`
};

/// Recognizes absolute paths: /proc, /proc/self/..., /proc/PID/... of guests, /dev/stdin,
/// /dev/fd/N, /dev/urandom and the files of /proc and /sys that tell time, load, memory and
/// processors. Repeated slashes and "." do not matter; ".." is not looked at.
ProcPath find_proc_path(Process& process, std::string_view path);

/// The name under which /proc/self/fd shows such a file: that of the process in place of "self".
std::string proc_name(const Process& process, std::string_view path);

/// The open file of a path that is `Listed` or `Served`; null where another guest has no such file.
std::unique_ptr<PositionedFile> open_proc_file(Process& process, std::string_view path);

/// What readlink(2) answers where `path` is a link of the guest's own (/proc/self/exe); nothing
/// elsewhere.
std::optional<std::string> proc_link(Process& process, std::string_view path);

/// Lets other processes ask this one about its files of /proc.
void answer_about_proc(Process& process);

}  // namespace ringfare
