// SPDX-License-Identifier: MIT
// chdir(2), fchdir(2), getcwd(2).
#include <limits.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {

std::int64_t sys_chdir(Process& process, const CallArguments& args) {
  const char* const given = process.user.string(args[0]);
  if (given == nullptr || given == UserMemory::nowhere()) return -EFAULT;
  const FoundPath found = find_path(process, Process::kHere, given, LastLink::Followed);
  const char* const path = process.host_path(args[0]);
  if (process.path_error != 0) return process.path_error;
  const std::int64_t result = host_call(SYS_chdir, path);
  if (result != 0) return result;
  process.proc_directory.clear();
  if (found.kind == FoundPath::Kind::Proc && found.text.starts_with("/proc"))
    process.proc_directory = found.text;
  return 0;
}

std::int64_t sys_fchdir(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  if (host < 0) return -EBADF;
  const std::int64_t result = host_call(SYS_fchdir, host);
  if (result == 0) process.proc_directory = name_in_proc(process, args[0]);
  return result;
}

std::int64_t sys_getcwd(Process& process, const CallArguments& args) {
  const std::uint64_t there =
      process.user.writable_prefix(args[0], std::min<std::uint64_t>(args[1], PATH_MAX));
  char path[PATH_MAX];
  std::int64_t length = host_call(SYS_getcwd, &path[0], sizeof(path));
  if (const std::string& own = process.proc_directory; !own.empty()) {
    length = static_cast<std::int64_t>(own.copy(path, sizeof(path) - 1)) + 1;
    path[length - 1] = '\0';
  }
  if (length < 0) return length;
  const auto size = static_cast<std::uint64_t>(length);
  if (size > args[1]) return -ERANGE;
  if (size > there) return -EFAULT;
  std::memcpy(AddressSpace::host({args[0]}), path, size);
  process.user.count_out(size);
  return length;
}

}  // namespace ringfare
