// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emu/linux/abi/compat_layouts.hpp"
#include "emu/linux/abi/user_memory.hpp"

namespace ringfare {

/// Memory lent to the guest while one of its i386 calls is served as one of amd64. It holds what
/// the call's pointers point to, as amd64 lays it out, until the call has ended. For what the guest
/// may not use, the address is `UserMemory::nowhere`, so that the call fails where it would look at
/// it.
class CompatStaging {
 public:
  explicit CompatStaging(UserMemory& user) : user_(user) {}
  ~CompatStaging() { user_.space().lend({}); }
  CompatStaging(const CompatStaging&) = delete;
  CompatStaging& operator=(const CompatStaging&) = delete;

  /// Makes room for `size` bytes beyond the usual; to be called before anything is staged.
  void make_room(std::uint64_t size);
  /// From now on the call may use the memory.
  void lend();

  /// Null where there is no more room.
  std::byte* reserve(std::uint64_t size);
  static std::uint64_t address(const std::byte* place);
  static std::uint64_t nowhere();

  std::uint64_t structure(const CompatLayout& layout, Direction direction, std::uint64_t guest);
  /// A number that i386 passes by value and amd64 by address.
  std::uint64_t value(std::uint64_t value);
  /// An array of 32-bit words, zero-extended: pointers and sizes.
  std::uint64_t words(std::uint64_t guest, std::uint64_t count);
  /// Pointers to strings, with the null pointer at the end.
  std::uint64_t strings(std::uint64_t guest);
  /// A set of `bits` descriptors: whole words of 32 bits on i386, of 64 bits on amd64.
  std::uint64_t sets(std::uint64_t guest, std::uint64_t bits);

  /// Copies structures that the call has written to where the guest wants them. False where a
  /// value does not fit.
  bool write_back();

 private:
  /// A structure that has to be copied back.
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
