// SPDX-License-Identifier: MIT
#include "emu/crossing/doors.hpp"

#include <fmt/format.h>

#include <optional>

#include "cpu/base/failure.hpp"
#include "emu/cli/asked_call.hpp"
#include "emu/cli/debug_log_choice.hpp"
#include "emu/cli/options/display_options.hpp"
#include "emu/cli/options/machine_options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/report/door_table.hpp"
#include "emu/report/doors_text.hpp"
#include "emu/vdso/ways.hpp"

namespace ringfare {
namespace {

constexpr const char* kAll = "all";

constexpr OptionRow kDoorsOptions[] = {
    {"json", "", "the same as JSON"},
    {"help,h", "", "this text; --cpu all and --kernel all make a table over machines"},
};

OptionTable doors_options() {
  OptionTable table("options");
  add_machine_options(table);
  add_call_options(table);
  add_options(table, kDoorsOptions);
  return table;
}

const SyscallRow& chosen_call(const ParsedOptions& options) {
  if (options.rest.size() > 1) throw UserError("doors: name one call, or none for getpid");
  const std::string name = options.rest.empty() ? "getpid" : options.rest.front();
  std::vector<std::string> names;
  for (const SyscallRow& row : syscall_table()) {
    if (row.name == name) return row;
    names.emplace_back(row.name);
  }
  const auto near = nearest(name, names);
  throw UserError(fmt::format(
      "doors: no system call '{}'{}", name,
      near ? fmt::format("; did you mean '{}'?", *near) : "; 'ringfare syscalls' lists them"));
}

/// Nothing for a combination that cannot exist, such as a 64-bit kernel on a Pentium.
std::optional<Machine> machine_if_possible(const ParsedOptions& options, const CpuModel& cpu,
                                           const KernelModel& kernel) {
  try {
    return make_machine(cpu, kernel, options.text("mitigations"), chosen_mhz(options));
  } catch (const UserError&) {
    return std::nullopt;
  }
}

DoorComparison compared(const Machine& machine, const AskedCall& call) {
  DoorComparison comparison = compare_doors(machine, call);
  comparison.ways = ways_without_a_door(machine, call.charge.call);
  return comparison;
}

std::vector<DoorMachine> all_machines(const ParsedOptions& options, const AskedCall& call) {
  const ModelLibrary library = model_library();
  const bool cpus = options.text("cpu") == kAll, kernels = options.text("kernel") == kAll;
  std::vector<CpuModel> processors;
  std::vector<KernelModel> systems;
  for (const std::string& name :
       cpus ? library.cpu_names() : std::vector<std::string>{options.text("cpu")})
    processors.push_back(library.cpu(name));
  for (const std::string& name :
       kernels ? library.kernel_names() : std::vector<std::string>{options.text("kernel")})
    systems.push_back(library.kernel(name));
  std::vector<DoorMachine> machines;
  for (const CpuModel& cpu : processors)
    for (const KernelModel& kernel : systems)
      if (const auto machine = machine_if_possible(options, cpu, kernel)) {
        DoorComparison comparison = compared(*machine, call);
        if (!comparison.bills.empty())
          machines.push_back(described(*machine, std::move(comparison)));
      }
  if (machines.empty())
    throw UserError(
        "doors: no such machine has a door for the call; name one processor and one "
        "kernel to see why");
  return machines;
}

}  // namespace

int doors_verb(const std::vector<std::string>& words) {
  const OptionTable table = doors_options();
  const ParsedOptions options = parse_options("doors", table, words, Words::Ours);
  if (options.has("help")) return print_help("doors [OPTIONS] [CALL]", table), 0;
  const Paint paint = paint_for(stdout, options);
  const SyscallRow& row = chosen_call(options);
  DebugLogChoice log;
  AskedCall call = asked_call(options, row);
  call.log = log.log();
  if (options.text("cpu") == kAll || options.text("kernel") == kAll) {
    const std::vector<DoorMachine> machines = all_machines(options, call);
    fmt::print("{}", options.has("json") ? doors_json(row.name, machines)
                                         : door_table(row.name, machines, paint));
    log.close();
    return 0;
  }
  const Machine machine = chosen_machine(options);
  DoorComparison comparison = compared(machine, call);
  if (comparison.bills.empty())
    throw UserError(fmt::format("doors: {} on {} has no door for '{}'", machine.kernel.name,
                                machine.cpu.name, row.name));
  fmt::print("{}", options.has("json")
                       ? doors_json(row.name, {described(machine, std::move(comparison))})
                       : doors_text(machine, row.name, comparison, paint));
  log.close();
  return 0;
}

}  // namespace ringfare
