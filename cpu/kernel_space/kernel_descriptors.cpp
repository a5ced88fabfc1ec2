// SPDX-License-Identifier: MIT
#include "cpu/kernel_space/kernel_descriptors.hpp"

namespace ringfare {

std::optional<Descriptor> find_descriptor(const KernelMemory& memory, const SystemState& system,
                                          std::uint16_t selector) {
  const TableRegister& table = selector & kLocalTable ? system.ldtr : system.gdtr;
  if ((selector | 7u) > table.limit) return {};
  const std::optional<PageTable> pages = memory.table(system.cr3);
  if (!pages) return {};
  const std::optional<Value> entry =
      memory.load(KernelAddress{table.base + (selector & ~7u)}, 8, *pages);
  if (!entry) return {};
  return Descriptor{entry->bits};
}

DescriptorTables::Gdt flat_segments(const KernelSelectors& selectors) {
  if (selectors == kSelectors64) return DescriptorTables::kLinux64;
  constexpr std::uint64_t kFlat32 = 0x00cf'0000'0000'ffff, kFlat64 = 0x00af'0000'0000'ffff;
  constexpr std::uint64_t kCode = 0x9bull << 40, kData = 0x93ull << 40, kUser = 0x60ull << 40;
  DescriptorTables::Gdt gdt{};
  const auto put = [&gdt](std::uint16_t selector, std::uint64_t bits) {
    if (!null_selector(selector)) gdt.at(selector >> 3) = bits;
  };
  put(selectors.kernel_code, kFlat32 | kCode);
  put(selectors.kernel_data, kFlat32 | kData);
  put(selectors.user_code32, kFlat32 | kCode | kUser);
  put(selectors.user_data, kFlat32 | kData | kUser);
  put(selectors.user_code, kFlat64 | kCode | kUser);
  return gdt;
}

}  // namespace ringfare
