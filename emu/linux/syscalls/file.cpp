// SPDX-License-Identifier: MIT
// open(2), close(2), dup(2), fcntl(2), read(2), readlink(2), pipe(2).
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <csignal>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/file_owner.hpp"
#include "emu/linux/state/named_pipe.hpp"
#include "emu/linux/state/proc_files.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/running_programs.hpp"
#include "emu/linux/state/terminals.hpp"
#include "emu/linux/syscalls/host_vector.hpp"
#include "emu/linux/syscalls/pass_through.hpp"

namespace ringfare {
namespace {

// The C library's name for it is 0 where files are large anyway.
constexpr std::uint64_t kLargeFile = 0100000;

/// A readable host file with `text` in it: -errno or its descriptor.
std::int64_t make_file(const std::string& text, std::uint64_t flags) {
  if ((flags & O_ACCMODE) != O_RDONLY) return -EACCES;
  const int file = memfd_create("made", MFD_CLOEXEC);
  if (file < 0) return -errno;
  const bool complete =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const std::string name = "/proc/self/fd/" + std::to_string(file);
  const int reader = complete ? ::open(name.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  ::close(file);
  return reader < 0 ? -EIO : reader;
}

/// A file whose entries or bytes are ours; the host's file in its place says whether it may be
/// opened so.
std::int64_t open_ours(Process& process, std::string_view name, const ProcPath& found,
                       std::uint64_t flags) {
  const bool listed = found.meaning == ProcPath::Meaning::Listed;
  if (listed && (flags & O_ACCMODE) != O_RDONLY) return -EISDIR;
  if (!listed && (flags & O_DIRECTORY) != 0) return -ENOTDIR;
  std::shared_ptr<PositionedFile> file = open_proc_file(process, name);
  if (file == nullptr) return -EACCES;
  struct stat status {};
  const std::int64_t asked = host_call(SYS_stat, found.host.c_str(), &status);
  if (asked < 0) return asked;
  // The file of the host is never read or written: only its kind matters.
  const std::int64_t host =
      listed ? host_call(SYS_open, found.host.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
             : host_call(SYS_memfd_create, "served", MFD_CLOEXEC);
  const std::int64_t fd = process.install(host, flags);
  if (fd < 0) return fd;
  Descriptor& descriptor = *process.descriptors.find(static_cast<int>(fd));
  descriptor.path = proc_name(process, name);
  if ((flags & O_ACCMODE) != O_RDONLY) process.watches_writes = true;
  if (listed) file = open_proc_file(process, name);  // it has its own descriptor in it
  descriptor.own_file = std::move(file);
  return fd;
}

PositionedFile* positioned(Process& process, std::uint64_t fd) {
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(fd));
  if (descriptor == nullptr || descriptor->own_file == nullptr) return nullptr;
  return dynamic_cast<PositionedFile*>(descriptor->own_file.get());
}

std::int64_t list_directory(Process& process, const CallArguments& args,
                            ListedDirectory::Layout layout) {
  if (PositionedFile* const file = positioned(process, args[0])) {
    auto* const directory = dynamic_cast<ListedDirectory*>(file);
    if (directory == nullptr) return -ENOTDIR;
    return directory->list(process, args[1], static_cast<std::uint32_t>(args[2]), layout);
  }
  return pass_to_host(process, args);
}

/// /dev/tty: the process's controlling terminal.
std::int64_t open_own_terminal(Process& process, std::uint64_t flags) {
  const std::string path = terminal_path(process);
  if (path.empty()) return -ENXIO;
  const std::int64_t fd =
      process.install(host_call(SYS_open, path.c_str(), flags | O_CLOEXEC | O_NOCTTY), flags);
  if (fd >= 0) process.descriptors.find(static_cast<int>(fd))->path = "/dev/tty";
  return fd;
}

/// openat(2) ignores what openat2(2) refuses.
open_how lenient(std::uint64_t flags, std::uint64_t mode) {
  constexpr std::uint64_t kKnown = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND |
                                   O_NONBLOCK | O_SYNC | O_ASYNC | O_DIRECT | kLargeFile |
                                   O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_PATH | O_TMPFILE;
  constexpr std::uint64_t kOfPath = O_DIRECTORY | O_NOFOLLOW | O_PATH;
  const std::uint64_t known = flags & ((flags & O_PATH) != 0 ? kOfPath : kKnown);
  const bool makes = (known & O_CREAT) != 0 || (known & O_TMPFILE) == O_TMPFILE;
  return {.flags = known | O_CLOEXEC, .mode = makes ? mode & 07777 : 0, .resolve = kOrdinaryWay};
}

/// A link of /proc itself, opened by O_PATH and O_NOFOLLOW: the guest's target is asked for later.
std::int64_t open_link(Process& process, const std::string& name, std::uint64_t flags) {
  const std::int64_t fd =
      process.install(host_call(SYS_openat, AT_FDCWD, "/proc/mounts", flags | O_CLOEXEC), flags);
  if (fd >= 0) process.descriptors.find(static_cast<int>(fd))->proc_path = name;
  return fd;
}

/// What the guest finds at `name` in /proc, /dev or /sys; `given` is what it wrote.
std::int64_t open_in_proc(Process& process, const std::string& name, const char* given,
                          std::uint64_t flags, std::uint64_t mode) {
  const ProcPath meaning = meaning_of(process, name);
  if (meaning.meaning == ProcPath::Meaning::Missing) return -ENOENT;
  if (meaning.meaning == ProcPath::Meaning::Made)
    return process.install(make_file(meaning.text, flags), flags, Descriptor::Source::Made,
                           proc_name(process, *given == '/' ? given : name));
  const bool ours =
      meaning.meaning == ProcPath::Meaning::Listed || meaning.meaning == ProcPath::Meaning::Served;
  if (ours && (flags & O_PATH) == 0) {
    const std::int64_t fd = open_ours(process, name, meaning, flags);
    if (fd >= 0) process.descriptors.find(static_cast<int>(fd))->proc_path = name;
    return fd;
  }
  if (meaning.meaning == ProcPath::Meaning::Random)
    return process.install(host_call(SYS_openat, AT_FDCWD, name.c_str(), flags | O_CLOEXEC, mode),
                           flags, Descriptor::Source::Random);
  constexpr std::uint64_t kOfLink = O_PATH | O_NOFOLLOW;
  if ((flags & kOfLink) == kOfLink && proc_link(process, name))
    return open_link(process, name, flags);
  const std::int64_t fd = process.install(
      host_call(SYS_openat, AT_FDCWD,
                meaning.meaning == ProcPath::Meaning::Replaced || meaning.host.empty()
                    ? meaning.text.c_str()
                    : meaning.host.c_str(),
                flags | O_CLOEXEC, mode),
      flags);
  if (fd >= 0 && name.starts_with("/proc"))
    process.descriptors.find(static_cast<int>(fd))->proc_path = name;
  return fd;
}

/// Whether openat(2) will make the file.
bool will_be_new(int from, const char* path, std::uint64_t flags) {
  if ((flags & O_CREAT) == 0) return false;
  return (flags & O_EXCL) != 0 || host_call(SYS_faccessat, from, path, F_OK) == -ENOENT;
}

/// A file of the host that was opened for the guest.
std::int64_t install_opened(Process& process, std::int64_t host, std::uint64_t flags, bool is_new) {
  const std::int64_t fd = process.install(host, flags);
  if (fd < 0) return fd;
  const bool cuts = (flags & O_ACCMODE) != O_RDONLY && (flags & O_TRUNC) != 0;
  if (is_new || cuts) note_written(process, static_cast<int>(fd));
  note_opened_terminal(process, static_cast<int>(host), flags);
  return fd;
}

std::int64_t open_found(Process& process, const FoundPath& found, const char* given,
                        std::uint64_t directory, std::uint64_t flags, std::uint64_t mode) {
  if (found.kind == FoundPath::Kind::Error) return found.error;
  if (found.kind == FoundPath::Kind::Proc)
    return open_in_proc(process, found.text, given, flags, mode);
  const char* const path = found.kind == FoundPath::Kind::Host ? found.text.c_str() : given;
  const int from = process.host_directory(directory);
  if (const auto pipe = open_named_pipe(process, from, path, flags)) return *pipe;
  const bool is_new = will_be_new(from, path, flags);
  return install_opened(process,
                        host_call(SYS_openat, from, path, flags | O_CLOEXEC | O_NOCTTY, mode),
                        flags, is_new);
}

std::int64_t open_at(Process& process, std::uint64_t directory, std::uint64_t address,
                     std::uint64_t flags, std::uint64_t mode) {
  const char* const path = process.user.string(address);
  const int from = process.host_directory(directory);
  if (path == nullptr || path == UserMemory::nowhere() || *path == '\0')
    return process.install(host_call(SYS_openat, from, path, flags | O_CLOEXEC, mode), flags);
  if (std::string_view(path) == "/dev/tty") return open_own_terminal(process, flags);
  if (is_running_program(process, from, path, flags)) return -ETXTBSY;
  if (!process.shares() && may_be_ordinary(process, directory, path)) {
    const open_how how = lenient(flags | O_NOCTTY, mode);
    const bool is_new = will_be_new(from, path, flags);
    const std::int64_t opened = host_call(SYS_openat2, from, path, &how, sizeof how);
    if (!left_ordinary_way(opened)) return install_opened(process, opened, flags, is_new);
  }
  const LastLink last = (flags & O_NOFOLLOW) != 0 ? LastLink::Kept : LastLink::Followed;
  return open_found(process, find_path(process, directory, path, last), path, directory, flags,
                    mode);
}

/// openat2(2) with restrictions of its own.
std::int64_t open_restricted(Process& process, std::uint64_t directory, std::uint64_t address,
                             open_how how) {
  const std::uint64_t flags = how.flags;
  const char* const path = process.user.string(address);
  const int from = process.host_directory(directory);
  how.flags |= O_CLOEXEC;
  const auto open_on_host = [&] { return host_call(SYS_openat2, from, path, &how, sizeof(how)); };
  if (path == nullptr || path == UserMemory::nowhere()) return open_on_host();
  const LastLink last = (flags & O_NOFOLLOW) != 0 ? LastLink::Kept : LastLink::Followed;
  const std::uint64_t wanted = std::exchange(how.resolve, how.resolve | RESOLVE_NO_MAGICLINKS);
  if (name_in_proc(process, directory).empty() || *path == '/') {
    // What it leads to, before anything is opened.
    open_how way{.flags = O_PATH | O_CLOEXEC | (flags & O_NOFOLLOW),
                 .mode = 0,
                 .resolve = how.resolve & ~std::uint64_t{RESOLVE_CACHED}};
    const std::int64_t found = host_call(SYS_openat2, from, path, &way, sizeof(way));
    if (found < 0) return found == -ENOENT ? process.install(open_on_host(), flags) : found;
    const HeldFile held(static_cast<int>(found));
    const std::string name = proc_path_of(process, held.fd());
    if (name.empty()) return process.install(open_on_host(), flags);
    return open_in_proc(process, name, path, flags, how.mode);
  }
  // Below a folder of /proc: no way leads out of it.
  const bool whole = *path == '/' && (wanted & RESOLVE_IN_ROOT) == 0;
  if (whole && (wanted & RESOLVE_BENEATH) != 0) return -EXDEV;
  const char* const below = path + (whole ? 0 : std::strspn(path, "/"));
  const FoundPath found = find_path(process, directory, below, last);
  if (found.kind == FoundPath::Kind::Error) return found.error;
  if (found.kind != FoundPath::Kind::Proc) return (wanted & RESOLVE_NO_XDEV) != 0 ? -EXDEV : -ELOOP;
  return open_in_proc(process, found.text, path, flags, how.mode);
}

std::int64_t duplicate(Process& process, int guest_fd, int lowest, std::uint64_t flags) {
  const Descriptor* const descriptor = process.descriptors.find(guest_fd);
  if (descriptor == nullptr) return -EBADF;
  Descriptor copy = *descriptor;
  if (!process.descriptors.lowest_free(lowest)) return -EMFILE;
  const std::int64_t host = host_call(SYS_fcntl, copy.host_fd, F_DUPFD_CLOEXEC, 3);
  if (host < 0) return host;
  copy.host_fd = static_cast<int>(host);
  copy.close_on_exec = (flags & O_CLOEXEC) != 0;
  return process.descriptors.install(copy, lowest);
}

std::int64_t duplicate_to(Process& process, int from, int to, std::uint64_t flags) {
  const Descriptor* const descriptor = process.descriptors.find(from);
  if (to < 0 || static_cast<rlim_t>(to) >= process.limits()[RLIMIT_NOFILE].rlim_cur) return -EBADF;
  if (descriptor == nullptr) return -EBADF;
  Descriptor copy = *descriptor;
  const std::int64_t host = host_call(SYS_fcntl, copy.host_fd, F_DUPFD_CLOEXEC, 3);
  if (host < 0) return host;
  copy.host_fd = static_cast<int>(host);
  copy.close_on_exec = (flags & O_CLOEXEC) != 0;
  date_written(process);
  const std::int64_t result = process.descriptors.install_at(copy, to);
  if (process.watches_writes) note_hangups(process);
  return result;
}

bool reads_random(Process& process, std::uint64_t fd) {
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(fd));
  return descriptor != nullptr && descriptor->source == Descriptor::Source::Random;
}

constexpr std::uint64_t kMostBytes = 0x7fff'f000;  // MAX_RW_COUNT

std::int64_t read_random(Process& process, std::uint64_t address, std::uint64_t count) {
  const std::uint64_t size = process.user.writable_prefix(address, std::min(count, kMostBytes));
  if (size == 0 && count != 0) return -EFAULT;
  process.random.fill({AddressSpace::host({address}), size});
  process.user.count_out(size);
  return static_cast<std::int64_t>(size);
}

/// What a link of /proc/PID/fd shows of a file that is not the host's, or lies in /proc.
std::optional<std::string> shown_name(Process& process, const std::string& link) {
  if (link == fmt::format("/proc/{}/cwd", process.pid()) && !process.proc_directory.empty())
    return process.proc_directory;
  const std::string folder = fmt::format("/proc/{}/fd/", process.pid());
  if (!link.starts_with(folder)) return std::nullopt;
  int fd = -1;
  const char* const end = link.data() + link.size();
  if (std::from_chars(link.data() + folder.size(), end, fd).ptr != end) return std::nullopt;
  const Descriptor* const open = process.descriptors.find(fd);
  if (open == nullptr || (open->path.empty() && open->proc_path.empty())) return std::nullopt;
  return open->proc_path.empty() ? open->path : open->proc_path;
}

/// The guest's own target of a link in /proc; nothing for other paths.
std::optional<std::string> own_target(Process& process, std::uint64_t directory, const char* path) {
  if (path == nullptr || path == UserMemory::nowhere()) return std::nullopt;
  if (*path == '\0') {
    const std::string& name = name_in_proc(process, directory);
    return name.empty() ? std::nullopt : proc_link(process, name);
  }
  const FoundPath found = find_path(process, directory, path, LastLink::Kept);
  if (found.kind != FoundPath::Kind::Proc) return std::nullopt;
  if (auto name = shown_name(process, found.text)) return name;
  return proc_link(process, found.text);
}

std::int64_t read_link(Process& process, std::uint64_t directory, std::uint64_t path_address,
                       std::uint64_t buffer, std::uint64_t size) {
  const std::uint64_t bounded = process.user.writable_prefix(buffer, size);
  void* const to = bounded == 0 ? UserMemory::nowhere() : AddressSpace::host({buffer});
  if (static_cast<int>(size) <= 0) return -EINVAL;
  if (const auto target = own_target(process, directory, process.user.string(path_address))) {
    if (bounded == 0) return -EFAULT;
    const std::size_t length = std::min<std::size_t>(target->size(), bounded);
    std::memcpy(to, target->data(), length);
    process.user.count_out(length);
    return static_cast<std::int64_t>(length);
  }
  const char* const path = process.host_path(path_address, directory, LastLink::Kept);
  if (process.path_error != 0) return process.path_error;
  const std::int64_t result = host_call(SYS_readlinkat, process.host_directory(directory), path, to,
                                        bounded == 0 ? size : bounded);
  if (result > 0) process.user.count_out(static_cast<std::uint64_t>(result));
  return result;
}

/// F_GETLK has answered with the host's number of the lock's holder.
void show_holder(Process& process, std::uint64_t address) {
  auto record = process.user.space().load<struct flock>({address});
  if (!record || record->l_type == F_UNLCK || record->l_pid <= 0) return;
  record->l_pid = process.guest_pid(record->l_pid);
  process.user.space().store({address}, *record);
}

std::int64_t lock(Process& process, int host, std::uint64_t command, std::uint64_t address) {
  const bool asks = command == F_GETLK || command == F_OFD_GETLK;
  void* const record = asks ? process.user.out(address, sizeof(struct flock))
                            : process.user.in(address, sizeof(struct flock));
  const std::int64_t result = host_call(SYS_fcntl, host, command, record);
  if (result == 0) process.user.count_in(sizeof(struct flock));
  if (result == 0 && command == F_GETLK) show_holder(process, address);
  if (result == 0 && asks) process.user.count_out(sizeof(struct flock));
  return result;
}

}  // namespace

std::int64_t sys_open(Process& process, const CallArguments& args) {
  return open_at(process, static_cast<std::uint64_t>(AT_FDCWD), args[0], args[1], args[2]);
}

std::int64_t sys_openat(Process& process, const CallArguments& args) {
  return open_at(process, args[0], args[1], args[2], args[3]);
}

std::int64_t sys_openat2(Process& process, const CallArguments& args) {
  if (args[3] < sizeof(open_how)) return -EINVAL;
  if (args[3] > kPageSize) return -E2BIG;
  std::vector<std::byte> bytes(args[3]);
  if (!process.user.space().read({args[2]}, bytes)) return -EFAULT;
  process.user.count_in(bytes.size());
  // What a newer structure has behind ours must be zero (openat2(2), "Extensibility").
  const auto extension = std::span(bytes).subspan(sizeof(open_how));
  if (std::ranges::any_of(extension, [](std::byte byte) { return byte != std::byte{0}; }))
    return -E2BIG;
  open_how how{};
  std::memcpy(&how, bytes.data(), sizeof(how));
  if (how.resolve == 0 && static_cast<std::uint32_t>(how.flags) == how.flags &&
      (how.flags & (O_CREAT | O_TMPFILE)) == 0 && how.mode == 0)
    return open_at(process, args[0], args[1], how.flags, 0);
  return open_restricted(process, args[0], args[1], how);
}

std::int64_t sys_creat(Process& process, const CallArguments& args) {
  return open_at(process, static_cast<std::uint64_t>(AT_FDCWD), args[0],
                 O_CREAT | O_WRONLY | O_TRUNC, args[1]);
}

std::int64_t sys_truncate(Process& process, const CallArguments& args) {
  const char* const path = process.host_path(args[0]);
  if (is_running_program(process, AT_FDCWD, path, O_WRONLY)) return -ETXTBSY;
  return pass_to_host(process, args);
}

std::int64_t sys_close(Process& process, const CallArguments& args) {
  if (process.descriptors.some_due) date_written(process);
  const std::int64_t result = process.descriptors.close(static_cast<int>(args[0]));
  if (process.watches_writes) note_hangups(process);
  return result;
}

std::int64_t sys_close_range(Process& process, const CallArguments& args) {
  const auto first = static_cast<std::uint32_t>(args[0]),
             last = static_cast<std::uint32_t>(args[1]);
  if ((args[2] & ~std::uint64_t{CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC}) != 0 || first > last)
    return -EINVAL;
  date_written(process);
  const std::int64_t end =
      std::min<std::int64_t>(std::int64_t{last} + 1, process.descriptors.end());
  for (std::int64_t fd = first; fd < end; ++fd) {
    Descriptor* const descriptor = process.descriptors.find(static_cast<int>(fd));
    if (descriptor == nullptr) continue;
    if ((args[2] & CLOSE_RANGE_CLOEXEC) != 0)
      descriptor->close_on_exec = true;
    else
      process.descriptors.close(static_cast<int>(fd));
  }
  return 0;
}

std::int64_t sys_dup(Process& process, const CallArguments& args) {
  return duplicate(process, static_cast<int>(args[0]), 0, 0);
}

std::int64_t sys_dup2(Process& process, const CallArguments& args) {
  const int from = static_cast<int>(args[0]), to = static_cast<int>(args[1]);
  if (from == to) return process.descriptors.find(from) == nullptr ? -EBADF : to;
  return duplicate_to(process, from, to, 0);
}

std::int64_t sys_dup3(Process& process, const CallArguments& args) {
  const int from = static_cast<int>(args[0]), to = static_cast<int>(args[1]);
  const auto flags = static_cast<std::uint32_t>(args[2]);
  if ((flags & ~std::uint32_t{O_CLOEXEC}) != 0 || from == to) return -EINVAL;
  return duplicate_to(process, from, to, flags);
}

std::int64_t sys_fcntl(Process& process, const CallArguments& args) {
  const int fd = static_cast<int>(args[0]);
  Descriptor* const descriptor = process.descriptors.find(fd);
  if (descriptor == nullptr) return -EBADF;
  const auto command = static_cast<std::uint32_t>(args[1]);
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: {
      if (args[2] >= process.limits()[RLIMIT_NOFILE].rlim_cur) return -EINVAL;
      return duplicate(process, fd, static_cast<int>(args[2]),
                       command == F_DUPFD_CLOEXEC ? O_CLOEXEC : 0);
    }
    case F_GETFD:
      return descriptor->close_on_exec ? FD_CLOEXEC : 0;
    case F_SETFD:
      return descriptor->close_on_exec = (args[2] & FD_CLOEXEC) != 0, 0;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return lock(process, descriptor->host_fd, command, args[2]);
    case F_SETFL:
      if (descriptor->own_file != nullptr)
        return descriptor->own_file->waits = (args[2] & O_NONBLOCK) == 0, 0;
      return host_call(SYS_fcntl, descriptor->host_fd, command, args[2]);
    case F_GETFL: {
      const std::int64_t flags = host_call(SYS_fcntl, descriptor->host_fd, command, args[2]);
      const bool waits = descriptor->own_file != nullptr && descriptor->own_file->waits;
      return waits ? flags & ~O_NONBLOCK : flags;
    }
    case F_SETOWN:
      return set_owner(process, *descriptor, static_cast<std::int32_t>(args[2]));
    case F_GETOWN:
      return owner_of(*descriptor);
    case F_SETOWN_EX:
      return set_owner_ex(process, *descriptor, args[2]);
    case F_GETOWN_EX:
      return owner_ex(process, *descriptor, args[2]);
    case F_SETSIG:
      return set_owner_signal(*descriptor, args[2]);
    case F_GETSIG:
      return descriptor->owner == nullptr ? 0 : descriptor->owner->signal;
    case F_GETLEASE:
      return F_UNLCK;
    case F_SETLEASE:  // as a file system without leases
      return args[2] == F_UNLCK ? -EAGAIN : -EINVAL;
    case F_NOTIFY:
      return host_call(SYS_fcntl, descriptor->host_fd, command, args[2]);
    case F_GET_RW_HINT:
    case F_GET_FILE_RW_HINT:
      return host_call(SYS_fcntl, descriptor->host_fd, command, process.user.out(args[2], 8));
    case F_SET_RW_HINT:
    case F_SET_FILE_RW_HINT:
      return host_call(SYS_fcntl, descriptor->host_fd, command, process.user.in(args[2], 8));
    case F_GETPIPE_SZ:
    case F_SETPIPE_SZ:
    case F_GET_SEALS:
    case F_ADD_SEALS:
      return host_call(SYS_fcntl, descriptor->host_fd, command, args[2]);
    default:
      return -EINVAL;
  }
}

std::int64_t sys_read(Process& process, const CallArguments& args) {
  if (may_be_in_background(process)) {
    const std::int64_t stopped = stop_in_background(process, process.host_fd(args[0]), SIGTTIN);
    if (stopped != 0) return stopped;
  }
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(args[0]));
  if (descriptor != nullptr && descriptor->own_file != nullptr)
    return descriptor->own_file->read(process, args[1], args[2]);
  return reads_random(process, args[0]) ? read_random(process, args[1], args[2])
                                        : pass_to_host(process, args);
}

std::int64_t sys_ftruncate(Process& process, const CallArguments& args) {
  note_written(process, static_cast<int>(args[0]));
  return pass_to_host(process, args);
}

std::int64_t sys_copy_file_range(Process& process, const CallArguments& args) {
  note_written(process, static_cast<int>(args[2]));
  return pass_to_host(process, args);
}

std::int64_t sys_lseek(Process& process, const CallArguments& args) {
  if (PositionedFile* const file = positioned(process, args[0]))
    return file->seek(static_cast<std::int64_t>(args[1]), static_cast<int>(args[2]));
  return pass_to_host(process, args);
}

std::int64_t sys_pread64(Process& process, const CallArguments& args) {
  if (PositionedFile* const file = positioned(process, args[0]))
    return file->read_at(process, args[1], args[2], args[3]);
  return pass_to_host(process, args);
}

std::int64_t sys_pwrite64(Process& process, const CallArguments& args) {
  if (PositionedFile* const file = positioned(process, args[0]))
    return file->write_at(process, args[1], args[2], args[3]);
  return pass_write(process, args);
}

std::int64_t sys_getdents(Process& process, const CallArguments& args) {
  return list_directory(process, args, ListedDirectory::Layout::Old);
}

std::int64_t sys_getdents64(Process& process, const CallArguments& args) {
  return list_directory(process, args, ListedDirectory::Layout::New);
}

std::int64_t sys_write(Process& process, const CallArguments& args) {
  if (!process.watches_writes) return pass_write(process, args);
  if (PositionedFile* const file = positioned(process, args[0]))
    return file->write(process, args[1], args[2]);
  const std::int64_t result = pass_write(process, args);
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(args[0]));
  if (result <= 0 || descriptor == nullptr || !descriptor->master) return result;
  send_typed_signals(process, descriptor->host_fd,
                     {reinterpret_cast<const char*>(AddressSpace::host({args[1]})),
                      static_cast<std::size_t>(result)});
  return result;
}

std::int64_t sys_readv(Process& process, const CallArguments& args) {
  if (!reads_random(process, args[0])) return pass_to_host(process, args);
  const HostVector vector = host_vector(process.user, args[1], args[2], Direction::Out);
  if (!vector.valid) return args[2] > IOV_MAX ? -EINVAL : -EFAULT;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < args[2]; ++i) {
    const iovec& buffer = vector.buffers[i];
    const std::int64_t done =
        read_random(process, reinterpret_cast<std::uintptr_t>(buffer.iov_base), buffer.iov_len);
    if (done < 0) return total != 0 ? total : done;
    total += done;
  }
  return total;
}

std::int64_t sys_vmsplice(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  const int mode = host < 0 ? 0 : fcntl(host, F_GETFL);
  const bool fills = (mode & O_ACCMODE) == O_RDONLY;  // a pipe's reading end
  const HostVector vector =
      host_vector(process.user, args[1], args[2], fills ? Direction::Out : Direction::In);
  const std::int64_t moved = host_call(
      SYS_vmsplice, host,
      vector.valid ? static_cast<const void*>(vector.buffers.data()) : UserMemory::nowhere(),
      args[2], args[3]);
  if (moved == -EPIPE) process.send_to_thread(user_signal(process, SIGPIPE, SI_USER));
  if (moved > 0 && fills) process.user.count_out(static_cast<std::uint64_t>(moved));
  return moved;
}

std::int64_t sys_readlink(Process& process, const CallArguments& args) {
  return read_link(process, Process::kHere, args[0], args[1], args[2]);
}

std::int64_t sys_readlinkat(Process& process, const CallArguments& args) {
  return read_link(process, args[0], args[1], args[2], args[3]);
}

std::int64_t sys_pipe2(Process& process, const CallArguments& args) {
  int host[2];
  const std::int64_t made = host_call(SYS_pipe2, &host[0], args[1]);
  return made < 0 ? made : process.install_pair(host, args[1], args[0]);
}

std::int64_t sys_pipe(Process& process, const CallArguments& args) {
  return sys_pipe2(process, {args[0], 0});
}

}  // namespace ringfare
