// SPDX-License-Identifier: MIT
#include "cpu/descriptor.hpp"

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

Segment loaded_segment(std::uint16_t selector, Descriptor d) {
  return {.selector = selector,
          .base = d.base(),
          .limit = d.limit(),
          .dpl = d.dpl(),
          .long_mode = d.code() && d.long_mode(),
          .default_size = d.default_size()};
}

Segment null_segment(std::uint16_t selector) {
  return {.selector = selector, .base = 0, .limit = 0, .dpl = 0};
}

}  // namespace ringfare
