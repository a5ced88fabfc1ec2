// SPDX-License-Identifier: MIT
#include "emu/cli/trace_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cctype>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "cpu/base/failure.hpp"
#include "emu/cli/expressions.hpp"
#include "emu/strace/call_filter.hpp"
#include "emu/strace/names.hpp"
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

// With all spellings that strace takes.
constexpr Choice<CountTable::Column> kColumns[] = {
    {"time-percent", CountTable::Column::Share}, {"time_percent", CountTable::Column::Share},
    {"time", CountTable::Column::Share},         {"total-time", CountTable::Column::Cycles},
    {"total_time", CountTable::Column::Cycles},  {"min-time", CountTable::Column::Least},
    {"min_time", CountTable::Column::Least},     {"shortest", CountTable::Column::Least},
    {"max-time", CountTable::Column::Most},      {"max_time", CountTable::Column::Most},
    {"longest", CountTable::Column::Most},       {"avg-time", CountTable::Column::Mean},
    {"avg_time", CountTable::Column::Mean},      {"calls", CountTable::Column::Calls},
    {"count", CountTable::Column::Calls},        {"errors", CountTable::Column::Errors},
    {"error", CountTable::Column::Errors},       {"name", CountTable::Column::Name},
    {"syscall", CountTable::Column::Name},       {"syscall-name", CountTable::Column::Name},
    {"syscall_name", CountTable::Column::Name}};

constexpr Choice<CountTable::Order> kOrders[] = {{"time", CountTable::Order::Cycles},
                                                 {"total-time", CountTable::Order::Cycles},
                                                 {"total_time", CountTable::Order::Cycles},
                                                 {"time-percent", CountTable::Order::Cycles},
                                                 {"time_percent", CountTable::Order::Cycles},
                                                 {"min-time", CountTable::Order::Least},
                                                 {"min_time", CountTable::Order::Least},
                                                 {"shortest", CountTable::Order::Least},
                                                 {"max-time", CountTable::Order::Most},
                                                 {"max_time", CountTable::Order::Most},
                                                 {"longest", CountTable::Order::Most},
                                                 {"avg-time", CountTable::Order::Mean},
                                                 {"avg_time", CountTable::Order::Mean},
                                                 {"calls", CountTable::Order::Calls},
                                                 {"count", CountTable::Order::Calls},
                                                 {"errors", CountTable::Order::Errors},
                                                 {"error", CountTable::Order::Errors},
                                                 {"name", CountTable::Order::Name},
                                                 {"syscall", CountTable::Order::Name},
                                                 {"syscall-name", CountTable::Order::Name},
                                                 {"syscall_name", CountTable::Order::Name},
                                                 {"nothing", CountTable::Order::None},
                                                 {"none", CountTable::Order::None}};

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

/// What strace takes and a run here has no use for; each with its reason.
struct Refusal {
  const char* option;
  std::string_view reason;
};

constexpr Refusal kRefusals[] = {
    {"attach",
     "a running process cannot be joined; name a program, and it is run from its first "
     "instruction on"},
    {"daemonize", "the guest runs inside of ringfare, which is no other process's parent"},
    {"user", "the guest runs as whoever runs ringfare; run ringfare as that user"},
    {"debug", "-v says how the run is done"},
    {"summary-syscall-overhead", "tracing costs the guest nothing here"},
    {"summary-wall-clock", "the table counts cycles of crossings; -T shows the time of each call"},
};

void refuse_meaningless(const ParsedOptions& options) {
  for (const Refusal& one : kRefusals)
    if (options.has(one.option)) throw UserError(fmt::format("--{}: {}", one.option, one.reason));
  if (options.has("summary-only") && options.has("summary"))
    throw UserError("-c and -C: -c is the table alone, -C the lines too; give one of them");
  if (options.has("detach-on") && options.text("detach-on") != "execve")
    throw UserError(fmt::format("--detach-on {}: give execve, the only call there is for it",
                                options.text("detach-on")));
  constexpr std::string_view kInterruptible[] = {"1",        "2",       "3",     "4",
                                                 "anywhere", "waiting", "never", "never_tstp"};
  if (options.has("interruptible") &&
      std::ranges::find(kInterruptible, options.text("interruptible")) == std::end(kInterruptible))
    throw UserError(fmt::format(
        "--interruptible {}: give one of anywhere, waiting, never, never_tstp, or 1 to 4",
        options.text("interruptible")));
}

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

struct Precision {
  std::string_view name;
  unsigned digits;
};
constexpr Precision kPrecisions[] = {{"s", 0}, {"ms", 3}, {"us", 6}, {"ns", 9}};

std::optional<unsigned> digits_of(std::string_view name) {
  const auto found = std::ranges::find(kPrecisions, name, &Precision::name);
  return found == std::end(kPrecisions) ? std::nullopt : std::optional(found->digits);
}

/// Of an option "--NAME[=PRECISION]".
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

DescriptorDetails descriptor_details(const ParsedOptions& options,
                                     const std::vector<Expression>& all) {
  const std::vector<std::string> sets = sets_of(all, "decode-fds");
  if (!sets.empty()) {
    const NameSet named =
        name_set("-e decode-fds:", sets.back(), {"path", "dev", "socket", "pidfd"});
    return {.path = named.contains("path"),
            .device = named.contains("dev"),
            .socket = named.contains("socket"),
            .process = named.contains("pidfd")};
  }
  const std::size_t times = options.times("decode-fds");
  const bool all_details = times >= 2;
  return {.path = times != 0, .device = all_details, .socket = all_details, .process = all_details};
}

StringStyle string_style(const ParsedOptions& options) {
  constexpr Choice<StringStyle> kStyles[] = {{"none", StringStyle::Escapes},
                                             {"non-ascii-chars", StringStyle::HexEscapes},
                                             {"non-ascii", StringStyle::HexWhereNotAscii},
                                             {"all", StringStyle::Hex}};
  if (const std::string word = options.latest("strings-in-hex"); !word.empty())
    return choose<StringStyle>("--strings-in-hex", word, kStyles);
  for (const GivenOption& given : options.given)  // "--strings-in-hex" is "-xx"
    if (given.name == "strings-in-hex" && given.in_full) return StringStyle::Hex;
  switch (options.times("strings-in-hex")) {
    case 0:
      return StringStyle::Escapes;
    case 1:
      return StringStyle::HexWhereNotAscii;
    default:
      return StringStyle::Hex;
  }
}

std::shared_ptr<const CallFilter> filter(const std::vector<Expression>& all,
                                         std::string_view qualifier) {
  const std::vector<std::string> sets = sets_of(all, qualifier);
  if (sets.empty()) return nullptr;
  return std::make_shared<const CallFilter>(sets, fmt::format("-e {}", qualifier));
}

/// As they were given, and as links and the current directory lead to them.
std::vector<std::string> wanted_paths(const ParsedOptions& options) {
  std::vector<std::string> paths;
  for (const GivenOption& given : options.given)
    if (given.name == "trace-path") paths.push_back(given.value);
  for (const auto& [path, real] : resolved_paths(options)) paths.push_back(real);
  return paths;
}

}  // namespace

Follow followed(const ParsedOptions& options) {
  const std::size_t times = options.has("output-separately") ? 2 : options.times("follow-forks");
  if (times == 0) return Follow::FirstThread;
  if (times == 1 || options.text("output").empty()) return Follow::Together;
  if (options.text("output").starts_with('|') || options.text("output").starts_with('!'))
    throw UserError("-ff: a file for each process cannot be a pipe; give -o FILE");
  if (options.has("summary-only") || options.has("summary"))
    throw UserError("-ff: there is one table for all of them; leave -c and -C away, or give -f");
  return Follow::Separately;
}

void add_strace_options(OptionTable& table) {
  using Many = std::vector<std::string>;
  const auto set = [] { return po::value<Many>()->value_name("SET"); };
  auto add = table.add_options();
  add("follow-forks,f",
      "all threads and processes, numbered; twice, with -o FILE: each in a file of its own, "
      "FILE.NUMBER");
  add("output-separately", "as -ff");
  add("output-append-mode,A", "append to the FILE of -o");
  add("detach-on,b", po::value<std::string>()->value_name("execve"),
      "show no more of a process once it makes this call");
  add(",e", po::value<Many>()->value_name("[NAME=]SET"),
      "trace=SET, or another of the options below that take a SET");
  add("trace", set(),
      "calls to show: names, numbers, %group, /regex/, ?name, all, none; '!' shows the others");
  add("trace-path,P", po::value<Many>()->value_name("PATH"),
      "only calls that name PATH or have a descriptor of it; may be repeated");
  add("signal", set(), "signals to show: names, numbers, all, none; '!' shows the others");
  add("status", set(), "calls that ended so: successful, failed, unfinished; '!' the others");
  add("successful-only,z", "only calls that succeeded");
  add("failed-only,Z", "only calls that failed");
  add("string-limit,s", po::value<std::size_t>()->default_value(32)->value_name("N"),
      "show at most N bytes of a string");
  add("verbose,v", optional_value("SET"),
      "show structures in full; say how the run is done; with a SET: show what pointers point to "
      "in these calls alone");
  add("no-abbrev", "show structures in full");
  add("abbrev", set(), "show structures of other calls in full");
  add("raw", set(), "show arguments of these calls as numbers");
  add("read", set(), "dump what is read from these descriptors");
  add("write", set(), "dump what is written to these descriptors");
  add("strings-in-hex,x", optional_value("WHICH"),
      "strings that are not ASCII in hex; twice: all strings; WHICH: non-ascii-chars, non-ascii, "
      "all");
  add("const-print-style,X", po::value<std::string>()->default_value("abbrev")->value_name("STYLE"),
      "named constants: abbrev, raw or verbose");
  add("decode-fds,y", optional_value("SET"),
      "paths behind descriptors; twice: details of sockets and devices too; SET: path, dev, "
      "socket, pidfd");
  add("decode-pids,Y", optional_value("comm"), "names of programs behind numbers of threads");
  add("instruction-pointer,i", "begin lines with the address behind the call");
  add("syscall-number,n", "begin lines with the number of the call");
  add("stack-traces,k", "the guest's stack below each line");
  add("absolute-timestamps,t", optional_value("FORMAT"),
      "begin lines with the simulated time; twice: with microseconds; three times: seconds since "
      "1970; FORMAT: time or unix, and s, ms, us or ns, with a comma");
  add("relative-timestamps,r", optional_value("PRECISION"),
      "begin lines with the simulated time since the line before, in s, ms, us or ns");
  add("syscall-times,T", optional_value("PRECISION"),
      "show the simulated time of each call, in s, ms, us or ns");
  add("columns,a", po::value<std::size_t>()->default_value(40)->value_name("N"),
      "column of the results");
  add("quiet,q", optional_value("SET"),
      "no 'Process attached' lines; twice: no '+++ exited' lines either; three times: no "
      "warnings either; SET: attach, exit, path-resolution, personality, thread-execve, all");
  add("summary-only,c", "a table of calls instead of lines");
  add("summary,C", "lines, and the table at the end");
  add("summary-sort-by,S", po::value<std::string>()->default_value("time")->value_name("COLUMN"),
      "order of the table: time (cycles), min-time, max-time, avg-time, calls, errors, name, "
      "nothing");
  add("summary-columns,U", po::value<std::string>()->value_name("LIST"),
      "columns of the table: time-percent, total-time, min-time, max-time, avg-time, calls, "
      "errors, name");
  add("interruptible,I", po::value<std::string>()->value_name("N"),
      "no effect: signals go to the guest");
  add("seccomp-bpf", "no effect: calls that are not shown cost no time of the guest's anyway");
  add("attach,p", po::value<std::string>()->value_name("PID"), "refused: a guest begins inside");
  add("daemonize,D", optional_value("HOW"), "refused: ringfare is not the guest's parent");
  add("user,u", po::value<std::string>()->value_name("NAME"), "refused: run ringfare as NAME");
  add("debug,d", "refused: see -v");
  add("summary-syscall-overhead,O", po::value<std::string>()->value_name("TIME"),
      "refused: there is none");
  add("summary-wall-clock,w", "refused: the table counts cycles");
  for (const char* const name : {"inject", "fault", "kvm"})
    add(name, set(), "refused: the guest is not tampered with");
}

DescribeOptions describe_options(const ParsedOptions& options) {
  refuse_meaningless(options);
  const std::vector<Expression> all = expressions(options);
  DescribeOptions describe;
  describe.string_limit = options.values["string-limit"].as<std::size_t>();
  describe.verbose = options.times("verbose") != 0 || options.has("no-abbrev");
  describe.strings = string_style(options);
  describe.constants =
      choose<ConstantStyle>("-X", options.text("const-print-style"), kConstantStyles);
  describe.descriptors = descriptor_details(options, all);
  for (const std::string& set : sets_of(all, "read"))
    describe.read_dumps = descriptor_set("-e read:", set);
  for (const std::string& set : sets_of(all, "write"))
    describe.write_dumps = descriptor_set("-e write:", set);
  describe.raw = filter(all, "raw");
  describe.dereferenced = filter(all, "verbose");
  describe.abbreviated = filter(all, "abbrev");
  describe.paths = wanted_paths(options);
  return describe;
}

std::vector<std::pair<std::string, std::string>> resolved_paths(const ParsedOptions& options) {
  std::vector<std::pair<std::string, std::string>> paths;
  for (const GivenOption& given : options.given) {
    if (given.name != "trace-path") continue;
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(given.value, error);
    if (!error && real != given.value) paths.emplace_back(given.value, real);
  }
  return paths;
}

bool has_message(const ParsedOptions& options, std::string_view message) {
  return !quiet_messages(options, expressions(options)).contains(message);
}

TraceText::Options text_options(const ParsedOptions& options) {
  const std::vector<Expression> all = expressions(options);
  TraceText::Options text;
  text.modes = has_message(options, "personality") && options.text("output").empty();
  text.attachments = has_message(options, "attach");
  text.exits = has_message(options, "exit");
  if (const Follow follow = followed(options); follow == Follow::Together)
    text.numbers = options.text("output").empty() ? TraceText::Numbers::WhereSeveral
                                                  : TraceText::Numbers::Always;
  if (options.has("stages")) text.opened = Detail::Stages;
  if (options.has("instructions")) text.opened = Detail::Instructions;
  text.stamp = stamp(options);
  if (options.has("syscall-times")) text.durations = precision(options, "syscall-times");
  text.call_numbers = options.has("syscall-number");
  text.addresses = options.has("instruction-pointer");
  text.commands = options.has("decode-pids") && options.latest("decode-pids") != "pidns";
  text.result_column = options.values["columns"].as<std::size_t>();
  for (const std::string& set : sets_of(all, "status")) text.statuses = statuses(set);
  for (const GivenOption& given : options.given) {
    if (given.name == "successful-only") text.statuses = statuses("successful");
    if (given.name == "failed-only") text.statuses = statuses("failed");
  }
  text.signals = shown_signals(all);
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
  return sets_of(expressions(options), "trace");
}

}  // namespace ringfare
