// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <optional>
#include <system_error>

#include "cpu/base/failure.hpp"
#include "cpu/translator/translator.hpp"
#include "emu/cli/confinement.hpp"
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

/// The guest has limits of its own, and the emulator needs some descriptors besides.
void allow_many_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// One who runs what he does not trust is told what holds.
void build_told_walls(const Confinement& confined) {
  const std::string walls = build_walls(confined);
  if (!confined.untrusted && confined.network) return;
  if (!confined.untrusted && walls.find("no wall") == walls.npos) return;
  const std::string without_keys = Translator::why_no_wall();
  fmt::print(stderr, "ringfare: note: {}{}\n", walls,
             without_keys.empty() ? "" : "; " + without_keys);
}

int run_program(RunVerb verb, const std::vector<std::string>& words) {
  // Before anything of our own is open.
  std::vector<int> inherited = inherited_descriptors();
  const char* const name = verb == RunVerb::Trace ? "trace" : "run";
  const std::string usage = fmt::format("{} {}", name, kWordsOfProgram);
  const OptionTable table = run_options(verb);
  const ParsedOptions options =
      parse_options(name, table, words, Words::Guests,
                    verb == RunVerb::Trace ? strace_aliases() : std::span<const OptionAlias>());
  if (options.has("help")) return print_help(usage, table), 0;
  if (options.has("version")) return fmt::print("ringfare {}\n", RINGFARE_VERSION), 0;
  if (options.rest.empty())
    throw UserError(fmt::format("{}: name a program to run: ringfare {}", name, usage));
  if (verb == RunVerb::Trace)
    for (const std::string& note : notes_on(options))
      fmt::print(stderr, "ringfare: note: {}\n", note);
  allow_many_descriptors();
  Machine machine = chosen_machine(options);
  DebugTools tools(options);
  const Confinement confined = confinement(options);
  std::optional<Reports> reports;
  if (confined.any()) {  // what is written goes to the host's own files
    reports.emplace(options, verb);
    build_told_walls(confined);
  }
  SessionInputs inputs = session_inputs(options, verb);
  if (!options.has("standard-descriptors")) inputs.descriptors = std::move(inherited);
  inputs.log = tools.log();
  inputs.watchers = tools.watchers();
  inputs.network = confined.network;
  inputs.confined = confined.untrusted || !confined.root.empty();
  if (!reports) reports.emplace(options, verb);
  const Bill bill = run_told(std::move(machine), inputs, *reports);
  std::signal(SIGXFSZ, SIG_IGN);  // the bill does not die of a limit on files
  reports->conclude(bill);
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
