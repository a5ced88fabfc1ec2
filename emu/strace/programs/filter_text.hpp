// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "cpu/memory.hpp"
#include "emu/strace/words/describe_options.hpp"

namespace ringfare {

/// What a filter is for: what its constants mean.
enum class FilterUse : std::uint8_t { Sockets, Calls };

/// "[BPF_STMT(BPF_RET|BPF_K, 0x2a)]": instructions of classic BPF; the address where they are not
/// shown.
std::string filter_instructions_text(const AddressSpace& memory, const DescribeOptions& options,
                                     FilterUse use, std::uint64_t at, std::uint64_t count);

}  // namespace ringfare
