// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/stack/guest_images.hpp"

namespace ringfare {

/// The guest's stack at a moment, as strace -k writes it, innermost first:
///
///      > /usr/lib/x86_64-linux-gnu/libc.so.6(__write+0x10) [0xf8350]
///      > /usr/bin/cat() [0x5d86]
///
/// The file, the function with the offset in it, the offset in the file. Frames are found by the
/// .eh_frame of each image, and where there is none by the chain of frame pointers.
class StackTrace {
 public:
  explicit StackTrace(const AddressSpace& memory) : memory_(memory) {}

  std::vector<std::string> lines(const Registers& registers);
  /// After execve: forgets the images of the old program.
  void forget() { images_.forget(); }

 private:
  const GuestImage* image(std::uint64_t address) { return images_.at(memory_, address); }
  std::string line(std::uint64_t address);
  std::optional<UnwoundRegisters> caller(const UnwoundRegisters& callee, bool interrupted);
  std::optional<UnwoundRegisters> by_frame_pointer(const UnwoundRegisters& callee) const;
  bool is_code(std::uint64_t address) const;

  const AddressSpace& memory_;
  GuestImages images_;
};

}  // namespace ringfare
