// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// A vDSO as it was built: an ELF shared object of one loadable segment, which begins with the ELF
/// header. Offsets are from its first byte.
class VdsoImage {
 public:
  struct Function {
    std::string name;  // "__vdso_clock_gettime"; aliases have rows of their own
    std::uint64_t offset = 0, size = 0;
    std::uint64_t symbol = 0;  // offset of its entry in the symbol table
  };

  /// A place whose bytes depend on the processor (emu/vdso/image/alternatives.h).
  struct Site {
    std::uint64_t offset = 0, replacement = 0;
    std::uint16_t feature = 0;
    std::uint8_t length = 0, replacement_length = 0;
  };

  /// What the code does from `offset` on.
  struct Step {
    std::uint64_t offset = 0;
    std::string what;
  };

  /// The whole file, to write down.
  static std::span<const std::byte> file(Abi abi);

  explicit VdsoImage(Abi abi);

  Abi abi() const { return abi_; }
  std::span<const std::byte> loaded() const { return loaded_; }  // all of the file, as Linux does
  std::vector<Function> functions() const;                       // by offset
  std::uint64_t function(std::string_view name) const;           // its offset; 0: none
  std::vector<Site> sites() const;
  std::vector<Step> steps() const;                   // by offset
  std::uint64_t place(std::string_view step) const;  // of the step of that name; 0: none
  std::uint64_t version_note() const;  // offset of the kernel's version, a 32-bit number
  std::uint64_t entry() const;         // offset of __kernel_vsyscall; 0: none
  std::uint64_t landing_pad() const;   // where SYSENTER and SYSCALL come back to; 0: none

 private:
  struct Section {
    std::uint64_t offset = 0, size = 0, address = 0;
    std::uint32_t link = 0;
  };
  Section section(std::string_view name) const;

  Abi abi_;
  std::span<const std::byte> file_, loaded_;
};

}  // namespace ringfare
