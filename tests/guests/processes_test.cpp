// SPDX-License-Identifier: MIT
// Threads and processes: what they do on the bare machine they do inside, in the same order every
// time, and in another one where a seed says so.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

struct Row {
  std::string_view name, program;
  std::vector<std::string> arguments = {};
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.program << ' ' << row.name;
}

Launch launch_of(const Row& row) {
  const bool shell = row.program == "busybox";
  Launch launch{.arguments = {shell ? "/bin/busybox" : guest(std::string(row.program))}};
  launch.arguments.insert(launch.arguments.end(), row.arguments.begin(), row.arguments.end());
  return launch;
}

const std::vector<Row> kGuests = {
    {"ThreadsGlibc", "threads.glibc"},
    {"ThreadsMusl", "threads.musl"},
    {"LibraryThreads", "library_threads.glibc"},
    {"FamilyGlibc", "family.glibc"},
    {"FamilyMusl", "family.musl"},
    {"ThreadsGlibc32", "threads.glibc-i386"},
    {"ThreadsMusl32", "threads.musl-i386"},
    {"FamilyGlibc32", "family.glibc-i386"},
    {"FamilyMusl32", "family.musl-i386"},
    {"RelationsGlibc", "relations.glibc"},
    {"RelationsMusl", "relations.musl"},
    {"RelationsGlibc32", "relations.glibc-i386"},
    {"RelationsMusl32", "relations.musl-i386"},
    {"TracedThreads", "traced_threads.glibc"},
    {"TracedThreads32", "traced_threads.glibc-i386"},
    {"TracedGlibc", "traced.glibc"},
    {"TracedMusl", "traced.musl"},
    {"TracedGlibc32", "traced.glibc-i386"},
    {"TracedMusl32", "traced.musl-i386"},
    {"FutexesGlibc", "futexes.glibc"},
    {"FutexesMusl32", "futexes.musl-i386"},
    {"SharedLocks", "shared_locks.glibc"},
    {"ByNumberGlibc", "by_number.glibc"},
    {"ByNumberGlibc32", "by_number.glibc-i386"},
    {"FailingExec", "failing_exec.glibc"},
    {"Many", "many.musl", {"60"}},
    {"ShellPipes",
     "busybox",
     {"sh", "-c",
      "busybox seq 1 4000 | busybox sed s/7/seven/ | busybox sort -r | busybox head -n 20; "
      "busybox yes | busybox head -c 100000 | busybox wc"}},
    {"ShellWords",
     "busybox",
     {"sh", "-c",
      "(exit 3); echo $?; x=$(busybox seq 1 5 | busybox wc -l); echo \"<$x>\"; "
      "for i in 1 2 3; do (echo sub $i; exit $i) || echo failed $?; done; "
      "busybox cat <<END\nhere $x\nEND\necho $(echo a; echo b) | busybox tr a-z A-Z"}},
};

class SharedMachine : public ::testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    const std::string program = launch_of(GetParam()).arguments.front();
    if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is not there";
  }
  Launch launch() const {
    Launch launch = launch_of(GetParam());
    launch.directory = room_.path();
    return launch;
  }

 private:
  ScratchDirectory room_;
};

TEST_P(SharedMachine, DoesAsOnTheBareMachine) {
  const Launch launch = this->launch();
  const Outcome native = run(launch);
  const Outcome inside = run(under_ringfare(launch));
  EXPECT_EQ(inside.output, native.output);
  EXPECT_EQ(inside.errors, native.errors);
  EXPECT_EQ(inside.ending(), native.ending());
}

TEST_P(SharedMachine, RepeatsToTheByte) {
  const Launch launch = under_ringfare(this->launch(), {"trace", "-f"});
  const Outcome first = run(launch), second = run(launch);
  EXPECT_GT(first.errors.size(), 1000u);
  EXPECT_EQ(first.errors, second.errors);
  EXPECT_EQ(first.output, second.output);
}

TEST_P(SharedMachine, HasOtherSchedulesWithTheSameResult) {
  const Launch launch = this->launch();
  const std::string native = run(launch).output;
  const auto with_seed = [&](const std::string& seed) {
    const Outcome inside = run(under_ringfare(launch, {"trace", "-f", "--schedule-seed", seed}));
    EXPECT_EQ(inside.output, native) << "--schedule-seed " << seed;
    return inside.errors;
  };
  const std::string first = with_seed("1");
  EXPECT_EQ(with_seed("1"), first);
  with_seed("2");
}

INSTANTIATE_TEST_SUITE_P(Guests, SharedMachine, ::testing::ValuesIn(kGuests),
                         [](const auto& row) { return std::string(row.param.name); });

/// The first number behind `key` in a bill.
std::string value_of(const std::string& bill, const std::string& key) {
  const std::size_t at = bill.find("\"" + key + "\": ");
  if (at == bill.npos) return "none";
  const std::size_t begin = at + key.size() + 4;
  return bill.substr(begin, bill.find_first_of(",\n", begin) - begin);
}

TEST(Tree, HasABillForEachProcess) {
  const ScratchDirectory folder;
  const std::string file = folder.path() / "bill";
  const Outcome inside =
      run(under_ringfare({.arguments = {guest("many.musl"), "3"}}, {"run", "--bill", file}));
  EXPECT_EQ(inside.ending(), "exit 0");
  const std::string bill = read_whole(file);
  EXPECT_EQ(value_of(bill, "pid"), "1000");
  const std::size_t processes = bill.find("\"processes\"");
  ASSERT_NE(processes, bill.npos);
  EXPECT_EQ(value_of(bill.substr(processes), "pid"), "1001");
  for (const char* row : {"   1001 ", "   1002 ", "   1003 ", "   1000 "})
    EXPECT_NE(inside.errors.find(row), std::string::npos) << row;
}

/// Turns that end at a call while another thread can run are found and paid for on the way out of
/// the kernel: the scheduler is met, and what one thread alone pays does not contain it.
TEST(Turns, ThatEndAtACallAreEndedByTheKernel) {
  const auto bill_of = [](const char* threads) {
    const Launch launch{.arguments = {guest("callers.musl"), threads}};
    const Outcome inside = run(under_ringfare(launch, {"run", "--schedule-seed", "5"}));
    EXPECT_EQ(inside.ending(), "exit 0");
    return inside.errors;
  };
  const std::string alone = bill_of("1"), shared = bill_of("4");
  EXPECT_EQ(alone.find("way out"), std::string::npos) << alone;
  EXPECT_NE(shared.find("way out  scheduler  "), std::string::npos) << shared;
  EXPECT_EQ(bill_of("4"), shared);
}

/// Under a tracer calls go the slow way, under every kernel and from both widths.
TEST(Tracer, IsMetByEveryCall) {
  struct {
    const char *kernel, *cpu, *program;
  } constexpr kRows[] = {
      {"linux-2.2", "pentium", "hello.musl-i386"},
      {"linux-2.4", "k7", "hello.musl-i386"},
      {"linux-2.6-i386", "pentium-4", "hello.musl-i386"},
      {"linux-2.6-x86_64", "core2", "hello.musl"},
      {"linux-2.6-x86_64", "core2", "hello.musl-i386"},
      {"linux-4.4", "haswell", "hello.musl"},
      {"linux-4.15", "skylake", "hello.musl"},
      {"linux-5.10", "skylake", "hello.musl"},
      {"linux-6.1", "skylake", "hello.musl"},
      {"linux-6.1", "zen3", "hello.musl-i386"},
      {"linux-6.12", "zen4", "hello.musl"},
      {"linux-fred", "sapphire-rapids-fred", "hello.musl"},
  };
  for (const auto& row : kRows) {
    if (!std::filesystem::exists(guest(row.program))) continue;
    const auto bill_of = [&](std::vector<std::string> options) {
      options.insert(options.begin(), {"run", "--cpu", row.cpu, "--kernel", row.kernel});
      return run(under_ringfare({.arguments = {guest(row.program)}}, options)).errors;
    };
    EXPECT_EQ(bill_of({}).find("  tracer "), std::string::npos) << row.kernel;
    EXPECT_NE(bill_of({"--traced"}).find("  tracer "), std::string::npos) << row.kernel;
  }
}

/// seccomp(2), strict mode. The host is not asked here: in a container it may be confined already.
TEST(Confinement, LeavesFourCalls) {
  for (const char* kind : {"glibc", "musl", "glibc-i386", "musl-i386"})
    for (const char* way : {"exit", "getpid", "unknown", "prctl"}) {
      const std::string program = guest(std::string("confined.") + kind);
      if (!std::filesystem::exists(program)) continue;
      const Outcome inside = run(under_ringfare({.arguments = {program, way}}));
      EXPECT_EQ(inside.output, "mode 0, another -1 22\nflags -1 22\nconfined\nnothing to read\n")
          << program;
      EXPECT_EQ(inside.ending(), std::string_view(way) == "exit" ? "exit 5" : "signal 9")
          << program << ' ' << way;
    }
}

/// Of a process with several threads only the one that was confined ends.
TEST(Confinement, EndsNoOtherThread) {
  const Outcome inside =
      run(under_ringfare({.arguments = {guest("confined.glibc"), "thread"}}, {"trace", "-f"}));
  EXPECT_EQ(inside.output, "joined\n");
  EXPECT_EQ(inside.ending(), "exit 0");
  EXPECT_NE(inside.errors.find("+++ killed by SIGKILL +++"), std::string::npos) << inside.errors;
}

/// futex(2): what the operations with priority inheritance answer.
TEST(PriorityInheritance, IsAsOnTheBareMachine) {
  for (const char* name : {"futexes.glibc", "futexes.musl"}) {
    const Launch launch{.arguments = {guest(name), "pi"}};
    EXPECT_EQ(run(under_ringfare(launch)).output, run(launch).output) << name;
  }
}

/// Who ends the first process with SIGKILL ends them all: nobody holds the pipe's other end any
/// more.
TEST(Orphans, EndWithTheFirstProcess) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const Launch inside = under_ringfare({.arguments = {guest("orphans.glibc")}});
  const ScratchDirectory directory;
  Launch launch{.arguments = {"/bin/sh", "-c",
                              "{ \"$@\" & echo $! > first; wait; } 2>/dev/null |"
                              " { read up; echo $up; kill -9 $(cat first); cat; }",
                              "sh"},
                .directory = directory.path()};
  launch.arguments.insert(launch.arguments.end(), inside.arguments.begin(), inside.arguments.end());
  const Outcome ended = run(launch);
  EXPECT_EQ(ended.output, "up\n") << ended.errors;
  EXPECT_EQ(ended.ending(), "exit 0");
}

/// capabilities(7): a program that somebody starts who is not root any more has none.
TEST(Capabilities, EndWithTheUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const Launch launch{.arguments = {"/usr/bin/setpriv", "--reuid=1000", "--regid=1000",
                                    "--clear-groups", "--inh-caps=-all", "/bin/grep", "-E",
                                    "Cap(Prm|Eff|Amb)", "/proc/self/status"}};
  EXPECT_EQ(run(under_ringfare(launch)).output, run(launch).output);
}

TEST(Deadlock, EndsWithWhoWaitsForWhat) {
  for (const char* name : {"deadlock.glibc", "deadlock.musl"}) {
    const Outcome inside = run(under_ringfare({.arguments = {guest(name)}}, {"run"}));
    EXPECT_EQ(inside.ending(), "exit 123") << name;
    EXPECT_NE(inside.errors.find("deadlock: nothing can wake anybody any more: process 1000 waits "
                                 "for futex 0x"),
              std::string::npos)
        << inside.errors;
    EXPECT_NE(inside.errors.find("; thread 1001 waits for futex 0x"), std::string::npos)
        << inside.errors;
  }
}

}  // namespace
}  // namespace ringfare::testing
