// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>

#include "cpu/segments.hpp"
#include "generator.hpp"
#include "operands.hpp"

namespace ringfare::lockstep {
namespace {

constexpr std::size_t kXmm = 160, kHeader = 512, kYmmHigh = 576, kStackRegisters = 32;

std::uint64_t draw_integer(Random& random) {
  constexpr std::uint64_t kValues[] = {0,
                                       1,
                                       ~0ull,
                                       0x8000000000000000,
                                       0x7fffffffffffffff,
                                       0x80000000,
                                       0x7fffffff,
                                       0xffffffff,
                                       0x8000,
                                       0x80,
                                       0x7f,
                                       31,
                                       63,
                                       8};
  if (random.one_in(3)) return random.pick(kValues);
  return random.next() >> random.below(64);
}

double draw_double(Random& random) {
  constexpr double kValues[] = {0.0, -0.0, 1.0,      -1.0,      0.5, 1.5,    2147483648.0,
                                3.0, 1e18, INFINITY, -INFINITY, NAN, 5e-324, 1e-310};
  if (random.one_in(3)) return random.pick(kValues);
  const double fraction = static_cast<double>(random.next() >> 11) * 0x1p-53;
  return std::ldexp(random.one_in(2) ? fraction : -fraction,
                    static_cast<int>(random.below(80)) - 40);
}

/// Eight bytes that mean something to the instructions that may read them.
std::uint64_t draw_lane(Random& random) {
  std::uint64_t bits;
  switch (random.below(3)) {
    case 0: {
      const double value = draw_double(random);
      std::memcpy(&bits, &value, sizeof bits);
      return bits;
    }
    case 1: {
      const float pair[] = {static_cast<float>(draw_double(random)),
                            static_cast<float>(draw_double(random))};
      std::memcpy(&bits, pair, sizeof bits);
      return bits;
    }
    default:
      return random.one_in(2) ? random.next() : draw_integer(random);
  }
}

template <class T>
void set(VectorState& state, std::size_t offset, const T& value, std::size_t size = sizeof(T)) {
  std::memcpy(state.bytes.data() + offset, &value, size);
}

void draw_x87(Random& random, VectorState& state) {
  constexpr std::uint16_t kPrecisions[] = {0x000, 0x200, 0x300, 0x300};
  const auto control = static_cast<std::uint16_t>(0x7f | random.pick(kPrecisions) |
                                                  (random.one_in(2) ? 0 : random.below(4) << 10));
  const auto depth = static_cast<unsigned>(random.below(7));
  set(state, 0, control);
  set(state, 2, static_cast<std::uint16_t>((8 - depth) % 8 << 11));
  std::uint8_t tags = 0;
  for (unsigned i = 0; i < depth; ++i) {
    const long double value = draw_double(random);
    set(state, kStackRegisters + 16 * i, value, 10);
    tags = static_cast<std::uint8_t>(tags | 1u << (8 - depth + i));
  }
  set(state, 4, tags);
}

}  // namespace

Snapshot draw_snapshot(Random& random, CodeMode mode) {
  Snapshot made;
  Registers& registers = made.registers;
  for (std::uint64_t& value : registers.gpr) value = draw_integer(random);
  registers[Gpr::Rbx] = kData.begin.value;
  registers[Gpr::Rsp] = kStack.begin.value + kStack.size() / 2;
  registers[Gpr::R14] = draw_nowhere(random, mode);
  registers[Gpr::R15] = random.below(16);
  registers.rflags |= random.next() & flag::kArithmetic;
  if (mode == CodeMode::Compat32) {
    enter_compatibility_mode(registers, selector::kUserCode32, selector::kUserData);
    registers[Gpr::Rbp] = random.below(16);
    for (std::uint64_t& value : registers.gpr) value = static_cast<std::uint32_t>(value);
  }

  VectorState& vector = registers.vector;
  const std::uint32_t mxcsr = 0x1f80 | static_cast<std::uint32_t>(random.below(4)) << 13 |
                              (random.one_in(16) ? 0x8000u : 0u) | (random.one_in(16) ? 0x40u : 0u);
  set(vector, VectorState::kMxcsr, mxcsr);
  for (std::size_t i = 0; i < 32; ++i) set(vector, kXmm + 8 * i, draw_lane(random));
  for (std::size_t i = 0; i < 32; ++i) set(vector, kYmmHigh + 8 * i, draw_lane(random));
  draw_x87(random, vector);
  set(vector, kHeader, VectorState::kComponents);

  made.data.resize(kData.size());
  made.stack.resize(kStack.size());
  for (auto* const memory : {&made.data, &made.stack})
    for (std::size_t at = 0; at < memory->size(); at += 8) {
      const std::uint64_t lane = draw_lane(random);
      std::memcpy(memory->data() + at, &lane, sizeof lane);
    }
  return made;
}

}  // namespace ringfare::lockstep
