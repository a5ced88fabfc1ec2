// SPDX-License-Identifier: MIT
// --max-instructions N stops after N instructions, neither more nor fewer, at the same place on
// either engine.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

struct Stopped {
  std::string output, notes;
  nlohmann::json bill;
};

Stopped stop_after(std::uint64_t instructions, const std::string& engine,
                   const std::vector<std::string>& command) {
  ScratchDirectory directory;
  const std::string file = directory.path() / "bill.json";
  const Outcome outcome =
      run(under_ringfare({.arguments = command},
                         {"trace", "--engine", engine, "--isa", "baseline", "--max-instructions",
                          std::to_string(instructions), "--bill", file}));
  EXPECT_EQ(outcome.ending(), "exit 124") << outcome.errors;
  Stopped stopped{.output = outcome.output, .notes = outcome.errors};
  stopped.bill = nlohmann::json::parse(read_whole(file));
  stopped.bill.at("machine").erase("engine");
  stopped.bill.erase("blocks");  // translated ahead of their execution, or not
  return stopped;
}

void expect_exact(std::uint64_t instructions, const std::vector<std::string>& command) {
  SCOPED_TRACE(instructions);
  const Stopped translator = stop_after(instructions, "translator", command);
  const Stopped unicorn = stop_after(instructions, "unicorn", command);
  EXPECT_EQ(translator.bill.at("instructions"), instructions);
  EXPECT_EQ(unicorn.bill, translator.bill);
  EXPECT_EQ(unicorn.notes, translator.notes);
  EXPECT_EQ(unicorn.output, translator.output);
}

std::uint64_t instructions_of(const std::vector<std::string>& command) {
  ScratchDirectory directory;
  const std::string file = directory.path() / "bill.json";
  const Outcome outcome = run(
      under_ringfare({.arguments = command}, {"run", "-q", "--isa", "baseline", "--bill", file}));
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  return nlohmann::json::parse(read_whole(file)).at("instructions").get<std::uint64_t>();
}

/// Every single one of a small program: before, at and behind each system call.
TEST(Budget, EveryInstructionOfASmallProgram) {
  const std::vector<std::string> command{guest("hello.freestanding")};
  const std::uint64_t whole = instructions_of(command);
  for (std::uint64_t n = 1; n < whole; ++n) expect_exact(n, command);
}

/// User cycles aside: where a store meets code, the engines cut blocks at different instructions.
TEST(Budget, CodeThatChanges) {
  const std::vector<std::string> command{guest("changing_code.musl")};
  for (const std::uint64_t n : {3000u, 30'001u, 100'002u}) {
    SCOPED_TRACE(n);
    const Stopped translator = stop_after(n, "translator", command);
    const Stopped unicorn = stop_after(n, "unicorn", command);
    EXPECT_EQ(translator.bill.at("instructions"), n);
    EXPECT_EQ(unicorn.bill.at("instructions"), n);
    EXPECT_EQ(unicorn.bill.at("calls"), translator.bill.at("calls"));
    EXPECT_EQ(unicorn.notes, translator.notes);
    EXPECT_EQ(unicorn.output, translator.output);
  }
}

/// An instruction with a REP prefix is one, however often it repeats.
TEST(Budget, StringInstructions) {
  const std::vector<std::string> command{guest("strings.freestanding")};
  const std::uint64_t whole = instructions_of(command);
  for (std::uint64_t n = 1; n < whole; n += 1 + whole / 40) expect_exact(n, command);
}

TEST(Budget, PlacesAllOverAProgram) {
  const std::vector<std::string> command{guest("control.musl")};
  const std::uint64_t whole = instructions_of(command);
  for (std::uint64_t n = 1; n < whole; n += whole / 25 + n % 7) expect_exact(n, command);
}

}  // namespace
}  // namespace ringfare::testing
