// SPDX-License-Identifier: MIT
// The bill's instructions equal what single-stepping the same program on the bare machine counts,
// to the instruction.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/guests/step_counter.hpp"

namespace ringfare::testing {
namespace {

struct Row {
  std::string_view name, program;
  std::vector<std::string> arguments;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.program << ' ' << row.name;
}

Launch launch_of(const Row& row) {
  Launch launch{.arguments = {guest(std::string(row.program))}};
  launch.arguments.insert(launch.arguments.end(), row.arguments.begin(), row.arguments.end());
  return launch;
}

std::uint64_t billed_instructions(const Launch& launch) {
  ScratchDirectory directory;
  const std::string bill = (directory.path() / "bill.json").string();
  const Outcome outcome =
      run(under_ringfare(launch, {"run", "-q", "--vdso", "absent", "--bill", bill}));
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  return nlohmann::json::parse(read_whole(bill)).at("instructions").get<std::uint64_t>();
}

/// The entries, but that of the vDSO (the host's is another program than ours), that the guest
/// finds on its initial stack, from a guest that prints them.
std::vector<std::uint64_t> auxiliary_types(std::string_view program) {
  const std::string teller = program.ends_with("i386") ? "auxiliary.musl-i386" : "auxiliary.musl";
  const Outcome outcome =
      run(under_ringfare({.arguments = {guest(teller)}}, {"run", "-q", "--vdso", "absent"}));
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  std::istringstream lines(outcome.output);
  std::vector<std::uint64_t> types;
  for (std::uint64_t type; lines >> type;) types.push_back(type);
  return types;
}

class InstructionCount : public ::testing::TestWithParam<Row> {};

TEST_P(InstructionCount, EqualsSingleSteps) {
  if (!std::filesystem::exists(guest(std::string(GetParam().program))))
    GTEST_SKIP() << GetParam().program << " was not built";
  const Launch launch = launch_of(GetParam());
  const Steps steps = count_steps(launch, auxiliary_types(GetParam().program));
  ASSERT_GT(steps.instructions, 0u);
  EXPECT_EQ(billed_instructions(launch), steps.instructions) << "raw steps " << steps.raw;
}

std::string name_of(const ::testing::TestParamInfo<Row>& row) {
  return std::string(row.param.name);
}

INSTANTIATE_TEST_SUITE_P(
    Guests, InstructionCount,
    ::testing::Values(
        Row{"Hello", "hello.freestanding", {}},
        Row{"StringInstructions", "strings.freestanding", {}},
        Row{"Registers", "registers.freestanding", {}},
        Row{"Switchboard", "switchboard.freestanding", {}}, Row{"Sort", "sort.freestanding", {}},
        Row{"HelloMusl", "hello.musl", {"argument"}},
        Row{"HelloMuslPie", "hello.musl-pie", {"argument"}}, Row{"Fib", "fib.musl", {"12"}},
        Row{"Sha256", "sha256.musl", {"0"}},
        Row{"VirtualCalls", "virtual_calls.musl", {"poly", "2"}},
        Row{"ControlMusl", "control.musl", {}}, Row{"Hello32", "hello.freestanding-i386", {}},
        Row{"Strings32", "strings.freestanding-i386", {}},
        Row{"Segments32", "segments.freestanding-i386", {}},
        Row{"HelloMusl32", "hello.musl-i386", {"argument"}},
        Row{"ControlMusl32", "control.musl-i386", {}}, Row{"Fib32", "fib.musl-i386", {"12"}},
        Row{"Lua", "lua.musl", {RINGFARE_SOURCE_DIR "/guests/lua/small.lua"}}),
    name_of);

TEST(StepCounter, MergesRepetitions) {
  const Steps steps = count_steps({.arguments = {guest("strings.freestanding")}});
  // One less than the repetitions of each of its REP instructions, in program order.
  EXPECT_EQ(steps.raw - steps.instructions, 255u + 31 + 255 + 100 + 8 + 100 + 127 + 1);
}

}  // namespace
}  // namespace ringfare::testing
