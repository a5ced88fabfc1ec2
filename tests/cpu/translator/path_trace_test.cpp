// SPDX-License-Identifier: MIT
// Paths are told in order, and add up to what was executed.
#include "cpu/translator/path_trace.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <vector>

#include "cpu/translator/translator.hpp"

namespace ringfare {
namespace {

constexpr GuestAddress kCode{0x400000}, kStack{0x600000};

class NoPrices final : public BlockObserver {
 public:
  BlockPrice translated(const Block& block) override {
    starts[block.id] = block.start.value - kCode.value;
    return {block.instructions.size()};
  }
  BlockPrice partial(const Block&, std::size_t n) override { return {n}; }

  std::map<BlockId, std::uint64_t> starts;
};

/// Writes down every block.
class Listener final : public PathConsumer {
 public:
  void known(PathId id, std::span<const BlockId> blocks) override {
    if (id >= paths_.size()) paths_.resize(id + 1);
    paths_[id].assign(blocks.begin(), blocks.end());
  }
  void executed(std::span<const PathId> paths) override {
    most = std::max(most, paths.size());
    for (const PathId id : paths)
      order.insert(order.end(), paths_.at(id).begin(), paths_.at(id).end());
  }
  void cut_short(std::span<const BlockId> blocks) override {
    order.insert(order.end(), blocks.begin(), blocks.end());
  }
  void forget() override { paths_.clear(); }

  std::vector<BlockId> order;
  std::size_t most = 0;

 private:
  std::vector<std::vector<BlockId>> paths_;
};

struct Guest {
  explicit Guest(std::span<const std::uint8_t> code, TranslatorOptions options)
      : engine((map(memory), memory), prices, with(options, listener)) {
    std::memcpy(AddressSpace::host(kCode), code.data(), code.size());
    thread.registers.rip = kCode.value;
    thread.registers[Gpr::Rsp] = kStack.value + 0x800;
  }

  static void map(AddressSpace& memory) {
    EXPECT_EQ(
        memory.map(
            {.range = {kCode, kCode + 0x1000}, .permissions = {true, true, true}, .name = ""}),
        0);
    EXPECT_EQ(memory.map({.range = {kStack, kStack + 0x1000},
                          .permissions = {.read = true, .write = true},
                          .name = ""}),
              0);
  }
  static TranslatorOptions with(TranslatorOptions options, Listener& listener) {
    options.paths = &listener;
    return options;
  }

  std::vector<std::uint64_t> counted() const {
    std::vector<std::uint64_t> times(engine.executions().size());
    for (const BlockId id : listener.order) ++times.at(id);
    return times;
  }

  AddressSpace memory;
  NoPrices prices;
  Listener listener;
  Translator engine;
  Thread thread;
};

/// 0: mov $100000, %ecx; 5: call 16; dec %ecx; jnz 5; 14: syscall; 16: test $1, %cl; jz 22; inc
/// %eax... 23: ret
constexpr std::uint8_t kLoop[] = {0xb9, 0xa0, 0x86, 0x01, 0x00,        // 0
                                  0xe8, 6,    0,    0,    0,           // 5: call 16
                                  0xff, 0xc9, 0x75, 0xf7, 0x0f, 0x05,  // 10: dec; jnz 5; syscall
                                  0xf6, 0xc1, 0x01, 0x74, 0x02,        // 16: test; jz 23
                                  0xff, 0xc0, 0xc3};                   // 21: inc; 23: ret

class PathTrace : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Counting, PathTrace, testing::Bool(),
                         [](const auto& row) { return row.param ? "memory" : "hidden"; });

TEST_P(PathTrace, IsInOrderAndComplete) {
  Guest guest(kLoop, {.memory_totals = GetParam()});
  EXPECT_TRUE(std::holds_alternative<AtGate>(guest.engine.run(guest.thread, {})));
  EXPECT_EQ(guest.thread.registers[Gpr::Rax], 50'000u);
  EXPECT_EQ(guest.counted(), guest.engine.executions());
  EXPECT_GT(guest.listener.most, 1000u);

  std::vector<std::uint64_t> expected{0};
  for (std::uint64_t rcx = 100'000; rcx != 0; --rcx) {
    if (rcx != 100'000) expected.push_back(5);
    expected.push_back(16);
    if (rcx % 2 != 0) expected.push_back(21);
    if (rcx % 2 == 0) expected.push_back(23);
    expected.push_back(10);
  }
  expected.push_back(14);
  std::vector<std::uint64_t> told;
  for (const BlockId id : guest.listener.order) told.push_back(guest.prices.starts.at(id));
  EXPECT_TRUE(told == expected) << told.size() << " blocks, not " << expected.size();
}

TEST_P(PathTrace, FollowsABudget) {
  Guest whole(kLoop, {.memory_totals = GetParam()});
  whole.thread.registers.rip = kCode.value + 5;
  whole.thread.registers[Gpr::Rcx] = 500;
  while (!std::holds_alternative<AtGate>(whole.engine.run(whole.thread, Budget{7}))) {
  }
  EXPECT_EQ(whole.counted(), whole.engine.executions());
}

TEST_P(PathTrace, StepsAreBlocksOfOne) {
  Guest guest(kLoop, {.memory_totals = GetParam()});
  guest.thread.registers.rip = kCode.value + 5;
  guest.thread.registers[Gpr::Rcx] = 2;
  std::vector<std::uint64_t> stops;
  while (std::holds_alternative<BudgetSpent>(guest.engine.run(guest.thread, Budget{1})))
    stops.push_back(guest.thread.registers.rip - kCode.value);
  EXPECT_EQ(stops, (std::vector<std::uint64_t>{16, 19, 23, 10, 12, 5, 16, 19, 21, 23, 10, 12, 14}));
  EXPECT_EQ(guest.thread.totals[kInstructionLane], 14u);  // the gate is counted
  EXPECT_EQ(guest.counted(), guest.engine.executions());
}

}  // namespace
}  // namespace ringfare
