// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ringfare {

/// Execution units of a core: one bit per port, pipe or divider.
using Units = std::uint64_t;
inline constexpr unsigned kLastUnits = 62;  // from this bit on, units LLVM's tables do not have:
inline constexpr Units kIntegerDivider = Units{1} << 62;
inline constexpr Units kWholeCore = Units{1} << 63;  // held by locked operations

/// `cycles` of work that any one of `units` can do.
struct PortUse {
  Units units = 0;
  std::uint16_t cycles = 0;
};

/// Where one instruction leaves a value for another: a register with all its parts, the flags, or
/// (from kFirstPlaceInMemory on) an address that a run both stores to and loads from.
using Place = std::uint8_t;
inline constexpr Place kFlags = 16;
inline constexpr Place kFirstVector = 17;
inline constexpr Place kOtherRegisters = 49;  // x87, MMX, mask registers
inline constexpr Place kFirstPlaceInMemory = 64;
inline constexpr Place kPlaces = 128;
inline constexpr Place kNowhere = 0xff;

struct Read {
  Place place;
  std::int8_t later;  // cycles after the start of the instruction at which the value is needed
};

struct Write {
  Place place;
  std::uint16_t latency;
};

/// A short list without allocation; what does not fit is left out.
template <class T, std::size_t N>
class InlineVector {
 public:
  void push(const T& item) {
    if (size_ < N) items_[size_++] = item;
  }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<T, N> items_{};
  std::uint8_t size_ = 0;
};

/// The registers of a memory operand.
struct MemoryOperand {
  Place base = kNowhere;
  Place index = kNowhere;
  std::uint8_t scale = 1;
  std::uint8_t segment = 0;
  bool rip_relative = false;

  bool operator==(const MemoryOperand&) const = default;
};

/// What an instruction costs and depends on, whatever its displacement and immediate are.
struct InstructionCost {
  std::uint8_t slots = 1;  // fused micro-operations
  bool loads = false;
  bool stores = false;
  bool moves_stack_pointer = false;  // push, pop, call, ret: RSP comes from the stack engine
  bool names_stack_pointer = false;  // RSP as an ordinary operand
  std::uint16_t store_latency = 0;   // cycles from its start until a load can have what it stored
  std::uint16_t fuses_with = 0;      // bit c: a following jump on condition c joins this one
  std::int8_t condition = -1;        // conditional jump: its condition code
  InlineVector<PortUse, 8> ports;
  InlineVector<Read, 10> reads;
  InlineVector<Write, 6> writes;
  MemoryOperand memory;
  std::int64_t price = 0;  // of a system instruction, beside the bounds; hundredths of a cycle
};

}  // namespace ringfare
