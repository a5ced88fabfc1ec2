// SPDX-License-Identifier: MIT
// A guest that is shown the same CPUID runs alike on either engine: output, ending, every byte of
// the trace, and the bill but for the engine's name.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "tests/guests/program_rows.hpp"

namespace ringfare::testing {
namespace {

struct Seen {
  Outcome outcome;
  nlohmann::json bill;
};

void forget_engine(nlohmann::json& bill) {
  bill.at("machine").erase("engine");
  bill.at("blocks").erase("translated");  // some ahead of their execution, or not
}

/// In a directory of the same name each time: programs ask for it.
Seen run_on(const std::string& engine, const ProgramRow& row,
            const std::filesystem::path& scratch) {
  const std::filesystem::path directory = scratch / "here", bill = scratch / "bill.json";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  prepare(directory);
  const Launch launch =
      under_ringfare(row.launch(directory),
                     {"trace", "--engine", engine, "--isa", "baseline", "--bill", bill.string()});
  Seen seen{.outcome = run(launch)};
  seen.bill = nlohmann::json::parse(read_whole(bill));
  EXPECT_EQ(seen.bill.at("machine").at("engine"), engine);
  forget_engine(seen.bill);
  if (seen.bill.contains("processes"))
    for (nlohmann::json& process : seen.bill.at("processes")) forget_engine(process);
  return seen;
}

/// The host chooses the ports of sockets that are bound to none.
std::string without_ports(const std::string& trace) {
  static const std::regex kPort(R"(htons\([1-9]\d*\))");
  return std::regex_replace(trace, kPort, "htons(PORT)");
}

class EnginesAlike : public ::testing::TestWithParam<ProgramRow> {};

TEST_P(EnginesAlike, OutputTraceAndBill) {
  const ProgramRow& row = GetParam();
  if (!row.exists()) GTEST_SKIP() << row.program << " was not built: its sources are missing";
  ScratchDirectory scratch;
  const Seen translator = run_on("translator", row, scratch.path());
  const Seen unicorn = run_on("unicorn", row, scratch.path());
  EXPECT_EQ(translator.outcome.ending(), unicorn.outcome.ending());
  EXPECT_TRUE(translator.outcome.output == unicorn.outcome.output);
  EXPECT_EQ(without_ports(translator.outcome.errors), without_ports(unicorn.outcome.errors));
  EXPECT_EQ(translator.bill.at("instructions"), unicorn.bill.at("instructions"));
  // The translator has priced a branch to nowhere that faults.
  if (row.program == "exceptions.musl") return;
  // Where a store meets code, the engines cut blocks at different instructions.
  if (!row.changes_code()) {
    EXPECT_EQ(translator.bill, unicorn.bill);
  }
}

std::string name_of(const ::testing::TestParamInfo<ProgramRow>& info) {
  return std::string(info.param.name);
}

INSTANTIATE_TEST_SUITE_P(Busybox, EnginesAlike, ::testing::ValuesIn(busybox_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Own, EnginesAlike, ::testing::ValuesIn(own_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Lua, EnginesAlike, ::testing::ValuesIn(lua_rows()), name_of);

}  // namespace
}  // namespace ringfare::testing
