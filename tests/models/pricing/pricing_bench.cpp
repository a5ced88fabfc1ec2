// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <vector>

#include "cpu/decoder.hpp"
#include "models/pricing/pricer.hpp"

// Set by the linker: where the program's image begins and its code ends.
extern "C" const char __executable_start, etext;

namespace ringfare {
namespace {

CpuModel skylake() {
  CpuModel cpu;
  cpu.llvm_cpu = "skylake";
  return cpu;
}

struct Run {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> lengths;
};

/// Basic blocks as they follow each other in this program's own code.
std::vector<Run> own_blocks(std::size_t count) {
  std::vector<Run> out(1);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&__executable_start);
  const std::size_t size = static_cast<std::size_t>(&etext - &__executable_start);
  std::size_t at = size / 2;
  while (out.size() <= count && at + 16 < size) {
    const auto instruction = decode_instruction({bytes + at, 16}, {at});
    if (!instruction) {
      ++at;
      continue;
    }
    out.back().bytes.insert(out.back().bytes.end(), bytes + at, bytes + at + instruction->length);
    out.back().lengths.push_back(instruction->length);
    at += instruction->length;
    if (instruction->flow != Flow::Next) out.emplace_back();
  }
  out.pop_back();
  return out;
}

void construction(benchmark::State& state) {
  for (auto _ : state) {
    Pricer pricer(skylake());
    benchmark::DoNotOptimize(&pricer);
  }
}
BENCHMARK(construction);

void blocks(benchmark::State& state, bool warm) {
  const auto runs = own_blocks(1500);
  std::size_t instructions = 0;
  for (const Run& run : runs) instructions += run.lengths.size();
  Pricer warmed(skylake());
  for (auto _ : state) {
    state.PauseTiming();
    Pricer fresh(skylake());
    state.ResumeTiming();
    Pricer& pricer = warm ? warmed : fresh;
    for (const Run& run : runs) benchmark::DoNotOptimize(pricer.price(run.bytes, run.lengths));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(runs.size()) * state.iterations());
  state.counters["per_block"] =
      static_cast<double>(instructions) / static_cast<double>(runs.size());
}
BENCHMARK_CAPTURE(blocks, cold, false);
BENCHMARK_CAPTURE(blocks, warm, true);

}  // namespace
}  // namespace ringfare

BENCHMARK_MAIN();
