// SPDX-License-Identifier: MIT
#include "emu/report/doors_text.hpp"

#include <algorithm>

#include "emu/report/bar.hpp"
#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kAbreast = 2;  // waterfalls beside each other: 100 columns
constexpr std::int64_t kBarWidth = 10;
constexpr std::size_t kNameWidth = 21;
constexpr CodeMode kModes[] = {CodeMode::Compat32, CodeMode::Long64};

std::string door_name(const Doorway& door) {
  return fmt::format("{} from {}-bit code", door.name, door.bits());
}

std::string way_name(const Way& way) {
  return fmt::format("{} from {}-bit code", way.name, way.bits());
}

double per(Cycles cycles, Cycles unit) {
  return unit.hundredths <= 0
             ? 0
             : static_cast<double>(cycles.hundredths) / static_cast<double>(unit.hundredths);
}

std::string totals(const Machine& machine, const DoorComparison& comparison, const Paint& paint) {
  std::string text = paint.heading(fmt::format("    {:<26} {:>10} {:>10} {:>10} {:>10}", "door",
                                               "cycles", "time", "of int80", "functions"));
  text += '\n';
  const auto line = [&](const std::string& name, Cycles cycles, const DoorBill* interrupt) {
    text += fmt::format("    {} {} {:>10} {:>10} {:>10}\n", paint.name(fmt::format("{:<26}", name)),
                        paint.price(fmt::format("{:>10}", cycles_text(cycles))),
                        duration_text(time_of(cycles, machine.cpu.core_khz)),
                        interrupt ? share_text(cycles, interrupt->bill.total) : "",
                        fmt::format("{:.1f}", per(cycles, comparison.function)));
  };
  line("function call", comparison.function, nullptr);
  for (const Way& it : comparison.ways)
    line(way_name(it), it.bill.total, comparison.interrupt(it.mode));
  for (const DoorBill& it : comparison.bills)
    line(door_name(it.door), it.bill.total, comparison.interrupt(it.door.mode));
  return text;
}

std::string savings(const DoorComparison& comparison) {
  std::string text;
  for (const CodeMode mode : kModes) {
    const DoorBill *interrupt = comparison.interrupt(mode), *fast = comparison.fast(mode);
    if (!interrupt || !fast) continue;
    text += fmt::format("    {} instead of int80 saves {:.1f}% in {}-bit code\n", fast->door.name,
                        saving(*interrupt, *fast), fast->door.bits());
  }
  return text.empty() ? text : "\n" + text;
}

/// The lines of one door's waterfall, all of one width.
std::vector<std::string> column(const std::string& name, const CrossingBill& bill, Cycles scale,
                                const Paint& paint) {
  constexpr std::size_t kWidth = kNameWidth + 1 + 9 + 2 + kBarWidth + 1;
  std::vector<std::string> lines = {paint.heading(fmt::format("{:<{}}", name, kWidth))};
  Cycles before;
  for (const StageCost& stage : bill.stages) {
    lines.push_back(fmt::format(
        "{} {} |{}|", paint.name(fmt::format("{:<{}.{}}", stage.name, kNameWidth, kNameWidth)),
        paint.price(fmt::format("{:>9}", cycles_text(stage.cycles))),
        bar(before, stage.cycles, scale, kBarWidth)));
    before += stage.cycles;
  }
  lines.push_back(
      paint.heading(fmt::format("{:<{}} {:>9}{:{}}", "total", kNameWidth, cycles_text(bill.total),
                                "", kWidth - kNameWidth - 10)));
  return lines;
}

std::string side_by_side(const DoorComparison& comparison, const Paint& paint) {
  struct Shown {
    std::string name;
    const CrossingBill* bill;
  };
  std::vector<Shown> all;
  for (const Way& it : comparison.ways) all.push_back({way_name(it), &it.bill});
  for (const DoorBill& it : comparison.bills) all.push_back({door_name(it.door), &it.bill});
  Cycles scale;
  for (const Shown& it : all) scale = std::max(scale, it.bill->total);
  std::string text;
  for (std::size_t first = 0; first < all.size(); first += kAbreast) {
    std::vector<std::vector<std::string>> columns;
    const std::size_t end = std::min(first + kAbreast, all.size());
    for (std::size_t i = first; i < end; ++i)
      columns.push_back(column(all[i].name, *all[i].bill, scale, paint));
    const std::size_t rows = std::ranges::max(columns, {}, &std::vector<std::string>::size).size();
    text += '\n';
    for (std::size_t row = 0; row < rows; ++row) {
      std::string line;
      for (const auto& lines : columns)
        line += "    " + (row < lines.size() ? lines[row] : std::string(44, ' '));
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
  }
  return text;
}

}  // namespace

double saving(const DoorBill& interrupt, const DoorBill& fast) {
  return 100 * (1 - per(fast.bill.total, interrupt.bill.total));
}

std::string doors_text(const Machine& machine, std::string_view call,
                       const DoorComparison& comparison, const Paint& paint) {
  std::string text = fmt::format(
      "{} through every door of {} at {} MHz, {}, mitigations {}\n\n", call, machine.cpu.name,
      machine.cpu.core_khz / 1000, machine.kernel.name,
      machine.mitigations.empty() ? "none"
                                  : fmt::format("{}", fmt::join(machine.mitigations, " ")));
  return text + totals(machine, comparison, paint) + savings(comparison) +
         side_by_side(comparison, paint);
}

}  // namespace ringfare
