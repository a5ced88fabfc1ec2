// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "emu/linux/abi/syscall_row.hpp"

namespace ringfare {

/// An argument of one particular call.
struct ShapedArgument {
  std::uint8_t index = 0;  // in the call's registers
  ArgSpec spec;
};

/// The arguments a call really has: those of its row, less what its flags and commands make
/// meaningless (a mode without O_CREAT), each with the kind its command gives it (fcntl, ioctl,
/// futex, prctl); and what its result is.
class CallShape {
 public:
  /// `row` is null for a number without one: six plain numbers.
  CallShape(const SyscallRow* row, Abi abi, const CallArguments& args);

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  const ShapedArgument& operator[](std::size_t i) const { return arguments_[i]; }
  const ShapedArgument* begin() const { return arguments_.data(); }
  const ShapedArgument* end() const { return arguments_.data() + count_; }
  ResultKind returns() const { return returns_; }

 private:
  void shape_command(std::size_t at, std::uint64_t value);
  void drop_unmeant(std::size_t at, std::uint64_t value);
  void shape_option(std::size_t at, const CallArguments& args);
  void join_offset(std::size_t at);
  void widen_timeout(const SyscallRow& row);

  std::array<ShapedArgument, 6> arguments_{};
  std::size_t count_ = 0;
  ResultKind returns_ = ResultKind::Number;
};

}  // namespace ringfare
