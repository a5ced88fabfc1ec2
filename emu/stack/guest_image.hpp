// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/stack/call_frames.hpp"

namespace ringfare {

/// An executable or library as it lies in the guest's memory: what it says about frames, and its
/// symbols.
class GuestImage {
 public:
  /// `first`: the region with its ELF header. Symbols come from the file that the region names, if
  /// it names one, else from memory (the vDSO).
  GuestImage(const AddressSpace& memory, const Region& first);

  const CallFrames* frames() const { return frames_ ? &*frames_ : nullptr; }

  struct Function {
    std::string name;
    std::uint64_t begin = 0;  // in the guest
  };
  /// The function with the symbol nearest below `address`.
  std::optional<Function> function(std::uint64_t address) const;
  /// All of them, by where they begin; a place may have several names.
  const std::vector<Function>& functions() const { return functions_; }

 private:
  std::vector<Function> functions_;  // sorted by begin
  std::optional<CallFrames> frames_;
};

}  // namespace ringfare
