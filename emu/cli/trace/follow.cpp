// SPDX-License-Identifier: MIT
#include "emu/cli/trace/follow.hpp"

#include "cpu/base/failure.hpp"

namespace ringfare {

Follow followed(const ParsedOptions& options) {
  const std::size_t times = options.has("output-separately") ? 2 : options.times("follow-forks");
  if (times == 0) return Follow::FirstThread;
  const std::string& output = options.text("output");
  if (times == 1 || output.empty()) return Follow::Together;
  if (output.starts_with('|') || output.starts_with('!') || output == "-")
    throw UserError(
        "-ff: a file for each process cannot be a pipe or standard output; give -o FILE");
  if (options.has("summary-only") || options.has("summary"))
    throw UserError("-ff: there is one table for all of them; leave -c and -C away, or give -f");
  return Follow::Separately;
}

}  // namespace ringfare
