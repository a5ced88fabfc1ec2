// SPDX-License-Identifier: MIT
#include "emu/report/door_table.hpp"

#include <algorithm>

#include "emu/report/doors_text.hpp"
#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

/// A column of bills: a door, or a way that leads through none.
struct Column {
  std::string_view name;
  CodeMode mode;
  bool door = true;

  unsigned bits() const { return mode == CodeMode::Long64 ? 64 : 32; }
  /// Null where the machine has none.
  const CrossingBill* bill(const DoorMachine& machine) const {
    const DoorBill* const through = door ? machine.comparison.find(name, mode) : nullptr;
    const Way* const past = door ? nullptr : machine.comparison.way(name, mode);
    return through ? &through->bill : past ? &past->bill : nullptr;
  }
};

constexpr Column kWays[] = {{"vdso", CodeMode::Compat32, false},
                            {"vdso", CodeMode::Long64, false},
                            {"vsyscall", CodeMode::Long64, false}};

/// Those that some machine has.
std::vector<Column> columns_of(const std::vector<DoorMachine>& machines) {
  std::vector<Column> columns(std::begin(kWays), std::end(kWays));
  for (const Doorway& door : all_doorways()) columns.push_back({door.name, door.mode});
  std::erase_if(columns, [&](const Column& column) {
    return std::ranges::none_of(
        machines, [&](const DoorMachine& machine) { return column.bill(machine) != nullptr; });
  });
  return columns;
}

std::string headings(const std::vector<Column>& columns, const Paint& paint) {
  std::string first = fmt::format("    {:<38} {:>8}", "", "function");
  std::string second = fmt::format("    {:<21} {:<16} {:>8}", "processor", "kernel", "call");
  for (const Column& column : columns) {
    first += fmt::format(" {:>9}", column.name);
    second += fmt::format(" {:>9}", fmt::format("{}-bit", column.bits()));
  }
  return paint.heading(first + fmt::format(" {:>8} {:>8}", "saves", "saves")) + '\n' +
         paint.heading(second + fmt::format(" {:>8} {:>8}", "32-bit", "64-bit")) + '\n';
}

std::string saving_text(const DoorComparison& comparison, CodeMode mode) {
  const DoorBill *interrupt = comparison.interrupt(mode), *fast = comparison.fast(mode);
  return interrupt && fast ? fmt::format("{:.1f}%", saving(*interrupt, *fast)) : "-";
}

std::string line(const DoorMachine& machine, const std::vector<Column>& columns,
                 const Paint& paint) {
  std::string text =
      fmt::format("    {} {:<16} {:>8}", paint.name(fmt::format("{:<21}", machine.cpu)),
                  machine.kernel, cycles_text(machine.comparison.function));
  for (const Column& column : columns) {
    const CrossingBill* const bill = column.bill(machine);
    text += ' ' + paint.price(fmt::format("{:>9}", bill ? cycles_text(bill->total) : "-"));
  }
  for (const CodeMode mode : {CodeMode::Compat32, CodeMode::Long64})
    text += fmt::format(" {:>8}", saving_text(machine.comparison, mode));
  return text + '\n';
}

}  // namespace

DoorMachine described(const Machine& machine, DoorComparison comparison) {
  return {machine.cpu.name,
          machine.kernel.name,
          machine.cpu.core_khz,
          {machine.mitigations.begin(), machine.mitigations.end()},
          std::move(comparison)};
}

std::string door_table(std::string_view call, const std::vector<DoorMachine>& machines,
                       const Paint& paint) {
  const std::vector<Column> columns = columns_of(machines);
  std::string text =
      fmt::format("{} in cycles through every door\n\n", call) + headings(columns, paint);
  for (const DoorMachine& machine : machines) text += line(machine, columns, paint);
  return text;
}

}  // namespace ringfare
