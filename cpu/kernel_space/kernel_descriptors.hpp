// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/descriptor.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"

namespace ringfare {

/// Nothing for a selector beyond its table, or a table that is not mapped.
std::optional<Descriptor> find_descriptor(const KernelMemory& memory, const SystemState& system,
                                          std::uint16_t selector);

/// What a guest sees of the GDT of a kernel with these selectors: its flat segments.
DescriptorTables::Gdt flat_segments(const KernelSelectors& selectors);

}  // namespace ringfare
