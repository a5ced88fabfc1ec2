// SPDX-License-Identifier: MIT
// A path, component by component: what the host's kernel does, but in /proc with the guest's names.
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "emu/linux/abi/own_descriptors.hpp"
#include "emu/linux/state/path_resolution.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr int kMostLinks = 40;  // path_resolution(7)
constexpr ino_t kProcRoot = 1;  // PROC_ROOT_INO
constexpr std::string_view kProc = "/proc";

FoundPath failed(int error) {
  return {.kind = FoundPath::Kind::Error, .error = -error};
}

/// O_PATH, out of the way of the numbers that the host's descriptors of the guest have.
HeldFile open_here(int directory, const char* name, int flags) {
  return HeldFile(::openat(directory, name, O_PATH | O_CLOEXEC | flags));
}

bool is_in_proc(int fd) {
  struct statfs status {};
  return ::fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

std::string target_of(int link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
  return length < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(length));
}

std::string path_of(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

/// A link in the guest's /proc: to a name, or to an open file of the host's.
struct ProcLink {
  std::string name = {};
  std::string host = {};  // path of a link of the host's /proc
};

class PathWalk {
 public:
  PathWalk(Process& process, LastLink last) : process_(process), last_(last) {}

  FoundPath run(std::uint64_t directory, const char* path) {
    rest_ = std::string(path, strnlen(path, PATH_MAX));
    if (rest_.size() == PATH_MAX) return failed(ENAMETOOLONG);
    if (!rest_.starts_with('/'))
      if (const int error = begin_at(directory); error != 0) return failed(error);
    while (true) {
      if (rest_.starts_with('/') && !begun_) begin_at_root();
      const std::size_t first = rest_.find_first_not_of('/');
      if (first == rest_.npos) return arrived();
      const std::size_t end = std::min(rest_.find('/', first), rest_.size());
      const std::string name = rest_.substr(first, end - first);
      rest_.erase(0, end);
      if (auto found = proc_.empty() ? step_on_host(name) : step_in_proc(name))
        return std::move(*found);
    }
  }

 private:
  bool is_last() const { return rest_.find_first_not_of('/') == rest_.npos; }
  /// A slash behind the last component demands a directory: a link is followed to it.
  bool keeps() const { return rest_.empty() && last_ == LastLink::Kept; }

  void begin_at_root() {
    here_ = open_here(AT_FDCWD, "/", O_DIRECTORY);
    proc_.clear();
    begun_ = true;
  }

  int begin_at(std::uint64_t directory) {
    begun_ = true;
    proc_ = name_in_proc(process_, directory);
    if (!proc_.empty()) return 0;
    const int from = process_.host_directory(directory);
    if (from < 0 && from != AT_FDCWD) return EBADF;
    here_ = from == AT_FDCWD ? open_here(AT_FDCWD, ".", O_DIRECTORY)
                             : open_here(from, ".", O_DIRECTORY);
    return here_.open() ? 0 : errno;
  }

  std::optional<FoundPath> step_on_host(const std::string& name) {
    if (name == ".") return std::nullopt;
    HeldFile child = open_here(here_.fd(), name.c_str(), O_NOFOLLOW);
    if (!child.open()) {
      if (errno == ENOENT && is_last()) return found_on_host(name);
      return failed(errno);
    }
    if (is_in_proc(child.fd())) return enter_proc(std::move(child));
    struct stat status {};
    if (::fstat(child.fd(), &status) != 0) return failed(errno);
    if (S_ISLNK(status.st_mode)) {
      if (is_last() && keeps()) return found_on_host(name);
      return follow(target_of(child.fd()));
    }
    if (name != ".." && is_last()) return found_on_host(name);
    if (!S_ISDIR(status.st_mode)) return failed(ENOTDIR);
    here_ = std::move(child);
    return std::nullopt;
  }

  std::optional<FoundPath> enter_proc(HeldFile entered) {
    struct stat status {};
    const bool is_root = ::fstat(entered.fd(), &status) == 0 && status.st_ino == kProcRoot;
    proc_ = is_root ? std::string(kProc) : proc_path_of(process_, entered.fd());
    return std::nullopt;
  }

  std::optional<FoundPath> follow(const std::string& target) {
    if (++links_ > kMostLinks) return failed(ELOOP);
    if (target.empty()) return failed(ENOENT);
    rest_ = target + rest_;
    begun_ = !target.starts_with('/');
    return std::nullopt;
  }

  std::optional<FoundPath> step_in_proc(const std::string& name) {
    passed_proc_ = true;
    if (name == ".") return std::nullopt;
    if (name == "..") return leave_folder();
    const std::string whole = proc_ + "/" + name;
    if (const auto link = link_at(whole); link && !(is_last() && keeps())) {
      if (++links_ > kMostLinks) return failed(ELOOP);
      return link->host.empty() ? follow_in_proc(link->name) : follow_to_host(link->host);
    }
    proc_ = whole;
    return rest_.empty() ? std::nullopt : check_folder();
  }

  std::optional<FoundPath> leave_folder() {
    if (proc_ == kProc) {
      begin_at_root();
      return std::nullopt;
    }
    proc_.resize(proc_.rfind('/'));
    return std::nullopt;
  }

  /// What lies in the middle of a path must be a folder.
  std::optional<FoundPath> check_folder() {
    const ProcPath meaning = meaning_of(process_, proc_);
    if (meaning.meaning == ProcPath::Meaning::Made) return failed(ENOTDIR);
    struct stat status {};
    if (meaning.meaning != ProcPath::Meaning::Replaced) return std::nullopt;
    if (::stat(meaning.text.c_str(), &status) != 0) return failed(errno);
    return S_ISDIR(status.st_mode) ? std::nullopt : std::optional(failed(ENOTDIR));
  }

  std::optional<FoundPath> follow_in_proc(const std::string& name) {
    if (name.starts_with(kProc)) {
      proc_ = name;
      return std::nullopt;
    }
    return follow(name);
  }

  std::optional<FoundPath> follow_to_host(const std::string& link) {
    proc_.clear();
    passed_proc_ = true;
    if (is_last() && rest_.empty()) return FoundPath{.kind = FoundPath::Kind::Host, .text = link};
    here_ = open_here(AT_FDCWD, link.c_str(), 0);
    if (!here_.open()) return failed(errno);
    struct stat status {};
    if (::fstat(here_.fd(), &status) != 0) return failed(errno);
    return S_ISDIR(status.st_mode) ? std::nullopt : std::optional(failed(ENOTDIR));
  }

  /// What follows "/proc/PID/" or "/proc/PID/task/TID/" of this process.
  std::optional<std::string_view> below_own(std::string_view name) const {
    const std::string own = fmt::format("/proc/{}/", process_.pid());
    if (!name.starts_with(own)) return std::nullopt;
    name.remove_prefix(own.size());
    if (!name.starts_with("task/")) return name;
    const std::size_t slash = name.find('/', 5);
    if (slash == name.npos) return std::nullopt;
    return name.substr(slash + 1);
  }

  /// The links of proc(5), and where they lead for the guest.
  std::optional<ProcLink> link_at(const std::string& name) const {
    const int pid = process_.pid();
    const int thread = process_.task != nullptr ? process_.task->id : pid;
    if (name == "/proc/self") return ProcLink{fmt::format("/proc/{}", pid)};
    if (name == "/proc/thread-self") return ProcLink{fmt::format("/proc/{}/task/{}", pid, thread)};
    if (name == "/proc/mounts") return ProcLink{fmt::format("/proc/{}/mounts", pid)};
    if (name == "/proc/net") return ProcLink{fmt::format("/proc/{}/net", pid)};
    const auto below = below_own(name);
    if (!below) return std::nullopt;
    if (*below == "root") return ProcLink{"/"};
    if (*below == "exe") return ProcLink{process_.image.path};
    if (*below == "cwd")
      return process_.proc_directory.empty() ? ProcLink{{}, "/proc/self/cwd"}
                                             : ProcLink{process_.proc_directory};
    return below->starts_with("fd/") ? descriptor_link(below->substr(3)) : std::nullopt;
  }

  std::optional<ProcLink> descriptor_link(std::string_view digits) const {
    int fd = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    const Descriptor* const descriptor = process_.descriptors.find(fd);
    if (descriptor == nullptr) return std::nullopt;
    if (!descriptor->proc_path.empty()) return ProcLink{descriptor->proc_path};
    return ProcLink{{}, path_of(descriptor->host_fd)};
  }

  FoundPath found_on_host(const std::string& name) {
    std::string folder(PATH_MAX, '\0');
    const ssize_t length = ::readlink(path_of(here_.fd()).c_str(), folder.data(), folder.size());
    folder.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    const std::string whole = (folder == "/" ? "" : folder) + "/" + name;
    if (find_proc_path(process_, whole).meaning != ProcPath::Meaning::Elsewhere)
      return {.kind = FoundPath::Kind::Proc, .text = whole};
    if (!passed_proc_) return {};
    std::string text = fmt::format("{}/{}{}", path_of(here_.fd()), name, rest_);
    return {.kind = FoundPath::Kind::Host, .text = std::move(text), .held = std::move(here_)};
  }

  /// All components are taken, and the last was a folder, or lies in /proc.
  FoundPath arrived() {
    if (!proc_.empty()) return {.kind = FoundPath::Kind::Proc, .text = proc_};
    if (!passed_proc_) return {};
    std::string text = path_of(here_.fd()) + "/.";
    return {.kind = FoundPath::Kind::Host, .text = std::move(text), .held = std::move(here_)};
  }

  Process& process_;
  LastLink last_;
  std::string rest_;    // of the path
  bool begun_ = false;  // where `rest_` begins is known; else at the root
  HeldFile here_;       // the folder of the host's it has come to
  std::string proc_;    // the guest's name of the place in /proc it has come to; else empty
  bool passed_proc_ = false;
  int links_ = 0;
};

}  // namespace

FoundPath walk_path(Process& process, std::uint64_t directory, const char* path, LastLink last) {
  return PathWalk(process, last).run(directory, path);
}

}  // namespace ringfare
