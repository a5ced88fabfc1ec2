// SPDX-License-Identifier: MIT
// Programs that time their own system calls print, on the machines of the texts, the texts'
// figures: A. Rubini, Kernel System Calls (2000), and A. Arcangeli, vsyscalls (2001).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

/// "what: N ticks", a line each.
std::map<std::string, double> ticks_of(const std::string& output) {
  std::map<std::string, double> ticks;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) ticks[line.substr(0, colon)] = std::stod(line.substr(colon + 2));
  }
  return ticks;
}

Outcome at_a_terminal(const std::string& program, const std::vector<std::string>& machine) {
  Launch launch{.arguments = {guest(program)}};
  launch.terminal = true;
  std::vector<std::string> options = {"run", "-q"};
  options.insert(options.end(), machine.begin(), machine.end());
  return run(under_ringfare(launch, options));
}

struct Figure {
  const char* source;
  const char* cpu;
  const char* mhz;
  const char* kernel;
  const char* what;
  double ticks;
};

void PrintTo(const Figure& row, std::ostream* out) {
  *out << row.source << ": " << row.what << " on " << row.cpu << ", " << row.kernel;
}

class Figures : public ::testing::TestWithParam<Figure> {};

constexpr const char* kGetpid = "getpid() through int 0x80";
constexpr const char* kRead = "read() of nothing";

TEST_P(Figures, AreMeasuredByTheGuest) {
  const Figure& row = GetParam();
  const Outcome out = at_a_terminal("getpid-int80.freestanding-i386",
                                    {"--cpu", row.cpu, "--mhz", row.mhz, "--kernel", row.kernel});
  ASSERT_EQ(out.ending(), "exit 0") << out.errors;
  const auto ticks = ticks_of(out.output);
  ASSERT_TRUE(ticks.contains(row.what)) << out.output;
  EXPECT_NEAR(ticks.at(row.what), row.ticks, row.ticks * 0.05) << out.output;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Figures,
    ::testing::Values(Figure{"Rubini", "k7", "500", "linux-2.4", "rdtsc", 11},
                      Figure{"Rubini", "k7", "500", "linux-2.4", kRead, 474},
                      Figure{"Arcangeli", "pentium", "166", "linux-2.2", kGetpid, 125},
                      Figure{"Arcangeli", "pentium-ii", "450", "linux-2.4", kGetpid, 292},
                      Figure{"Arcangeli", "k7", "1000", "linux-2.2", kGetpid, 260}));

/// The assembly program does the same in fewer instructions.
TEST(Measure, AssemblyAndCAgree) {
  const std::vector<std::string> machine = {"--cpu", "k7", "--kernel", "linux-2.4"};
  const Outcome c = at_a_terminal("getpid-int80.freestanding-i386", machine);
  const Outcome assembly = at_a_terminal("getpid_int80.freestanding-i386", machine);
  ASSERT_EQ(assembly.ending(), "exit 0") << assembly.errors;
  EXPECT_NEAR(std::stod(assembly.output), ticks_of(c.output).at(kGetpid), 8);
}

TEST(Measure, TheWideDoorIsMeasuredToo) {
  const Outcome c = at_a_terminal("getpid-syscall.freestanding", {"--cpu", "zen3"});
  const Outcome assembly = at_a_terminal("getpid_syscall.freestanding", {"--cpu", "zen3"});
  ASSERT_EQ(c.ending(), "exit 0") << c.errors;
  ASSERT_EQ(assembly.ending(), "exit 0") << assembly.errors;
  EXPECT_NEAR(std::stod(assembly.output), ticks_of(c.output).at("getpid() through syscall"), 8);
}

struct Era {
  const char *cpu, *kernel;
};

void PrintTo(const Era& row, std::ostream* out) {
  *out << row.kernel << " on " << row.cpu;
}

class Doors : public ::testing::TestWithParam<Era> {};

/// Cycles by "door bits", as `ringfare doors` has them.
std::map<std::string, double> cycles_of_doors(const Era& row) {
  const Outcome out = run({.arguments = {RINGFARE_BINARY_DIR "/ringfare", "doors", "--json",
                                         "--cpu", row.cpu, "--kernel", row.kernel}});
  std::map<std::string, double> cycles;
  const auto doors = nlohmann::json::parse(out.output)["machines"][0]["doors"];
  for (const auto& door : doors) {
    const std::string name = door["door"].get<std::string>() + ' ' + door["bits"].dump();
    cycles[name] = door["cycles"].get<double>();
  }
  return cycles;
}

/// What a guest measures for itself is what the comparison of doors says, through the interrupt,
/// the kernel's own entry and the call of 64-bit code, wherever they are.
TEST_P(Doors, MeasureWhatTheyCost) {
  const Era& row = GetParam();
  const std::vector<std::string> machine = {"--cpu", row.cpu, "--kernel", row.kernel};
  const auto cycles = cycles_of_doors(row);
  const auto compare = [&](const char* program, const char* what, double expected) {
    const Outcome out = at_a_terminal(program, machine);
    ASSERT_EQ(out.ending(), "exit 0") << out.errors;
    const auto ticks = ticks_of(out.output);
    ASSERT_TRUE(ticks.contains(what)) << out.output;
    EXPECT_NEAR(ticks.at(what), expected, 4 + expected * 0.02) << out.output;
  };
  compare("getpid-int80.freestanding-i386", kGetpid, cycles.at("int80 32"));
  double entry = cycles.at("int80 32");
  for (const char* fast : {"sysenter 32", "syscall 32"})
    if (const auto found = cycles.find(fast); found != cycles.end())
      entry = std::min(entry, found->second);
  compare("getpid-sysenter.freestanding-i386", "getpid() through the kernel's entry", entry);
  if (const auto wide = cycles.find("syscall 64"); wide != cycles.end())
    compare("getpid-syscall.freestanding", "getpid() through syscall", wide->second);
}

INSTANTIATE_TEST_SUITE_P(
    OfTheirTime, Doors,
    ::testing::Values(Era{"pentium", "linux-2.2"}, Era{"pentium-ii", "linux-2.4"},
                      Era{"pentium-iii", "linux-2.6-i386"}, Era{"k7", "linux-2.6-i386"},
                      Era{"pentium-4", "linux-2.6-i386"}, Era{"k8", "linux-2.6-x86_64"},
                      Era{"core2", "linux-2.6-x86_64"}, Era{"haswell", "linux-4.4"},
                      Era{"zen1", "linux-4.15"}, Era{"skylake", "linux-6.1"},
                      Era{"zen3", "linux-6.1"}, Era{"zen4", "linux-6.12"}));

TEST(Measure, AProgramOf64BitsNeedsAKernelOf64) {
  const Outcome out =
      at_a_terminal("getpid-syscall.freestanding", {"--cpu", "k7", "--kernel", "linux-2.4"});
  EXPECT_EQ(out.ending(), "exit 125");
  EXPECT_NE(out.errors.find("kernel linux-2.4 has 32 bits and cannot run"), std::string::npos)
      << out.errors;
}

}  // namespace
}  // namespace ringfare::testing
