// SPDX-License-Identifier: MIT
#include "emu/report/count_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "emu/bill/bill.hpp"
#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

struct ColumnRow {
  CountTable::Column column;
  std::string_view title;
  std::size_t width;
};

constexpr ColumnRow kColumns[] = {
    {CountTable::Column::Share, "% cycles", 8},    {CountTable::Column::Cycles, "cycles", 12},
    {CountTable::Column::Least, "least", 12},      {CountTable::Column::Most, "most", 12},
    {CountTable::Column::Mean, "cycles/call", 12}, {CountTable::Column::Calls, "calls", 9},
    {CountTable::Column::Errors, "errors", 9},     {CountTable::Column::Name, "syscall", 16}};

const ColumnRow& row_of(CountTable::Column column) {
  return *std::ranges::find(kColumns, column, &ColumnRow::column);
}

double share(Cycles part, Cycles whole) {
  if (whole.hundredths == 0) return 0;
  return 100.0 * static_cast<double>(part.hundredths) / static_cast<double>(whole.hundredths);
}

}  // namespace

CountTable::CountTable(std::FILE* out, std::function<bool(std::string_view)> counts,
                       Options options)
    : out_(out), counts_(std::move(counts)), options_(std::move(options)) {}

Interest CountTable::interest(std::string_view call) const {
  return counts_(call) ? Interest::Occurrence : Interest::Nothing;
}

void CountTable::on(ringfare::Cycles, const Event& event) {
  if (const auto* process = std::get_if<ProcessEvent>(&event)) return add(process->bill);
  const auto* call = std::get_if<CallEvent>(&event);
  if (call == nullptr || !call->priced || !counts_(call->name)) return;
  Row& counted = row(call->in_user_mode ? call->name + " (vdso)" : call->name, call->bill.total);
  ++counted.calls;
  counted.errors += call->failed;
  counted.cycles += call->bill.total;
  counted.least = std::min(counted.least, call->bill.total);
  counted.most = std::max(counted.most, call->bill.total);
}

CountTable::Row& CountTable::row(const std::string& call, ringfare::Cycles cost) {
  const auto [entry, added] = calls_.try_emplace(call);
  Row& row = entry->second;
  if (added) {
    row.name = call;
    row.first = calls_.size();
    row.least = row.most = cost;
  }
  return row;
}

Cycles CountTable::Row::mean() const {
  return ringfare::Cycles{calls == 0 ? 0 : cycles.hundredths / static_cast<std::int64_t>(calls)};
}

/// Numbers descend, names ascend; rows that are equal are in the order of names.
void CountTable::sort(std::vector<Row>& rows) const {
  const auto key = [this](const Row& row) -> std::int64_t {
    switch (options_.order) {
      case Order::Cycles:
        return row.cycles.hundredths;
      case Order::Least:
        return row.least.hundredths;
      case Order::Most:
        return row.most.hundredths;
      case Order::Mean:
        return row.mean().hundredths;
      case Order::Calls:
        return static_cast<std::int64_t>(row.calls);
      case Order::Errors:
        return static_cast<std::int64_t>(row.errors);
      case Order::None:
        return -static_cast<std::int64_t>(row.first);
      case Order::Name:
        return 0;
    }
    return 0;
  };
  std::ranges::stable_sort(rows, std::greater<>(), key);
}

std::string CountTable::text(const Row& row, ringfare::Cycles whole) const {
  std::string line;
  for (const Column column : options_.columns) {
    const auto cell = [&]() -> std::string {
      switch (column) {
        case Column::Share:
          return fmt::format("{:.2f}", share(row.cycles, whole));
        case Column::Cycles:
          return cycles_text(row.cycles);
        case Column::Least:
          return cycles_text(row.least);
        case Column::Most:
          return cycles_text(row.most);
        case Column::Mean:
          return cycles_text(row.mean());
        case Column::Calls:
          return std::to_string(row.calls);
        case Column::Errors:
          return row.errors == 0 ? "" : std::to_string(row.errors);
        case Column::Name:
          return row.name;
      }
      return "";
    }();
    if (!line.empty()) line += ' ';
    line += column == Column::Name ? cell : fmt::format("{:>{}}", cell, row_of(column).width);
  }
  return line + "\n";
}

/// The calls of another process.
void CountTable::add(const Bill& bill) {
  for (const Bill::Call& call : bill.calls) {
    if (!counts_(call.name)) continue;
    Row& counted = row(call.name, call.least);
    counted.calls += call.calls;
    counted.errors += call.errors;
    counted.cycles += call.cycles;
    counted.least = std::min(counted.least, call.least);
    counted.most = std::max(counted.most, call.most);
  }
}

void CountTable::finish() {
  std::vector<Row> rows;
  Row total;
  total.name = "total";
  for (const auto& [name, call] : calls_) {
    total.least = rows.empty() ? call.least : std::min(total.least, call.least);
    rows.push_back(call);
    total.calls += call.calls;
    total.errors += call.errors;
    total.cycles += call.cycles;
    total.most = std::max(total.most, call.most);
  }
  sort(rows);
  std::string titles, rule;
  for (const Column column : options_.columns) {
    const ColumnRow& row = row_of(column);
    if (!titles.empty()) titles += ' ', rule += ' ';
    titles += column == Column::Name ? std::string(row.title)
                                     : fmt::format("{:>{}}", row.title, row.width);
    rule += std::string(row.width, '-');
  }
  std::string report = titles + "\n" + rule + "\n";
  for (const Row& row : rows) report += text(row, total.cycles);
  report += rule + "\n" + text(total, total.cycles);
  fmt::print(out_, "{}", report);
  std::fflush(out_);
}

}  // namespace ringfare
