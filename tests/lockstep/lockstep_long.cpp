// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "lockstep.hpp"

/// lockstep_long --blocks N --seed S [--bits 32] [--first N] [--failures F]: one long series, ends
/// after F differences.
int main(int count, char** arguments) {
  std::uint64_t blocks = 1'000'000, seed = 1, most = 10, first = 0, bits = 64;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 0);
    if (name == "--blocks") blocks = value;
    if (name == "--seed") seed = value;
    if (name == "--failures") most = value;
    if (name == "--first") first = value;
    if (name == "--bits") bits = value;
  }
  using ringfare::CodeMode;
  ringfare::lockstep::Lockstep lockstep(bits == 32 ? CodeMode::Compat32 : CodeMode::Long64);
  std::uint64_t failures = 0, n = first;
  for (; n < first + blocks && failures < most; ++n)
    if (const auto difference = lockstep.run(seed, n)) {
      ++failures;
      fmt::print("{}\n", *difference);
      std::fflush(stdout);
    }
  fmt::print(
      "{} blocks of seed {}, {} of them on Unicorn as well, which refused {}, {} faults: {} "
      "differ\n",
      n - first, seed, lockstep.blocks_on_unicorn(), lockstep.refusals(), lockstep.faults(),
      failures);
  return failures == 0 ? 0 : 1;
}
