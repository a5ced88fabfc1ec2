// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfare {

class Process;

/// What a path means for the guest under which a process finds itself or its machine.
struct ProcPath {
  enum class Meaning {
    Elsewhere,  // not one of these: the host's own file
    Replaced,   // the host's file `text`
    Made,       // a file with the contents `text`
    Random,     // our generator in place of the host's file
    Missing,    // the guest has no such file
  };

  Meaning meaning = Meaning::Elsewhere;
  std::string text;
};

/// Recognizes absolute paths: /proc/self/..., /proc/PID/..., /dev/stdin, /dev/fd/N, /dev/urandom
/// and the files of /proc and /sys that tell time, load, memory and processors.
ProcPath find_proc_path(Process& process, std::string_view path);

/// What readlink(2) answers where `path` is a link of the guest's own (/proc/self/exe); nothing
/// elsewhere.
std::optional<std::string> proc_link(Process& process, std::string_view path);

}  // namespace ringfare
