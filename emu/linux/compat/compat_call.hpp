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

namespace ringfare {

/// A system call of i386 made into the call of amd64 that serves it: arguments are joined, extended
/// and put in its order; structures are translated into memory lent to the guest, and back when the
/// call has been served. As Linux's own compatibility layer, one level of pointers deep.
class CompatCall {
 public:
  /// `call` has a row and no error.
  CompatCall(UserMemory& user, const Call& call);
  CompatCall(const CompatCall&) = delete;
  CompatCall& operator=(const CompatCall&) = delete;

  /// Of the row that serves it.
  const CallArguments& arguments() const { return arguments_; }
  /// Not 0: the call fails with it before it is made.
  std::int64_t error() const { return error_; }

  /// Writes back what was translated; the result as an i386 program gets it.
  std::int64_t finish(std::int64_t result);

 private:
  void translate(const CallArguments& args);
  void arrange(const CallArguments& made);
  std::uint64_t argument(const CallArguments& args, std::size_t i);
  std::uint64_t pointer(const ArgSpec& spec, const CallArguments& args, std::size_t i);
  void adapt_commands(const CallArguments& args);
  void adapt_lock(const CallArguments& args);
  void adapt_futex(const CallArguments& args);
  void adapt_socket_timeout(bool gets, const CallArguments& args);
  std::int64_t compat_entries(std::int64_t size);

  UserMemory& user_;
  const SyscallRow& compat_;  // the i386 call
  const SyscallRow& row_;     // the amd64 call
  CallArguments arguments_{};
  std::int64_t error_ = 0;
  // Guest addresses, 0 for none: where the result goes (64 bits, or the 32 of ipc's shmat), the
  // entries of getdents(2), the size of getsockopt(2).
  std::uint64_t stored_at_ = 0, result_at_ = 0, entries_at_ = 0, option_size_at_ = 0;
  CompatStaging staging_{user_};
  std::optional<CompatMessages> messages_;
  std::optional<CompatMessage> message_;
};

}  // namespace ringfare
