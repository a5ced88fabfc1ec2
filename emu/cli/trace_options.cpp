// SPDX-License-Identifier: MIT
#include "emu/cli/trace_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/program_options/value_semantic.hpp>
#include <ranges>
#include <span>

#include "cpu/failure.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

namespace po = boost::program_options;

template <class T>
struct Choice {
  std::string_view name;
  T value;
};

constexpr Choice<ConstantStyle> kConstantStyles[] = {{"abbrev", ConstantStyle::Names},
                                                     {"raw", ConstantStyle::Numbers},
                                                     {"verbose", ConstantStyle::Both}};

constexpr Choice<CountTable::Column> kColumns[] = {
    {"time-percent", CountTable::Column::Share}, {"time", CountTable::Column::Share},
    {"total-time", CountTable::Column::Cycles},  {"min-time", CountTable::Column::Least},
    {"max-time", CountTable::Column::Most},      {"avg-time", CountTable::Column::Mean},
    {"calls", CountTable::Column::Calls},        {"count", CountTable::Column::Calls},
    {"errors", CountTable::Column::Errors},      {"error", CountTable::Column::Errors},
    {"name", CountTable::Column::Name},          {"syscall", CountTable::Column::Name}};

constexpr Choice<CountTable::Order> kOrders[] = {
    {"time", CountTable::Order::Cycles},         {"total-time", CountTable::Order::Cycles},
    {"time-percent", CountTable::Order::Cycles}, {"min-time", CountTable::Order::Least},
    {"max-time", CountTable::Order::Most},       {"avg-time", CountTable::Order::Mean},
    {"calls", CountTable::Order::Calls},         {"count", CountTable::Order::Calls},
    {"errors", CountTable::Order::Errors},       {"error", CountTable::Order::Errors},
    {"name", CountTable::Order::Name},           {"syscall", CountTable::Order::Name},
    {"nothing", CountTable::Order::None},        {"none", CountTable::Order::None}};

/// The value of `word` among `choices`; throws UserError that names `option`.
template <class T>
T choose(std::string_view option, std::string_view word, std::span<const Choice<T>> choices) {
  std::vector<std::string> names;
  for (const Choice<T>& choice : choices) {
    if (choice.name == word) return choice.value;
    names.emplace_back(choice.name);
  }
  const auto near = nearest(word, names);
  throw UserError(fmt::format("{} {}: {}", option, word,
                              near ? fmt::format("did you mean '{}'?", *near)
                                   : fmt::format("give one of {}", fmt::join(names, ", "))));
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t comma = list.find(',');
    words.emplace_back(list.substr(0, comma));
    if (comma == list.npos) return words;
    list.remove_prefix(comma + 1);
  }
}

struct Expression {
  std::string qualifier, set;
};

/// "-e trace=SET", "-e SET", "-e status=SET".
std::vector<Expression> expressions(const ParsedOptions& options) {
  std::vector<Expression> all;
  if (!options.has("trace")) return all;
  for (const std::string& word : options.values["trace"].as<std::vector<std::string>>()) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || word.find('/') < equals)
      all.push_back({"trace", word});
    else
      all.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  return all;
}

struct Qualifier {
  std::string_view name, meaning;
};
constexpr Qualifier kRefused[] = {
    {"inject", "the guest's calls are not tampered with"},
    {"fault", "the guest's calls are not tampered with"},
    {"read", "use -s to see more of what is read"},
    {"write", "use -s to see more of what is written"},
    {"kvm", "there is no virtual machine"},
    {"abbrev", "use -v to see structures in full"},
    {"verbose", "structures are always decoded"},
    {"raw", "use -X raw"},
};

bool is_trace(std::string_view qualifier) {
  return qualifier == "trace" || qualifier == "t";
}

void refuse_qualifiers(const ParsedOptions& options) {
  constexpr std::string_view kKnown[] = {"trace", "t", "status", "s", "quiet", "q", "signal"};
  for (const Expression& expression : expressions(options)) {
    const auto refused = std::ranges::find(kRefused, expression.qualifier, &Qualifier::name);
    if (refused != std::end(kRefused))
      throw UserError(fmt::format("-e {}=: {}", expression.qualifier, refused->meaning));
    if (std::ranges::find(kKnown, expression.qualifier) == std::end(kKnown))
      throw UserError(fmt::format("-e {}={}: only trace=SET and status=SET are understood here",
                                  expression.qualifier, expression.set));
  }
}

bool TraceText::Statuses::*status_named(const std::string& name) {
  using Statuses = TraceText::Statuses;
  if (name == "successful") return &Statuses::successful;
  if (name == "failed") return &Statuses::failed;
  if (name == "unfinished") return &Statuses::unfinished;
  if (name == "unavailable" || name == "detached") return nullptr;  // never happen here
  throw UserError(
      fmt::format("-e status={}: give some of successful, failed, unfinished, unavailable, "
                  "detached, all, none",
                  name));
}

TraceText::Statuses statuses(std::string_view set) {
  const bool negated = set.starts_with('!');
  if (negated) set.remove_prefix(1);
  if (set == "all" || set == "none") {
    const bool shown = (set == "all") != negated;
    return {shown, shown, shown};
  }
  TraceText::Statuses result{negated, negated, negated};
  for (const std::string& name : split(set))
    if (const auto member = status_named(name)) result.*member = !negated;
  return result;
}

LineStamp::Kind stamp(const ParsedOptions& options) {
  if (options.has("relative-timestamps")) return LineStamp::Kind::Relative;
  switch (options.times("absolute-timestamps")) {
    case 0:
      return LineStamp::Kind::None;
    case 1:
      return LineStamp::Kind::Clock;
    case 2:
      return LineStamp::Kind::ClockWithMicroseconds;
    default:
      return LineStamp::Kind::Unix;
  }
}

}  // namespace

Follow followed(const ParsedOptions& options) {
  const std::size_t times = options.times("follow-forks");
  if (times == 0) return Follow::FirstThread;
  if (times == 1 || options.text("output").empty()) return Follow::Together;
  if (options.text("output").starts_with('|'))
    throw UserError("-ff: a file for each process cannot be a pipe; give -o FILE");
  if (options.has("summary-only") || options.has("summary"))
    throw UserError("-ff: there is one table for all of them; leave -c and -C away, or give -f");
  return Follow::Separately;
}

void add_strace_options(OptionTable& table) {
  table.add_options()("follow-forks,f",
                      "all threads and processes, numbered; twice, with -o FILE: each in a file of "
                      "its own, FILE.NUMBER")(
      "trace,e", po::value<std::vector<std::string>>()->value_name("trace=SET"),
      "calls to show: names, %class, /regex/, ?name, all, none; '!' negates; or "
      "status=SET: successful, failed, unfinished")(
      "successful-only,z", "only calls that succeeded")("failed-only,Z", "only calls that failed")(
      "string-limit,s", po::value<std::size_t>()->default_value(32)->value_name("N"),
      "show at most N bytes of a string")("verbose,v",
                                          "show structures in full; say how the run is done")(
      "strings-in-hex,x", "strings that are not ASCII in hex; twice: all strings")(
      "const-print-style,X", po::value<std::string>()->default_value("abbrev")->value_name("STYLE"),
      "named constants: abbrev, raw or verbose")(
      "decode-fds,y", "paths behind descriptors; twice: details of sockets and devices too")(
      "absolute-timestamps,t",
      "begin lines with the simulated time; twice: with microseconds; "
      "three times: seconds since 1970")(
      "relative-timestamps,r", "begin lines with the simulated time since the line before")(
      "syscall-times,T", "show the simulated time of each call")(
      "columns,a", po::value<std::size_t>()->default_value(40)->value_name("N"),
      "column of the results")("summary-only,c", "a table of calls instead of lines")(
      "summary,C", "lines, and the table at the end")(
      "summary-sort-by,S", po::value<std::string>()->default_value("time")->value_name("COLUMN"),
      "order of the table: time (cycles), min-time, max-time, avg-time, calls, errors, name, "
      "nothing")("summary-columns,U", po::value<std::string>()->value_name("LIST"),
                 "columns of the table: time-percent, total-time, min-time, max-time, avg-time, "
                 "calls, errors, name")("attach,p", po::value<std::string>()->value_name("PID"),
                                        "refused: a guest begins inside");
}

DescribeOptions describe_options(const ParsedOptions& options) {
  if (options.has("attach"))
    throw UserError(fmt::format(
        "-p {}: a running process cannot be joined; name a program, and it is run from its first "
        "instruction on",
        options.text("attach")));
  refuse_qualifiers(options);
  DescribeOptions describe;
  describe.string_limit = options.values["string-limit"].as<std::size_t>();
  describe.verbose = options.has("verbose");
  const std::size_t hex = options.times("strings-in-hex"), names = options.times("decode-fds");
  if (hex != 0) describe.strings = hex == 1 ? StringStyle::HexWhereNotAscii : StringStyle::Hex;
  describe.constants =
      choose<ConstantStyle>("-X", options.text("const-print-style"), kConstantStyles);
  if (names != 0)
    describe.descriptors = names == 1 ? DescriptorStyle::Paths : DescriptorStyle::Details;
  return describe;
}

TraceText::Options text_options(const ParsedOptions& options) {
  TraceText::Options text;
  text.quiet = options.has("quiet");
  if (const Follow follow = followed(options); follow == Follow::Together)
    text.numbers = options.text("output").empty() ? TraceText::Numbers::WhereSeveral
                                                  : TraceText::Numbers::Always;
  if (options.has("stages")) text.opened = Detail::Stages;
  if (options.has("instructions")) text.opened = Detail::Instructions;
  text.stamp = stamp(options);
  text.durations = options.has("syscall-times");
  text.result_column = options.values["columns"].as<std::size_t>();
  for (const Expression& expression : expressions(options))
    if (expression.qualifier == "status" || expression.qualifier == "s")
      text.statuses = statuses(expression.set);
  if (options.has("successful-only")) text.statuses = statuses("successful");
  if (options.has("failed-only")) text.statuses = statuses("failed");
  return text;
}

CountTable::Options table_options(const ParsedOptions& options) {
  CountTable::Options table;
  table.order = choose<CountTable::Order>("-S", options.text("summary-sort-by"), kOrders);
  if (!options.has("summary-columns")) return table;
  table.columns.clear();
  for (const std::string& word : split(options.text("summary-columns")))
    table.columns.push_back(choose<CountTable::Column>("-U", word, kColumns));
  return table;
}

std::vector<std::string> trace_sets(const ParsedOptions& options) {
  std::vector<std::string> sets;
  for (const Expression& expression : expressions(options))
    if (is_trace(expression.qualifier)) sets.push_back(expression.set);
  return sets;
}

}  // namespace ringfare
