// SPDX-License-Identifier: MIT
#include "emu/report/trace_text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

bool among(const TraceText::Statuses& statuses, const CallEvent& event) {
  if (!event.returned) return statuses.unfinished;
  return event.failed ? statuses.failed : statuses.successful;
}

}  // namespace

TraceText::TraceText(std::FILE* out, Paint paint, Options options,
                     std::function<bool(std::string_view)> shows)
    : out_(out), paint_(paint), options_(options), shows_(std::move(shows)) {}

Interest TraceText::interest(std::string_view call) const {
  return shows_(call) ? Interest::Text : Interest::Nothing;
}

void TraceText::on(Cycles, const Event& event) {
  std::visit([this](const auto& e) { line(e); }, event);
}

/// Whose line it is, and when it happened.
std::string TraceText::beginning(const Origin& origin, std::chrono::nanoseconds realtime) {
  std::string text;
  if (options_.numbers == Numbers::Always)
    text = fmt::format("{:<5} ", origin.thread);
  else if (options_.numbers == Numbers::WhereSeveral && origin.several)
    text = fmt::format("[pid {:>5}] ", origin.thread);
  return text + stamp_.next(realtime);
}

/// Not where nothing comes between, and not where only calls that ended in some way are shown.
bool TraceText::tells_waits() const {
  return options_.numbers != Numbers::Never && options_.statuses.all();
}

std::FILE* TraceText::file(const Origin& origin) const {
  return options_.file_of ? options_.file_of(origin.thread) : out_;
}

void TraceText::line(const CallEvent& event) {
  latest_ = event.entered + event.took;
  if (!shows_(event.name) || !among(options_.statuses, event)) return;
  const bool resumed = !event.begun.empty() && tells_waits();
  std::string call = beginning(event.origin, resumed ? latest_ : event.entered);
  std::size_t name_at = call.size();
  if (!resumed) {
    call += event.call;
  } else {
    const bool goes_on = event.call.starts_with(event.begun);
    const std::size_t told = goes_on ? event.begun.size() : event.name.size() + 1;
    call += fmt::format("<... {} resumed>{}", event.name, event.call.substr(told));
    name_at += std::string_view("<... ").size();
  }
  call += ' ';
  if (call.size() < options_.result_column) call.resize(options_.result_column, ' ');
  call.replace(name_at, event.name.size(), paint_.name(event.name));
  const std::string result = event.failed ? paint_.failure(event.result) : event.result;
  const bool timed = options_.durations && event.returned;
  const std::string duration = timed ? fmt::format(" <{}>", seconds_text(event.took)) : "";
  fmt::print(file(event.origin), "{}= {}{} {}\n", call, result, duration,
             paint_.price(fmt::format("<{}cy{}{}>", cycles_text(event.bill.total),
                                      event.by.empty() ? "" : ", ", event.by)));
  if (options_.opened)
    fmt::print(file(event.origin), "{}", waterfall(event.bill, *options_.opened, paint_));
}

void TraceText::line(const WaitEvent& event) {
  if (!shows_(event.name) || !tells_waits()) return;
  std::string call = beginning(event.origin, event.entered);
  const std::size_t name_at = call.size();
  call += event.begun;
  call.replace(name_at, event.name.size(), paint_.name(event.name));
  fmt::print(file(event.origin), "{} <unfinished ...>\n", call);
}

void TraceText::line(const SignalEvent& event) {
  fmt::print(file(event.origin), "{}--- {} {} ---\n", beginning(event.origin, latest_), event.name,
             event.details);
}

void TraceText::line(const WarningEvent& event) {
  fmt::print(out_, "ringfare: {}\n", event.text);
}

void TraceText::line(const ProcessEvent&) {}

void TraceText::line(const ExitEvent& event) {
  if (options_.quiet) return;
  const std::string begins = beginning(event.origin, latest_);
  if (event.killed_by)
    fmt::print(file(event.origin), "{}+++ killed by {} +++\n", begins, event.signal);
  else if (event.status)
    fmt::print(file(event.origin), "{}+++ exited with {} +++\n", begins, *event.status);
}

}  // namespace ringfare
