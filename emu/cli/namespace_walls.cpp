// SPDX-License-Identifier: MIT
#include "emu/cli/namespace_walls.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include "cpu/base/failure.hpp"
#include "emu/cli/hidden_places.hpp"
#include "emu/linux/host/held_file.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrivateFolders[] = {"/tmp", "/var/tmp"};
constexpr std::string_view kDevices[] = {"null", "zero", "full", "random", "urandom", "tty"};

struct Link {
  const char *name, *target;
};
constexpr Link kDeviceLinks[] = {{"fd", "/proc/self/fd"},
                                 {"stdin", "/proc/self/fd/0"},
                                 {"stdout", "/proc/self/fd/1"},
                                 {"stderr", "/proc/self/fd/2"},
                                 {"ptmx", "pts/ptmx"}};

constexpr const char* kPrivateSize = "size=1g,mode=1777";

[[noreturn]] void refuse(const std::string& what, int error) {
  throw UserError(fmt::format("{}: {}; run without it, or on a host that allows it", what,
                              std::strerror(error)));
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

bool write_file(const std::string& path, const std::string& text) {
  const HeldFile file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.open() &&
         ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// user_namespaces(7): everybody stays who they are, as far as this user may say so.
std::string identity_map(const char* present, unsigned own) {
  if (::geteuid() != 0) return fmt::format("{} {} 1\n", own, own);
  std::ifstream lines(present);
  std::string map;
  unsigned long inside = 0, outside = 0, count = 0;
  while (lines >> inside >> outside >> count)
    map += fmt::format("{} {} {}\n", inside, inside, count);
  return map;
}

/// A child that stays outside of the namespace writes who is who in it.
class IdentityWriter {
 public:
  IdentityWriter() {
    if (::pipe2(pipe_, O_CLOEXEC) != 0) refuse("--confine: a pipe", errno);
    const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ != 0) return;
    ::close(pipe_[1]);
    char go = 0;
    const bool wanted = ::read(pipe_[0], &go, 1) == 1;
    ::_exit(wanted && write_maps(parent) ? 0 : 1);
  }

  bool write() {
    const bool told = ::write(pipe_[1], "g", 1) == 1;
    return end() && told;
  }
  /// Whether the child has written them.
  bool end() {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    int status = 0;
    return ::waitpid(child_, &status, 0) == child_ && status == 0;
  }

 private:
  static bool write_maps(pid_t of) {
    const std::string folder = fmt::format("/proc/{}/", of);
    const std::string users = identity_map("/proc/self/uid_map", ::geteuid()),
                      groups = identity_map("/proc/self/gid_map", ::getegid());
    if (::geteuid() != 0 && !write_file(folder + "setgroups", "deny")) return false;
    return write_file(folder + "uid_map", users) && write_file(folder + "gid_map", groups);
  }

  int pipe_[2] = {-1, -1};
  pid_t child_ = -1;
};

/// A mount that is nowhere yet: a copy of what lies at a path now.
class Copy {
 public:
  Copy(std::string of, bool recursive)
      : of_(std::move(of)),
        fd_(static_cast<int>(
            ::syscall(SYS_open_tree, AT_FDCWD, of_.c_str(),
                      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0)))) {}

  bool made() const { return fd_.open(); }
  int fd() const { return fd_.fd(); }
  void set_read_only(bool read_only) const {
    mount_attr wanted{};
    (read_only ? wanted.attr_set : wanted.attr_clr) = MOUNT_ATTR_RDONLY;
    ::syscall(SYS_mount_setattr, fd_.fd(), "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted,
              sizeof wanted);
  }
  void put(const fs::path& at) const {
    if (::syscall(SYS_move_mount, fd_.fd(), "", AT_FDCWD, at.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
      refuse(fmt::format("{} cannot be shown at {}", of_, at.string()), errno);
  }

 private:
  std::string of_;
  HeldFile fd_;
};

bool is_folder(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// What is mounted needs something of its kind below it.
void make_place(const fs::path& place, bool folder) {
  std::error_code ignored;
  fs::create_directories(folder ? place : place.parent_path(), ignored);
  if (!folder && !fs::exists(place, ignored))
    ::close(::open(place.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  if (!fs::exists(place, ignored))
    throw UserError(
        fmt::format("{}: there is no such place, and none can be made; make it, or "
                    "choose another",
                    place.string()));
}

void mount_memory(const fs::path& at, const char* options) {
  if (::mount("tmpfs", at.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
    refuse(fmt::format("no memory for a private {}", at.string()), errno);
}

void set_read_only(const fs::path& at, unsigned flags) {
  mount_attr wanted{};
  wanted.attr_set = MOUNT_ATTR_RDONLY;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, at.c_str(), flags, &wanted, sizeof wanted) != 0)
    refuse(fmt::format("{} cannot be made read-only", at.string()), errno);
}

class FileWalls {
 public:
  explicit FileWalls(const Confinement& wanted)
      : wanted_(wanted), root_(wanted.root.empty() ? "/" : fs::canonical(wanted.root)) {}

  void build() {
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      refuse("files of its own", errno);
    look();
    if (!wanted_.root.empty()) begin_root();
    if (wanted_.read_only) set_read_only(root_, AT_RECURSIVE);
    if (!wanted_.root.empty() || wanted_.untrusted) make_devices();
    if (wanted_.untrusted) hide();
    for (std::size_t i = 0; i < bound_.size(); ++i) put(bound_[i], wanted_.bound[i].guest);
    if (wanted_.untrusted) show_program();
    for (const fs::path& folder : hidden_) set_read_only(folder, 0);
    if (!wanted_.root.empty())
      enter_root();
    else if (::chdir(folder_.c_str()) != 0 && ::chdir("/") != 0)
      refuse("/", errno);
  }

 private:
  /// What has to be found before anything covers it.
  void look() {
    folder_ = fs::current_path();
    here_ = HeldFile(::open(".", O_PATH | O_CLOEXEC));
    for (const BoundFolder& each : wanted_.bound) {
      bound_.emplace_back(each.host, true);
      if (!bound_.back().made()) refuse(fmt::format("--bind {}", each.host), errno);
      if (each.read_only) bound_.back().set_read_only(true);
    }
    for (const std::string_view device : kDevices)
      devices_.emplace_back(fmt::format("/dev/{}", device), false);
    if (!wanted_.root.empty()) proc_.emplace_back("/proc", true);
    if (wanted_.program.find('/') != std::string::npos) {
      program_ = fs::absolute(wanted_.program);
      program_copy_.emplace_back(program_.string(), false);
    }
  }

  void begin_root() {
    if (::mount(root_.c_str(), root_.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
      refuse(fmt::format("--root {}", wanted_.root), errno);
    for (const char* const folder : {"proc", "dev"}) make_place(root_ / folder, true);
    if (!proc_.front().made()) refuse("--root: /proc", errno);
    proc_.front().put(root_ / "proc");
  }

  void make_devices() {
    const fs::path folder = root_ / "dev";
    mount_memory(folder, "size=64k,mode=755");
    for (std::size_t i = 0; i < std::size(kDevices); ++i) {
      if (!devices_[i].made()) continue;
      const fs::path place = folder / kDevices[i];
      make_place(place, false);
      devices_[i].set_read_only(false);
      devices_[i].put(place);
    }
    for (const Link& link : kDeviceLinks)
      [[maybe_unused]] const int linked = ::symlink(link.target, (folder / link.name).c_str());
    for (const char* const name : {"pts", "shm"}) make_place(folder / name, true);
    ::mount("devpts", (folder / "pts").c_str(), "devpts", MS_NOSUID | MS_NOEXEC,
            "newinstance,ptmxmode=0666,mode=620");
    mount_memory(folder / "shm", kPrivateSize);
  }

  void hide() {
    const fs::path below = root_ == "/" ? fs::path() : root_;
    for (const fs::path& folder : hidden_folders()) {
      const fs::path place = below.string() + folder.string();
      if (std::ranges::any_of(hidden_, [&](const auto& other) { return lies_in(place, other); }))
        continue;
      if (!is_folder(place) || fs::is_symlink(place)) continue;
      mount_memory(place, "size=16m,mode=755");
      hidden_.push_back(place);
    }
    for (const std::string_view folder : kPrivateFolders) {
      const fs::path place = below.string() + std::string(folder);
      if (is_folder(place) && !fs::is_symlink(place)) mount_memory(place, kPrivateSize);
    }
    hide_files(below);
    if (wanted_.root.empty()) copy_folder();
  }

  void hide_files(const fs::path& below) {
    for (const std::string_view file : hidden_files()) {
      const fs::path place = below.string() + std::string(file);
      struct stat status {};
      if (::lstat(place.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      const fs::path empty = root_ / "dev" / "shm" / ".hidden";
      ::close(::open(empty.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0));
      if (::mount(empty.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) != 0)
        refuse(fmt::format("{} cannot be hidden", place.string()), errno);
      ::unlink(empty.c_str());
    }
  }

  /// The current folder may be written to: the guest sees what it writes, the host does not.
  void copy_folder() {
    const auto hides = [&](const fs::path& other) { return lies_in(other, folder_); };
    if (std::ranges::any_of(hidden_, hides) ||
        std::ranges::any_of(kPrivateFolders, [&](auto other) { return hides(fs::path(other)); }))
      return;
    make_place(folder_, true);
    // Of the memory that takes what is written nothing stays visible.
    const fs::path store = "/dev/shm";
    const fs::path upper = store / "upper", work = store / "work";
    mount_memory(store, "size=1g,mode=755");
    fs::create_directory(upper);
    fs::create_directory(work);
    struct stat status {};
    ::fstatat(here_.fd(), "", &status, AT_EMPTY_PATH);
    ::chmod(upper.c_str(), status.st_mode & 07777);
    [[maybe_unused]] const int owned = ::chown(upper.c_str(), status.st_uid, status.st_gid);
    const std::string lower = fmt::format("/proc/self/fd/{}", here_.fd());
    const std::string options = fmt::format("lowerdir={},upperdir={},workdir={},userxattr", lower,
                                            upper.string(), work.string());
    if (::mount("overlay", folder_.c_str(), "overlay", MS_NOSUID | MS_NODEV, options.c_str()) !=
        0) {
      std::error_code failed;
      fs::copy(lower + "/.", upper, fs::copy_options::recursive | fs::copy_options::copy_symlinks,
               failed);
      if (failed)
        throw UserError(
            fmt::format("--confine: {} cannot be copied: {}; run it from a folder of its "
                        "own",
                        folder_.string(), failed.message()));
      if (::mount(upper.c_str(), folder_.c_str(), nullptr, MS_BIND, nullptr) != 0)
        refuse(fmt::format("--confine: a copy of {}", folder_.string()), errno);
    }
    ::umount2(store.c_str(), MNT_DETACH);
  }

  void put(const Copy& bound, const std::string& guest) {
    const fs::path place = root_ == "/" ? fs::path(guest) : fs::path(root_.string() + guest);
    struct stat status {};
    ::fstatat(bound.fd(), "", &status, AT_EMPTY_PATH);
    make_place(place, S_ISDIR(status.st_mode));
    bound.put(place);
  }

  /// A program in a folder that is hidden is visible, and nothing else there.
  void show_program() {
    struct stat status {};
    if (!wanted_.root.empty() || program_.empty() || ::stat(program_.c_str(), &status) == 0) return;
    if (!program_copy_.front().made()) return;  // not there: who looks for it says so
    program_copy_.front().set_read_only(true);
    make_place(program_, false);
    program_copy_.front().put(program_);
  }

  void enter_root() {
    if (::chdir(root_.c_str()) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0 ||
        ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0)
      refuse(fmt::format("--root {}", wanted_.root), errno);
  }

  const Confinement& wanted_;
  fs::path root_, folder_, program_;
  HeldFile here_;
  std::vector<Copy> bound_, devices_, proc_, program_copy_;
  std::vector<fs::path> hidden_;
};

/// 0 or an errno.
int enter_namespaces(int others) {
  IdentityWriter identities;
  if (::unshare(CLONE_NEWUSER | others) == 0) return identities.write() ? 0 : EPERM;
  const int error = errno;
  identities.end();
  // Root may be allowed the others where user namespaces are switched off.
  return ::unshare(others) == 0 ? 0 : error;
}

}  // namespace

int build_namespace_walls(const Confinement& wanted) {
  const bool files = wanted.changes_files();
  const int others = (files ? CLONE_NEWNS : 0) | (wanted.network ? 0 : CLONE_NEWNET) |
                     (wanted.untrusted ? CLONE_NEWIPC : 0);
  if (const int error = enter_namespaces(others); error != 0) return error;
  if (files) FileWalls(wanted).build();
  return 0;
}

}  // namespace ringfare
