// SPDX-License-Identifier: MIT
#include "cpu/translator/arena.hpp"

#include <sys/mman.h>

#include "cpu/failure.hpp"

namespace ringfare::translator {
namespace {

constexpr std::size_t kContextSize = kPageSize;
constexpr std::size_t kTableSize = Arena::kTableEntries * sizeof(std::uint64_t);
constexpr std::size_t kCountersSize = Arena::kExits * sizeof(std::uint64_t);
constexpr std::size_t kPricesSize = Arena::kExits * sizeof(Lanes);
static_assert(sizeof(Context) <= kContextSize);

/// Highest first, so that the heap above the program keeps its room.
std::byte* map_low(AddressSpace& memory, std::size_t size) {
  constexpr std::uint64_t kTop = 0x7ff0'0000, kBottom = 0x1000'0000, kStride = 16u << 20;
  for (std::uint64_t end = kTop; end >= kBottom + size; end -= kStride) {
    const GuestRange range{{end - size}, {end}};
    bool guest_is_there = false;
    for (const Region& region : memory.regions()) guest_is_there |= region.range.overlaps(range);
    if (guest_is_there) continue;
    void* const wanted = reinterpret_cast<void*>(range.begin.value);
    void* const mapped =
        mmap(wanted, size, PROT_READ | PROT_WRITE | PROT_EXEC,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapped == MAP_FAILED) continue;
    if (mapped == wanted && memory.reserve(range)) return static_cast<std::byte*>(mapped);
    munmap(mapped, size);
  }
  throw UserError(
      "no room for translated code in the low 2 GiB of the address space; is executable anonymous "
      "memory allowed here, and the program not larger than 1.5 GiB?");
}

}  // namespace

Arena::Arena(AddressSpace& memory)
    : size_(kContextSize + kTableSize + kCountersSize + kPricesSize + kHotSize + kColdSize) {
  base_ = map_low(memory, size_);
  std::byte* at = base_;
  const auto take = [&at](std::size_t bytes) {
    std::byte* const begin = at;
    at += bytes;
    return begin;
  };
  context_ = new (take(kContextSize)) Context;
  for (std::size_t i = 0; i < 256; ++i)
    context_->low_components[i] = static_cast<std::uint8_t>(i & VectorState::kComponents);
  table_ = reinterpret_cast<std::uint64_t*>(take(kTableSize));
  counters_ = reinterpret_cast<std::uint64_t*>(take(kCountersSize));
  prices_ = take(kPricesSize);
  hot_ = take(kHotSize);
  cold_ = take(kColdSize);
}

Arena::~Arena() {
  munmap(base_, size_);
}

}  // namespace ringfare::translator
