// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {

struct Steps {
  std::uint64_t instructions =
      0;                  // an instruction with a REP prefix is one, however often it repeats
  std::uint64_t raw = 0;  // what the processor trapped on: every repetition is one
  int wait_status = 0;
};

/// Counts the instructions a static program retires on the bare machine, by single-stepping it. The
/// processor steps over a `syscall` in one step; it swallows the trap after `mov ss` and `pop ss`,
/// which 64-bit programs do not execute. The address space is not randomized. Where a program's
/// path depends on the auxiliary vector (C start-up code walks it), `auxiliary_types` says which
/// entries to leave in it, in which order, with the values the kernel gave; types the kernel did
/// not give get the value 0.
Steps count_steps(const Launch& launch,
                  const std::optional<std::vector<std::uint64_t>>& auxiliary_types = {});

}  // namespace ringfare::testing
