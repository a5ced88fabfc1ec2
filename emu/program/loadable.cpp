// SPDX-License-Identifier: MIT
#include "emu/program/loadable.hpp"

#include <elf.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "emu/program/elf32.hpp"

namespace ringfare {
namespace {

/// A file as execve(2) opens it.
class OpenedProgram {
 public:
  explicit OpenedProgram(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    struct stat status {};
    error_ = fd_ < 0 ? -errno : 0;
    if (error_ == 0 && (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))) error_ = -EACCES;
    if (error_ == 0 && faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0) error_ = -EACCES;
    if (error_ == 0 && is_being_written(fd_)) error_ = -ETXTBSY;
  }
  ~OpenedProgram() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenedProgram(const OpenedProgram&) = delete;
  OpenedProgram& operator=(const OpenedProgram&) = delete;

  std::int64_t error() const { return error_; }

  bool read(std::uint64_t offset, void* to, std::size_t size) const {
    return pread(fd_, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }

 private:
  int fd_;
  std::int64_t error_ = 0;
};

/// The file's header in either class; nothing where it is no program of this machine.
std::optional<Elf64_Ehdr> header_of(const OpenedProgram& file) {
  Elf64_Ehdr wide{};
  Elf32_Ehdr narrow{};
  if (!file.read(0, &narrow, sizeof narrow)) return std::nullopt;
  if (std::memcmp(narrow.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  const bool is_narrow = narrow.e_machine == EM_386;
  if (!is_narrow && !file.read(0, &wide, sizeof wide)) return std::nullopt;
  const Elf64_Ehdr header = is_narrow ? widened(narrow) : wide;
  if (header.e_machine != EM_X86_64 && header.e_machine != EM_386) return std::nullopt;
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return std::nullopt;
  return header;
}

/// Its program headers; nothing where they cannot be had.
std::optional<std::vector<Elf64_Phdr>> program_headers(const OpenedProgram& file,
                                                       const Elf64_Ehdr& header) {
  const bool narrow = header.e_machine == EM_386;
  const std::size_t size = narrow ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
  constexpr std::size_t kMostBytes = 65'536;  // as Linux reads
  if (header.e_phentsize != size || header.e_phnum == 0 || header.e_phnum * size > kMostBytes)
    return std::nullopt;
  std::vector<Elf64_Phdr> all(header.e_phnum);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Elf32_Phdr compat{};
    const std::uint64_t at = header.e_phoff + i * size;
    if (!(narrow ? file.read(at, &compat, size) : file.read(at, &all[i], size)))
      return std::nullopt;
    if (narrow) all[i] = widened(compat);
  }
  return all;
}

std::int64_t check_interpreter(const OpenedProgram& program, const Elf64_Phdr& named,
                               std::uint16_t machine) {
  if (named.p_filesz < 2 || named.p_filesz > PATH_MAX) return -ENOEXEC;
  std::string path(named.p_filesz, '\0');
  if (!program.read(named.p_offset, path.data(), path.size())) return -EIO;
  if (path.back() != '\0') return -ENOEXEC;
  const OpenedProgram file(path.c_str());
  if (file.error() != 0) return file.error();
  Elf64_Ehdr probe{};
  if (!file.read(0, &probe, machine == EM_386 ? sizeof(Elf32_Ehdr) : sizeof probe)) return -EIO;
  const auto header = header_of(file);
  if (!header || header->e_machine != machine || !program_headers(file, *header)) return -ELIBBAD;
  return 0;
}

}  // namespace

bool is_being_written(int fd) {
  // fcntl(2): a read lease is refused then.
  if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  fcntl(fd, F_SETLEASE, F_UNLCK);
  return false;
}

std::int64_t check_loadable(const std::string& path) {
  const OpenedProgram file(path);
  if (file.error() != 0) return file.error();
  const auto header = header_of(file);
  if (!header) return -ENOEXEC;
  const auto segments = program_headers(file, *header);
  if (!segments) return -ENOEXEC;
  for (const Elf64_Phdr& segment : *segments)
    if (segment.p_type == PT_INTERP) return check_interpreter(file, segment, header->e_machine);
  return 0;
}

}  // namespace ringfare
