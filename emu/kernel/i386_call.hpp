// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emu/kernel/narrow_layouts.hpp"
#include "emu/kernel/personality.hpp"
#include "emu/kernel/syscall_table.hpp"
#include "emu/kernel/user_memory.hpp"

namespace ringfare {

/// A system call through the i386 table, made into the same call of amd64: arguments are cut to 32
/// bits, joined, extended; structures are translated into memory lent to the guest, and back when
/// the call has been served. As Linux's own compatibility layer, one level of pointers deep.
class I386Call {
 public:
  I386Call(UserMemory& user, const CallRequest& request);
  ~I386Call();
  I386Call(const I386Call&) = delete;
  I386Call& operator=(const I386Call&) = delete;

  /// Who serves it: the row of the amd64 call, or the i386 row where there is none; null for a
  /// number without a row.
  const SyscallRow* row() const { return row_; }
  const CallArguments& arguments() const { return arguments_; }
  /// Not 0: the call fails with it before it is made.
  std::int64_t error() const { return error_; }

  /// Writes back what was translated; the result as an i386 program gets it.
  std::int64_t finish(std::int64_t result);

 private:
  struct Staged;

  bool unwrap(CallRequest& request);
  void translate(const SyscallRow& narrow, const CallArguments& args);
  std::uint64_t argument(const SyscallRow& narrow, const CallArguments& args, std::size_t i);
  std::uint64_t pointer(const ArgSpec& spec, const CallArguments& args, std::size_t i);
  std::uint64_t stage(const NarrowLayout& layout, Direction direction, std::uint64_t guest);
  std::uint64_t stage_value(std::uint64_t value);
  std::uint64_t stage_words(std::uint64_t guest, std::uint64_t words);
  std::uint64_t stage_strings(std::uint64_t guest);
  std::uint64_t stage_sets(std::uint64_t guest, std::uint64_t bits);
  std::uint64_t stage_set_pointer(std::uint64_t guest);
  void adapt_commands(const CallArguments& args);
  std::int64_t narrow_entries(std::int64_t size);
  std::byte* reserve(std::uint64_t size);
  bool write_back(const Staged& staged);

  UserMemory& user_;
  const SyscallRow* narrow_ = nullptr;
  const SyscallRow* row_ = nullptr;
  CallArguments arguments_{};
  std::int64_t error_ = 0;
  std::uint64_t place_ = 0;  // where a result goes that is not returned; the entries of getdents
  std::vector<std::byte> memory_;  // lent
  std::size_t used_ = 0;
  std::vector<Staged> staged_;
};

}  // namespace ringfare
