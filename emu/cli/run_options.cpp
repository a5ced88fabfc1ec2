// SPDX-License-Identifier: MIT
#include "emu/cli/run_options.hpp"

#include <optional>

#include "cpu/base/failure.hpp"
#include "emu/cli/confinement.hpp"
#include "emu/cli/debug_tools.hpp"
#include "emu/cli/guest_start.hpp"
#include "emu/cli/options/display_options.hpp"
#include "emu/cli/options/machine_options.hpp"
#include "emu/cli/options/time_options.hpp"
#include "emu/cli/reports.hpp"
#include "emu/cli/trace/follow.hpp"
#include "emu/cli/trace/strace_options.hpp"
#include "emu/cli/trace/value_options.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kGuestOptions[] = {
    {"env,E", "NAME[=VALUE]...", "set a variable of the guest's environment, or remove it"},
    {"seed", "N", "seed of the guest's random numbers", "1"},
    {"engine", "NAME", "what executes the guest: auto, translator or unicorn", "auto"},
    {"isa", "SET", "instruction sets CPUID shows: host, or baseline: what every engine executes",
     "host"},
    {"traced", "", "as under a tracer: every call takes the kernel's slow way, and stops on it"},
    {"schedule-seed", "N", "vary the turns of threads and processes; 0: all equally long", "0"},
    {"no-counts", "", "count and price nothing in user mode: shows what counting costs"},
    {"max-instructions", "N", "stop after N instructions"},
    {"standard-descriptors", "", "the guest inherits descriptors 0, 1 and 2 only"},
    {"host-limits", "", "resource limits and priority are those ringfare was started with"},
};

constexpr OptionRow kRunOptions[] = {
    {"verbose,v", "", "say how the run is done"},
    {"quiet,q", "", "guest output only: no bill, no warnings"},
};

constexpr OptionRow kTraceOptions[] = {
    {"vdso-calls", "", "show calls of the vDSO too, with their user cycles"},
    kSyntaxOption,
};

constexpr OptionRow kOwnOptions[] = {kHelpOption, {"version,V", "", "the version"}};

void take_trace_options(const ParsedOptions& options, SessionInputs& inputs) {
  check_strace_options(options);
  inputs.follow = followed(options) != Follow::FirstThread;
  inputs.vdso_calls = options.has("vdso-calls");
  inputs.describe = describe_options(options);
  inputs.stacks = options.has("stack-traces") && !options.has("summary-only");
  inputs.detach_on_exec = options.has("detach-on");
  inputs.intel_syntax = intel_syntax(options);
  if (options.has("instructions")) inputs.watch = Watch::Instructions;
}

}  // namespace

OptionTable run_options(RunVerb verb) {
  OptionTable table("options");
  add_machine_options(table);
  add_also_cpu_option(table);
  add_time_options(table);
  add_options(table, kGuestOptions);
  add_confinement_options(table);
  add_debug_options(table);
  add_report_options(table, verb);
  if (verb == RunVerb::Trace) {
    add_options(table, kTraceOptions);
    add_strace_options(table);
  } else {
    add_options(table, kRunOptions);
  }
  add_options(table, kOwnOptions);
  return table;
}

SessionInputs session_inputs(const ParsedOptions& options, RunVerb verb) {
  SessionInputs inputs;
  inputs.program = find_program(options.rest.front());
  inputs.arguments = options.rest;
  inputs.environment = guest_environment(options.list("env"));
  inputs.also_priced = also_priced_machines(options);
  inputs.engine = engine_named(options.text("engine"));
  inputs.isa = isa_named(options.text("isa"));
  inputs.counts = !options.has("no-counts");
  if (!inputs.counts && options.has("max-instructions"))
    throw UserError("--no-counts and --max-instructions: what is not counted has no limit");
  inputs.verbose = options.times("verbose") != 0;
  take_time_options(options, inputs);
  inputs.host_limits = options.has("host-limits");
  inputs.seed = options.number("seed");
  inputs.traced = options.has("traced");
  inputs.schedule_seed = options.number("schedule-seed");
  if (options.has("max-instructions")) inputs.max_instructions = options.number("max-instructions");
  if (verb == RunVerb::Trace) take_trace_options(options, inputs);
  return inputs;
}

}  // namespace ringfare
