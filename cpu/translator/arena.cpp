// SPDX-License-Identifier: MIT
#include "cpu/translator/arena.hpp"

#include <cpuid.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpu/base/failure.hpp"

namespace ringfare::translator {
namespace {

constexpr std::size_t kSealedSize = kPageSize, kContextSize = 2 * kPageSize;
constexpr std::size_t kTableSize = Arena::kTableEntries * sizeof(std::uint64_t);
constexpr std::size_t kCountersSize = Arena::kExits * sizeof(std::uint64_t);
constexpr std::size_t kPricesSize = Arena::kExits * sizeof(Lanes);
static_assert(sizeof(Arena::PathRing) % kPageSize == 0);
static_assert(sizeof(Context) == kContextSize && offsetof(Context, gpr) == kSealedSize);

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

/// The kernel writes to the thread's rseq area (rseq(2)) with the guest's rights whenever it has
/// interrupted it, and would find it closed.
bool leave_rseq() {
  if (__rseq_size == 0) return true;
  constexpr unsigned kFirstVersionSize = 32;
  auto* const area = static_cast<std::byte*>(__builtin_thread_pointer()) + __rseq_offset;
  return syscall(SYS_rseq, area, kFirstVersionSize, RSEQ_FLAG_UNREGISTER, RSEQ_SIG) == 0;
}

}  // namespace

/// CPUID.7.ECX[4]: the system uses them (SDM vol. 3, 4.6.2).
bool Arena::host_has_protection_keys() {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> 4 & 1) != 0;
}

Arena::Arena(AddressSpace& memory)
    : size_(kContextSize + kSignalStackSize + sizeof(PathRing) + kCountersSize + kTableSize +
            kPricesSize + kHotSize + kColdSize) {
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
  signal_stack_ = take(kSignalStackSize);
  counters_ = reinterpret_cast<std::uint64_t*>(take(kCountersSize));
  path_ring_ = new (take(sizeof(PathRing))) PathRing;
  table_ = reinterpret_cast<std::uint64_t*>(take(kTableSize));
  prices_ = take(kPricesSize);
  hot_ = take(kHotSize);
  cold_ = take(kColdSize);
  build_wall(memory);
}

/// Three keys: the emulator's own memory keeps key 0, which is closed while the guest runs; what
/// the guest's instructions and their translations write has a key that is open; translations and
/// what they only read have one that is read-only then.
void Arena::build_wall(AddressSpace& memory) {
  if (!host_has_protection_keys() || !leave_rseq()) return;
  const int open = pkey_alloc(0, 0), sealed = pkey_alloc(0, 0);
  if (open < 0 || sealed < 0) return;
  const auto lock = [](std::byte* begin, const std::byte* end, int key) {
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    CHECK(pkey_mprotect(begin, static_cast<std::size_t>(end - begin), all, key) == 0,
          "pkey_mprotect of translated code");
  };
  auto* const after_open = reinterpret_cast<std::byte*>(table_);
  lock(base_, base_ + kSealedSize, sealed);
  lock(base_ + kSealedSize, after_open, open);
  lock(after_open, base_ + size_, sealed);
  memory.set_protection_key(open);
  const std::uint32_t access_disabled = 1, write_disabled = 2;
  std::uint32_t rights = 0xffffffff;
  rights &= ~((access_disabled | write_disabled) << (2 * open));
  rights &= ~(access_disabled << (2 * sealed));
  context_->guest_pkru = rights;
}

Arena::~Arena() {
  munmap(base_, size_);
}

}  // namespace ringfare::translator
