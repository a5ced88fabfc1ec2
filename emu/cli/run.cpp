// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>

#include "cpu/base/failure.hpp"
#include "emu/bill/bill_json.hpp"
#include "emu/cli/machine_options.hpp"
#include "emu/cli/output.hpp"
#include "emu/cli/time_options.hpp"
#include "emu/cli/trace_options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/report/bill_text.hpp"
#include "emu/report/count_table.hpp"
#include "emu/report/notices.hpp"
#include "emu/report/trace_text.hpp"
#include "emu/session/session.hpp"
#include "emu/strace/call_filter.hpp"

namespace ringfare {
namespace {

namespace po = boost::program_options;

constexpr const char* kProgramUsage = "[OPTIONS] [--] PROG [ARGS...]";

void add_common_options(OptionTable& table) {
  add_machine_options(table);
  add_also_cpu_option(table);
  add_time_options(table);
  table.add_options()("bill", po::value<std::string>()->value_name("FILE"),
                      "write the bill as JSON to FILE")(
      "output,o", po::value<std::string>()->default_value("")->value_name("FILE"),
      "write the report to FILE (or '|command') instead of standard error")(
      "env,E", po::value<std::vector<std::string>>()->value_name("NAME[=VALUE]"),
      "set a variable of the guest's environment, or remove it")(
      "seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
      "seed of the guest's random numbers")(
      "engine", po::value<std::string>()->default_value("auto")->value_name("NAME"),
      "what executes the guest: auto, translator or unicorn")(
      "isa", po::value<std::string>()->default_value("host")->value_name("SET"),
      "instruction sets CPUID shows: host, or baseline: what every engine executes")(
      "traced", "as under a tracer: every call takes the kernel's slow way, and stops on it")(
      "schedule-seed", po::value<std::uint64_t>()->default_value(0)->value_name("N"),
      "vary the turns of threads and processes; 0: all equally long")(
      "no-counts", "count and price nothing in user mode: shows what counting costs")(
      "max-instructions", po::value<std::uint64_t>()->value_name("N"), "stop after N instructions")(
      "color", po::value<std::string>()->default_value("auto")->value_name("WHEN"),
      "auto, always or never")("help,h", "this text")("version,V", "the version");
}

void add_trace_options(OptionTable& table) {
  table.add_options()("stages", "open each line into the stages of its crossing")(
      "instructions", "open each line into every instruction of the kernel")(
      "vdso-calls", "show calls of the vDSO too, with their user cycles")(
      "syntax", po::value<std::string>()->default_value("att")->value_name("att|intel"),
      "syntax of the instructions shown");
  add_strace_options(table);
}

/// Which of `choices` the option names; throws UserError otherwise.
std::string one_of(const ParsedOptions& options, const char* name,
                   const std::vector<std::string>& choices) {
  const std::string& value = options.text(name);
  for (const std::string& choice : choices)
    if (value == choice) return value;
  throw UserError(fmt::format("--{} {}: give one of {}", name, value, fmt::join(choices, ", ")));
}

bool colored(const ParsedOptions& options, const Output& output) {
  const std::string when = one_of(options, "color", {"auto", "always", "never"});
  const char* refused = std::getenv("NO_COLOR");  // https://no-color.org
  if (when != "auto") return when == "always";
  return output.terminal() && (refused == nullptr || *refused == '\0');
}

bool executable_file(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

/// What execve(2) does not start.
std::string executable_program(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0)
    throw UserError(fmt::format("{}: cannot be run: {}; give the path of a program", path,
                                std::strerror(errno)));
  if (!executable_file(path))
    throw UserError(
        fmt::format("{}: cannot be run: {}; give a program that may be executed "
                    "(chmod +x)",
                    path, std::strerror(EACCES)));
  return path;
}

/// As a shell finds a program: a name without a slash is looked for in PATH.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return executable_program(name);
  const char* path = std::getenv("PATH");
  std::string_view left = path == nullptr ? "/usr/bin:/bin" : path;
  while (true) {
    const std::size_t colon = std::min(left.find(':'), left.size());
    const std::string_view folder = colon == 0 ? "." : left.substr(0, colon);
    if (std::string candidate = fmt::format("{}/{}", folder, name); executable_file(candidate))
      return candidate;
    if (colon == left.size()) break;
    left.remove_prefix(colon + 1);
  }
  throw UserError(fmt::format("{}: not found in PATH; give its path", name));
}

std::vector<std::string> guest_environment(const ParsedOptions& options) {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    environment.emplace_back(*variable);
  if (!options.has("env")) return environment;
  for (const std::string& setting : options.values["env"].as<std::vector<std::string>>()) {
    const std::string name = setting.substr(0, setting.find('='));
    std::erase_if(environment,
                  [&](const std::string& variable) { return variable.starts_with(name + "="); });
    if (setting.size() != name.size()) environment.push_back(setting);
  }
  return environment;
}

SessionInputs session_inputs(const ParsedOptions& options, bool trace) {
  SessionInputs inputs;
  inputs.program = find_program(options.rest.front());
  inputs.arguments = options.rest;
  inputs.environment = guest_environment(options);
  inputs.also_priced = also_priced_machines(options);
  inputs.engine = engine_named(options.text("engine"));
  inputs.isa = isa_named(options.text("isa"));
  inputs.counts = !options.has("no-counts");
  if (!inputs.counts && options.has("max-instructions"))
    throw UserError("--no-counts and --max-instructions: what is not counted has no limit");
  inputs.verbose = options.times("verbose") != 0;
  take_time_options(options, inputs);
  inputs.seed = options.values["seed"].as<std::uint64_t>();
  inputs.traced = options.has("traced");
  inputs.schedule_seed = options.values["schedule-seed"].as<std::uint64_t>();
  if (options.has("max-instructions"))
    inputs.max_instructions = options.values["max-instructions"].as<std::uint64_t>();
  if (!trace) return inputs;
  inputs.follow = followed(options) != Follow::FirstThread;
  inputs.vdso_calls = options.has("vdso-calls");
  inputs.describe = describe_options(options);
  inputs.stacks = options.has("stack-traces") && !options.has("summary-only");
  inputs.detach_on_exec = options.has("detach-on");
  inputs.intel_syntax = one_of(options, "syntax", {"att", "intel"}) == "intel";
  if (options.has("instructions")) inputs.watch = Watch::Instructions;
  return inputs;
}

Output::Opening opening(const ParsedOptions& options) {
  const bool appends = options.has("output-append-mode");
  return appends ? Output::Opening::Append : Output::Opening::Anew;
}

/// The sinks of a trace, as -c, -C, --stages and --instructions choose them.
std::vector<std::unique_ptr<Sink>> trace_sinks(const ParsedOptions& options, std::FILE* out,
                                               const Paint& paint) {
  const auto filter = std::make_shared<const CallFilter>(trace_sets(options));
  const auto shows = [filter](std::string_view call) { return filter->shows(call); };
  TraceText::Options text = text_options(options);
  if (followed(options) == Follow::Separately)
    text.file_of = [files =
                        std::make_shared<OutputByThread>(options.text("output"), opening(options))](
                       int thread) { return files->file(thread); };
  const CountTable::Options columns = table_options(options);
  std::vector<std::unique_ptr<Sink>> sinks;
  if (!options.has("summary-only")) {
    sinks.push_back(std::make_unique<TraceText>(out, paint, text, shows));
  } else if (!options.has("quiet")) {
    sinks.push_back(std::make_unique<Notices>(out));
  }
  if (options.has("summary-only") || options.has("summary"))
    sinks.push_back(std::make_unique<CountTable>(out, shows, columns));
  return sinks;
}

/// Ends this process as the guest ended: by the same signal, without a core file of ours.
int die_by(int signal) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(signal, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  kill(getpid(), signal);
  return 128 + signal;
}

int exit_status(const Bill& bill) {
  if (bill.killed_by) return die_by(*bill.killed_by);
  if (bill.deadlocked) return kDeadlocked;
  return bill.exit_status.value_or(kBudgetSpent);
}

void say_notes(const ParsedOptions& options) {
  const auto say = [](std::string_view what) { fmt::print(stderr, "ringfare: note: {}\n", what); };
  if (has_message(options, "path-resolution"))
    for (const auto& [path, real] : resolved_paths(options))
      say(fmt::format("-P {}: also {}", path, real));
  if (options.has("output-append-mode") && options.text("output").empty())
    say("-A appends to the file of -o FILE, which is not there");
  if (options.has("summary-only"))
    for (const char* const name : {"stack-traces", "instruction-pointer", "syscall-times",
                                   "relative-timestamps", "absolute-timestamps"})
      if (options.has(name)) say(fmt::format("--{} has no effect with -c", name));
}

int run_or_trace(const char* verb, bool trace, const std::vector<std::string>& words) {
  OptionTable table("options");
  add_common_options(table);
  if (trace)
    add_trace_options(table);
  else
    table.add_options()("verbose,v", "say how the run is done")(
        "quiet,q", "guest output only: no bill, no warnings");
  const ParsedOptions options = parse_options(verb, table, words, Words::Guests);
  if (options.has("help")) {
    std::cout << "usage: ringfare " << verb << " " << kProgramUsage << "\n\n" << table;
    return 0;
  }
  if (options.has("version")) return fmt::print("ringfare {}\n", RINGFARE_VERSION), 0;
  if (options.rest.empty())
    throw UserError(
        fmt::format("{}: name a program to run: ringfare {} {}", verb, verb, kProgramUsage));
  if (trace) say_notes(options);
  Machine machine = chosen_machine(options);
  const SessionInputs inputs = session_inputs(options, trace);
  const bool apart = trace && followed(options) == Follow::Separately;
  Output report(apart ? "" : options.text("output"), opening(options));
  std::unique_ptr<Output> json;
  if (options.has("bill")) json = std::make_unique<Output>(options.text("bill"));
  const Paint paint(colored(options, report));

  std::vector<std::unique_ptr<Sink>> sinks;
  if (trace)
    sinks = trace_sinks(options, report.file(), paint);
  else if (!options.has("quiet"))
    sinks.push_back(std::make_unique<Notices>(report.file()));
  std::vector<Sink*> listening;
  for (const auto& sink : sinks) listening.push_back(sink.get());

  const Bill bill = Session(std::move(machine), inputs, listening).run();
  if (!trace && !options.has("quiet")) fmt::print(report.file(), "{}", bill_text(bill, paint));
  report.close();
  if (json) {
    fmt::print(json->file(), "{}", bill_json(bill));
    json->close();
  }
  return exit_status(bill);
}

}  // namespace

int run_verb(const std::vector<std::string>& words) {
  return run_or_trace("run", false, words);
}

int trace_verb(const std::vector<std::string>& words) {
  return run_or_trace("trace", true, words);
}

}  // namespace ringfare
