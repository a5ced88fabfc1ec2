// SPDX-License-Identifier: MIT
#include "emu/cli/trace/line_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"
#include "emu/cli/trace/expressions.hpp"
#include "emu/cli/trace/follow.hpp"
#include "emu/strace/words/names.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kWidestColumn = 10'000;

TraceText::Statuses statuses(std::string_view set) {
  const NameSet named = name_set("-e status:", set,
                                 {"successful", "failed", "unfinished", "unavailable", "detached"});
  return {.successful = named.contains("successful"),
          .failed = named.contains("failed"),
          .unfinished = named.contains("unfinished")};
}

NameSet quiet_messages(const ParsedOptions& options, const std::vector<Expression>& all) {
  const std::vector<std::string> sets = sets_of(all, "quiet");
  if (!sets.empty())
    return name_set("-e quiet:", sets.back(),
                    {"attach", "exit", "path-resolution", "personality", "thread-execve"});
  NameSet messages{.except = options.times("quiet") >= 3};
  if (messages.except) return messages;
  if (options.times("quiet") >= 1) messages.names = {"attach", "personality"};
  if (options.times("quiet") == 2) messages.names.insert("exit");
  return messages;
}

/// "INT", "sigint" and "2" are SIGINT.
std::string signal_in_full(std::string_view word) {
  constexpr unsigned kSignals = 64;
  std::string upper(word);
  std::ranges::transform(upper, upper.begin(), [](char c) { return std::toupper(c); });
  for (unsigned number = 1; number <= kSignals; ++number) {
    const std::string name = signal_name(number);
    if (upper == name || "SIG" + upper == name || word == std::to_string(number)) return name;
  }
  return std::string(word);
}

NameSet shown_signals(const std::vector<Expression>& all) {
  const std::vector<std::string> sets = sets_of(all, "signal");
  if (sets.empty()) return {};
  std::vector<std::string> known;
  for (unsigned number = 1; number <= 64; ++number) known.push_back(signal_name(number));
  std::string set = sets.back().starts_with('!') ? "!" : "";
  for (const std::string& word : split(std::string_view(sets.back()).substr(set.size())))
    set += (set.empty() || set == "!" ? "" : ",") + signal_in_full(word);
  return name_set("-e signal:", set, known);
}

constexpr Choice<unsigned> kDigits[] = {{"s", 0}, {"ms", 3}, {"us", 6}, {"ns", 9}};

std::optional<unsigned> digits_of(std::string_view word) {
  const auto found = std::ranges::find(kDigits, word, &Choice<unsigned>::word);
  return found == std::end(kDigits) ? std::nullopt : std::optional(found->value);
}

/// How many digits an option "--NAME[=PRECISION]" asks for.
unsigned precision(const ParsedOptions& options, std::string_view name) {
  constexpr unsigned kMicroseconds = 6;
  const std::string word = options.latest(name);
  if (word.empty()) return kMicroseconds;
  const auto digits = digits_of(word);
  if (!digits) throw UserError(fmt::format("--{}={}: give one of s, ms, us, ns", name, word));
  return *digits;
}

/// "unix", "format:unix,precision:ms", "us": strace's words in any order.
void read_absolute(std::string_view words, LineStamp::Style& style) {
  style.absolute = LineStamp::Format::Clock;
  style.digits = 0;
  for (const std::string& given : split(words)) {
    const std::size_t colon = given.find(':');
    const std::string word = given.substr(colon == given.npos ? 0 : colon + 1);
    if (word == "none")
      style.absolute = LineStamp::Format::None;
    else if (word == "time")
      style.absolute = LineStamp::Format::Clock;
    else if (word == "unix")
      style.absolute = LineStamp::Format::Unix;
    else if (const auto digits = digits_of(word))
      style.digits = *digits;
    else
      throw UserError(fmt::format(
          "--absolute-timestamps={}: give none, time or unix, and s, ms, us or ns", words));
  }
}

LineStamp::Style stamp(const ParsedOptions& options) {
  LineStamp::Style style{.relative = options.has("relative-timestamps"),
                         .relative_digits = precision(options, "relative-timestamps")};
  const std::size_t times = options.times("absolute-timestamps");
  if (times >= 1) style.absolute = LineStamp::Format::Clock;
  if (times >= 2) style.digits = 6;
  if (times >= 3) style.absolute = LineStamp::Format::Unix;
  if (const std::string words = options.latest("absolute-timestamps"); !words.empty())
    read_absolute(words, style);
  return style;
}

}  // namespace

bool has_message(const ParsedOptions& options, std::string_view message) {
  return !quiet_messages(options, expressions(options)).contains(message);
}

TraceText::Options line_options(const ParsedOptions& options) {
  const std::vector<Expression> all = expressions(options);
  TraceText::Options lines;
  lines.modes = has_message(options, "personality") && options.text("output").empty();
  lines.attachments = has_message(options, "attach");
  lines.exits = has_message(options, "exit");
  if (const Follow follow = followed(options); follow == Follow::Together)
    lines.numbers = options.text("output").empty() ? TraceText::Numbers::WhereSeveral
                                                   : TraceText::Numbers::Always;
  lines.stamp = stamp(options);
  if (options.has("syscall-times")) lines.durations = precision(options, "syscall-times");
  lines.call_numbers = options.has("syscall-number");
  lines.addresses = options.has("instruction-pointer");
  lines.commands = options.has("decode-pids") && options.latest("decode-pids") != "pidns";
  lines.result_column = options.number("columns", {.most = kWidestColumn});
  for (const std::string& set : sets_of(all, "status")) lines.statuses = statuses(set);
  for (const GivenOption& given : options.given) {
    if (given.name == "successful-only") lines.statuses = statuses("successful");
    if (given.name == "failed-only") lines.statuses = statuses("failed");
  }
  lines.signals = shown_signals(all);
  return lines;
}

}  // namespace ringfare
