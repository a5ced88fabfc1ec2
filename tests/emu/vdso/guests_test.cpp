// SPDX-License-Identifier: MIT
// Programs that ask for the time, with a vDSO, without one, and through the page before it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

using Words = std::vector<std::string>;

Outcome ringfare(const std::string& program, const Words& arguments, const Words& options) {
  Launch launch{.arguments = {guest(program)}};
  launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
  return run(under_ringfare(launch, options));
}

class EachLibrary : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(guest(program("lookup"))))
      GTEST_SKIP() << "this machine has nothing to build programs of this kind with";
  }
  std::string program(const std::string& name) const { return name + "." + GetParam(); }
  bool narrow() const { return std::string_view(GetParam()).ends_with("i386"); }
};

/// What the image exports: of version LINUX_2.6, and of LINUX_2.5.
Words exported(bool narrow) {
  Words lines;
  for (const char* name : {"clock_gettime", "gettimeofday", "time", "getcpu", "clock_getres"})
    lines.push_back(fmt::format("__vdso_{} LINUX_2.6", name));
  if (!narrow) {
    for (const char* name :
         {"clock_gettime", "gettimeofday", "time", "getcpu", "clock_getres", "getrandom"})
      lines.push_back(fmt::format("{} LINUX_2.6", name));
    lines.emplace_back("__vdso_getrandom LINUX_2.6");
  } else {
    lines.emplace_back("__vdso_clock_gettime64 LINUX_2.6");
    for (const char* name : {"vsyscall", "sigreturn", "rt_sigreturn"})
      lines.push_back(fmt::format("__kernel_{} LINUX_2.5", name));
  }
  return lines;
}

TEST_P(EachLibrary, FindsTheFunctionsByHand) {
  const Words wanted = exported(narrow());
  for (const char* engine : {"translator", "unicorn"}) {
    const Outcome outcome = ringfare(program("lookup"), {}, {"run", "-q", "--engine", engine});
    EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
    EXPECT_TRUE(outcome.output.ends_with("called: 0, a time\n")) << outcome.output;
    std::size_t found = 0, lines = 0;
    std::istringstream text(outcome.output);
    for (std::string line; std::getline(text, line); ++lines) {
      const std::string name = line.substr(0, line.find(':'));
      const bool is_wanted = std::ranges::find(wanted, name) != wanted.end();
      if (name == "called") continue;
      EXPECT_EQ(line, name + (is_wanted ? ": found found found" : ": - - -"));
      found += is_wanted;
    }
    EXPECT_EQ(found, wanted.size());
    EXPECT_GT(lines, wanted.size());
  }
}

/// What is left of a program's calls where the vDSO does the rest.
std::size_t gettime_calls(const std::string& program, Words options) {
  options.insert(options.begin(), {"trace", "-e", "trace=clock_gettime,clock_gettime64"});
  const Outcome outcome = ringfare(program, {}, options);
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  std::size_t calls = 0;
  for (std::size_t at = 0; (at = outcome.errors.find("clock_gettime", at)) != std::string::npos;
       ++at)
    ++calls;
  return calls;
}

TEST_P(EachLibrary, EntersTheKernelForFewClocks) {
  // Of twelve clocks these are the kernel's: two of CPU time, two of alarms, and one that is none.
  EXPECT_EQ(gettime_calls(program("clocks"), {}), 5u);
  // Without the counter two coarse ones are left to the vDSO; musl's gettimeofday and time, and
  // the gettimeofday of glibc's i386, ask clock_gettime.
  const std::size_t all = program("").starts_with(".musl") ? 12 : narrow() ? 11 : 10;
  EXPECT_EQ(gettime_calls(program("clocks"), {"--clocksource", "hpet"}), all);
}

TEST_P(EachLibrary, TellsTheSameTimesThroughSystemCalls) {
  const auto seconds = [](const Outcome& outcome) {
    std::string kept;  // lines without their fractions of a second
    for (std::size_t at = 0; at < outcome.output.size(); ++at)
      if (outcome.output[at] == '.') {
        while (at + 1 < outcome.output.size() && std::isdigit(outcome.output[at + 1]) != 0) ++at;
      } else {
        kept += outcome.output[at];
      }
    return kept;
  };
  const Outcome vdso = ringfare(program("clocks"), {}, {"run", "-q"});
  const Outcome raw = ringfare(program("clocks"), {"raw"}, {"run", "-q"});
  EXPECT_EQ(seconds(vdso), seconds(raw));
  EXPECT_EQ(seconds(vdso),
            seconds(ringfare(program("clocks"), {}, {"run", "-q", "--vdso", "trap"})));
  EXPECT_EQ(seconds(vdso),
            seconds(ringfare(program("clocks"), {}, {"run", "-q", "--vdso", "absent"})));
}

TEST_P(EachLibrary, NeverGoesBackwards) {
  EXPECT_EQ(ringfare(program("monotonic"), {}, {"run", "-q"}).output,
            "1000000 readings, 0 backwards\n");
}

/// Nanoseconds of the bill of a run that ends behind so many instructions; 0: at its end.
std::pair<std::int64_t, std::uint64_t> bill_of(const std::string& program, const Words& arguments,
                                               std::uint64_t instructions) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "bill.json";
  Words options = {"run", "-q", "--bill", file};
  if (instructions != 0)
    options.insert(options.end(), {"--max-instructions", std::to_string(instructions)});
  ringfare(program, arguments, options);
  const auto json = nlohmann::json::parse(read_whole(file));
  return {json.at("simulated_ns"), json.at("instructions")};
}

/// The time that the guest reads is the bill's at the instruction that reads the counter, or enters
/// the kernel: up to it the bill has no more, behind it at least what that instruction costs.
TEST_P(EachLibrary, ReadsTheTimeOfTheBillToTheNanosecond) {
  constexpr std::int64_t kCounter = 5, kCrossing = 100;  // ns, less than either takes
  for (const bool raw : {false, true}) {
    const Words arguments = raw ? Words{"raw"} : Words{};
    const std::string output = ringfare(program("clocks"), arguments, {"run", "-q"}).output;
    const std::size_t line = output.find("\n 1: 0 0.");
    ASSERT_NE(line, std::string::npos) << output;
    const std::int64_t read = std::stoll(output.substr(line + 9, 9));
    std::uint64_t low = 1, high = bill_of(program("clocks"), arguments, 0).second;
    while (low < high) {  // the last instruction up to which the bill has no more
      const std::uint64_t middle = (low + high + 1) / 2;
      if (bill_of(program("clocks"), arguments, middle).first <= read)
        low = middle;
      else
        high = middle - 1;
    }
    EXPECT_EQ(bill_of(program("clocks"), arguments, low).first, read);
    EXPECT_GE(bill_of(program("clocks"), arguments, low + 1).first,
              read + (raw ? kCrossing : kCounter));
  }
}

TEST_P(EachLibrary, ShowsTicksToWhoOnlyLooks) {
  for (const char* engine : {"translator", "unicorn"})
    EXPECT_EQ(
        ringfare(program("coarse"), {}, {"run", "-q", "--mhz", "100", "--engine", engine}).output,
        "three ticks\n");
}

TEST_P(EachLibrary, ABadPointerIsAnErrorOrAFault) {
  EXPECT_EQ(ringfare(program("pointers"), {"call"}, {"run", "-q"}).output, "-1 EFAULT\n");
  const Outcome fault = ringfare(program("pointers"), {"vdso"}, {"trace"});
  EXPECT_EQ(fault.ending(), "signal 11");
  EXPECT_NE(fault.errors.find("si_code=SEGV_MAPERR"), std::string::npos) << fault.errors;
  constexpr const char* kInside = "signal 11 code 1, inside the vDSO, of the pointer\n";
  // glibc of i386 asks for 64-bit time into a place of its own, and stores through the pointer
  // itself.
  const std::string bare = run({.arguments = {guest(program("pointers")), "handled"}}).output;
  if (program("") != ".glibc-i386") {
    EXPECT_EQ(bare, kInside);
  }
  for (const char* engine : {"translator", "unicorn"})
    EXPECT_EQ(ringfare(program("pointers"), {"handled"}, {"run", "-q", "--engine", engine}).output,
              bare)
        << engine;
}

TEST_P(EachLibrary, SleepsOnSimulatedOrRealTime) {
  const auto took = [&](const Words& options) {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(ringfare(program("waiting"), {"700"}, options).output, "700 ms\n");
    return std::chrono::steady_clock::now() - before;
  };
  took({"run", "-q"});
  EXPECT_GE(took({"run", "-q", "--real-time"}), std::chrono::milliseconds(700));
}

INSTANTIATE_TEST_SUITE_P(Guests, EachLibrary,
                         ::testing::Values("glibc", "musl", "glibc-i386", "musl-i386"),
                         [](const auto& row) {
                           std::string name = row.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(RandomStream, IsEachProcesssOwn) {
  constexpr const char* kExpected =
      "parameters: 0, fit\n64 values, 0 the same\nchild and parent: each their own\nmany: 5000\n"
      "unknown flag: -22\nanother size: 8\nnothing: 0\n";
  const std::string bare = run({.arguments = {guest("stream.glibc")}}).output;
  if (bare != "no such function\n") {  // since Linux 6.11
    EXPECT_EQ(bare, kExpected) << "on the bare machine";
  }
  for (const char* engine : {"translator", "unicorn"})
    for (const char* name : {"stream.glibc", "stream.musl"}) {
      const Outcome outcome = ringfare(name, {}, {"run", "-q", "--engine", engine});
      EXPECT_EQ(outcome.output, kExpected) << name << " on " << engine << outcome.errors;
    }
}

TEST(Surroundings, NameWhatTheClockIs) {
  const std::string base = "/sys/devices/system/clocksource/clocksource0/";
  const Launch launch{.arguments = {RINGFARE_BINARY_DIR "/guests/busybox.i386", "cat",
                                    base + "current_clocksource", base + "available_clocksource"}};
  if (!std::filesystem::exists(launch.arguments[0])) GTEST_SKIP() << "no busybox.i386";
  EXPECT_EQ(run(under_ringfare(launch)).output, "tsc\ntsc hpet acpi_pm \n");
  EXPECT_EQ(run(under_ringfare(launch, {"run", "-q", "--clocksource", "hpet"})).output,
            "hpet\ntsc hpet acpi_pm \n");
}

TEST(Surroundings, OfA32BitProgramAreItsOwn) {
  const std::string busybox = RINGFARE_BINARY_DIR "/guests/busybox.i386";
  if (!std::filesystem::exists(busybox)) GTEST_SKIP() << "no busybox.i386";
  const auto shown = [&](const char* file) {
    return run(under_ringfare({.arguments = {busybox, "cat", file}}, {"run", "-q"})).output;
  };
  const std::string words =
      std::string(busybox) + '\0' + "cat" + '\0' + "/proc/self/cmdline" + '\0';
  EXPECT_EQ(shown("/proc/self/cmdline"), words);
  const std::string maps = shown("/proc/self/maps");
  EXPECT_NE(maps.find("[vdso]\n"), std::string::npos) << maps;
  EXPECT_EQ(maps.find("[vsyscall]"), std::string::npos) << maps;  // 64-bit programs have it
  EXPECT_EQ(shown("/proc/self/auxv").size() % 8, 0u);
  EXPECT_EQ(shown("/proc/self/auxv").substr(0, 4), std::string("\x20\0\0\0", 4));  // AT_SYSINFO
}

/// Go's runtime parses the image by itself: its readings enter the kernel only where there is none.
TEST(Go, FindsTheFunctionsByItself) {
  if (!std::filesystem::exists(guest("now.go"))) GTEST_SKIP() << "golang-go is not installed";
  for (const char* name : {"now.go", "now.go-i386"}) {
    for (const char* engine : {"translator", "unicorn"})
      EXPECT_EQ(ringfare(name, {"day"}, {"run", "-q", "--engine", engine}).output,
                "2026-01-01T00:00:00Z\n1000 readings, 0 backwards\n")
          << name << " on " << engine;
    const auto calls = [&](const char* vdso) {
      const Outcome outcome = ringfare(
          name, {}, {"trace", "--vdso", vdso, "-e", "trace=clock_gettime,clock_gettime64"});
      std::size_t count = 0;
      for (std::size_t at = 0; (at = outcome.errors.find("clock_gettime", at)) != std::string::npos;
           ++at)
        ++count;
      return count;
    };
    EXPECT_EQ(calls("real"), 0u) << name;
    EXPECT_GT(calls("absent"), 2000u) << name;
  }
}

TEST(VdsoMode, AbsentIsNowhere) {
  EXPECT_EQ(ringfare("lookup.musl", {}, {"run", "-q", "--vdso", "absent"}).output, "no vDSO\n");
}

TEST(VdsoMode, TrapMakesTheCallsVisible) {
  const Outcome outcome = ringfare("clocks.glibc", {}, {"trace", "--vdso", "trap"});
  EXPECT_NE(outcome.errors.find("gettimeofday({"), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("time(NULL)"), std::string::npos) << outcome.errors;
}

TEST(Epoch, IsTheTimeOfDayAtTheStart) {
  for (const char* epoch : {"86400", "1970-01-02", "1970-01-02T00:00:00Z", "86400.0"}) {
    const Outcome outcome = ringfare("clocks.musl", {}, {"run", "-q", "--epoch", epoch});
    EXPECT_NE(outcome.output.find("time 86400\n"), std::string::npos) << outcome.output;
  }
  EXPECT_EQ(ringfare("clocks.musl", {}, {"run", "-q", "--epoch", "soon"}).ending(), "exit 125");
}

TEST(VdsoCalls, AreShownWithoutChangingTheRun) {
  const Outcome without = ringfare("clocks.glibc", {}, {"trace"});
  const Outcome shown = ringfare("clocks.glibc", {}, {"trace", "--vdso-calls"});
  EXPECT_EQ(shown.output, without.output);
  EXPECT_NE(shown.errors.find("cy, vdso>"), std::string::npos) << shown.errors;
  std::string left;  // the lines that are not the vDSO's
  for (std::size_t at = 0; at < shown.errors.size();) {
    const std::size_t end = shown.errors.find('\n', at) + 1;
    const std::string line = shown.errors.substr(at, end - at);
    if (line.find(", vdso>") == std::string::npos) left += line;
    at = end;
  }
  EXPECT_EQ(left, without.errors);
}

TEST(Unwinding, WorksFromEveryInstructionThatIsExecuted) {
  const Launch launch{.arguments = {guest("unwind.glibc")}};
  EXPECT_EQ(run(launch).output, "many places, 0 lost\n");  // on the host, in the host's vDSO
  for (const char* name : {"unwind.glibc", "unwind.glibc-i386"}) {
    if (!std::filesystem::exists(guest(name))) continue;
    EXPECT_EQ(ringfare(name, {}, {"run", "-q"}).output, "many places, 0 lost\n") << name;
    EXPECT_EQ(ringfare(name, {}, {"run", "-q", "--vdso", "trap"}).output, "few places, 0 lost\n")
        << name;
  }
}

TEST(Ways, CostWhatTheyPass) {
  const Outcome outcome = ringfare("ways.glibc", {}, {"run", "-q"});
  double function = 0, vdso = 0, call = 0, page = 0;
  ASSERT_EQ(std::sscanf(outcome.output.c_str(), "function %lf vdso %lf syscall %lf vsyscall %lf",
                        &function, &vdso, &call, &page),
            4)
      << outcome.output;
  EXPECT_NEAR(vdso, function, 5);  // an ordinary function does the same work
  EXPECT_GT(call, 5 * vdso);
  EXPECT_GT(page, call);
}

TEST(Ways, OfThe32BitsCostWhatTheyPass) {
  if (!std::filesystem::exists(guest("ways.glibc-i386"))) GTEST_SKIP() << "not built";
  const Outcome outcome = ringfare("ways.glibc-i386", {}, {"run", "-q"});
  double function = 0, vdso = 0, call = 0, interrupt = 0;
  ASSERT_EQ(std::sscanf(outcome.output.c_str(), "function %lf vdso %lf syscall %lf int80 %lf",
                        &function, &vdso, &call, &interrupt),
            4)
      << outcome.output;
  EXPECT_NEAR(vdso, function, 5);
  EXPECT_GT(call, 5 * vdso);
  EXPECT_GT(interrupt, 20 * vdso);
}

TEST(Generations, HaveOneClock) {
  constexpr const char* kFine =
      "child 0: 0, parent 0\nchild 1: 0, parent 0\nexecuted\nchild 2: 0, parent 0\n";
  // The program that a child executes is of its parent's kind, or another.
  const std::pair<const char*, const char*> kRows[] = {
      {"generations.glibc", ""},
      {"generations.musl", ""},
      {"generations.glibc", "generations.musl-i386"},
      {"generations.glibc-i386", "generations.glibc"},
  };
  for (const auto& [first, next] : kRows) {
    if (!std::filesystem::exists(guest(first)) || !std::filesystem::exists(guest(next))) continue;
    const Words arguments = *next == '\0' ? Words{} : Words{guest(next)};
    for (const char* engine : {"translator", "unicorn"})
      EXPECT_EQ(ringfare(first, arguments, {"run", "-q", "--engine", engine}).output, kFine)
          << first << " and " << next << " on " << engine;
    const Outcome shown = ringfare(first, arguments, {"trace", "--vdso-calls"});
    EXPECT_EQ(shown.output, kFine);
    EXPECT_NE(shown.errors.find("cy, vdso>"), std::string::npos) << shown.errors;
  }
}

struct PageRow {
  const char *what, *output;
};

// As Linux 6.1 answers with vsyscall=xonly; `code` 128 is SI_KERNEL, 1 SEGV_MAPERR.
constexpr PageRow kPageRows[] = {
    {"time", "1\n"},
    {"gettimeofday", "0 1\n"},
    {"getcpu", "0 1\n"},
    {"inside", "signal 11 code 128 address (nil)\n"},
    {"read", "signal 11 code 1 address 0xffffffffff600000\n"},
    {"pointer", "signal 11 code 128 address (nil)\n"},
    {"kernel", "signal 11 code 1 address 0xffffffff80000000\n"},
};

TEST(VsyscallPage, ServesItsEntriesAndNothingElse) {
  for (const PageRow& row : kPageRows)
    for (const char* engine : {"translator", "unicorn"})
      EXPECT_EQ(ringfare("vsyscall.glibc", {row.what}, {"run", "-q", "--engine", engine}).output,
                row.output)
          << row.what << " on " << engine;
}

TEST(VsyscallPage, AnswersAsTheHostDoes) {
  if (read_whole("/proc/self/maps").find("--xp 00000000 00:00 0                  [vsyscall]") ==
      std::string::npos)
    GTEST_SKIP() << "the host has no page of this kind";
  for (const PageRow& row : kPageRows)
    EXPECT_EQ(run({.arguments = {guest("vsyscall.glibc"), row.what}}).output, row.output)
        << row.what;
}

/// The same kernel with the page in another mode.
std::string kernel_with(const ScratchDirectory& scratch, const std::string& mode) {
  const std::string file = scratch.path() / "kernel.toml";
  write_whole(file, fmt::format("extends = \"linux-6.1\"\nvsyscall = \"{}\"\n", mode));
  return file;
}

TEST(VsyscallPage, IsUserCodeWhereItsKernelSaysSo) {
  const ScratchDirectory scratch;
  const std::string kernel = kernel_with(scratch, "native");
  for (const char* what : {"time", "gettimeofday", "getcpu"}) {
    const Outcome outcome = ringfare("vsyscall.glibc", {what}, {"trace", "--kernel", kernel});
    EXPECT_EQ(outcome.output, std::string_view(what) == "time" ? "1\n" : "0 1\n") << outcome.errors;
    EXPECT_EQ(outcome.errors.find("vsyscall>"), std::string::npos) << outcome.errors;
  }
}

/// The page of every kernel that has one. Where it is code, its faults are the program's own; k8
/// has neither RDTSCP nor RDPID, and getcpu asks for the limit of a segment.
TEST(VsyscallPage, IsServedAsItsKernelDoes) {
  struct Machine {
    const char *cpu, *kernel;
    bool code;
  };
  constexpr Machine kMachines[] = {{"k8", "linux-2.6-x86_64", true},
                                   {"haswell", "linux-4.4", false},
                                   {"zen1", "linux-4.15", false},
                                   {"skylake", "linux-5.10", false},
                                   {"sapphire-rapids", "linux-6.12", false},
                                   {"sapphire-rapids-fred", "linux-fred", false}};
  const PageRow ofCode[] = {{"inside", "signal 11 code 1 address 0xffffffffff600401\n"},
                            {"pointer", "signal 11 code 1 address 0x8\n"}};
  for (const Machine& machine : kMachines)
    for (const PageRow& row : kPageRows) {
      const auto other =
          std::ranges::find(ofCode, std::string_view(row.what),
                            [](const PageRow& it) { return std::string_view(it.what); });
      const bool differs = machine.code && other != std::end(ofCode);
      std::string wanted = differs ? other->output : row.output;
      if (wanted.ends_with("(nil)\n"))
        wanted.replace(wanted.size() - 6, 6, "0\n");  // as musl has it
      EXPECT_EQ(ringfare("vsyscall.musl", {row.what},
                         {"run", "-q", "--cpu", machine.cpu, "--kernel", machine.kernel})
                    .output,
                wanted)
          << row.what << " on " << machine.kernel;
    }
}

TEST(VsyscallPage, IsNowhereWithoutOne) {
  const ScratchDirectory scratch;
  const std::string kernel = kernel_with(scratch, "none");
  EXPECT_EQ(ringfare("vsyscall.glibc", {"time"}, {"run", "-q", "--kernel", kernel}).output,
            "signal 11 code 1 address 0xffffffffff600400\n");
}

TEST(VsyscallPage, IsShownInTheTrace) {
  const Outcome outcome = ringfare("vsyscall.glibc", {"time"}, {"trace"});
  EXPECT_NE(outcome.errors.find(", vsyscall>"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace ringfare::testing
