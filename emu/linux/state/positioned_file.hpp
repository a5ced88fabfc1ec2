// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emu/linux/state/own_file.hpp"

namespace ringfare {

/// An own file with a position that lseek(2) moves: bytes, or the entries of a directory. The
/// host's file in its place has its type and mode.
class PositionedFile : public OwnFile {
 public:
  void refresh(Process&) override {}
  std::int64_t read(Process& process, std::uint64_t address, std::uint64_t size) override;
  std::int64_t write(Process& process, std::uint64_t address, std::uint64_t size);
  std::int64_t seek(std::int64_t offset, int whence);

  /// pread(2), pwrite(2): bytes or -errno.
  virtual std::int64_t read_at(Process& process, std::uint64_t address, std::uint64_t size,
                               std::uint64_t offset) = 0;
  virtual std::int64_t write_at(Process& process, std::uint64_t address, std::uint64_t size,
                                std::uint64_t offset);

 protected:
  std::uint64_t position_ = 0;
};

/// A name in a directory; `type` is getdents(2)'s (DT_DIR).
struct DirectoryName {
  std::string name;
  std::uint8_t type = 0;
};

/// A directory whose entries we list.
class ListedDirectory : public PositionedFile {
 public:
  explicit ListedDirectory(std::vector<DirectoryName> names) : names_(std::move(names)) {}
  std::int64_t read_at(Process&, std::uint64_t, std::uint64_t, std::uint64_t) override;

  /// getdents64(2), or getdents(2): bytes or -errno.
  enum class Layout : std::uint8_t { Old, New };
  std::int64_t list(Process& process, std::uint64_t address, std::uint64_t size, Layout layout);

 private:
  std::vector<DirectoryName> names_;
};

/// /proc/PID/mem: the bytes of a process at their addresses.
class MemoryFile : public PositionedFile {
 public:
  /// `owner`: the process; 0: the one that has opened it.
  explicit MemoryFile(std::int32_t owner = 0) : owner_(owner) {}

  std::int64_t read_at(Process& process, std::uint64_t address, std::uint64_t size,
                       std::uint64_t offset) override;
  std::int64_t write_at(Process& process, std::uint64_t address, std::uint64_t size,
                        std::uint64_t offset) override;

 private:
  const std::int32_t owner_;
};

/// /proc/self/pagemap: 8 bytes for each page; without CAP_SYS_ADMIN, whether it is there.
class PageMapFile : public PositionedFile {
 public:
  std::int64_t read_at(Process& process, std::uint64_t address, std::uint64_t size,
                       std::uint64_t offset) override;
};

}  // namespace ringfare
