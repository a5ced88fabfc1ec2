// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "cpu/memory.hpp"
#include "cpu/translator/context.hpp"

namespace ringfare::translator {

/// The translator's memory: one hole in the low 2 GiB, so that every address in it is a positive
/// 32-bit displacement and within reach of RIP-relative operands of code loaded there.
class Arena {
 public:
  static constexpr std::size_t kTableEntries = 1u << 16;
  static constexpr std::size_t kExits = 1u << 20;

  /// Takes the hole and reserves it in `memory`; builds the wall where the host has protection
  /// keys. Throws UserError where no hole is free.
  explicit Arena(AddressSpace& memory);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  static bool host_has_protection_keys();

  Context& context() const { return *context_; }
  /// Translated code by the low 16 bits of its guest address; indexed by indirect branches.
  std::uint64_t* table() const { return table_; }
  std::uint64_t* counters() const { return counters_; }
  /// Room for kExits prices of up to kLanes values.
  std::byte* prices() const { return prices_; }

  /// Stack for signal handlers: the kernel writes to it with the guest's rights.
  std::byte* signal_stack() const { return signal_stack_; }
  static constexpr std::size_t kSignalStackSize = 64 * 1024;

  std::byte* hot_begin() const { return hot_; }
  std::byte* hot_end() const { return hot_ + kHotSize; }
  std::byte* cold_begin() const { return cold_; }
  std::byte* cold_end() const { return cold_ + kColdSize; }

  /// Where translated code notes the paths it takes, one behind the other.
  struct PathRing {
    std::uint64_t next;  // address of the following note; between the ends of `paths`
    std::uint32_t paths[(1u << 14) - 2];
  };
  PathRing& path_ring() const { return *path_ring_; }

  bool holds_code(std::uint64_t address) const {
    return address >= address_of(hot_) && address < address_of(cold_ + kColdSize);
  }

  static std::uint64_t address_of(const void* pointer) {
    return reinterpret_cast<std::uint64_t>(pointer);
  }

 private:
  static constexpr std::size_t kHotSize = 64u << 20, kColdSize = 64u << 20;

  void build_wall(AddressSpace& memory);

  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
  Context* context_ = nullptr;
  std::uint64_t* table_ = nullptr;
  std::uint64_t* counters_ = nullptr;
  std::byte* prices_ = nullptr;
  std::byte* signal_stack_ = nullptr;
  PathRing* path_ring_ = nullptr;
  std::byte* hot_ = nullptr;
  std::byte* cold_ = nullptr;
};

}  // namespace ringfare::translator
