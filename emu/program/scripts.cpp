// SPDX-License-Identifier: MIT
#include "emu/program/scripts.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emu/program/loadable.hpp"

namespace ringfare {
namespace {

// execve(2), "Interpreter scripts".
constexpr std::size_t kFirstLine = 256;  // BINPRM_BUF_SIZE
constexpr int kDeepestScript = 5;

/// A file as execve(2) looks at it.
class ProgramFile {
 public:
  explicit ProgramFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    error_ = fd_ < 0 ? -errno : 0;
    if (fd_ >= 0) got_ = ::read(fd_, head_.data(), head_.size());
    // Linux runs programs that one may execute but not read; a loader must read them.
    struct stat status {};
    if (fd_ >= 0 && (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))) error_ = -EACCES;
    if (error_ == 0 && faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0) error_ = -EACCES;
    if (error_ == 0 && is_being_written(fd_)) error_ = -ETXTBSY;
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

}  // namespace

std::int64_t follow_scripts(ExecRequest& request) {
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

}  // namespace ringfare
