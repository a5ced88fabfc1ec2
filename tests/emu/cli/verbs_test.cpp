// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

// What each verb prints, on real programs.

namespace ringfare::testing {
namespace {

Outcome ringfare(std::vector<std::string> words) {
  Launch launch;
  words.insert(words.begin(), RINGFARE_BINARY_DIR "/ringfare");
  launch.arguments = std::move(words);
  return run(launch);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Run, PrintsTheBillBesideTheGuestsOutput) {
  const Outcome outcome = ringfare({"run", "/bin/busybox", "echo", "hi"});
  EXPECT_EQ(outcome.ending(), "exit 0");
  EXPECT_EQ(outcome.output, "hi\n");
  for (const char* part : {"ringfare: /bin/busybox echo hi\n", "  instructions ", "  crossing ",
                           "kernel cycles by stage", "dearest system calls", "write"})
    EXPECT_NE(outcome.errors.find(part), std::string::npos) << part << "\n" << outcome.errors;
}

TEST(Run, QuietIsGuestOutputOnly) {
  const Outcome outcome = ringfare({"run", "-q", "/bin/busybox", "echo", "hi"});
  EXPECT_EQ(outcome.output, "hi\n");
  EXPECT_EQ(outcome.errors, "");
}

TEST(Run, SetsAndRemovesEnvironment) {
  const Outcome outcome =
      ringfare({"run", "-q", "-E", "COLOUR=blue", "-E", "HOME", "/bin/busybox", "env"});
  const auto lines = lines_of(outcome.output);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "COLOUR=blue"), 1) << outcome.output;
  EXPECT_TRUE(std::none_of(lines.begin(), lines.end(),
                           [](const std::string& line) { return line.starts_with("HOME="); }));
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.starts_with("PATH="); }));
}

nlohmann::json bill_of(std::vector<std::string> words) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "bill.json";
  words.insert(words.begin(), {"run", "-q", "--bill", file});
  const Outcome outcome = ringfare(std::move(words));
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  return nlohmann::json::parse(read_whole(file));
}

TEST(Run, PricesFurtherMachinesAsEachPricesItself) {
  const std::string hello = guest("hello.musl");
  const auto all = bill_of({"--also-cpu", "zen3", "--also-cpu", "ice-lake", hello});
  EXPECT_EQ(all.at("machine").at("cpu"), "skylake");
  ASSERT_EQ(all.at("further").size(), 2u);
  for (const auto& further : all.at("further")) {
    auto alone = bill_of({"--cpu", further.at("machine").at("cpu"), hello});
    alone.at("machine").erase("engine");
    for (const char* key : {"machine", "kernel_instructions", "cycles", "calls"})
      EXPECT_EQ(further.at(key), alone.at(key)) << key;
  }
  auto without = all;
  without.erase("further");
  EXPECT_EQ(without, bill_of({hello}));
}

TEST(Run, PricesFurtherMachinesAlikeOnEitherEngine) {
  const auto on = [](const char* engine) {
    return bill_of({"--engine", engine, "--isa", "baseline", "--also-cpu", "zen3", "--also-cpu",
                    "ice-lake", guest("sort_crc_matrix.musl"), "1"});
  };
  EXPECT_EQ(on("translator").at("further"), on("unicorn").at("further"));
}

TEST(Run, CountsItsMachines) {
  std::vector<std::string> words{"run"};
  for (int i = 0; i < 7; ++i) words.insert(words.end(), {"--also-cpu", "zen3"});
  words.push_back(guest("hello.musl"));
  const Outcome outcome = ringfare(words);
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_EQ(outcome.errors, "ringfare: 8 machines at once: give at most 6 besides the first\n");
}

TEST(Run, ShowsFurtherMachinesInTheBill) {
  const Outcome outcome = ringfare({"run", "--also-cpu", "zen3", guest("hello.musl")});
  const std::size_t table = outcome.errors.find("the same run on other machines");
  ASSERT_NE(table, std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("zen3 at ", table), std::string::npos) << outcome.errors;
}

TEST(Run, NamesItsEngine) {
  for (const std::string engine : {"translator", "unicorn"}) {
    const ScratchDirectory scratch;
    const std::string file = scratch.path() / "bill.json";
    const Outcome outcome =
        ringfare({"run", "-v", "--engine", engine, "--bill", file, "/bin/busybox", "echo", "hi"});
    EXPECT_EQ(outcome.output, "hi\n") << outcome.errors;
    EXPECT_TRUE(outcome.errors.starts_with("ringfare: note: the " + engine + " engine"))
        << outcome.errors;
    const auto bill = nlohmann::json::parse(read_whole(file));
    EXPECT_EQ(bill.at("machine").at("engine"), engine);
  }
}

TEST(Run, SaysWhatAnEngineRefuses) {
  const Outcome outcome =
      ringfare({"run", "--engine", "unicorn", guest("beyond_baseline.freestanding")});
  EXPECT_EQ(outcome.ending(), "signal 4");
  EXPECT_NE(outcome.errors.find("warning: the unicorn engine does not execute the instruction at "),
            std::string::npos)
      << outcome.errors;
  EXPECT_EQ(ringfare({"run", "-q", guest("beyond_baseline.freestanding")}).ending(), "exit 5");
}

TEST(Run, KnowsItsEnginesAndInstructionSets) {
  const Outcome engine = ringfare({"run", "--engine", "unicron", "/bin/busybox", "true"});
  EXPECT_EQ(engine.ending(), "exit 125");
  EXPECT_EQ(engine.errors, "ringfare: --engine unicron: did you mean 'unicorn'?\n");
  const Outcome isa = ringfare({"run", "--isa", "bassline", "/bin/busybox", "true"});
  EXPECT_EQ(isa.ending(), "exit 125");
  EXPECT_EQ(isa.errors, "ringfare: --isa bassline: did you mean 'baseline'?\n");
}

TEST(Run, StopsAtTheInstructionBudget) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "bill.json";
  const Outcome outcome =
      ringfare({"run", "--max-instructions", "1000", "--bill", file, "/bin/busybox", "true"});
  EXPECT_EQ(outcome.ending(), "exit 124");
  EXPECT_EQ(nlohmann::json::parse(read_whole(file))["instructions"], 1000);
}

TEST(Bill, AddsUp) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "bill.json";
  const Outcome outcome = ringfare({"run", "-q", "--bill", file, "/bin/busybox", "ls", "/"});
  ASSERT_EQ(outcome.ending(), "exit 0");
  const auto bill = nlohmann::json::parse(read_whole(file));
  const auto hundredths = [](const nlohmann::json& value) {
    return std::llround(value.get<double>() * 100);
  };
  long long stages = 0, calls = 0;
  for (const auto& stage : bill["cycles"]["stages"]) stages += hundredths(stage["cycles"]);
  for (const auto& call : bill["calls"]) calls += hundredths(call["cycles"]);
  EXPECT_EQ(stages, hundredths(bill["cycles"]["kernel"]));
  EXPECT_EQ(calls, hundredths(bill["cycles"]["kernel"]));
  EXPECT_EQ(hundredths(bill["cycles"]["total"]),
            hundredths(bill["cycles"]["user"]) + hundredths(bill["cycles"]["kernel"]));
  EXPECT_GT(bill["instructions"], 1000);
  EXPECT_EQ(bill["machine"]["cpu"], "skylake");
  EXPECT_EQ(bill["exit_status"], 0);
}

TEST(Trace, ListsCallsWithTheirPrice) {
  const Outcome outcome = ringfare({"trace", "/bin/busybox", "echo", "hi"});
  EXPECT_EQ(outcome.output, "hi\n");
  const auto lines = lines_of(outcome.errors);
  ASSERT_GE(lines.size(), 3u);
  EXPECT_EQ(lines.back(), "+++ exited with 0 +++");
  bool written = false;
  for (const std::string& line : lines)
    written |= line.starts_with("write(1, \"hi\\n\", 3)                     = 3 <") &&
               line.ends_with("cy>");
  EXPECT_TRUE(written) << outcome.errors;
}

TEST(Trace, FiltersByNameAndGroup) {
  const Outcome one = ringfare({"trace", "-qq", "-e", "trace=write", "/bin/busybox", "echo", "hi"});
  EXPECT_EQ(lines_of(one.errors).size(), 1u) << one.errors;
  const Outcome none = ringfare({"trace", "-qq", "-e", "trace=none", "/bin/busybox", "echo", "hi"});
  EXPECT_EQ(none.errors, "");
  const Outcome others = ringfare({"trace", "-qq", "-e", "trace=!write", "/bin/busybox", "true"});
  EXPECT_EQ(others.errors.find("write("), std::string::npos);
  EXPECT_NE(others.errors.find("brk("), std::string::npos);
  const Outcome memory = ringfare({"trace", "-qq", "-e", "%memory", "/bin/busybox", "echo", "hi"});
  EXPECT_NE(memory.errors.find("brk("), std::string::npos);
  EXPECT_EQ(memory.errors.find("write("), std::string::npos);
}

TEST(Trace, StagesAddUpToTheLine) {
  const Outcome outcome =
      ringfare({"trace", "-qq", "--stages", "-e", "write", "/bin/busybox", "echo", "hi"});
  const auto lines = lines_of(outcome.errors);
  ASSERT_GT(lines.size(), 5u);
  const std::size_t open = lines[0].rfind('<');
  const double line_total = std::stod(lines[0].substr(open + 1));
  double sum = 0;
  for (std::size_t i = 2; i + 1 < lines.size(); ++i) {
    std::istringstream columns(lines[i].substr(4 + 8 + 1 + 28));
    double instructions = 0, cycles = 0;
    columns >> instructions >> cycles;
    sum += cycles;
  }
  EXPECT_NEAR(sum, line_total, 0.001) << outcome.errors;
  EXPECT_NE(lines.back().find("total"), std::string::npos);
}

TEST(Trace, InstructionsShowAddressBytesTextAndEffect) {
  const Outcome outcome =
      ringfare({"trace", "-qq", "--instructions", "-e", "write", "/bin/busybox", "echo", "hi"});
  EXPECT_NE(outcome.errors.find("0f 01 f8"), std::string::npos) << "swapgs";
  EXPECT_NE(outcome.errors.find("sysretq"), std::string::npos);
  const Outcome intel = ringfare({"trace", "-qq", "--instructions", "--syntax", "intel", "-e",
                                  "write", "/bin/busybox", "echo", "hi"});
  EXPECT_NE(intel.errors, outcome.errors);
}

TEST(Trace, WritesToAFile) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "trace";
  const Outcome outcome = ringfare({"trace", "-o", file, "/bin/busybox", "echo", "hi"});
  EXPECT_EQ(outcome.output, "hi\n");
  EXPECT_EQ(outcome.errors, "");
  EXPECT_NE(read_whole(file).find("+++ exited with 0 +++"), std::string::npos);
}

TEST(Trace, CountsCallsOfTheVdsoInRowsOfTheirOwn) {
  const Outcome outcome =
      ringfare({"trace", "-c", "--vdso-calls", "-S", "name", guest("clocks.glibc")});
  EXPECT_NE(outcome.errors.find(" clock_gettime (vdso)\n"), std::string::npos) << outcome.errors;
}

TEST(Trace, ShowsStacksOfStaticAndOf32BitPrograms) {
  for (const char* const name : {"hello.glibc", "hello.glibc-i386"}) {
    if (!std::filesystem::exists(guest(name))) continue;
    const Outcome outcome = ringfare({"trace", "-k", "-e", "trace=write", guest(name)});
    EXPECT_NE(outcome.errors.find("(exit+0x"), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find("(_start+0x"), std::string::npos) << outcome.errors;
  }
}

TEST(Trace, AppendsToAFile) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "trace";
  write_whole(file, "before\n");
  ringfare({"trace", "-A", "-o", file, "-e", "trace=none", "/bin/busybox", "true"});
  EXPECT_EQ(read_whole(file), "before\n+++ exited with 0 +++\n");
}

TEST(Trace, BreaksAWaitOffOnlyWhereSomethingComesBetween) {
  const Outcome broken = ringfare({"trace", "-f", "-e", "trace=wait4", "/bin/busybox", "sh", "-c",
                                   "/bin/busybox usleep 1000; :"});
  EXPECT_NE(broken.errors.find("wait4(-1,  <unfinished ...>\n"), std::string::npos)
      << broken.errors;
  const Outcome whole = ringfare({"trace", "-f", "-qq", "-e", "trace=wait4", "/bin/busybox", "sh",
                                  "-c", "/bin/busybox usleep 1000; :"});
  EXPECT_EQ(whole.errors.find("unfinished"), std::string::npos) << whole.errors;
}

TEST(Trace, SaysWhichProcessesBegin) {
  const std::vector<std::string> words = {"-e", "trace=none", "/bin/busybox", "sh", "-c", "(:); :"};
  const auto errors = [&](const std::string& option) {
    std::vector<std::string> all = {"trace", option};
    all.insert(all.end(), words.begin(), words.end());
    return ringfare(all).errors;
  };
  EXPECT_NE(errors("-f").find("ringfare: Process 1001 attached\n"), std::string::npos);
  EXPECT_EQ(errors("-fq").find("attached"), std::string::npos);
}

TEST(Trace, CountsInATable) {
  const Outcome outcome = ringfare({"trace", "-c", "/bin/busybox", "echo", "hi"});
  const auto lines = lines_of(outcome.errors);
  ASSERT_GE(lines.size(), 5u);
  EXPECT_TRUE(lines.front().starts_with("% cycles")) << outcome.errors;
  EXPECT_TRUE(lines.back().ends_with(" total")) << outcome.errors;
}

TEST(Trace, RepeatsByteForByte) {
  const std::vector<std::string> words = {"trace", "--stages", "/bin/busybox", "ls", "/bin"};
  EXPECT_EQ(ringfare(words).errors, ringfare(words).errors);
}

TEST(Explain, OpensACrossingWithoutAProgram) {
  const Outcome outcome = ringfare({"explain", "syscall"});
  EXPECT_EQ(outcome.ending(), "exit 0");
  EXPECT_TRUE(outcome.output.starts_with("getpid through syscall on skylake")) << outcome.output;
  for (const char* part : {"gate ", "entry ", "service ", "exit ", "swapgs", "total"})
    EXPECT_NE(outcome.output.find(part), std::string::npos) << part << "\n" << outcome.output;
}

TEST(Explain, FollowsMachineAndCall) {
  const auto text = [](std::vector<std::string> words) {
    words.insert(words.begin(), "explain");
    return ringfare(words).output;
  };
  const std::string plain = text({"syscall"});
  EXPECT_NE(text({"--mitigations", "off", "syscall"}), plain);
  EXPECT_NE(text({"--cpu", "zen3", "syscall"}), plain);
  EXPECT_NE(text({"--bytes", "4096", "syscall", "read"}).find("copy to user"), std::string::npos);
  EXPECT_NE(text({"--instructions", "syscall"}).find("0f 01 f8"), std::string::npos);
}

TEST(Explain, TakesItsOptionsAnywhere) {
  EXPECT_EQ(ringfare({"explain", "syscall", "--cpu", "zen3"}).output,
            ringfare({"explain", "--cpu", "zen3", "syscall"}).output);
}

TEST(Models, ShowsAFileOfTheUsers) {
  const ScratchDirectory scratch;
  const std::string cpu = scratch.path() / "mine.toml";
  write_whole(cpu, "extends = \"zen3\"\ndescription = \"mine of all\"\n");
  EXPECT_NE(ringfare({"models", cpu}).output.find("mine: mine of all"), std::string::npos);
  const std::string kernel = scratch.path() / "kernel.toml";
  write_whole(kernel, "extends = \"linux-6.1\"\ndescription = \"a kernel of mine\"\n");
  EXPECT_NE(ringfare({"models", kernel}).output.find("a kernel of mine"), std::string::npos);
}

TEST(Models, ListsAndShows) {
  const std::string list = ringfare({"models"}).output;
  for (const char* name : {"skylake", "ice-lake", "zen3", "linux-6.1"})
    EXPECT_NE(list.find(name), std::string::npos) << list;
  EXPECT_NE(ringfare({"models", "zen3"}).output.find("swapgs"), std::string::npos);
  EXPECT_NE(ringfare({"models", "linux-6.1"}).output.find("door syscall"), std::string::npos);
}

}  // namespace
}  // namespace ringfare::testing
