// SPDX-License-Identifier: MIT
#include "emu/report/trace_text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "emu/report/number_text.hpp"
#include "emu/report/report.hpp"

namespace ringfare {
namespace {

bool among(const TraceText::Statuses& statuses, const CallEvent& event) {
  if (!event.returned) return statuses.unfinished;
  return event.failed ? statuses.failed : statuses.successful;
}

}  // namespace

TraceText::TraceText(std::FILE* out, Paint paint, Options options,
                     std::function<bool(std::string_view)> shows)
    : out_(out), paint_(paint), options_(std::move(options)), shows_(std::move(shows)) {}

Interest TraceText::interest(std::string_view call) const {
  return shows_(call) ? Interest::Text : Interest::Nothing;
}

void TraceText::on(Cycles, const Event& event) {
  std::visit([this](const auto& e) { line(e); }, event);
}

/// Thread, time, call number and address, in strace's order.
std::string TraceText::beginning(const Origin& origin, std::chrono::nanoseconds realtime) {
  std::string text;
  const std::string number = options_.commands
                                 ? fmt::format("{}<{}>", origin.thread, origin.command)
                                 : std::to_string(origin.thread);
  if (options_.numbers == Numbers::Always)
    text = fmt::format("{:<5} ", number);
  else if (options_.numbers == Numbers::WhereSeveral && origin.several)
    text = fmt::format("[pid {:>5}] ", number);
  text += held_.stamp().next(realtime);
  if (options_.call_numbers) text += fmt::format("[{:>4}] ", origin.call_number);
  if (!options_.addresses) return text;
  const unsigned digits = origin.wide ? 16 : 8;
  return text + (origin.next_address == 0 ? fmt::format("[{}] ", std::string(digits, '?'))
                                          : fmt::format("[{:0{}x}] ", origin.next_address, digits));
}

/// Whether waits are shown. Not where one thread alone is traced, for nothing can come between; and
/// not where -e status= chooses calls by how they end, which a wait does not know yet.
bool TraceText::tells_waits() const {
  return options_.numbers != Numbers::Never && options_.statuses.all();
}

std::FILE* TraceText::file(const Origin& origin) const {
  return options_.file_of ? options_.file_of(origin.thread) : out_;
}

void TraceText::print_unfinished(const HeldLine::Line& line) {
  const std::size_t name = line.call.find('(');
  fmt::print(out_, "{}{}{} <unfinished ...>\n", line.beginning,
             paint_.name(line.call.substr(0, name)), line.call.substr(name));
}

/// Another line comes before the call that waits has returned: prints the held line as unfinished.
void TraceText::break_off() {
  if (held_.thread()) print_unfinished(held_.take());
}

/// The line of a call up to its result; "<... NAME resumed>" where its beginning has been printed.
std::string TraceText::call_text(const CallEvent& event) {
  const int thread = event.origin.thread;
  const bool waited = waiting_.erase(thread) != 0, held = waited && held_.thread() == thread;
  if (!held) break_off();
  const bool resumed = waited && !held;
  std::string call =
      held ? held_.take().beginning : beginning(event.origin, resumed ? latest_ : event.entered);
  std::size_t name_at = call.size();
  if (!resumed) {
    call += event.call;
  } else {
    const bool goes_on = event.call.starts_with(event.begun);
    const std::size_t told = goes_on ? event.begun.size() : event.name.size() + 1;
    call += fmt::format("<... {} resumed>{}", event.name, event.call.substr(told));
    name_at += std::string_view("<... ").size();
  }
  if (event.detached) return call.substr(0, call.size() - 1) + " <detached ...>";
  call += ' ';
  if (call.size() < options_.result_column) call.resize(options_.result_column, ' ');
  return call.replace(name_at, event.name.size(), paint_.name(event.name));
}

void TraceText::line(const CallEvent& event) {
  latest_ = event.entered + event.took;
  if (!shows_(event.name) || !among(options_.statuses, event)) return;
  std::string text = call_text(event);
  if (!event.detached) text += "= " + (event.failed ? paint_.failure(event.result) : event.result);
  if (options_.durations && event.returned)
    text += fmt::format(" <{}>", seconds_text(event.took, *options_.durations));
  if (event.priced && options_.prices)
    text += ' ' + paint_.price(fmt::format("<{}cy{}{}>", cycles_text(event.bill.total),
                                           event.by.empty() ? "" : ", ", event.by));
  std::FILE* const out = file(event.origin);
  fmt::print(out, "{}\n", text);
  for (const std::string& below : event.below) fmt::print(out, "{}\n", below);
  if (options_.opened && event.priced)
    fmt::print(out, "{}", waterfall(event.bill, *options_.opened, paint_));
}

/// Holds the line back: it is split in two only where another one comes between.
void TraceText::line(const WaitEvent& event) {
  if (!shows_(event.name) || !tells_waits()) return;
  break_off();
  waiting_.insert(event.origin.thread);
  const HeldLine::Line line{.beginning = beginning(event.origin, event.entered),
                            .call = event.begun};
  if (!held_.put(event.origin.thread, line)) print_unfinished(line);
}

void TraceText::line(const SignalEvent& event) {
  if (!options_.signals.contains(event.name)) return;
  break_off();
  std::FILE* const out = file(event.origin);
  fmt::print(out, "{}--- {} {} ---\n", beginning(event.origin, latest_), event.name, event.details);
  for (const std::string& below : event.below) fmt::print(out, "{}\n", below);
}

/// Never into a file or a pipe: what reads the lines wants nothing else.
void TraceText::line(const WarningEvent& event) {
  if (out_ == stderr) break_off();
  fmt::print(stderr, "ringfare: {}\n", event.text);
}

/// As strace does on standard error.
void TraceText::line(const StartEvent& event) {
  if (options_.numbers != Numbers::WhereSeveral || !options_.attachments) return;
  break_off();
  fmt::print(out_, "ringfare: Process {} attached\n", event.origin.thread);
}

void TraceText::line(const ModeEvent& event) {
  if (!options_.modes) return;
  break_off();
  fmt::print(file(event.origin), "{}[ Process PID={} runs in {} bit mode. ]\n",
             beginning(event.origin, event.at), event.origin.thread, event.wide ? 64 : 32);
}

void TraceText::line(const ProcessEvent&) {}

void TraceText::line(const ExitEvent& event) {
  if (!options_.exits || (event.killed_by && !options_.signals.contains(event.signal))) return;
  break_off();
  const std::string begins = beginning(event.origin, latest_);
  std::FILE* const out = file(event.origin);
  if (event.killed_by)
    fmt::print(out, "{}+++ killed by {} +++\n", begins, event.signal);
  else if (event.status)
    fmt::print(out, "{}+++ exited with {} +++\n", begins, *event.status);
  for (const std::string& below : event.below) fmt::print(out, "{}\n", below);
}

void TraceText::finish() {
  break_off();
}

Report trace_report(const ReportInputs& inputs) {
  TraceText::Options options = inputs.trace;
  options.prices = !inputs.settings.contains("no-prices");
  if (inputs.settings.contains("stages")) options.opened = Detail::Stages;
  if (inputs.settings.contains("instructions")) options.opened = Detail::Instructions;
  return {.sink = std::make_unique<TraceText>(inputs.out, inputs.paint, std::move(options),
                                              inputs.shows)};
}

}  // namespace ringfare
