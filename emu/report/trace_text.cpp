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

void TraceText::line(const CallEvent& event) {
  latest_ = event.entered + event.took;
  if (!shows_(event.name) || !among(options_.statuses, event)) return;
  std::string call = stamp(event.entered);
  const std::size_t name_at = call.size();
  call += event.call + " ";
  if (call.size() < options_.result_column) call.resize(options_.result_column, ' ');
  call.replace(name_at, event.name.size(), paint_.name(event.name));
  const std::string result = event.failed ? paint_.failure(event.result) : event.result;
  const bool timed = options_.durations && event.returned;
  const std::string duration = timed ? fmt::format(" <{}>", seconds_text(event.took)) : "";
  fmt::print(out_, "{}= {}{} {}\n", call, result, duration,
             paint_.price(fmt::format("<{}cy{}{}>", cycles_text(event.bill.total),
                                      event.by.empty() ? "" : ", ", event.by)));
  if (options_.opened) fmt::print(out_, "{}", waterfall(event.bill, *options_.opened, paint_));
}

void TraceText::line(const SignalEvent& event) {
  fmt::print(out_, "{}--- {} {} ---\n", stamp(latest_), event.name, event.details);
}

void TraceText::line(const WarningEvent& event) {
  fmt::print(out_, "ringfare: {}\n", event.text);
}

void TraceText::line(const ProcessEvent&) {}

void TraceText::line(const ExitEvent& event) {
  if (options_.quiet) return;
  if (event.killed_by)
    fmt::print(out_, "{}+++ killed by {} +++\n", stamp(latest_), event.signal);
  else if (event.status)
    fmt::print(out_, "{}+++ exited with {} +++\n", stamp(latest_), *event.status);
}

}  // namespace ringfare
