// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "cpu/state.hpp"

namespace ringfare::translator {

/// What 32-bit code finds in Context::gs_base: the host's selectors for the guest's FS and GS.
struct HostSelectors {
  std::uint16_t fs = 0, gs = 0;
};

/// The host's data segment registers while translated code runs. 32-bit code needs segments with
/// the guest's bases and limits: flat ones are the host's own, the others stand in the host's LDT.
/// Selectors are the host's: what the guest sees of its own is never read from these.
class HostSegments {
 public:
  ~HostSegments();

  struct Selectors {
    std::uint16_t ds = 0, es = 0, fs = 0, gs = 0;
    bool operator==(const Selectors&) const = default;
  };

  /// Call before translated code is entered; the base of GS is the world switch's where FS is null.
  /// FS itself stays the emulator's: `fs` is what GS is loaded with for the guest's FS. Whether GS
  /// was loaded. Throws UserError where the host has no LDT, or for a DS or SS translated code
  /// cannot work with.
  bool load(const Registers& registers) {
    if (registers.mode() == CodeMode::Long64 && known_ && loaded_ == Selectors{}) return false;
    return load_others(registers);
  }
  const Selectors& selectors() const { return loaded_; }

  /// Translated code may have left another selector in GS.
  void forget() { known_ = false; }

 private:
  enum Slot : std::uint8_t { kEs, kFs, kGs, kSlots };

  std::uint16_t selector_for(const Segment& segment, Slot slot, bool base_is_loaded);
  bool load_others(const Registers& registers);
  bool put(const Selectors& wanted);

  Selectors loaded_;
  bool known_ = true;
  std::array<std::optional<Segment>, kSlots> in_table_;
};

}  // namespace ringfare::translator
