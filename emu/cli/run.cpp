// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <system_error>

#include "cpu/base/failure.hpp"
#include "emu/cli/debug_tools.hpp"
#include "emu/cli/exit_status.hpp"
#include "emu/cli/guest_start.hpp"
#include "emu/cli/options/machine_options.hpp"
#include "emu/cli/reports.hpp"
#include "emu/cli/run_options.hpp"
#include "emu/cli/trace/strace_options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/session/session.hpp"

namespace ringfare {
namespace {

constexpr const char* kWordsOfProgram = "[OPTIONS] [--] PROG [ARGS...]";

Bill run_told(Machine machine, const SessionInputs& inputs, const Reports& reports) {
  try {
    return Session(std::move(machine), inputs, reports.sinks()).run();
  } catch (const std::system_error& error) {
    reports.failed(error);
  }
}

int run_program(RunVerb verb, const std::vector<std::string>& words) {
  // Before anything of our own is open.
  std::vector<int> inherited = inherited_descriptors();
  const char* const name = verb == RunVerb::Trace ? "trace" : "run";
  const std::string usage = fmt::format("{} {}", name, kWordsOfProgram);
  const OptionTable table = run_options(verb);
  const ParsedOptions options = parse_options(name, table, words, Words::Guests);
  if (options.has("help")) return print_help(usage, table), 0;
  if (options.has("version")) return fmt::print("ringfare {}\n", RINGFARE_VERSION), 0;
  if (options.rest.empty())
    throw UserError(fmt::format("{}: name a program to run: ringfare {}", name, usage));
  if (verb == RunVerb::Trace)
    for (const std::string& note : notes_on(options))
      fmt::print(stderr, "ringfare: note: {}\n", note);
  Machine machine = chosen_machine(options);
  DebugTools tools(options);
  SessionInputs inputs = session_inputs(options, verb);
  if (!options.has("standard-descriptors")) inputs.descriptors = std::move(inherited);
  inputs.log = tools.log();
  inputs.watchers = tools.watchers();
  Reports reports(options, verb);
  const Bill bill = run_told(std::move(machine), inputs, reports);
  reports.conclude(bill);
  tools.finish();
  return exit_status(bill);
}

}  // namespace

int run_verb(const std::vector<std::string>& words) {
  return run_program(RunVerb::Run, words);
}

int trace_verb(const std::vector<std::string>& words) {
  return run_program(RunVerb::Trace, words);
}

}  // namespace ringfare
