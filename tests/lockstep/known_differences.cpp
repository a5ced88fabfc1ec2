// SPDX-License-Identifier: MIT
#include "known_differences.hpp"

namespace ringfare::lockstep {

Tolerance tolerance_on_unicorn(const Draft& block, const Result& expected) {
  const auto instructions = block.instructions();
  const auto undefined = undefined_flags(instructions);
  std::size_t index = 0;
  for (std::uint64_t at = 0; index < instructions.size() && at < expected.outcome.offset; ++index)
    at += instructions[index].size();
  Tolerance tolerance;
  tolerance.flags = undefined[index];
  // Sticky exception flags: Unicorn never sets them.
  tolerance.mxcsr = 0x3f;
  return tolerance;
}

}  // namespace ringfare::lockstep
