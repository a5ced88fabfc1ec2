// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <cerrno>
#include <iostream>

#include "cpu/failure.hpp"
#include "emu/cli/machine_options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/kernel/syscall_table.hpp"
#include "emu/report/number_text.hpp"
#include "emu/report/waterfall.hpp"

namespace ringfare {
namespace {

namespace po = boost::program_options;

// Where the text of a static program usually begins, and a stack of its own.
constexpr std::uint64_t kShownRip64 = 0x401000, kShownRip32 = 0x8049000;
constexpr std::uint64_t kShownStack64 = 0x7ffe00001000, kShownStack32 = 0xbffff000;
/// The landing pad of __kernel_vsyscall lies 14 bytes behind its sysenter (2.6: seven nops and a
/// jump back).
constexpr std::uint64_t kLandingPad = 14;

struct DoorChoice {
  std::string_view name;
  Gate gate;
};
constexpr DoorChoice kDoorChoices[] = {
    {"syscall", Gate::Syscall}, {"int80", Gate::Interrupt}, {"sysenter", Gate::Sysenter}};

/// A user stack whose words are all there.
class ShownStack final : public UserWindow {
 public:
  std::optional<std::uint64_t> load(std::uint64_t, unsigned) const override { return 0; }
};

OptionTable explain_options() {
  OptionTable table("options");
  add_machine_options(table);
  table.add_options()("bits", po::value<std::string>()->default_value("auto")->value_name("N"),
                      "bits of the code that calls: 64, 32, or auto: 64 for syscall if the kernel "
                      "has 64, else 32")(
      "work", po::value<std::string>()->default_value("")->value_name("LIST"),
      "what waits for the kernel: signal, reschedule, traced, as its model knows them")(
      "instructions", "every instruction of the kernel under its stage")(
      "bytes", po::value<std::uint64_t>()->default_value(0)->value_name("N"),
      "bytes the call copies: to user memory for a call that writes there, else from it")(
      "file", po::value<std::string>()->default_value("")->value_name("KIND"),
      "kind of file where it decides the price: terminal, regular, pipe, null")(
      "color", po::value<std::string>()->default_value("auto")->value_name("WHEN"),
      "auto, always or never")(
      "syntax", po::value<std::string>()->default_value("att")->value_name("att|intel"),
      "syntax of the instructions shown")("help,h", "this text");
  return table;
}

/// Whether the kernel writes the buffer of the call: read and its like.
bool writes_to_user(const SyscallRow& row) {
  for (const ArgSpec& argument : row.args)
    if (argument.direction == Direction::Out) return true;
  return false;
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

/// The door as the words of the command line name it, and the code that stands in front of it.
struct Approach {
  DoorChoice door;
  CodeMode mode;

  Abi abi() const {
    return door.gate == Gate::Syscall && mode == CodeMode::Long64 ? Abi::Amd64 : Abi::I386;
  }
};

Approach chosen_approach(const ParsedOptions& options, const Machine& machine) {
  const std::string& name = options.rest.front();
  const auto door = std::ranges::find(kDoorChoices, name, &DoorChoice::name);
  if (door == std::end(kDoorChoices))
    throw UserError(
        fmt::format("explain: no door '{}': give one of syscall, int80, sysenter", name));
  const std::string& bits = options.text("bits");
  if (bits != "auto" && bits != "32" && bits != "64")
    throw UserError(fmt::format("--bits {}: give one of auto, 32, 64", bits));
  const bool long64 =
      bits == "64" || (bits == "auto" && door->gate == Gate::Syscall && machine.kernel.bits == 64);
  return {*door, long64 ? CodeMode::Long64 : CodeMode::Compat32};
}

void check_door(const Crossings& crossings, const Machine& machine, const Approach& approach) {
  if (crossings.has_door(approach.door.gate, approach.mode)) return;
  throw UserError(fmt::format("explain: {} on {} has no door '{}' for {}-bit code",
                              machine.kernel.name, machine.cpu.name, approach.door.name,
                              approach.mode == CodeMode::Long64 ? 64 : 32));
}

void set_work(Crossings& crossings, const Machine& machine, std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    std::vector<std::string> names;
    for (const WorkModel& work : machine.kernel.work) names.push_back(work.name);
    if (!crossings.set_work(name, true))
      throw UserError(
          fmt::format("--work: kernel '{}' knows no '{}'{}", machine.kernel.name, name,
                      names.empty() ? "" : fmt::format("; it knows {}", fmt::join(names, ", "))));
  }
}

/// A thread that has done nothing yet.
Registers shown_registers(const Approach& approach, const SyscallRow& row) {
  Registers registers;
  const bool long64 = approach.mode == CodeMode::Long64;
  registers.rip = long64 ? kShownRip64 : kShownRip32;
  registers[Gpr::Rsp] = long64 ? kShownStack64 : kShownStack32;
  registers[Gpr::Rbp] = approach.door.gate == Gate::Sysenter ? registers[Gpr::Rsp] : 0;
  if (!long64) {
    registers.cs = {.selector = selector::kUserCode32, .default_size = true};
    registers.ss.default_size = true;
    registers.ds = registers.es = registers.ss;
  }
  registers[Gpr::Rax] =
      static_cast<std::uint64_t>(approach.abi() == Abi::Amd64 ? row.amd64 : row.i386);
  return registers;
}

/// One crossing of a thread that has done nothing yet.
CrossingBill one_crossing(Crossings& crossings, const Approach& approach, const SyscallRow& row,
                          const ParsedOptions& options) {
  Registers registers = shown_registers(approach, row);
  const ShownStack stack;
  crossings.show_user(&stack);
  crossings.set_landing_pad(registers.rip + kLandingPad);
  const std::uint64_t bytes = options.values["bytes"].as<std::uint64_t>();
  const bool out = writes_to_user(row);
  const Entered entered = crossings.enter(registers, approach.door.gate, 2);
  if (entered.raised)
    throw UserError(fmt::format("explain: the door raises exception {}", entered.raised->vector));
  const std::int64_t result = entered ? static_cast<std::int64_t>(bytes) : -ENOSYS;
  const CrossingBill bill = crossings.leave(registers, result,
                                            {.call = row.name,
                                             .file_kind = options.text("file"),
                                             .bytes_in = out ? 0 : bytes,
                                             .bytes_out = out ? bytes : 0});
  crossings.show_user(nullptr);
  return bill;
}

bool colored(const ParsedOptions& options) {
  const std::string& when = options.text("color");
  if (when != "auto" && when != "always" && when != "never")
    throw UserError(fmt::format("--color {}: give one of auto, always, never", when));
  return when == "always" || (when == "auto" && isatty(STDOUT_FILENO) != 0);
}

}  // namespace

int explain_verb(const std::vector<std::string>& words) {
  const OptionTable table = explain_options();
  const ParsedOptions options = parse_options("explain", table, words, Words::Ours);
  if (options.has("help")) {
    std::cout << "usage: ringfare explain [OPTIONS] DOOR [CALL]\n\n"
                 "DOOR is syscall, int80 or sysenter\n\n"
              << table;
    return 0;
  }
  if (options.rest.empty() || options.rest.size() > 2)
    throw UserError(
        "explain: name the door, and a call if you like: ringfare explain syscall write");
  const std::string& syntax = options.text("syntax");
  if (syntax != "att" && syntax != "intel")
    throw UserError(fmt::format("--syntax {}: give one of att, intel", syntax));
  const Machine machine = chosen_machine(options);
  const Approach approach = chosen_approach(options, machine);
  const SyscallRow& row =
      chosen_call(options.rest.size() == 2 ? options.rest[1] : "getpid", approach.abi());
  Pricer pricer(machine.cpu);
  Crossings crossings(machine, pricer);
  crossings.watch(Watch::Instructions, syntax == "intel");
  check_door(crossings, machine, approach);
  set_work(crossings, machine, options.text("work"));
  const CrossingBill bill = one_crossing(crossings, approach, row, options);
  fmt::print(
      "{} through {}{} on {} at {} MHz, {}, mitigations {}: {} cycles, {}\n\n", row.name,
      approach.door.name,
      approach.mode == CodeMode::Compat32 && machine.kernel.bits == 64 ? " from 32-bit code" : "",
      machine.cpu.name, machine.cpu.core_khz / 1000, machine.kernel.name,
      machine.mitigations.empty() ? "none" : fmt::format("{}", fmt::join(machine.mitigations, " ")),
      cycles_text(bill.total), duration_text(time_of(bill.total, machine.cpu.core_khz)));
  const Paint paint(colored(options));
  fmt::print(
      "{}",
      waterfall(bill, options.has("instructions") ? Detail::Instructions : Detail::Stages, paint));
  if (options.has("instructions")) return 0;
  fmt::print("\n");
  for (const StageCost& stage : bill.stages) {
    if (stage.note.empty()) continue;
    fmt::print("    {}: {}{}\n", paint.name(stage.name), stage.note,
               stage.source.empty() ? "" : fmt::format(" [{}]", stage.source));
  }
  return 0;
}

}  // namespace ringfare
