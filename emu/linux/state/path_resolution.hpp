// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "emu/linux/host/held_file.hpp"
#include "emu/linux/state/proc_files.hpp"

namespace ringfare {

class Process;

/// What a call does where the last component of a path is a symbolic link.
enum class LastLink : std::uint8_t { Followed, Kept };

/// Where a path leads (path_resolution(7)). Names do not matter, only what they lead to: the
/// guest's processes are not the host's, so nothing in the host's /proc is found by walking there.
struct FoundPath {
  enum class Kind : std::uint8_t {
    Ordinary,  // the host's kernel finds the same: it may have the path as it is
    Host,      // the host's file `text`, as long as `held` is open
    Proc,      // the guest's `text` in /proc, /dev or /sys, without links and dots
    Error,
  };

  Kind kind = Kind::Ordinary;
  std::string text = {};
  std::int64_t error = 0;  // -errno
  HeldFile held = {};
};

/// `path` as the guest means it, seen from its descriptor `directory` or AT_FDCWD.
FoundPath find_path(Process& process, std::uint64_t directory, const char* path, LastLink last);

/// The name of the guest's descriptor or AT_FDCWD where it lies in /proc; empty elsewhere.
const std::string& name_in_proc(Process& process, std::uint64_t directory);

/// Whether the host's kernel can be given a path as it is that begins like this one, if it meets
/// neither another file system nor a link of /proc on its way (`kOrdinaryWay`).
bool may_be_ordinary(Process& process, std::uint64_t directory, const char* path);
/// For openat2(2).
extern const std::uint64_t kOrdinaryWay;
/// Whether openat2(2) says that the way was not ordinary, or that it cannot tell.
bool left_ordinary_way(std::int64_t result);

/// The guest's name of a host's file that lies in /proc, of which only the descriptor is known:
/// inherited or received. Empty elsewhere.
std::string proc_path_of(Process& process, int host_fd);

/// What the guest finds at `name` in /proc, /dev or /sys, as `FoundPath` has it.
ProcPath meaning_of(Process& process, const std::string& name);

/// The step by step walk that `find_path` takes where the host's kernel cannot be asked.
FoundPath walk_path(Process& process, std::uint64_t directory, const char* path, LastLink last);

}  // namespace ringfare
