// SPDX-License-Identifier: MIT
#include "emu/report/count_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

constexpr const char* kRule =
    "-------- ------------ ------------ --------- --------- ----------------\n";

std::string row(const Bill::Call& call, Cycles whole) {
  const double share = whole.hundredths == 0 ? 0.0
                                             : 100.0 * static_cast<double>(call.cycles.hundredths) /
                                                   static_cast<double>(whole.hundredths);
  const Cycles mean{
      call.calls == 0 ? 0 : call.cycles.hundredths / static_cast<std::int64_t>(call.calls)};
  return fmt::format("{:8.2f} {:>12} {:>12} {:>9} {:>9} {}\n", share, cycles_text(call.cycles),
                     cycles_text(mean), call.calls,
                     call.errors == 0 ? "" : std::to_string(call.errors), call.name);
}

}  // namespace

CountTable::CountTable(std::FILE* out, std::function<bool(std::string_view)> counts)
    : out_(out), counts_(std::move(counts)) {}

Interest CountTable::interest(std::string_view call) const {
  return counts_(call) ? Interest::Occurrence : Interest::Nothing;
}

void CountTable::on(Cycles, const Event& event) {
  const auto* call = std::get_if<CallEvent>(&event);
  if (call == nullptr || !counts_(call->name)) return;
  Bill::Call& counted = calls_[call->name];
  ++counted.calls;
  counted.errors += call->failed;
  counted.cycles += call->bill.total;
}

void CountTable::finish() {
  std::vector<Bill::Call> rows;
  Bill::Call total{.name = "total"};
  for (auto& [name, call] : calls_) {
    call.name = name;
    rows.push_back(call);
    total.calls += call.calls;
    total.errors += call.errors;
    total.cycles += call.cycles;
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.cycles > b.cycles; });
  std::string text = fmt::format("{:>8} {:>12} {:>12} {:>9} {:>9} {}\n", "% cycles", "cycles",
                                 "cycles/call", "calls", "errors", "syscall");
  text += kRule;
  for (const Bill::Call& call : rows) text += row(call, total.cycles);
  text += kRule;
  text += row(total, total.cycles);
  fmt::print(out_, "{}", text);
  std::fflush(out_);
}

}  // namespace ringfare
