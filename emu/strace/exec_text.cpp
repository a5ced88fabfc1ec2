// SPDX-License-Identifier: MIT
#include "emu/strace/exec_text.hpp"

#include <fmt/format.h>

#include "emu/strace/call_filter.hpp"
#include "emu/strace/pointee.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kName = "execve";

std::string strings_text(const std::vector<std::string>& strings, const DescribeOptions& options,
                         bool whole) {
  std::string text = "[";
  for (std::size_t i = 0; i < strings.size(); ++i) {
    if (i != 0) text += ", ";
    if (i == options.string_limit && !whole) return text + "...]";
    text += quoted(strings[i], options.string_limit, options.strings);
  }
  return text + ']';
}

}  // namespace

std::string exec_text(const ExecRequest& request, const ExecVectors& vectors,
                      const DescribeOptions& options) {
  const auto in = [](const auto& filter, bool otherwise) {
    return filter ? filter->shows(kName) : otherwise;
  };
  const auto call = [&](const std::string& path, const std::string& arguments,
                        const std::string& environment) {
    return fmt::format("{}({}, {}, {})", kName, path, arguments, environment);
  };
  const std::string path = quoted(request.name, options.strings);
  const std::string first = address_text(vectors.arguments.value),
                    second = address_text(vectors.environment.value);
  if (in(options.raw, false)) return call(address_text(vectors.path.value), first, second);
  if (!in(options.dereferenced, true)) return call(path, first, second);
  const bool whole = options.verbose || !in(options.abbreviated, true);
  const std::size_t count = request.environment.size();
  return call(path, strings_text(request.arguments, options, whole),
              whole ? strings_text(request.environment, options, whole)
                    : fmt::format("{} /* {} {} */", second, count, count == 1 ? "var" : "vars"));
}

}  // namespace ringfare
