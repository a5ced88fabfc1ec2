// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cpu/base/failure.hpp"
#include "emu/cli/options/options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/linux/syscalls/syscall_document.hpp"

namespace ringfare {

int syscalls_verb(const std::vector<std::string>& words) {
  OptionTable table("options");
  add_option(table, kHelpOption);
  const ParsedOptions options = parse_options("syscalls", table, words, Words::Ours);
  if (options.has("help")) return print_help("syscalls", table), 0;
  if (!options.rest.empty())
    throw UserError(
        fmt::format("syscalls: '{}' is not understood; it takes no words", options.rest.front()));
  fmt::print("{}", render_syscall_document());
  return 0;
}

}  // namespace ringfare
