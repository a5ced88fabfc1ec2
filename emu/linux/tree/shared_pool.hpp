// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>

namespace ringfare {

/// Memory for containers that all processes of the guest share: they are forked from each other, so
/// it lies at the same place in all of them, and only one of them runs at a time. The pool itself
/// is at the beginning of the memory it gives out.
class SharedPool : public std::pmr::memory_resource {
 public:
  /// Null where the host has no memory for it.
  static SharedPool* make(std::size_t size);
  /// Of this process; others keep it.
  static void forget(SharedPool* pool);

  /// Whether so many bytes more can be given out.
  bool has_room(std::size_t bytes) const { return bytes < size_ - used_ && bytes < kMargin; }

 private:
  explicit SharedPool(std::size_t size);
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  static constexpr std::size_t kClasses = 40;       // powers of two
  static constexpr std::size_t kMargin = 1u << 24;  // no single object is larger
  struct Free {
    Free* next;
  };
  std::size_t size_, used_;
  std::array<Free*, kClasses> free_{};
};

}  // namespace ringfare
