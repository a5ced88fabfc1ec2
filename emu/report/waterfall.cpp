// SPDX-License-Identifier: MIT
#include "emu/report/waterfall.hpp"

#include "emu/report/bar.hpp"
#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

constexpr std::int64_t kBarWidth = 32;

std::string bytes_text(const std::vector<std::uint8_t>& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, " "));
}

std::string step_line(const KernelStep& step, Cycles after, const Paint& paint) {
  const std::string where =
      step.address == 0 ? std::string(16, '.') : fmt::format("{:016x}", step.address);
  return fmt::format("      {}  {:<27} {:<38} {} {:>8} {:>9}\n", paint.faint(where),
                     bytes_text(step.bytes), step.text, fmt::format("{:<44}", step.effect),
                     cycles_text(step.cycles), cycles_text(after));
}

}  // namespace

std::string waterfall(const CrossingBill& bill, Detail detail, const Paint& paint) {
  const bool opened = detail == Detail::Instructions;
  std::string text = paint.heading(
      fmt::format("    {:<8} {:<28} {:>5} {:>9} {:>9}", "side", "stage", "insns", "cycles", "at"));
  text += '\n';
  Cycles before;
  const auto stage_line = [&](const StageCost& stage, Cycles at) {
    text +=
        fmt::format("    {:<8} {} {:>5} {} {:>9}", stage.side,
                    paint.name(fmt::format("{:<28}", stage.name)), stage.instructions,
                    paint.price(fmt::format("{:>9}", cycles_text(stage.cycles))), cycles_text(at));
    if (!opened) text += fmt::format("  |{}|", bar(at, stage.cycles, bill.total, kBarWidth));
    text += '\n';
  };
  if (!opened) {
    for (const StageCost& stage : bill.stages) {
      stage_line(stage, before);
      before += stage.cycles;
    }
  } else {
    // A stage appears again where the path comes back to it.
    std::size_t current = bill.stages.size();
    for (const KernelStep& step : bill.steps) {
      if (step.stage != current) stage_line(bill.stages[current = step.stage], before);
      before += step.cycles;
      text += step_line(step, before, paint);
    }
  }
  text += paint.heading(
      fmt::format("    {:<8} {:<28} {:>5} {:>9}", "", "total", "", cycles_text(bill.total)));
  return text + '\n';
}

}  // namespace ringfare
