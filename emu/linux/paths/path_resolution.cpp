// SPDX-License-Identifier: MIT
#include "emu/linux/state/path_resolution.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kOwnFolders[] = {"/proc", "/dev", "/sys"};

bool lies_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool in_own_folder(std::string_view path) {
  return std::ranges::any_of(kOwnFolders, [&](auto folder) { return lies_in(path, folder); });
}

std::string name_on_host(int fd) {
  std::array<char, PATH_MAX> name{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t length = ::readlink(link.c_str(), name.data(), name.size());
  return length < 0 ? std::string() : std::string(name.data(), static_cast<std::size_t>(length));
}

bool is_in_proc(int fd) {
  struct statfs status {};
  return ::fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

HeldFile open_way(int directory, const char* path, LastLink last, std::uint64_t resolve,
                  std::int64_t& error) {
  const open_how how{.flags = static_cast<std::uint64_t>(O_PATH | O_CLOEXEC |
                                                         (last == LastLink::Kept ? O_NOFOLLOW : 0)),
                     .mode = 0,
                     .resolve = resolve};
  error = host_call(SYS_openat2, directory, path, &how, sizeof how);
  return error < 0 ? HeldFile() : HeldFile(static_cast<int>(error));
}

/// `found` has been reached through another file system, but through no link of /proc.
bool is_elsewhere(Process& process, int found) {
  if (is_in_proc(found)) return false;
  const std::string name = name_on_host(found);
  return !in_own_folder(name) ||
         find_proc_path(process, name).meaning == ProcPath::Meaning::Elsewhere;
}

bool is_out_of_descriptors(std::int64_t error) {
  return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/// A process by number, or /proc/self.
bool names_process(std::string_view path) {
  if (!path.starts_with("/proc/")) return false;
  std::string_view first = path.substr(6);
  first = first.substr(0, first.find('/'));
  return first == "self" || first == "thread-self" ||
         (!first.empty() && first.find_first_not_of("0123456789") == first.npos);
}

/// What a confined guest sees of the host's /proc, besides its own: what programs ask of a kernel.
bool is_for_all(std::string_view name) {
  constexpr std::string_view kFiles[] = {"/proc", "/proc/cpuinfo", "/proc/filesystems",
                                         "/proc/stat", "/proc/version"};
  return !lies_in(name, "/proc") || lies_in(name, "/proc/sys") ||
         std::ranges::find(kFiles, name) != std::end(kFiles);
}

/// Its own entries are known as those of "self", and those of the present thread as "thread-self".
std::string own_name(const Process& process, const std::string& name) {
  const std::string own = fmt::format("/proc/{}/", process.pid());
  if (!name.starts_with(own)) return name;
  const int thread = process.task != nullptr ? process.task->id : process.pid();
  const std::string of_thread = fmt::format("{}task/{}/", own, thread);
  if (name.starts_with(of_thread)) return "/proc/thread-self/" + name.substr(of_thread.size());
  return "/proc/self/" + name.substr(own.size());
}

}  // namespace

const std::uint64_t kOrdinaryWay = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;

bool left_ordinary_way(std::int64_t result) {
  return result == -EXDEV || result == -ELOOP || result == -ENOSYS || result == -EPERM;
}

const std::string& name_in_proc(Process& process, std::uint64_t directory) {
  static const std::string kElsewhere;
  if (static_cast<int>(directory) == AT_FDCWD) return process.proc_directory;
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(directory));
  return descriptor == nullptr ? kElsewhere : descriptor->proc_path;
}

bool may_be_ordinary(Process& process, std::uint64_t directory, const char* path) {
  if (*path != '/') return name_in_proc(process, directory).empty();
  return !in_own_folder(std::string_view(path, strnlen(path, 8)));
}

FoundPath find_path(Process& process, std::uint64_t directory, const char* path, LastLink last) {
  if (*path == '\0') return {};
  if (may_be_ordinary(process, directory, path) || *path == '/') {
    const int from = process.host_directory(directory);
    std::int64_t error = -EXDEV;
    if (may_be_ordinary(process, directory, path)) {
      const HeldFile found = open_way(from, path, last, kOrdinaryWay, error);
      if (found.open()) return {};
    }
    if (left_ordinary_way(error)) {
      const HeldFile found = open_way(from, path, last, RESOLVE_NO_MAGICLINKS, error);
      if (found.open() && is_elsewhere(process, found.fd())) return {};
    } else if (!is_out_of_descriptors(error)) {
      return {};
    }
    if (is_out_of_descriptors(error)) return {.kind = FoundPath::Kind::Error, .error = error};
  }
  return walk_path(process, directory, path, last);
}

std::string proc_path_of(Process& process, int host_fd) {
  if (!is_in_proc(host_fd)) return {};
  const std::string name = name_on_host(host_fd);
  if (!lies_in(name, "/proc")) return "/proc/0";  // mounted elsewhere: nothing is found there
  if (!names_process(name)) return name;
  const std::size_t end = name.find('/', 6);
  const std::string number = name.substr(6, end - 6),
                    rest = end == name.npos ? "" : name.substr(end);
  for (const ProcessEntry* const entry : process.tree.all())
    if (std::to_string(entry->host_pid) == number)
      return fmt::format("/proc/{}{}", entry->pid, rest);
  return "/proc/0";
}

ProcPath meaning_of(Process& process, const std::string& name) {
  ProcPath found = find_proc_path(process, own_name(process, name));
  if (found.meaning != ProcPath::Meaning::Elsewhere) return found;
  const bool is_link = name == "/proc/self" || name == "/proc/thread-self";
  const bool hidden = process.options.confined && !is_for_all(name);
  if (!is_link && (names_process(name) || hidden)) return {ProcPath::Meaning::Missing, {}, {}};
  return {ProcPath::Meaning::Replaced, name, name};
}

}  // namespace ringfare
