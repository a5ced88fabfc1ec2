// SPDX-License-Identifier: MIT
#include "emu/report/doors_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

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

/// What going through the fast door takes off the interrupt, in percent.
double saving(const DoorBill& interrupt, const DoorBill& fast) {
  return 100 * (1 - per(fast.bill.total, interrupt.bill.total));
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
    line(way_name(it), it.bill.total, comparison.find("int80", it.mode));
  for (const DoorBill& it : comparison.bills)
    line(door_name(it.door), it.bill.total, comparison.find("int80", it.door.mode));
  return text;
}

std::string savings(const DoorComparison& comparison) {
  std::string text;
  for (const CodeMode mode : kModes) {
    const DoorBill *interrupt = comparison.find("int80", mode), *fast = comparison.fast(mode);
    if (!interrupt || !fast) continue;
    text += fmt::format("    {} instead of int80 saves {:.1f}% in {}-bit code\n", fast->door.name,
                        saving(*interrupt, *fast), fast->door.bits());
  }
  return text.empty() ? text : "\n" + text;
}

/// Where [from, from + length) lies on a bar that stands for `whole`; anything that costs shows.
std::string bar(Cycles from, Cycles length, Cycles whole) {
  std::string text(kBarWidth, ' ');
  if (whole.hundredths <= 0 || length.hundredths <= 0) return text;
  const std::int64_t first = from.hundredths * kBarWidth / whole.hundredths;
  const std::int64_t last = ((from + length).hundredths * kBarWidth - 1) / whole.hundredths;
  const std::int64_t begin = std::min(first, kBarWidth - 1);
  std::fill(text.begin() + begin, text.begin() + std::clamp(last, begin, kBarWidth - 1) + 1, '#');
  return text;
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
        bar(before, stage.cycles, scale)));
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

using Json = nlohmann::ordered_json;

/// A column of the table of machines.
struct NamedWay {
  std::string_view name;
  CodeMode mode;

  unsigned bits() const { return mode == CodeMode::Long64 ? 64 : 32; }
};
constexpr NamedWay kWays[] = {
    {"vdso", CodeMode::Compat32}, {"vdso", CodeMode::Long64}, {"vsyscall", CodeMode::Long64}};

std::vector<NamedWay> ways_anywhere(const std::vector<DoorMachine>& machines) {
  std::vector<NamedWay> shown;
  for (const NamedWay& way : kWays)
    if (std::ranges::any_of(machines, [&](const DoorMachine& machine) {
          return machine.comparison.way(way.name, way.mode) != nullptr;
        }))
      shown.push_back(way);
  return shown;
}

double number(Cycles cycles) {
  return static_cast<double>(cycles.hundredths) / 100.0;
}

Json bill_json(std::string_view name, unsigned bits, const CrossingBill& bill,
               const DoorMachine& machine) {
  Json stages = Json::array();
  for (const StageCost& stage : bill.stages)
    stages.push_back({{"name", stage.name},
                      {"side", stage.side},
                      {"cycles", number(stage.cycles)},
                      {"instructions", stage.instructions}});
  return {{"door", name},
          {"bits", bits},
          {"cycles", number(bill.total)},
          {"ns", time_of(bill.total, machine.core_khz).count()},
          {"stages", std::move(stages)}};
}

}  // namespace

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

DoorMachine described(const Machine& machine, DoorComparison comparison) {
  return {machine.cpu.name,
          machine.kernel.name,
          machine.cpu.core_khz,
          {machine.mitigations.begin(), machine.mitigations.end()},
          std::move(comparison)};
}

std::string door_table(std::string_view call, const std::vector<DoorMachine>& machines,
                       const Paint& paint) {
  std::string text = fmt::format("{} in cycles through every door\n\n", call);
  std::string first = fmt::format("    {:<38} {:>8}", "", "function");
  std::string second = fmt::format("    {:<21} {:<16} {:>8}", "processor", "kernel", "call");
  const std::vector<NamedWay> ways = ways_anywhere(machines);
  for (const NamedWay& way : ways) {
    first += fmt::format(" {:>9}", way.name);
    second += fmt::format(" {:>9}", fmt::format("{}-bit", way.bits()));
  }
  std::vector<Doorway> shown;
  for (const Doorway& door : all_doorways()) {
    const bool anywhere = std::ranges::any_of(machines, [&](const DoorMachine& machine) {
      return machine.comparison.find(door.name, door.mode) != nullptr;
    });
    if (!anywhere) continue;
    shown.push_back(door);
    first += fmt::format(" {:>9}", door.name);
    second += fmt::format(" {:>9}", fmt::format("{}-bit", door.bits()));
  }
  text += paint.heading(first + fmt::format(" {:>8} {:>8}", "saves", "saves")) + '\n';
  text += paint.heading(second + fmt::format(" {:>8} {:>8}", "32-bit", "64-bit")) + '\n';
  for (const DoorMachine& machine : machines) {
    text += fmt::format("    {} {:<16} {:>8}", paint.name(fmt::format("{:<21}", machine.cpu)),
                        machine.kernel, cycles_text(machine.comparison.function));
    const auto cell = [&](const CrossingBill* bill) {
      text += ' ' + paint.price(fmt::format("{:>9}", bill ? cycles_text(bill->total) : "-"));
    };
    for (const NamedWay& way : ways) {
      const Way* it = machine.comparison.way(way.name, way.mode);
      cell(it ? &it->bill : nullptr);
    }
    for (const Doorway& door : shown) {
      const DoorBill* it = machine.comparison.find(door.name, door.mode);
      cell(it ? &it->bill : nullptr);
    }
    for (const CodeMode mode : kModes) {
      const DoorBill* interrupt = machine.comparison.find("int80", mode);
      const DoorBill* fast = machine.comparison.fast(mode);
      text += fmt::format(
          " {:>8}", interrupt && fast ? fmt::format("{:.1f}%", saving(*interrupt, *fast)) : "-");
    }
    text += '\n';
  }
  return text;
}

std::string doors_json(std::string_view call, const std::vector<DoorMachine>& machines) {
  Json all = Json::array();
  for (const DoorMachine& machine : machines) {
    Json doors = Json::array(), ways = Json::array();
    for (const DoorBill& it : machine.comparison.bills)
      doors.push_back(bill_json(it.door.name, it.door.bits(), it.bill, machine));
    for (const Way& it : machine.comparison.ways)
      ways.push_back(bill_json(it.name, it.bits(), it.bill, machine));
    all.push_back({{"machine",
                    {{"cpu", machine.cpu},
                     {"core_khz", machine.core_khz},
                     {"kernel", machine.kernel},
                     {"mitigations", machine.mitigations}}},
                   {"function_call", number(machine.comparison.function)},
                   {"ways", std::move(ways)},
                   {"doors", std::move(doors)}});
  }
  const Json whole = {{"program", "ringfare doors"}, {"call", call}, {"machines", std::move(all)}};
  return whole.dump(2) + '\n';
}

}  // namespace ringfare
