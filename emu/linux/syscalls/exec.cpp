// SPDX-License-Identifier: MIT
// execve(2), execveat(2).
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/program/loadable.hpp"
#include "emu/program/loader.hpp"
#include "emu/program/scripts.hpp"

namespace ringfare {
namespace {

// execve(2), "Limits on size of arguments and environment".
constexpr std::uint64_t kStringLimit = kStackSize / 4, kLongestString = 32 * kPageSize;

/// The strings of a null-terminated vector; -errno where they cannot be had.
std::int64_t read_vector(Process& process, std::uint64_t address, std::vector<std::string>& to,
                         std::uint64_t& size) {
  if (address == 0) return 0;  // as an empty vector
  for (;; address += 8) {
    const auto pointer = process.user.load<std::uint64_t>(address);
    if (!pointer) return -EFAULT;
    if (*pointer == 0) return 0;
    const std::uint64_t there = process.user.readable_prefix(*pointer, kLongestString + 1);
    const char* const text = reinterpret_cast<const char*>(AddressSpace::host({*pointer}));
    const std::size_t length = there == 0 ? 0 : strnlen(text, there);
    if (length == there) return there > kLongestString ? -E2BIG : -EFAULT;
    if (length + 1 > kLongestString) return -E2BIG;
    to.emplace_back(text, length);
    process.user.count_in(length + 1);
    size += length + 1 + sizeof(std::uint64_t);
    if (size > kStringLimit) return -E2BIG;
  }
}

/// `name` is the guest's name of the file at `path`.
std::int64_t execute(Process& process, std::string path, std::string name, std::uint64_t arguments,
                     std::uint64_t environment) {
  ExecRequest request{
      .program = std::move(path), .name = std::move(name), .arguments = {}, .environment = {}};
  std::uint64_t size = request.program.size() + 1;
  // Whether there is such a file comes first, as on Linux.
  struct stat status {};
  if (::stat(request.program.c_str(), &status) != 0) return -errno;
  if (const auto error = read_vector(process, arguments, request.arguments, size); error != 0)
    return error;
  if (const auto error = read_vector(process, environment, request.environment, size); error != 0)
    return error;
  if (request.arguments.empty()) request.arguments.emplace_back();  // since Linux 5.18
  if (const auto error = follow_scripts(request); error != 0) return error;
  if (const auto error = check_loadable(request.program); error != 0) return error;
  process.return_memory();
  process.exec = std::move(request);
  return 0;
}

/// The path as the guest wrote it: "/proc/self/exe" and the like lie elsewhere on the host.
std::string given_name(Process& process, std::uint64_t address) {
  const char* const given = process.user.string(address);
  if (given == nullptr || given == UserMemory::nowhere()) return {};
  return {given, strnlen(given, PATH_MAX)};
}

}  // namespace

std::int64_t sys_execve(Process& process, const CallArguments& args) {
  const char* const path = process.host_path(args[0]);
  if (path == nullptr || path == UserMemory::nowhere()) return -EFAULT;
  const std::size_t length = strnlen(path, PATH_MAX);
  if (length == PATH_MAX) return -ENAMETOOLONG;
  if (length == 0) return -ENOENT;
  process.user.count_in(length + 1);
  return execute(process, std::string(path, length), given_name(process, args[0]), args[1],
                 args[2]);
}

std::int64_t sys_execveat(Process& process, const CallArguments& args) {
  const auto flags = static_cast<std::uint32_t>(args[4]);
  if ((flags & ~std::uint32_t{AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW}) != 0) return -EINVAL;
  const bool keeps = (flags & AT_SYMLINK_NOFOLLOW) != 0;
  const char* const given =
      process.host_path(args[1], args[0], keeps ? LastLink::Kept : LastLink::Followed);
  if (given == nullptr || given == UserMemory::nowhere()) return -EFAULT;
  const std::string path(given, strnlen(given, PATH_MAX));
  if (path.size() == PATH_MAX) return -ENAMETOOLONG;
  process.user.count_in(path.size() + 1);
  if (path.empty() && (flags & AT_EMPTY_PATH) == 0) return -ENOENT;
  const int directory = process.host_directory(args[0]);
  std::string whole = path;
  if (!path.starts_with('/') && directory != AT_FDCWD) {
    if (directory < 0) return -EBADF;
    std::array<char, PATH_MAX> name{};
    const std::string link = fmt::format("/proc/self/fd/{}", directory);
    const ssize_t length = ::readlink(link.c_str(), name.data(), name.size());
    if (length < 0) return -errno;
    whole = std::string(name.data(), static_cast<std::size_t>(length));
    if (!path.empty()) whole += "/" + path;
  }
  struct stat status {};
  if ((flags & AT_SYMLINK_NOFOLLOW) != 0 && ::lstat(whole.c_str(), &status) == 0 &&
      S_ISLNK(status.st_mode))
    return -ELOOP;
  return execute(process, whole, given_name(process, args[1]), args[2], args[3]);
}

}  // namespace ringfare
