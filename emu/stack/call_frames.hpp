// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/stack/byte_reader.hpp"
#include "emu/stack/unwound_registers.hpp"

namespace ringfare {

/// What an image says about the frames of its functions: its .eh_frame (Linux Standard Base, Core;
/// DWARF 4, 6.4).
class CallFrames {
 public:
  /// The section's bytes, and where they lie in the guest.
  CallFrames(std::vector<std::byte> bytes, std::uint64_t address, bool wide);

  /// Whether `address` lies in a function that is described.
  bool describe(std::uint64_t address) const { return find(address) != nullptr; }
  /// The registers of the caller of the frame `callee`. `interrupted`: a signal stopped the frame,
  /// so its instruction pointer is no return address. Nothing where there is no caller, or no
  /// description.
  std::optional<UnwoundRegisters> caller(const UnwoundRegisters& callee, bool interrupted,
                                         const AddressSpace& memory) const;
  /// Whether the function is the frame of a signal: its caller was interrupted.
  bool is_signal_frame(std::uint64_t address) const;

 private:
  struct Common {  // a CIE
    std::uint64_t code_unit = 1;
    std::int64_t data_unit = 1;
    std::uint64_t return_register = 0;
    std::uint8_t pointer_encoding = 0;
    bool has_augmentation = false, signal_frame = false;
    std::size_t instructions = 0, size = 0;  // place in the section
  };
  struct Function {  // an FDE
    std::uint64_t begin = 0, end = 0;
    Common common;
    std::size_t instructions = 0, size = 0;
  };

  ByteReader reader() const { return {bytes_, address_}; }
  std::optional<Common> read_common(std::size_t offset) const;
  const Function* find(std::uint64_t address) const;

  std::vector<std::byte> bytes_;
  std::uint64_t address_;
  bool wide_;
  std::vector<Function> functions_;  // sorted by begin
};

}  // namespace ringfare
