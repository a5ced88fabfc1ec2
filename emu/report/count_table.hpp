// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "emu/bill/event.hpp"

namespace ringfare {

struct Report;
struct ReportInputs;

/// The table of `strace -c`, counted in cycles:
///
///     % cycles       cycles  cycles/call     calls    errors syscall
///     -------- ------------ ------------ --------- --------- ----------------
///        61.20         1284         1284         1           write
///        38.80          814          407         2         1 access
///     -------- ------------ ------------ --------- --------- ----------------
///       100.00         2098       699.33         3         1 total
class CountTable final : public Sink {
 public:
  /// The columns there are, in the order in which strace -U names them.
  enum class Column : std::uint8_t { Share, Cycles, Least, Most, Mean, Calls, Errors, Name };
  enum class Order : std::uint8_t { Cycles, Least, Most, Mean, Calls, Errors, Name, None };

  struct Options {
    std::vector<Column> columns = {Column::Share, Column::Cycles, Column::Mean,
                                   Column::Calls, Column::Errors, Column::Name};
    Order order = Order::Cycles;
  };

  CountTable(std::FILE* out, std::function<bool(std::string_view)> counts, Options options);
  CountTable(std::FILE* out, std::function<bool(std::string_view)> counts)
      : CountTable(out, std::move(counts), Options()) {}

  Interest interest(std::string_view call) const override;
  void on(ringfare::Cycles now, const Event& event) override;
  void finish() override;

 private:
  struct Row {
    std::string name;
    std::uint64_t calls = 0, errors = 0, first = 0;  // first: rank by first call
    ringfare::Cycles cycles, least, most;

    ringfare::Cycles mean() const;
  };

  std::string text(const Row& row, ringfare::Cycles whole) const;
  void sort(std::vector<Row>& rows) const;
  Row& row(const std::string& call, ringfare::Cycles cost);
  void add(const Bill& bill);

  std::FILE* out_;
  std::function<bool(std::string_view)> counts_;
  Options options_;
  std::map<std::string, Row> calls_;
};

Report count_table_report(const ReportInputs& inputs);
/// Checks the values of -S and -U. Throws UserError.
void check_count_table(const std::map<std::string, std::string, std::less<>>& settings);

}  // namespace ringfare
