// SPDX-License-Identifier: MIT
#include "emu/linux/abi/user_memory.hpp"

#include <linux/limits.h>

#include <algorithm>
#include <cstring>

#include "cpu/guarded_access.hpp"

namespace ringfare {
namespace {

/// How many of the bytes are there: a mapping may reach beyond the end of its file.
std::uint64_t backed(const Region& region, GuestAddress at, std::uint64_t size) {
  if (!region.name.starts_with('/')) return size;
  for (std::uint64_t page = page_down(at.value); page < at.value + size; page += kPageSize)
    if (!guarded_probe(AddressSpace::host({page}))) return page <= at.value ? 0 : page - at.value;
  return size;
}

template <class Allowed>
std::uint64_t prefix(const AddressSpace& memory, std::uint64_t address, std::uint64_t size,
                     const Allowed& allowed) {
  if (size != 0 && memory.find({address}) == nullptr && allowed({address}, size)) return size;
  std::uint64_t done = 0;
  while (done < size) {
    const GuestAddress at{address + done};
    const Region* const region = memory.find(at);
    if (region == nullptr) break;
    const std::uint64_t step = std::min(size - done, region->range.end - at);
    if (!allowed(at, step)) break;
    const std::uint64_t there = backed(*region, at, step);
    done += there;
    if (there < step) break;
  }
  return done;
}

}  // namespace

void* UserMemory::in(std::uint64_t address, std::uint64_t size) const {
  if (address == 0 || memory_.readable({address}, size)) return AddressSpace::host({address});
  return unusable(address, size);
}

void* UserMemory::in_out(std::uint64_t address, std::uint64_t size) const {
  if (memory_.open_for_writing({address}, size)) return AddressSpace::host({address});
  return in(address, size);
}

void* UserMemory::unusable(std::uint64_t address, std::uint64_t size) {
  constexpr std::uint64_t kUserEnd = 0x7fff'ffff'f000;
  const bool beyond = size > kUserEnd || address > kUserEnd - size;
  return beyond ? reinterpret_cast<void*>(~std::uintptr_t{0} - kPageSize) : nowhere();
}

void* UserMemory::out(std::uint64_t address, std::uint64_t size) const {
  if (address == 0 || memory_.open_for_writing({address}, size))
    return AddressSpace::host({address});
  return unusable(address, size);
}

std::uint64_t UserMemory::readable_prefix(std::uint64_t address, std::uint64_t size) const {
  return prefix(memory_, address, size,
                [this](GuestAddress at, std::uint64_t step) { return memory_.readable(at, step); });
}

std::uint64_t UserMemory::writable_prefix(std::uint64_t address, std::uint64_t size) const {
  return prefix(memory_, address, size, [this](GuestAddress at, std::uint64_t step) {
    return memory_.open_for_writing(at, step);
  });
}

const char* UserMemory::string(std::uint64_t address) {
  if (address == 0) return nullptr;
  const std::uint64_t there = readable_prefix(address, PATH_MAX);
  const char* const text = reinterpret_cast<const char*>(AddressSpace::host({address}));
  const std::size_t length = there == 0 ? 0 : strnlen(text, there);
  // Without a NUL, what follows must be ours to read as far as the kernel would.
  if (length == there && there < PATH_MAX) return static_cast<const char*>(nowhere());
  count_in(std::min<std::uint64_t>(length + 1, PATH_MAX));
  return text;
}

}  // namespace ringfare
