// SPDX-License-Identifier: MIT
#include "emu/cli/asked_call.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

namespace po = boost::program_options;

/// Whether the kernel writes the buffer of the call: read and its like.
bool writes_to_user(const SyscallRow& row) {
  return std::ranges::any_of(
      row.args, [](const ArgSpec& argument) { return argument.direction == Direction::Out; });
}

}  // namespace

void add_call_options(OptionTable& table) {
  table.add_options()("bytes", po::value<std::uint64_t>()->default_value(0)->value_name("N"),
                      "bytes the call copies: to user memory for a call that writes there, else "
                      "from it")(
      "file", po::value<std::string>()->default_value("")->value_name("KIND"),
      "kind of file where it decides the price: terminal, regular, pipe, null")(
      "color", po::value<std::string>()->default_value("auto")->value_name("WHEN"),
      "auto, always or never");
}

AskedCall asked_call(const ParsedOptions& options, const SyscallRow& row) {
  const std::uint64_t bytes = options.values["bytes"].as<std::uint64_t>();
  const bool out = writes_to_user(row);
  const auto number = [](auto it) { return it == kNoNumber ? -1 : static_cast<std::int64_t>(it); };
  return {.amd64 = number(row.amd64),
          .i386 = number(row.i386),
          .charge = {.call = row.name,
                     .file_kind = options.text("file"),
                     .bytes_in = out ? 0 : bytes,
                     .bytes_out = out ? bytes : 0}};
}

bool colored(const ParsedOptions& options) {
  const std::string& when = options.text("color");
  if (when != "auto" && when != "always" && when != "never")
    throw UserError(fmt::format("--color {}: give one of auto, always, never", when));
  return when == "always" || (when == "auto" && isatty(STDOUT_FILENO) != 0);
}

}  // namespace ringfare
