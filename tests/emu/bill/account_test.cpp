// SPDX-License-Identifier: MIT
#include "emu/bill/account.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>

#include "emu/bill/account_slots.hpp"

namespace ringfare {
namespace {

StageCost stage(const char* name, const char* side, std::int64_t hundredths) {
  return {.name = name, .side = side, .cycles = Cycles{hundredths}, .instructions = 2};
}

CrossingBill bill_of(std::vector<StageCost> stages) {
  CrossingBill bill;
  for (const StageCost& s : stages) bill.total += s.cycles;
  bill.stages = std::move(stages);
  return bill;
}

TEST(Account, KeepsStagesInPathOrder) {
  Account account;
  account.charge(1, "write", false,
                 bill_of({stage("swapgs", "entry", 100), stage("swapgs", "exit", 150)}));
  account.charge(0, "read", true,
                 bill_of({stage("swapgs", "entry", 100), stage("service", "service", 1000),
                          stage("swapgs", "exit", 150)}));
  Bill bill;
  account.fill(bill);
  ASSERT_EQ(bill.stages.size(), 3u);
  EXPECT_EQ(bill.stages[0].side, "entry");
  EXPECT_EQ(bill.stages[0].times, 2u);
  EXPECT_EQ(bill.stages[0].instructions, 4u);
  EXPECT_EQ(bill.stages[1].name, "service");
  EXPECT_EQ(bill.stages[2].side, "exit");
  EXPECT_EQ(bill.stages[2].cycles, Cycles{300});
  EXPECT_EQ(bill.kernel, Cycles{1500});
  EXPECT_EQ(bill.kernel_instructions, 10u);
}

/// A settled bill is known by its place: what its stages are called is asked once.
TEST(Account, ChargesASettledBillLikeAnyOther) {
  CrossingBill settled = bill_of({stage("swapgs", "entry", 100), stage("service", "service", 50)});
  settled.settle();
  EXPECT_TRUE(settled.settled());
  CrossingBill copy = settled;
  EXPECT_FALSE(copy.settled());
  copy.stages.front().name = "frame";
  const CrossingBill other = bill_of({stage("frame", "entry", 30), stage("swapgs", "exit", 7)});
  Account account, plain;
  for (int i = 0; i < 3; ++i) {
    for (const CrossingBill* bill :
         std::initializer_list<const CrossingBill*>{&settled, &other, &copy})
      account.charge(1, "write", false, *bill);
    for (const CrossingBill& bill : {bill_of(settled.stages), other, copy})
      plain.charge(1, "write", false, bill);
    settled.stages.back().cycles += Cycles{1000};  // another service
    settled.total += Cycles{1000};
  }
  Bill bill, expected;
  account.fill(bill);
  plain.fill(expected);
  ASSERT_EQ(bill.stages.size(), expected.stages.size());
  for (std::size_t i = 0; i < bill.stages.size(); ++i) {
    EXPECT_EQ(bill.stages[i].name, expected.stages[i].name);
    EXPECT_EQ(bill.stages[i].times, expected.stages[i].times);
    EXPECT_EQ(bill.stages[i].cycles, expected.stages[i].cycles) << bill.stages[i].name;
  }
  EXPECT_EQ(bill.kernel, expected.kernel);
}

TEST(AccountSlots, AreOneForEachNumberAndEvent) {
  std::set<std::size_t> slots;
  for (const Abi abi : {Abi::Amd64, Abi::I386})
    for (std::uint64_t number = 0; number <= kNumberedCalls; ++number)
      EXPECT_TRUE(slots.insert(slot_of({.abi = abi, .number = number})).second) << number;
  for (const KernelEvent event : {KernelEvent::SignalFrame, KernelEvent::Exception,
                                  KernelEvent::PageFault, KernelEvent::Interrupt})
    EXPECT_TRUE(slots.insert(slot_of(event)).second) << name_of(event);
}

TEST(Account, ListsTheMostExpensiveCallFirst) {
  Account account;
  account.charge(39, "getpid", false, bill_of({stage("a", "entry", 100)}));
  account.charge(0, "read", true, bill_of({stage("a", "entry", 900)}));
  account.charge(39, "getpid", false, bill_of({stage("a", "entry", 100)}));
  Bill bill;
  account.fill(bill);
  ASSERT_EQ(bill.calls.size(), 2u);
  EXPECT_EQ(bill.calls[0].name, "read");
  EXPECT_EQ(bill.calls[0].errors, 1u);
  EXPECT_EQ(bill.calls[1].calls, 2u);
  EXPECT_EQ(bill.calls[1].cycles, Cycles{200});
}

}  // namespace
}  // namespace ringfare
