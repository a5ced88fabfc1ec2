// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "cpu/translator/code_cache.hpp"

namespace ringfare::translator {

/// "second tier, 3 blocks, 14 instructions".
std::string path_text(const Superblock& superblock);

/// How often the superblock's exits were taken, and how many instructions that were.
struct Work {
  std::uint64_t times = 0, instructions = 0;
};
Work work_of(const CodeCache& cache, const Superblock& superblock);

/// "direct, to 0x401150", "gate (syscall) at 0x401155".
std::string exit_text(const Exit& exit);

/// What lies at a host address that translated code reads, writes or jumps to: "counter of exit 3",
/// "superblock 7 at 0x401150", "guest rcx, at home". Empty where it is nothing of ours.
std::string place_text(const CodeCache& cache, std::uint64_t host);

}  // namespace ringfare::translator
