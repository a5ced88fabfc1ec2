// SPDX-License-Identifier: MIT
#include "emu/cli/trace/strace_options.hpp"

#include <fmt/format.h>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"
#include "emu/cli/trace/line_options.hpp"
#include "emu/cli/trace/value_options.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kStraceOptions[] = {
    {"follow-forks,f", "",
     "all threads and processes, numbered; twice, with -o FILE: each in a file of its own, "
     "FILE.NUMBER"},
    {"output-separately", "", "as -ff"},
    {"output-append-mode,A", "", "append to the FILE of -o"},
    {"detach-on,b", "execve", "show no more of a process once it makes this call"},
    {",e", "[NAME=]SET...", "trace=SET, or another of the options below that take a SET"},
    {"trace", "SET...",
     "calls to show: names, numbers, %group, /regex/, ?name, all, none; '!' shows the others"},
    {"trace-path,P", "PATH...",
     "only calls that name PATH or have a descriptor of it; may be repeated"},
    {"signal", "SET...", "signals to show: names, numbers, all, none; '!' shows the others"},
    {"status", "SET...", "calls that ended so: successful, failed, unfinished; '!' the others"},
    {"successful-only,z", "", "only calls that succeeded"},
    {"failed-only,Z", "", "only calls that failed"},
    {"string-limit,s", "N", "show at most N bytes of a string", "32"},
    {"verbose,v", "[=SET]",
     "show structures in full; say how the run is done; with a SET: show what pointers point to "
     "in these calls alone"},
    {"no-abbrev", "", "show structures in full"},
    {"abbrev", "SET...", "show structures of other calls in full"},
    {"raw", "SET...", "show arguments of these calls as numbers"},
    {"read", "SET...", "dump what is read from these descriptors"},
    {"write", "SET...", "dump what is written to these descriptors"},
    {"strings-in-hex,x", "[=WHICH]",
     "strings that are not ASCII in hex; twice: all strings; WHICH: non-ascii-chars, non-ascii, "
     "all"},
    {"const-print-style,X", "STYLE", "named constants: abbrev, raw or verbose", "abbrev"},
    {"decode-fds,y", "[=SET]",
     "paths behind descriptors; twice: details of sockets and devices too; SET: path, dev, "
     "socket, pidfd"},
    {"decode-pids,Y", "[=comm]", "names of programs behind numbers of threads"},
    {"instruction-pointer,i", "", "begin lines with the address behind the call"},
    {"syscall-number,n", "", "begin lines with the number of the call"},
    {"stack-traces,k", "", "the guest's stack below each line"},
    {"absolute-timestamps,t", "[=FORMAT]",
     "begin lines with the simulated time; twice: with microseconds; three times: seconds since "
     "1970; FORMAT: time or unix, and s, ms, us or ns, with a comma"},
    {"relative-timestamps,r", "[=PRECISION]",
     "begin lines with the simulated time since the line before, in s, ms, us or ns"},
    {"syscall-times,T", "[=PRECISION]", "show the simulated time of each call, in s, ms, us or ns"},
    {"columns,a", "N", "column of the results", "40"},
    {"quiet,q", "[=SET]",
     "no 'Process attached' lines; twice: no '+++ exited' lines either; three times: no "
     "warnings either; SET: attach, exit, path-resolution, personality, thread-execve, all"},
    {"interruptible,I", "N", "no effect: signals go to the guest"},
    {"seccomp-bpf", "", "no effect: calls that are not shown cost no time of the guest's anyway"},
};

/// What strace takes and a run here has no use for; each with its reason. Those without one are
/// refused where the sets of -e are read.
struct RefusedOption {
  OptionRow row;
  std::string_view reason = "";
};

constexpr RefusedOption kRefused[] = {
    {{"attach,p", "PID", "refused: a guest begins inside"},
     "a running process cannot be joined; name a program, and it is run from its first "
     "instruction on"},
    {{"daemonize,D", "[=HOW]", "refused: ringfare is not the guest's parent"},
     "the guest runs inside of ringfare, which is no other process's parent"},
    {{"user,u", "NAME", "refused: run ringfare as NAME"},
     "the guest runs as whoever runs ringfare; run ringfare as that user"},
    {{"debug,d", "", "refused: see -v"}, "-v says how the run is done"},
    {{"summary-syscall-overhead,O", "TIME", "refused: there is none"},
     "tracing costs the guest nothing here"},
    {{"summary-wall-clock,w", "", "refused: the table counts cycles"},
     "the table counts cycles of crossings; -T shows the time of each call"},
    {{"inject", "SET...", "refused: the guest is not tampered with"}},
    {{"fault", "SET...", "refused: the guest is not tampered with"}},
    {{"kvm", "SET...", "refused: the guest is not tampered with"}},
};

constexpr OptionAlias kAliases[] = {{"timestamps", "absolute-timestamps"},
                                    {"silent", "quiet"},
                                    {"silence", "quiet"},
                                    {"signals", "signal"},
                                    {"failing-only", "failed-only"}};

constexpr Choice<int> kInterruptible[] = {{"anywhere", 1},   {"waiting", 2}, {"never", 3},
                                          {"never_tstp", 4}, {"1", 1},       {"2", 2},
                                          {"3", 3},          {"4", 4}};

}  // namespace

void add_strace_options(OptionTable& table) {
  add_options(table, kStraceOptions);
  for (const RefusedOption& refused : kRefused) add_option(table, refused.row);
}

std::span<const OptionAlias> strace_aliases() {
  return kAliases;
}

void check_strace_options(const ParsedOptions& options) {
  for (const RefusedOption& refused : kRefused)
    if (!refused.reason.empty() && options.has(refused.row.name()))
      throw UserError(fmt::format("--{}: {}", refused.row.name(), refused.reason));
  if (options.has("summary-only") && options.has("summary"))
    throw UserError("-c and -C: -c is the table alone, -C the lines too; give one of them");
  if (options.has("detach-on") && options.text("detach-on") != "execve")
    throw UserError(fmt::format("--detach-on {}: give execve, the only call there is for it",
                                options.text("detach-on")));
  if (options.has("interruptible"))
    choose("--interruptible", options.text("interruptible"), kInterruptible);
}

std::vector<std::string> notes_on(const ParsedOptions& options) {
  std::vector<std::string> notes;
  if (has_message(options, "path-resolution"))
    for (const auto& [path, real] : resolved_paths(options))
      notes.push_back(fmt::format("-P {}: also {}", path, real));
  if (options.has("output-append-mode") && options.text("output").empty())
    notes.emplace_back("-A appends to the file of -o FILE, which is not there");
  if (options.has("summary-only"))
    for (const char* const name : {"stack-traces", "instruction-pointer", "syscall-times",
                                   "relative-timestamps", "absolute-timestamps"})
      if (options.has(name)) notes.push_back(fmt::format("--{} has no effect with -c", name));
  return notes;
}

}  // namespace ringfare
