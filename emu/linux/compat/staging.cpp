// SPDX-License-Identifier: MIT
#include "emu/linux/compat/staging.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/base/failure.hpp"

namespace ringfare {

void CompatStaging::make_room(std::uint64_t size) {
  constexpr std::uint64_t kUsual = 64 * 1024;
  CHECK(memory_.empty(), "addresses are out");
  memory_.resize(kUsual + size);
}

void CompatStaging::lend() {
  if (memory_.empty()) return;
  const GuestAddress begin{address(memory_.data())};
  user_.space().lend({begin, begin + memory_.size()});
}

std::byte* CompatStaging::reserve(std::uint64_t size) {
  if (memory_.empty()) make_room(0);
  const std::uint64_t aligned = (size + 15) & ~std::uint64_t{15};
  if (aligned < size || aligned > memory_.size() - used_) return nullptr;
  std::byte* const at = memory_.data() + used_;
  used_ += aligned;
  return at;
}

std::uint64_t CompatStaging::address(const std::byte* place) {
  return reinterpret_cast<std::uint64_t>(place);
}

std::uint64_t CompatStaging::nowhere() {
  return reinterpret_cast<std::uint64_t>(UserMemory::nowhere());
}

std::uint64_t CompatStaging::structure(const CompatLayout& layout, Direction direction,
                                       std::uint64_t guest) {
  std::vector<std::byte> compat(layout.compat_size);
  const AddressSpace& space = user_.space();
  if (direction != Direction::Out && !space.read({guest}, compat)) return nowhere();
  if (direction != Direction::In && !space.writable({guest}, layout.compat_size)) return nowhere();
  std::byte* const to = reserve(layout.wide_size);
  if (to == nullptr) return nowhere();
  if (direction != Direction::Out) layout.to_wide(compat.data(), to);
  if (direction != Direction::In)
    staged_.push_back(
        {&layout, guest, layout.compat_size, static_cast<std::size_t>(to - memory_.data())});
  return address(to);
}

std::uint64_t CompatStaging::value(std::uint64_t value) {
  std::byte* const to = reserve(sizeof value);
  if (to == nullptr) return nowhere();
  std::memcpy(to, &value, sizeof value);
  return address(to);
}

std::uint64_t CompatStaging::words(std::uint64_t guest, std::uint64_t count) {
  constexpr std::uint64_t kMost = 2 * 1024;  // UIO_MAXIOV buffers: more are refused by their number
  if (count > kMost) return nowhere();
  std::vector<std::uint32_t> compat(count);
  if (!user_.space().read({guest}, std::as_writable_bytes(std::span(compat)))) return nowhere();
  std::byte* const to = reserve(count * sizeof(std::uint64_t));
  if (to == nullptr) return nowhere();
  for (std::size_t i = 0; i < compat.size(); ++i) {
    const std::uint64_t wide = compat[i];
    std::memcpy(to + i * sizeof wide, &wide, sizeof wide);
  }
  return address(to);
}

std::uint64_t CompatStaging::strings(std::uint64_t guest) {
  std::uint64_t count = 1;
  for (;; ++count) {
    const auto pointer = user_.space().load<std::uint32_t>({guest + (count - 1) * 4});
    if (!pointer) return nowhere();
    if (*pointer == 0) break;
  }
  return words(guest, count);
}

std::uint64_t CompatStaging::sets(std::uint64_t guest, std::uint64_t bits) {
  const std::uint64_t most = std::min<std::uint64_t>(bits, 1u << 16);
  const std::uint64_t compat = (most + 31) / 32 * 4, wide = (most + 63) / 64 * 8;
  if (!user_.space().readable({guest}, compat) || !user_.space().writable({guest}, compat))
    return nowhere();
  std::byte* const to = reserve(wide);
  if (to == nullptr) return nowhere();
  CHECK(user_.space().read({guest}, std::span(to, compat)), "readable");
  staged_.push_back({nullptr, guest, compat, static_cast<std::size_t>(to - memory_.data())});
  return address(to);
}

bool CompatStaging::write_back() {
  bool fits = true;
  for (const Staged& staged : staged_) fits &= write_back(staged);
  return fits;
}

bool CompatStaging::write_back(const Staged& staged) {
  AddressSpace& space = user_.space();
  const std::span<const std::byte> lent(memory_.data() + staged.at, memory_.size() - staged.at);
  if (staged.layout == nullptr)
    return (void)space.write({staged.guest}, lent.first(staged.size)), true;
  std::vector<std::byte> compat(staged.size);
  const bool fits = staged.layout->to_compat(lent.data(), compat.data());
  if (fits) (void)space.write({staged.guest}, compat);
  return fits;
}

}  // namespace ringfare
