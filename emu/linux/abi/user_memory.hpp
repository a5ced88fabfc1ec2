// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cpu/memory.hpp"

namespace ringfare {

/// The guest's memory as one system call sees it: every pointer is checked before the host's
/// kernel gets it, and every byte that crosses is counted. A pointer the guest may not use becomes
/// one that nobody may use, so that the host's kernel reports it in its own order of checks.
class UserMemory {
 public:
  explicit UserMemory(AddressSpace& memory) : memory_(memory) {}

  /// What the host's kernel gets: `address` itself (0 stays 0), or `unusable` where the guest may
  /// not read (write) all of it.
  void* in(std::uint64_t address, std::uint64_t size) const;
  void* out(std::uint64_t address, std::uint64_t size) const;
  /// The same for what the kernel first reads and then writes: where the guest may only read it,
  /// the host's kernel finds out when it writes.
  void* in_out(std::uint64_t address, std::uint64_t size) const;

  /// How many bytes from `address` on the guest may read (write), at most `size`.
  std::uint64_t readable_prefix(std::uint64_t address, std::uint64_t size) const;
  std::uint64_t writable_prefix(std::uint64_t address, std::uint64_t size) const;

  /// A NUL-terminated string for the host's kernel, which looks at no more than PATH_MAX bytes.
  const char* string(std::uint64_t address);

  template <class T>
  std::optional<T> load(std::uint64_t address) {
    const std::optional<T> value = memory_.load<T>({address});
    if (value) count_in(sizeof(T));
    return value;
  }
  template <class T>
  bool store(std::uint64_t address, const T& value) {
    if (!memory_.store({address}, value)) return false;
    count_out(sizeof(T));
    return true;
  }

  void count_in(std::uint64_t bytes) { bytes_in_ += bytes; }
  void count_out(std::uint64_t bytes) { bytes_out_ += bytes; }
  void reset_counts() { bytes_in_ = bytes_out_ = 0; }
  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return bytes_out_; }

  AddressSpace& space() { return memory_; }

  /// Stands for a pointer to `size` bytes at `address` that the guest may not use. A pointer beyond
  /// the end of user space becomes another such pointer: Linux refuses those before it looks at
  /// what is mapped.
  static void* unusable(std::uint64_t address, std::uint64_t size);

  /// In the first page, which no process maps.
  static void* nowhere() { return reinterpret_cast<void*>(std::uintptr_t{8}); }

 private:
  AddressSpace& memory_;
  std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
};

}  // namespace ringfare
