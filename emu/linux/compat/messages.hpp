// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "emu/linux/compat/staging.hpp"

namespace ringfare {

/// The msghdr of sendmsg(2) and recvmsg(2), or the mmsghdrs of sendmmsg(2) and recvmmsg(2), of an
/// i386 program, staged with their vectors and control messages (cmsg(3): 12 bytes of head and
/// alignment to 4 there, 16 and 8 on amd64).
class CompatMessages {
 public:
  enum class Shape : std::uint8_t { One, Many };

  CompatMessages(CompatStaging& staging, UserMemory& user, Shape shape, Direction direction,
                 std::uint64_t guest, std::uint64_t count);

  /// Of the first structure, as amd64 has it; for the call's argument.
  std::uint64_t address() const { return address_; }

  /// `result` is the call's: bytes, or how many messages.
  void write_back(std::int64_t result);

 private:
  struct Message {
    std::uint64_t guest;
    std::byte* wide;
    std::uint32_t control, control_size;  // the guest's
  };

  void stage(std::uint64_t guest, std::byte* wide);
  std::byte* stage_control(std::uint32_t guest, std::uint32_t size, std::uint64_t& wide_size);
  void write_back(const Message& message);

  CompatStaging& staging_;
  UserMemory& user_;
  Shape shape_;
  Direction direction_;
  std::uint64_t address_ = 0;
  std::vector<Message> messages_;
};

}  // namespace ringfare
