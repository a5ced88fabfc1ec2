// SPDX-License-Identifier: MIT
// open(2), close(2), dup(2), fcntl(2), read(2), readlink(2), pipe(2).
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>

#include "emu/linux/state/file_owner.hpp"
#include "emu/linux/state/host_call.hpp"
#include "emu/linux/state/named_pipe.hpp"
#include "emu/linux/state/proc_files.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/terminals.hpp"
#include "emu/linux/syscalls/host_vector.hpp"
#include "emu/linux/syscalls/pass_through.hpp"

namespace ringfare {
namespace {

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

std::int64_t open_at(Process& process, std::uint64_t directory, std::uint64_t address,
                     std::uint64_t flags, std::uint64_t mode) {
  const char* path = process.user.string(address);
  Descriptor::Source source = Descriptor::Source::Host;
  ProcPath found;
  if (path != nullptr && path != UserMemory::nowhere() && *path == '/') {
    const std::string_view name(path, strnlen(path, PATH_MAX));
    if (name == "/dev/tty") return open_own_terminal(process, flags);
    found = find_proc_path(process, name);
    if (found.meaning == ProcPath::Meaning::Missing) return -ENOENT;
    if (found.meaning == ProcPath::Meaning::Made)
      return process.install(make_file(found.text, flags), flags, Descriptor::Source::Made,
                             proc_name(process, name));
    const bool ours =
        found.meaning == ProcPath::Meaning::Listed || found.meaning == ProcPath::Meaning::Served;
    if (ours && (flags & O_PATH) == 0) return open_ours(process, name, found, flags);
    if (found.meaning == ProcPath::Meaning::Random) source = Descriptor::Source::Random;
  }
  if (!found.host.empty()) path = found.host.c_str();
  const int base = process.host_directory(directory);
  if (const auto pipe = open_named_pipe(process, base, path, flags)) return *pipe;
  const bool makes = (flags & O_CREAT) != 0;
  const bool is_new =
      makes && ((flags & O_EXCL) != 0 || host_call(SYS_faccessat, base, path, F_OK) == -ENOENT);
  const std::int64_t host = host_call(SYS_openat, base, path, flags | O_CLOEXEC | O_NOCTTY, mode);
  const std::int64_t fd = process.install(host, flags, source);
  if (fd < 0) return fd;
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  if (is_new || (writes && (flags & O_TRUNC) != 0)) note_written(process, static_cast<int>(fd));
  note_opened_terminal(process, static_cast<int>(host), flags);
  return fd;
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
  if (to < 0 || static_cast<rlim_t>(to) >= process.limits[RLIMIT_NOFILE].rlim_cur) return -EBADF;
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

std::int64_t read_link(Process& process, std::int64_t directory, std::uint64_t path_address,
                       std::uint64_t buffer, std::uint64_t size) {
  const char* path = process.user.string(path_address);
  void* const to = process.user.writable_prefix(buffer, size) == 0 ? UserMemory::nowhere()
                                                                   : AddressSpace::host({buffer});
  const auto bounded = std::min<std::uint64_t>(size, process.user.writable_prefix(buffer, size));
  if (static_cast<int>(size) <= 0) return -EINVAL;
  if (path != nullptr && path != UserMemory::nowhere()) {
    if (const auto target = proc_link(process, std::string_view(path, strnlen(path, PATH_MAX)))) {
      if (bounded == 0) return -EFAULT;
      const std::size_t length = std::min<std::size_t>(target->size(), bounded);
      std::memcpy(to, target->data(), length);
      process.user.count_out(length);
      return static_cast<std::int64_t>(length);
    }
  }
  path = process.host_path(path_address);
  const std::int64_t result =
      host_call(SYS_readlinkat, directory, path, to, bounded == 0 ? size : bounded);
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
  const std::uint64_t flags = how.flags;
  how.flags |= O_CLOEXEC;
  return process.install(host_call(SYS_openat2, process.host_directory(args[0]),
                                   process.host_path(args[1]), &how, sizeof(how)),
                         flags);
}

std::int64_t sys_creat(Process& process, const CallArguments& args) {
  return open_at(process, static_cast<std::uint64_t>(AT_FDCWD), args[0],
                 O_CREAT | O_WRONLY | O_TRUNC, args[1]);
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
      if (args[2] >= process.limits[RLIMIT_NOFILE].rlim_cur) return -EINVAL;
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
  return read_link(process, AT_FDCWD, args[0], args[1], args[2]);
}

std::int64_t sys_readlinkat(Process& process, const CallArguments& args) {
  return read_link(process, process.host_directory(args[0]), args[1], args[2], args[3]);
}

std::int64_t sys_pipe2(Process& process, const CallArguments& args) {
  int host[2];
  const std::int64_t made = host_call(SYS_pipe2, &host[0], args[1]);
  return made < 0 ? made : process.install_pair(host, args[1], args[0]);
}

std::int64_t sys_pipe(Process& process, const CallArguments& args) {
  return sys_pipe2(process, {args[0], 0});
}

std::int64_t sys_getcwd(Process& process, const CallArguments& args) {
  const std::uint64_t there =
      process.user.writable_prefix(args[0], std::min<std::uint64_t>(args[1], PATH_MAX));
  char path[PATH_MAX];
  const std::int64_t length = host_call(SYS_getcwd, &path[0], sizeof(path));
  if (length < 0) return length;
  const auto size = static_cast<std::uint64_t>(length);
  if (size > args[1]) return -ERANGE;
  if (size > there) return -EFAULT;
  std::memcpy(AddressSpace::host({args[0]}), path, size);
  process.user.count_out(size);
  return length;
}

}  // namespace ringfare
