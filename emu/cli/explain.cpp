// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"
#include "emu/cli/asked_call.hpp"
#include "emu/cli/debug_log_choice.hpp"
#include "emu/cli/explain_vdso.hpp"
#include "emu/cli/options/display_options.hpp"
#include "emu/cli/options/machine_options.hpp"
#include "emu/cli/options/time_options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/crossing/doors.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/report/number_text.hpp"
#include "emu/report/waterfall.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kExplainOptions[] = {
    kBitsOption,
    {"work", "LIST",
     "what waits for the kernel: signal, reschedule, traced, as its model knows them", ""},
    {"instructions", "", "every instruction of the kernel under its stage"},
    {"stages", "", "of the vDSO: the stages alone"},
    kSyntaxOption,
    kHelpOption,
};

OptionTable explain_options() {
  OptionTable table("options");
  add_machine_options(table);
  add_call_options(table);
  add_clocksource_option(table);
  add_options(table, kExplainOptions);
  return table;
}

const SyscallRow& chosen_call(const std::string& name, Abi abi) {
  if (const SyscallRow* row = find_syscall(abi, std::string_view(name))) return *row;
  std::vector<std::string> names;
  for (const SyscallRow& row : syscall_table())
    if ((abi == Abi::Amd64 ? row.amd64 : row.i386) != kNoNumber) names.emplace_back(row.name);
  const auto near = nearest(name, names);
  throw UserError(fmt::format(
      "explain: no system call '{}'{}", name,
      near ? fmt::format("; did you mean '{}'?", *near) : "; 'ringfare syscalls' lists them"));
}

Abi abi_of(const Doorway& door) {
  return door.speaks_amd64() ? Abi::Amd64 : Abi::I386;
}

/// The door the command line names, entered from 64- or 32-bit code as --bits says.
Doorway chosen_door(const ParsedOptions& options, const Machine& machine) {
  const std::string& name = options.rest.front();
  const Doorway* const door = find_doorway(name, CodeMode::Compat32);
  if (door == nullptr)
    throw UserError(
        fmt::format("explain: no door '{}': give one of syscall, int80, sysenter, or vdso", name));
  const bool long64 =
      bits_of(options).value_or(door->gate == Gate::Syscall ? machine.kernel.bits : 32) == 64;
  return doorway(door->gate, long64 ? CodeMode::Long64 : CodeMode::Compat32);
}

void check_door(const Crossings& crossings, const Machine& machine, const Doorway& door) {
  if (crossings.has_door(door.gate, door.mode)) return;
  throw UserError(fmt::format("explain: {} on {} has no door '{}' for {}-bit code",
                              machine.kernel.name, machine.cpu.name, door.name, door.bits()));
}

void set_work(Crossings& crossings, const Machine& machine, std::string_view list) {
  if (list.empty()) return;
  for (const std::string& name : split(list)) {
    std::vector<std::string> names;
    for (const WorkModel& work : machine.kernel.work) names.push_back(work.name);
    if (!crossings.set_work(name, true))
      throw UserError(
          fmt::format("--work: kernel '{}' knows no '{}'{}", machine.kernel.name, name,
                      names.empty() ? "" : fmt::format("; it knows {}", fmt::join(names, ", "))));
  }
}

void print_crossing(const ParsedOptions& options, const Machine& machine, const Doorway& door,
                    std::string_view call, const CrossingBill& bill) {
  fmt::print(
      "{} through {}{} on {} at {} MHz, {}, mitigations {}: {} cycles, {}\n\n", call, door.name,
      door.mode == CodeMode::Compat32 && machine.kernel.bits == 64 ? " from 32-bit code" : "",
      machine.cpu.name, machine.cpu.core_khz / 1000, machine.kernel.name,
      machine.mitigations.empty() ? "none" : fmt::format("{}", fmt::join(machine.mitigations, " ")),
      cycles_text(bill.total), duration_text(time_of(bill.total, machine.cpu.core_khz)));
  const Paint paint = paint_for(stdout, options);
  const bool instructions = options.has("instructions");
  fmt::print("{}", waterfall(bill, instructions ? Detail::Instructions : Detail::Stages, paint));
  if (instructions) return;
  fmt::print("\n");
  for (const StageCost& stage : bill.stages) {
    if (stage.note.empty()) continue;
    fmt::print("    {}: {}{}\n", paint.name(stage.name), stage.note,
               stage.source.empty() ? "" : fmt::format(" [{}]", stage.source));
  }
}

}  // namespace

int explain_verb(const std::vector<std::string>& words) {
  const OptionTable table = explain_options();
  const ParsedOptions options = parse_options("explain", table, words, Words::Ours);
  if (options.has("help"))
    return print_help(
               "explain [OPTIONS] DOOR [CALL]", table,
               "DOOR is syscall, int80 or sysenter; or vdso, and CALL one of its functions\n\n"),
           0;
  if (!options.rest.empty() && options.rest.front() == "vdso" && options.rest.size() <= 2)
    return explain_vdso(options, paint_for(stdout, options));
  if (options.rest.empty() || options.rest.size() > 2)
    throw UserError(
        "explain: name the door, and a call if you like: ringfare explain syscall write");
  const bool intel = intel_syntax(options);
  const Machine machine = chosen_machine(options);
  const Doorway door = chosen_door(options, machine);
  const SyscallRow& row =
      chosen_call(options.rest.size() == 2 ? options.rest[1] : "getpid", abi_of(door));
  Pricer pricer(machine.cpu);
  Crossings crossings(machine, pricer);
  crossings.watch(Watch::Instructions, intel);
  check_door(crossings, machine, door);
  set_work(crossings, machine, options.text("work"));
  DebugLogChoice log;
  AskedCall asked = asked_call(options, row);
  asked.log = log.log();
  const CrossingBill bill = cross_once(crossings, door, asked);
  log.close();
  print_crossing(options, machine, door, row.name, bill);
  return 0;
}

}  // namespace ringfare
