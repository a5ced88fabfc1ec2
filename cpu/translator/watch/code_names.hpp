// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "cpu/memory.hpp"
#include "cpu/translator/translation_watcher.hpp"

namespace ringfare {

/// Words for an address of the guest, such as "main+0x12"; empty where there are none.
using NameOfAddress = std::function<std::string(const AddressSpace&, GuestAddress)>;

/// Translated code under a name that tools for the host's code can show.
struct NamedCode {
  std::uint64_t begin = 0, size = 0;  // host address, bytes
  std::string name;                   // "guest_main+0x12", "guest_0x401000"
};

namespace translator {

/// The superblock's path and, with "_off_path", what stands beside it. `name_of` may be empty.
std::vector<NamedCode> names_of(const CodeCache& cache, std::uint32_t index,
                                const NameOfAddress& name_of);
/// The entry it has got later, with "_entry".
NamedCode name_of_head(const CodeCache& cache, std::uint32_t index, const NameOfAddress& name_of);
/// The ways into translated code and out of it.
NamedCode name_of_stubs(const CodeCache& cache);

}  // namespace translator
}  // namespace ringfare
