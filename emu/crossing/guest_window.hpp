// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>

#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/memory.hpp"

namespace ringfare {

/// The guest's memory, for the kernel's code: `load` reads up to 8 bytes, and answers nothing where
/// they are not mapped.
class GuestWindow final : public UserWindow {
 public:
  explicit GuestWindow(const AddressSpace& memory) : memory_(memory) {}

  std::optional<std::uint64_t> load(std::uint64_t address, unsigned size) const override {
    std::uint64_t word = 0;
    if (!memory_.read(GuestAddress{address},
                      std::as_writable_bytes(std::span(&word, 1)).first(size)))
      return std::nullopt;
    return word;
  }

 private:
  const AddressSpace& memory_;
};

}  // namespace ringfare
