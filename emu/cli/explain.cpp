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

constexpr std::uint64_t kShownRip = 0x401000;  // where a static program's text usually begins

OptionTable explain_options() {
  OptionTable table("options");
  add_machine_options(table);
  table.add_options()("instructions", "every instruction of the kernel under its stage")(
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

const SyscallRow& chosen_call(const std::string& name) {
  if (const SyscallRow* row = find_syscall(Abi::Amd64, std::string_view(name))) return *row;
  std::vector<std::string> names;
  for (const SyscallRow& row : syscall_table())
    if (row.amd64 != kNoNumber) names.emplace_back(row.name);
  const auto near = nearest(name, names);
  throw UserError(fmt::format(
      "explain: no system call '{}'{}", name,
      near ? fmt::format("; did you mean '{}'?", *near) : "; 'ringfare syscalls' lists them"));
}

/// One crossing of a thread that has done nothing yet.
CrossingBill one_crossing(Crossings& crossings, const SyscallRow& row,
                          const ParsedOptions& options) {
  Registers registers;
  registers.rip = kShownRip;
  registers[Gpr::Rax] = static_cast<std::uint64_t>(row.amd64);
  const std::uint64_t bytes = options.values["bytes"].as<std::uint64_t>();
  const bool out = writes_to_user(row);
  const bool served = crossings.enter(registers, Gate::Syscall, 2);
  const std::int64_t result = served ? static_cast<std::int64_t>(bytes) : -ENOSYS;
  return crossings.leave(registers, result,
                         {.call = row.name,
                          .file_kind = options.text("file"),
                          .bytes_in = out ? 0 : bytes,
                          .bytes_out = out ? bytes : 0});
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
    std::cout << "usage: ringfare explain [OPTIONS] syscall [CALL]\n\n" << table;
    return 0;
  }
  if (options.rest.empty() || options.rest.front() != "syscall" || options.rest.size() > 2)
    throw UserError(
        "explain: name the door, and a call if you like: ringfare explain syscall write");
  const std::string& syntax = options.text("syntax");
  if (syntax != "att" && syntax != "intel")
    throw UserError(fmt::format("--syntax {}: give one of att, intel", syntax));
  const SyscallRow& row = chosen_call(options.rest.size() == 2 ? options.rest[1] : "getpid");

  const Machine machine = chosen_machine(options);
  Pricer pricer(machine.cpu);
  Crossings crossings(machine, pricer);
  crossings.watch(Watch::Instructions, syntax == "intel");
  const CrossingBill bill = one_crossing(crossings, row, options);
  fmt::print(
      "{} through syscall on {} at {} MHz, {}, mitigations {}: {} cycles, {}\n\n", row.name,
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
