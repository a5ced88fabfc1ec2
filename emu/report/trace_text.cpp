// SPDX-License-Identifier: MIT
#include "emu/report/trace_text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kResultColumn = 40;  // strace -a

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
  if (!shows_(event.name)) return;
  std::string call = event.call + " ";
  if (call.size() < kResultColumn) call.resize(kResultColumn, ' ');
  call.replace(0, event.name.size(), paint_.name(event.name));
  const std::string result = event.failed ? paint_.failure(event.result) : event.result;
  fmt::print(out_, "{}= {} {}\n", call, result,
             paint_.price(fmt::format("<{}cy>", cycles_text(event.bill.total))));
  if (options_.opened) fmt::print(out_, "{}", waterfall(event.bill, *options_.opened, paint_));
}

void TraceText::line(const SignalEvent& event) {
  fmt::print(out_, "--- {} {} ---\n", event.name, event.details);
}

void TraceText::line(const WarningEvent& event) {
  fmt::print(out_, "ringfare: {}\n", event.text);
}

void TraceText::line(const ExitEvent& event) {
  if (options_.quiet) return;
  if (event.killed_by)
    fmt::print(out_, "+++ killed by {} +++\n", event.signal);
  else if (event.status)
    fmt::print(out_, "+++ exited with {} +++\n", *event.status);
}

}  // namespace ringfare
