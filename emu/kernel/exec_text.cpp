// SPDX-License-Identifier: MIT
#include "emu/kernel/exec_text.hpp"

#include <fmt/format.h>

#include "emu/kernel/call_filter.hpp"
#include "emu/kernel/pointee.hpp"
#include "emu/kernel/value_text.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kName = "execve";

std::string strings_text(const std::vector<std::string>& strings, const DescribeOptions& options,
                         bool whole) {
  std::string text = "[";
  for (std::size_t i = 0; i < strings.size(); ++i) {
    if (i != 0) text += ", ";
    if (i == kMaxElements && !whole) return text + "...]";
    text += quoted(strings[i], options.string_limit, options.strings);
  }
  return text + ']';
}

}  // namespace

std::string exec_text(const ExecRequest& request, GuestAddress environment,
                      const DescribeOptions& options) {
  const auto in = [](const auto& filter, bool otherwise) {
    return filter ? filter->shows(kName) : otherwise;
  };
  const bool whole = options.verbose || !in(options.abbreviated, true);
  const std::size_t variables = request.environment.size();
  std::string arguments = strings_text(request.arguments, options, whole),
              variables_text = whole ? strings_text(request.environment, options, whole)
                                     : fmt::format("{:#x} /* {} {} */", environment.value,
                                                   variables, variables == 1 ? "var" : "vars");
  return fmt::format("{}({}, {}, {})", kName, quoted(request.name, options.strings), arguments,
                     variables_text);
}

}  // namespace ringfare
