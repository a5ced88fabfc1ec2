// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ringfare {

/// The user's program, open for reading. Whatever is wrong with it throws UserError "PATH: what is
/// wrong; what to do".
class ProgramFile {
 public:
  explicit ProgramFile(const std::string& path);
  ~ProgramFile();
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;

  int fd() const { return fd_; }
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  /// Whether all of `to` could be filled from `offset`.
  bool read(std::uint64_t offset, std::span<std::byte> to) const;

  [[noreturn]] void fail(const std::string& what) const;

 private:
  void measure();

  std::string path_;
  int fd_;
  std::uint64_t size_ = 0;
};

}  // namespace ringfare
