// SPDX-License-Identifier: MIT
// What the translator's single steps cost: a way out of translated code and back in, stopping after
// every instruction, translating, following the paths.
#include <benchmark/benchmark.h>

#include <cstring>
#include <span>
#include <vector>

#include "cpu/translator/translator.hpp"

namespace ringfare {
namespace {

constexpr GuestAddress kCode{0x10000000}, kStack{0x600000};

class FlatPrices final : public BlockObserver {
 public:
  BlockPrice translated(const Block& block) override { return {block.instructions.size(), 100}; }
  BlockPrice partial(const Block&, std::size_t n) override { return {n, n}; }
};

/// Adds up, so that the notes are read.
class Adder final : public PathConsumer {
 public:
  void known(PathId, std::span<const BlockId>) override {}
  void executed(std::span<const PathId> paths) override {
    for (const PathId path : paths) sum += path;
    count += paths.size();
  }
  void cut_short(std::span<const BlockId>) override {}
  void forget() override {}

  std::uint64_t sum = 0, count = 0;
};

struct Guest {
  explicit Guest(std::span<const std::uint8_t> code, TranslatorOptions options = {})
      : engine(prepare(memory, code), prices, options) {
    thread.registers.rip = kCode.value;
    thread.registers[Gpr::Rsp] = kStack.value + 0x8000;
  }

  static AddressSpace& prepare(AddressSpace& memory, std::span<const std::uint8_t> code) {
    const GuestAddress end = kCode + (code.size() / kPageSize + 1) * kPageSize;
    memory.map({.range = {kCode, end}, .permissions = {true, true, true}, .name = ""});
    memory.map({.range = {kStack, kStack + 0x10000},
                .permissions = {.read = true, .write = true},
                .name = ""});
    std::memcpy(AddressSpace::host(kCode), code.data(), code.size());
    return memory;
  }

  AddressSpace memory;
  FlatPrices prices;
  Translator engine;
  Thread thread;
};

constexpr std::uint8_t kGates[] = {0x0f, 0x05, 0xeb, 0xfc};  // 0: syscall; jmp 0

/// fib(%edi), the long way: calls, returns, pushes and a branch that is hard to foresee.
constexpr std::uint8_t kFib[] = {0xe8, 2,    0,    0,    0,    0x0f, 0x05,  // call 7; syscall
                                 0x83, 0xff, 2,    0x7c, 0x17,              // 7: cmp; jl 35
                                 0x57, 0xff, 0xcf, 0xe8, 0xf3, 0xff, 0xff,
                                 0xff,                          // push; dec; call 7
                                 0x5f, 0x50, 0x83, 0xef, 2,     // pop; push rax; sub
                                 0xe8, 0xe9, 0xff, 0xff, 0xff,  // call 7
                                 0x5a, 0x01, 0xd0, 0xc3, 0x90,  // pop; add; ret
                                 0x89, 0xf8, 0xc3};             // 35: mov; ret

void run_fib(Guest& guest, unsigned n) {
  guest.thread.registers.rip = kCode.value;
  guest.thread.registers[Gpr::Rdi] = n;
  benchmark::DoNotOptimize(guest.engine.run(guest.thread, {}));
}

void round_trip(benchmark::State& state) {
  Guest guest(kGates);
  for (auto _ : state) {
    benchmark::DoNotOptimize(guest.engine.run(guest.thread, {}));
    guest.thread.registers.rip += 2;
  }
}
BENCHMARK(round_trip);

void stepping(benchmark::State& state) {
  Guest guest(kFib);
  std::uint64_t steps = 0;
  for (auto _ : state) {
    guest.thread.registers.rip = kCode.value;
    guest.thread.registers[Gpr::Rdi] = 15;
    while (std::holds_alternative<BudgetSpent>(guest.engine.run(guest.thread, Budget{1}))) ++steps;
  }
  state.counters["instructions"] =
      benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate);
}
BENCHMARK(stepping);

/// Straight code with loads, stores and arithmetic in blocks of eight, each executed once.
std::vector<std::uint8_t> straight_code(int blocks) {
  static constexpr std::uint8_t kBlock[] = {
      0x48, 0x8b, 0x44, 0x24, 8,    0x48, 0x01, 0xd8, 0x48, 0x89, 0x44, 0x24, 16,   0x8d, 0x4c,
      0x08, 4,    0x31, 0xd2, 0x0f, 0xb6, 0x5c, 0x24, 24,   0x83, 0xc1, 7,    0x75, 0};
  std::vector<std::uint8_t> code;
  for (int i = 0; i < blocks; ++i) code.insert(code.end(), std::begin(kBlock), std::end(kBlock));
  code.insert(code.end(), {0x0f, 0x05});
  return code;
}

void translation(benchmark::State& state) {
  const auto code = straight_code(4000);
  for (auto _ : state) {
    state.PauseTiming();
    auto guest = std::make_unique<Guest>(code);
    state.ResumeTiming();
    benchmark::DoNotOptimize(guest->engine.run(guest->thread, {}));
    state.PauseTiming();
    guest.reset();
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * code.size()));
}
BENCHMARK(translation)->Unit(benchmark::kMillisecond);

void fib_counted(benchmark::State& state) {
  Guest guest(kFib);
  for (auto _ : state) run_fib(guest, 27);
}
BENCHMARK(fib_counted)->Unit(benchmark::kMillisecond);

void fib_paths_followed(benchmark::State& state) {
  Adder adder;
  Guest guest(kFib, {.paths = &adder});
  for (auto _ : state) run_fib(guest, 27);
  benchmark::DoNotOptimize(adder.sum);
  state.counters["paths"] =
      benchmark::Counter(static_cast<double>(adder.count), benchmark::Counter::kIsRate);
}
BENCHMARK(fib_paths_followed)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ringfare

BENCHMARK_MAIN();
