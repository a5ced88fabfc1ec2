// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emu/linux/abi/compat_layouts.hpp"
#include "emu/linux/abi/user_memory.hpp"

namespace ringfare {

/// Memory lent to the guest while one of its i386 calls is served as one of amd64: what its
/// pointers point to, as amd64 lays it out. Addresses in it are good until the end; of what the
/// guest may not use, they are those of `UserMemory::nowhere`, with which the call fails in its own
/// order of checks.
class CompatStaging {
 public:
  explicit CompatStaging(UserMemory& user) : user_(user) {}
  ~CompatStaging() { user_.space().lend({}); }
  CompatStaging(const CompatStaging&) = delete;
  CompatStaging& operator=(const CompatStaging&) = delete;

  /// Bytes that are needed beyond the usual; before anything is staged.
  void make_room(std::uint64_t size);
  /// From here on the guest's calls may use it.
  void lend();

  /// Null where there is no more room.
  std::byte* reserve(std::uint64_t size);
  static std::uint64_t address(const std::byte* place);
  static std::uint64_t nowhere();

  std::uint64_t structure(const CompatLayout& layout, Direction direction, std::uint64_t guest);
  /// What the amd64 call wants to find in memory.
  std::uint64_t value(std::uint64_t value);
  /// An array of 32-bit words, zero-extended: pointers and sizes.
  std::uint64_t words(std::uint64_t guest, std::uint64_t count);
  /// Pointers to strings, with the null pointer at the end.
  std::uint64_t strings(std::uint64_t guest);
  /// Sets of descriptors: whole words of 32 bits here, of 64 there.
  std::uint64_t sets(std::uint64_t guest, std::uint64_t bits);

  /// Structures go back to where they came from. False where a value does not fit.
  bool write_back();

 private:
  /// A structure that has to go back.
  struct Staged {
    const CompatLayout* layout;  // null: `size` bytes as they are
    std::uint64_t guest, size;
    std::size_t at;  // in the lent memory
  };

  bool write_back(const Staged& staged);

  UserMemory& user_;
  std::vector<std::byte> memory_;
  std::size_t used_ = 0;
  std::vector<Staged> staged_;
};

}  // namespace ringfare
