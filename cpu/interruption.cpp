// SPDX-License-Identifier: MIT
#include "cpu/interruption.hpp"

#include <bit>

namespace ringfare {

std::atomic<std::uint64_t> Interruption::signals_{0};

int Interruption::take() {
  const std::uint64_t set = signals_.load(std::memory_order_relaxed);
  if (set == 0) return 0;
  const int signal = std::countr_zero(set);
  signals_.fetch_and(~(1ull << signal), std::memory_order_relaxed);
  return signal;
}

}  // namespace ringfare
