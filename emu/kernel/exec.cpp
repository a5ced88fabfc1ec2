// SPDX-License-Identifier: MIT
// execve(2), execveat(2).
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/kernel/handlers.hpp"
#include "emu/kernel/host_call.hpp"
#include "emu/kernel/process.hpp"
#include "emu/loader.hpp"

namespace ringfare {
namespace {

// execve(2), "Limits on size of arguments and environment" and "Interpreter scripts".
constexpr std::uint64_t kStringLimit = kStackSize / 4, kLongestString = 32 * kPageSize;
constexpr std::size_t kFirstLine = 256;  // BINPRM_BUF_SIZE
constexpr int kDeepestScript = 5;

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

/// A file as execve(2) looks at it.
class ProgramFile {
 public:
  explicit ProgramFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    error_ = fd_ < 0 ? -errno : 0;
    if (fd_ >= 0) got_ = ::read(fd_, head_.data(), head_.size());
    // What may be executed need not be readable; who may not read it cannot load it, though.
    struct stat status {};
    if (fd_ >= 0 && (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))) error_ = -EACCES;
    if (error_ == 0 && faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0) error_ = -EACCES;
  }
  ~ProgramFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;

  int error() const { return error_; }
  std::string_view head() const {
    return {head_.data(), static_cast<std::size_t>(std::max<ssize_t>(got_, 0))};
  }

 private:
  int fd_, error_ = 0;
  ssize_t got_ = 0;
  std::array<char, kFirstLine> head_{};
};

bool is_program(std::string_view head) {
  if (head.size() < sizeof(Elf64_Ehdr) || !head.starts_with(ELFMAG)) return false;
  Elf64_Ehdr header;
  std::memcpy(&header, head.data(), sizeof header);
  const bool is_64 = header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == EM_X86_64;
  const bool is_32 = header.e_ident[EI_CLASS] == ELFCLASS32 && header.e_machine == EM_386;
  return (is_64 || is_32) && (header.e_type == ET_EXEC || header.e_type == ET_DYN);
}

/// What a script's first line says: the interpreter and at most one argument.
struct Interpreter {
  std::string path;
  std::optional<std::string> argument;
};

std::optional<Interpreter> interpreter_of(std::string_view head) {
  if (!head.starts_with("#!")) return std::nullopt;
  const std::size_t end = head.find('\n');
  if (end == head.npos && head.size() == kFirstLine && head.find_first_of(" \t", 2) == head.npos)
    return std::nullopt;  // the name may be cut off
  std::string_view line = head.substr(2, end == head.npos ? head.npos : end - 2);
  if (const std::size_t nul = line.find('\0'); nul != line.npos) line = line.substr(0, nul);
  const auto trim = [](std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return std::string_view();
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
  };
  line = trim(line);
  if (line.empty()) return std::nullopt;
  const std::size_t blank = line.find_first_of(" \t");
  Interpreter found{.path = std::string(line.substr(0, blank)), .argument = std::nullopt};
  if (blank != line.npos) found.argument = trim(line.substr(blank));
  return found;
}

/// Follows scripts to the program that interprets them. 0 or -errno.
std::int64_t resolve(ExecRequest& request) {
  for (int depth = 0; depth <= kDeepestScript; ++depth) {
    const ProgramFile file(request.program);
    if (file.error() != 0) return file.error();
    if (is_program(file.head())) return 0;
    const auto interpreter = interpreter_of(file.head());
    if (!interpreter) return -ENOEXEC;
    std::vector<std::string> arguments{interpreter->path};
    if (interpreter->argument) arguments.push_back(*interpreter->argument);
    arguments.push_back(request.program);
    if (!request.arguments.empty())
      arguments.insert(arguments.end(), request.arguments.begin() + 1, request.arguments.end());
    request.arguments = std::move(arguments);
    request.program = interpreter->path;
  }
  return -ELOOP;
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
  if (const auto error = resolve(request); error != 0) return error;
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
  const char* const given = process.host_path(args[1]);
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
