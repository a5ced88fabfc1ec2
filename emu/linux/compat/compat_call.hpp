// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "emu/linux/abi/call.hpp"
#include "emu/linux/abi/compat_layouts.hpp"
#include "emu/linux/abi/user_memory.hpp"
#include "emu/linux/compat/ipc.hpp"
#include "emu/linux/compat/messages.hpp"
#include "emu/linux/compat/staging.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {

/// A system call through the i386 table, made into the same call of amd64: arguments are cut to 32
/// bits, joined, extended; structures are translated into memory lent to the guest, and back when
/// the call has been served. As Linux's own compatibility layer, one level of pointers deep.
class I386Call {
 public:
  I386Call(UserMemory& user, const CallRequest& request);
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
  bool unwrap(CallRequest& request);
  void translate(const SyscallRow& compat, const CallArguments& args);
  std::uint64_t argument(const SyscallRow& compat, const CallArguments& args, std::size_t i);
  std::uint64_t pointer(const ArgSpec& spec, const CallArguments& args, std::size_t i);
  void make_ipc(const CallArguments& args);
  void adapt_commands(const CallArguments& args);
  void adapt_socket_timeout(bool gets, const CallArguments& args);
  std::int64_t compat_entries(std::int64_t size);

  UserMemory& user_;
  const SyscallRow* compat_ = nullptr;
  const SyscallRow* row_ = nullptr;
  CallArguments arguments_{};
  std::int64_t error_ = 0;
  std::uint64_t place_ = 0;  // where a result goes that is not returned; the entries of getdents
  std::uint64_t option_size_at_ = 0, address_at_ = 0;  // getsockopt's size, ipc's shmat
  I386Staging staging_{user_};
  std::optional<CompatMessages> messages_;
  std::optional<CompatMessage> message_;
};

}  // namespace ringfare
