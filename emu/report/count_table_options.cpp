// SPDX-License-Identifier: MIT
// The table of calls as its options say: -c, -C, -S and -U of strace.
#include "cpu/base/choice.hpp"
#include "emu/report/count_table.hpp"
#include "emu/report/report.hpp"

namespace ringfare {
namespace {

using Column = CountTable::Column;
using Order = CountTable::Order;

// With all spellings that strace takes.
constexpr Choice<Column> kColumns[] = {
    {"time-percent", Column::Share}, {"time_percent", Column::Share},
    {"time", Column::Share},         {"total-time", Column::Cycles},
    {"total_time", Column::Cycles},  {"min-time", Column::Least},
    {"min_time", Column::Least},     {"shortest", Column::Least},
    {"max-time", Column::Most},      {"max_time", Column::Most},
    {"longest", Column::Most},       {"avg-time", Column::Mean},
    {"avg_time", Column::Mean},      {"calls", Column::Calls},
    {"count", Column::Calls},        {"errors", Column::Errors},
    {"error", Column::Errors},       {"name", Column::Name},
    {"syscall", Column::Name},       {"syscall-name", Column::Name},
    {"syscall_name", Column::Name}};

constexpr Choice<Order> kOrders[] = {{"time", Order::Cycles},
                                     {"total-time", Order::Cycles},
                                     {"total_time", Order::Cycles},
                                     {"time-percent", Order::Cycles},
                                     {"time_percent", Order::Cycles},
                                     {"min-time", Order::Least},
                                     {"min_time", Order::Least},
                                     {"shortest", Order::Least},
                                     {"max-time", Order::Most},
                                     {"max_time", Order::Most},
                                     {"longest", Order::Most},
                                     {"avg-time", Order::Mean},
                                     {"avg_time", Order::Mean},
                                     {"calls", Order::Calls},
                                     {"count", Order::Calls},
                                     {"errors", Order::Errors},
                                     {"error", Order::Errors},
                                     {"name", Order::Name},
                                     {"syscall", Order::Name},
                                     {"syscall-name", Order::Name},
                                     {"syscall_name", Order::Name},
                                     {"nothing", Order::None},
                                     {"none", Order::None}};

CountTable::Options options_of(const ReportSettings& settings) {
  CountTable::Options options;
  options.order = choose("-S", settings.at("summary-sort-by"), kOrders);
  const auto columns = settings.find("summary-columns");
  if (columns == settings.end()) return options;
  options.columns.clear();
  for (const std::string& word : split(columns->second))
    options.columns.push_back(choose("-U", word, kColumns));
  return options;
}

}  // namespace

Report count_table_report(const ReportInputs& inputs) {
  return {.sink =
              std::make_unique<CountTable>(inputs.out, inputs.shows, options_of(inputs.settings))};
}

void check_count_table(const ReportSettings& settings) {
  options_of(settings);
}

}  // namespace ringfare
