// SPDX-License-Identifier: MIT
// The debug log of whole runs: the same every time, of what was asked for, and without a trace in
// what is run.
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

struct Logged {
  Outcome outcome;
  std::string log;
};

Logged run_logged(const std::string& program, std::vector<std::string> options = {},
                  std::vector<std::string> environment = {}) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "log";
  options.insert(options.begin(), {"run", "--debug-log", file});
  Launch launch = under_ringfare({.arguments = {guest(program)}}, options);
  for (const std::string& variable : environment) launch.environment.push_back(variable);
  Logged logged{.outcome = run(launch)};
  logged.log = read_whole(file);
  return logged;
}

std::set<std::string> categories_in(const std::string& log) {
  std::set<std::string> categories;
  std::istringstream lines(log);
  static const std::regex kLine(R"(([a-z]+) +(?:-|\d+\.\d\d) +(?:-|\d+)  \S.*)");
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    EXPECT_TRUE(std::regex_match(line, found, kLine)) << line;
    categories.insert(found[1]);
  }
  return categories;
}

class DebugLogs : public ::testing::TestWithParam<std::string> {};

TEST_P(DebugLogs, AreTheSameEveryTimeAndChangeNothing) {
  const Logged first = run_logged(GetParam()), second = run_logged(GetParam());
  const Outcome without = run(under_ringfare({.arguments = {guest(GetParam())}}, {"run"}));
  EXPECT_TRUE(first.log == second.log);
  EXPECT_EQ(first.outcome.errors, without.errors);
  EXPECT_EQ(first.outcome.output, without.output);
  EXPECT_EQ(first.outcome.ending(), without.ending());
  const auto categories = categories_in(first.log);
  for (const char* const category : {"loader", "translator", "prices"})
    EXPECT_TRUE(categories.contains(category)) << category;
}

INSTANTIATE_TEST_SUITE_P(Guests, DebugLogs,
                         ::testing::Values("hello.musl", "threads.musl", "family.musl",
                                           "delivery.glibc", "hello.freestanding-i386"),
                         [](const ::testing::TestParamInfo<std::string>& row) {
                           return std::regex_replace(row.param, std::regex("[.-]"), "_");
                         });

struct Expected {
  const char* program;
  const char* category;
  std::vector<const char*> lines;         // parts of some
  const char* instructions = "10000000";  // at most
};

class Categories : public ::testing::TestWithParam<Expected> {};

TEST_P(Categories, FilterLinesAndTell) {
  const Expected& row = GetParam();
  const Logged logged = run_logged(
      row.program, {"--debug-categories", row.category, "--max-instructions", row.instructions});
  EXPECT_EQ(categories_in(logged.log), std::set<std::string>{row.category});
  for (const char* const part : row.lines)
    EXPECT_NE(logged.log.find(part), std::string::npos) << part << "\n" << logged.log;
}

INSTANTIATE_TEST_SUITE_P(
    Each, Categories,
    ::testing::Values(
        Expected{"hello.musl",
                 "loader",
                 {"hello.musl, offset 0x1000", " starts at 0x", "AT_ENTRY", "[vdso]",
                  "AT_SYSINFO_EHDR", "[stack]"}},
        Expected{
            "fib.musl",
            "translator",
            {"superblock 0 at 0x", "first tier", "second tier", " goes straight to superblock "}},
        Expected{"changing_code.musl",
                 "translator",
                 {"is dropped: its code was changed or mapped anew"},
                 "3000"},
        Expected{"threads.musl",
                 "scheduler",
                 {"thread 1001 is made", " waits for ", " can go on: its wait for ",
                  "thread 1001 ends", " has the processor for "}},
        Expected{"family.musl", "scheduler", {"process 1001 is made", "process 1001 ends "}},
        Expected{"deadlock.musl", "scheduler", {"deadlock: "}},
        Expected{
            "delivery.glibc",
            "signals",
            {" is sent to ", "its handler is at 0x", "the frame for SIG", "the handler is over: "}},
        Expected{"faults.musl", "signals", {"exception 14 at 0x", " becomes SIGSEGV"}},
        Expected{"hello.freestanding",
                 "prices",
                 {" cycles on skylake", "path of linux-6.1 through syscall, served"}}),
    [](const ::testing::TestParamInfo<Expected>& row) {
      return std::regex_replace(std::string(row.param.program) + "_" + row.param.category,
                                std::regex("[.-]"), "_");
    });

TEST(DebugLogFile, HoldsTheLinesOfAllProcessesWhole) {
  const Logged logged = run_logged("family.musl");
  categories_in(logged.log);  // complains about torn lines
  std::set<std::string> threads;
  static const std::regex kThread(R"(\n[a-z]+ +[\d.]+ +(\d+)  )");
  for (std::sregex_iterator it(logged.log.begin(), logged.log.end(), kThread), end; it != end; ++it)
    threads.insert((*it)[1]);
  EXPECT_GT(threads.size(), 1u);
}

TEST(DebugLogFile, IsNotMadeWhereNobodyAsks) {
  const ScratchDirectory scratch;
  Launch launch = under_ringfare({.arguments = {guest("hello.musl")}}, {"run"});
  launch.directory = scratch.path();
  EXPECT_EQ(run(launch).ending(), "exit 0");
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(DebugLogFile, IsAskedForByTheEnvironmentToo) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "log";
  Launch launch = under_ringfare({.arguments = {"/bin/busybox", "env"}}, {"run", "-q"});
  launch.environment.push_back("RINGFARE_DEBUG_LOG=" + file);
  launch.environment.push_back("RINGFARE_DEBUG_CATEGORIES=prices");
  const Outcome outcome = run(launch);
  EXPECT_EQ(categories_in(read_whole(file)), std::set<std::string>{"prices"});
  EXPECT_EQ(outcome.output.find("RINGFARE"), std::string::npos) << outcome.output;
}

TEST(DebugLogFile, ThatIsFullIsOneClearLine) {
  const Outcome outcome = run(under_ringfare({.arguments = {guest("family.musl")}},
                                             {"run", "-q", "--debug-log", "/dev/full"}));
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_EQ(outcome.errors,
            "ringfare: /dev/full: not everything could be written: No space left on device; make "
            "room there, or name another file\n");
}

TEST(DebugLogFile, EndsWithTheRegistersWhereTheBudgetDoes) {
  const auto stop = [](const char* engine) {
    const std::string log =
        run_logged("sort.freestanding",
                   {"--engine", engine, "--isa", "baseline", "--max-instructions", "1000",
                    "--debug-categories", "scheduler"})
            .log;
    return log.substr(log.find("stopped after 1000 instructions: rip=0x"));
  };
  EXPECT_EQ(stop("translator"), stop("translator"));
#ifdef RINGFARE_UNICORN
  EXPECT_EQ(stop("translator"), stop("unicorn"));
#endif
}

/// The dump at the end of a run, of one function.
TEST(Dump, OfAFunctionIsWrittenToItsFile) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "dump";
  const Outcome outcome =
      run(under_ringfare({.arguments = {guest("fib.musl"), "12"}},
                         {"run", "-q", "--dump-translation", file, "--dump-at", "fib"}));
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  const std::string dump = read_whole(file);
  for (const char* const part :
       {" <fib>: second tier", "; counter of exit ", "linked to superblock"})
    EXPECT_NE(dump.find(part), std::string::npos) << part << "\n" << dump;
  const Outcome unknown =
      run(under_ringfare({.arguments = {guest("fib.musl"), "12"}},
                         {"run", "-q", "--dump-translation", file, "--dump-at", "mian"}));
  EXPECT_EQ(unknown.errors,
            "ringfare: --dump-at mian: no function of that name; did you mean 'main'?\n");
}

Outcome bisect(std::vector<std::string> words) {
  words.insert(words.begin(), RINGFARE_SOURCE_DIR "/tests/lockstep/bisect");
  return run({.arguments = std::move(words)});
}

#ifdef RINGFARE_UNICORN
TEST(Bisect, FindsNothingWhereEnginesAgree) {
  const Outcome outcome =
      bisect({"--build", RINGFARE_BINARY_DIR, "--", guest("hello.freestanding")});
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  EXPECT_TRUE(outcome.output.starts_with("the same registers behind ")) << outcome.output;
}

/// An engine that goes wrong at the 700th instruction, as far as its log says.
TEST(Bisect, FindsTheInstruction) {
  const ScratchDirectory scratch;
  const std::string wrong = scratch.path() / "ringfare";
  write_whole(wrong, R"(#!/bin/bash
")" RINGFARE_BINARY_DIR R"(/ringfare" "$@"
status=$?
[ "$4" = translator ] && [ "$8" -ge 700 ] && sed -i 's/ rdx=0x/&bad/' "${10}"
exit $status
)");
  std::filesystem::permissions(wrong, std::filesystem::perms::owner_all);
  const Outcome outcome =
      bisect({"--build", scratch.path(), "--most", "1000", "--", guest("sort.freestanding")});
  EXPECT_EQ(outcome.ending(), "exit 1") << outcome.errors;
  EXPECT_TRUE(outcome.output.starts_with("behind instruction 700, which is at 0x"))
      << outcome.output;
  EXPECT_NE(outcome.output.find("  translator rdx=0xbad"), std::string::npos) << outcome.output;
}
#endif

/// What a tool said, standard output and error; nothing where it is not installed.
std::optional<std::string> tool(const std::string& name, std::vector<std::string> arguments,
                                const std::filesystem::path& directory) {
  const std::string path = "/usr/bin/" + name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  arguments.insert(arguments.begin(), path);
  const Outcome outcome = run({.arguments = std::move(arguments), .directory = directory});
  return outcome.output + outcome.errors;
}

/// Steps from the third entry into translated code to its first instructions.
constexpr const char* kGdbScript = R"(
set pagination off
set debuginfod enabled off
handle SIGSEGV SIGBUS SIGFPE SIGILL nostop noprint pass
break ringfare_world_enter
run
continue
continue
while $pc > 0x80000000
stepi
end
info symbol $pc
stepi
stepi
stepi
bt 1
kill
)";

TEST(Gdb, NamesTranslatedCode) {
  const ScratchDirectory scratch;
  write_whole(scratch.path() / "script", kGdbScript);
  const auto said =
      tool("gdb",
           {"-batch", "-nx", "-x", "script", "--args", RINGFARE_BINARY_DIR "/ringfare", "run", "-q",
            "--gdb-jit", "--", guest("fib.musl"), "12"},
           scratch.path());
  if (!said) GTEST_SKIP() << "gdb is not installed";
  if (said->find("ptrace: Operation not permitted") != said->npos)
    GTEST_SKIP() << "gdb may not run programs here";
  EXPECT_NE(said->find("ringfare_in_and_out + "), said->npos) << *said;
  EXPECT_TRUE(std::regex_search(*said, std::regex(R"(#0 +0x[0-9a-f]+ in guest_)"))) << *said;
}

TEST(Perf, NamesTranslatedCode) {
  const ScratchDirectory scratch;
  const auto recorded = tool("perf",
                             {"record", "-o", "data", RINGFARE_BINARY_DIR "/ringfare", "run", "-q",
                              "--perf-map", "--", guest("fib.musl"), "32"},
                             scratch.path());
  if (!recorded) GTEST_SKIP() << "perf is not installed";
  if (!std::filesystem::exists(scratch.path() / "data"))
    GTEST_SKIP() << "perf is not permitted here: " << *recorded;
  const auto report = tool("perf", {"report", "-i", "data", "--stdio"}, scratch.path());
  EXPECT_NE(report->find("[.] guest_fib"), report->npos) << *report;
}

}  // namespace
}  // namespace ringfare::testing
