// SPDX-License-Identifier: MIT
#include "emu/report/bill_text.hpp"

#include <algorithm>

#include "emu/bill/bill_json.hpp"
#include "emu/report/number_text.hpp"
#include "emu/report/report.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kCallRows = 12;

std::string mitigations_text(const Bill& bill) {
  return bill.mitigations.empty() ? "none" : fmt::format("{}", fmt::join(bill.mitigations, " "));
}

std::uint64_t call_count(const Bill& bill) {
  std::uint64_t count = 0;
  for (const Bill::Call& call : bill.calls) count += call.calls;
  return count;
}

std::string cycles_grouped(Cycles cycles) {
  const std::string text = cycles_text(cycles);
  const auto whole = static_cast<std::uint64_t>(cycles.hundredths / 100);
  const std::size_t point = text.find('.');
  return grouped(whole) + (point == std::string::npos ? "" : text.substr(point));
}

std::string head_text(const Bill& bill) {
  const Cycles all = bill.user + bill.kernel;
  std::string text;
  const auto row = [&](const char* name, const std::string& value) {
    text += fmt::format("  {:<15} {}\n", name, value);
  };
  row("machine", fmt::format("{} at {} MHz, {}, mitigations {}", bill.cpu, bill.core_khz / 1000,
                             bill.kernel_name, mitigations_text(bill)));
  row("instructions", fmt::format("{} user, {} kernel", grouped(bill.instructions),
                                  grouped(bill.kernel_instructions)));
  row("cycles", fmt::format("{} user ({}), {} kernel ({})", cycles_grouped(bill.user),
                            share_text(bill.user, all), cycles_grouped(bill.kernel),
                            share_text(bill.kernel, all)));
  row("simulated time", duration_text(bill.simulated_time));
  const std::uint64_t calls = call_count(bill);
  row("crossing",
      fmt::format("{} of all cycles went into getting in and out, in {} system call{}",
                  share_text(crossing_cycles(bill), all), grouped(calls), calls == 1 ? "" : "s"));
  return text;
}

std::string stages_text(const Bill& bill, const Paint& paint) {
  std::string text = "\n  " + paint.heading("kernel cycles by stage") + "\n";
  text += fmt::format("    {:<8} {:<28} {:>14} {:>7} {:>10} {:>10}\n", "side", "stage", "cycles",
                      "share", "times", "insns");
  for (const Bill::Stage& stage : bill.stages)
    text += fmt::format("    {:<8} {} {} {:>7} {:>10} {:>10}\n", stage.side,
                        paint.name(fmt::format("{:<28}", stage.name)),
                        paint.price(fmt::format("{:>14}", cycles_grouped(stage.cycles))),
                        share_text(stage.cycles, bill.kernel), grouped(stage.times),
                        grouped(stage.instructions));
  return text;
}

std::string calls_text(const Bill& bill, const Paint& paint) {
  std::string text = "\n  " + paint.heading("dearest system calls") + "\n";
  text += fmt::format("    {:<24} {:>14} {:>12} {:>9} {:>9} {:>7}\n", "call", "cycles",
                      "cycles/call", "calls", "errors", "share");
  const std::size_t shown = std::min(bill.calls.size(), kCallRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const Bill::Call& call = bill.calls[i];
    const Cycles mean{call.cycles.hundredths / static_cast<std::int64_t>(call.calls)};
    text += fmt::format(
        "    {} {} {:>12} {:>9} {:>9} {:>7}\n", paint.name(fmt::format("{:<24}", call.name)),
        paint.price(fmt::format("{:>14}", cycles_grouped(call.cycles))), cycles_grouped(mean),
        grouped(call.calls), call.errors == 0 ? "" : grouped(call.errors),
        share_text(call.cycles, bill.kernel));
  }
  if (shown < bill.calls.size())
    text +=
        fmt::format("    ... and {} more; --bill FILE has them all\n", bill.calls.size() - shown);
  return text;
}

std::string also_priced_text(const Bill& bill, const Paint& paint) {
  std::string text = "\n  " + paint.heading("the same run on other machines") + "\n";
  text += fmt::format("    {:<28} {:>16} {:>16} {:>16} {:>7}\n", "machine", "user cycles",
                      "kernel cycles", "crossing", "share");
  for (const Bill& one : bill.also_priced)
    text += fmt::format("    {} {:>16} {} {:>16} {:>7}\n",
                        paint.name(fmt::format(
                            "{:<28}", fmt::format("{} at {} MHz", one.cpu, one.core_khz / 1000))),
                        cycles_grouped(one.user),
                        paint.price(fmt::format("{:>16}", cycles_grouped(one.kernel))),
                        cycles_grouped(crossing_cycles(one)),
                        share_text(crossing_cycles(one), one.user + one.kernel));
  return text;
}

std::string ending_text(const Bill& bill) {
  if (bill.exit_status) return fmt::format("exit {}", *bill.exit_status);
  return bill.killed_by ? fmt::format("signal {}", *bill.killed_by) : "unfinished";
}

/// One row per process, the first one last.
std::string processes_text(const Bill& bill, const Paint& paint) {
  std::string text = "\n  " + paint.heading("processes") + "\n";
  text += fmt::format("    {:>7} {:>16} {:>16} {:>9} {:>12}  {}\n", "pid", "user", "kernel",
                      "calls", "ending", "program");
  const auto row = [&](const Bill& one) {
    text += fmt::format("    {:>7} {:>16} {} {:>9} {:>12}  {}\n", one.pid, cycles_grouped(one.user),
                        paint.price(fmt::format("{:>16}", cycles_grouped(one.kernel))),
                        grouped(call_count(one)), ending_text(one), one.program);
  };
  for (const Bill& one : bill.processes) row(one);
  row(bill);
  return text;
}

/// The bills of all processes, as long as they are few, and a row for each.
std::string tree_text(const Bill& bill, const Paint& paint) {
  constexpr std::size_t kFew = 16;
  std::string text;
  Bill own = bill;
  own.processes.clear();
  if (bill.processes.size() <= kFew)
    for (const Bill& one : bill.processes) text += bill_text(one, paint) + "\n";
  return text + bill_text(own, paint) + processes_text(bill, paint);
}

}  // namespace

std::string bill_text(const Bill& bill, const Paint& paint) {
  if (!bill.processes.empty()) return tree_text(bill, paint);
  std::string text = paint.heading("ringfare: " + bill.program) + "\n" + head_text(bill);
  if (!bill.stages.empty()) text += stages_text(bill, paint);
  if (!bill.calls.empty()) text += calls_text(bill, paint);
  if (!bill.also_priced.empty()) text += also_priced_text(bill, paint);
  return text;
}

Report bill_report(const ReportInputs& inputs) {
  return {.text = [paint = inputs.paint](const Bill& bill) { return bill_text(bill, paint); }};
}

Report bill_json_report(const ReportInputs&) {
  return {.text = bill_json};
}

}  // namespace ringfare
