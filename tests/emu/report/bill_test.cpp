// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emu/bill/bill_json.hpp"
#include "emu/report/bill_text.hpp"

namespace ringfare {
namespace {

Bill sample() {
  Bill bill;
  bill.program = "demo \"x\"";
  bill.version = "1.2.3";
  bill.cpu = "skylake";
  bill.core_khz = 4'000'000;
  bill.kernel_name = "linux-6.1";
  bill.mitigations = {"ibrs", "pti"};
  bill.engine = "translator";
  bill.instructions = 1'934'201;
  bill.kernel_instructions = 300;
  bill.user = Cycles{90'025};
  bill.kernel = Cycles{9'975};
  bill.stages = {
      {.name = "swapgs", .side = "entry", .times = 3, .instructions = 3, .cycles = Cycles{4'975}},
      {.name = "service", .side = "service", .times = 3, .cycles = Cycles{5'000}}};
  bill.calls = {{.name = "write", .calls = 3, .errors = 1, .cycles = Cycles{9'975}}};
  bill.simulated_time = std::chrono::nanoseconds(250);
  bill.exit_status = 0;
  return bill;
}

TEST(BillText, SaysWhereTheCyclesWent) {
  const std::string text = bill_text(sample(), Paint(false));
  for (const char* line :
       {"ringfare: demo \"x\"\n",
        "  machine         skylake at 4000 MHz, linux-6.1, mitigations ibrs pti\n",
        "  instructions    1,934,201 user, 300 kernel\n",
        "  cycles          900.25 user (90.0%), 99.75 kernel (10.0%)\n",
        "  simulated time  250 ns\n",
        "  crossing        5.0% of all cycles went into getting in and out, in 3 system calls\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\nnot in\n" << text;
}

TEST(BillJson, CarriesTheSameNumbers) {
  const auto json = nlohmann::json::parse(bill_json(sample()));
  EXPECT_EQ(json["program"], "demo \"x\"");
  EXPECT_EQ(json["instructions"], 1'934'201);
  EXPECT_EQ(json["cycles"]["total"], 1000);
  EXPECT_EQ(json["cycles"]["user"], 900.25);
  EXPECT_EQ(json["cycles"]["crossing"], 49.75);
  EXPECT_EQ(json["cycles"]["stages"][0]["name"], "swapgs");
  EXPECT_EQ(json["calls"][0]["errors"], 1);
  EXPECT_EQ(json["machine"]["mitigations"], (std::vector<std::string>{"ibrs", "pti"}));
  EXPECT_EQ(json["exit_status"], 0);
  EXPECT_FALSE(json.contains("killed_by"));
}

TEST(BillJson, StaysJsonWithBytesThatAreNoText) {
  Bill bill = sample();
  bill.program = "\xff\xfe";
  EXPECT_TRUE(nlohmann::json::accept(bill_json(bill)));
}

}  // namespace
}  // namespace ringfare
