// SPDX-License-Identifier: MIT
#include "emu/linux/tree/shared_pool.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>

namespace ringfare {
namespace {

constexpr std::size_t kSmallest = 16;

std::size_t class_of(std::size_t bytes) {
  return static_cast<std::size_t>(std::bit_width(std::max(bytes, kSmallest) - 1));
}

}  // namespace

SharedPool::SharedPool(std::size_t size)
    : size_(size), used_((sizeof(SharedPool) + kSmallest - 1) & ~(kSmallest - 1)) {}

SharedPool* SharedPool::make(std::size_t size) {
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) SharedPool(size);
}

void SharedPool::forget(SharedPool* pool) {
  munmap(pool, pool->size_);
}

void* SharedPool::do_allocate(std::size_t bytes, std::size_t) {
  const std::size_t row = class_of(bytes);
  if (Free* const first = free_.at(row); first != nullptr) {
    free_.at(row) = first->next;
    return first;
  }
  const std::size_t size = std::size_t{1} << row;
  if (size > size_ - used_) throw std::bad_alloc();
  void* const memory = reinterpret_cast<std::byte*>(this) + used_;
  used_ += size;
  return memory;
}

void SharedPool::do_deallocate(void* memory, std::size_t bytes, std::size_t) {
  Free*& first = free_.at(class_of(bytes));
  first = new (memory) Free{first};
}

}  // namespace ringfare
