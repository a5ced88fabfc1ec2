// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "cpu/gate/gate.hpp"

namespace ringfare {

/// What the processor is doing when it meets a door.
enum class Running : std::uint8_t { Code64, Compat, Legacy, Virtual8086 };

/// A processor as Linux sets it up: at a door in user mode, or at CPL 0 before a way out. Its
/// registers and its system state have the names they have in cpu/state.hpp.
struct World : Registers, SystemState {
  static constexpr std::uint64_t kUserRip = 0x401000, kUserStack = 0x7ffe1000;
  static constexpr KernelSelectors kNative{0x60, 0x68, 0x73, 0x7b, 0, 0x80};

  World(Door at, Vendor of, Running running);

  /// The kernel's registers at a way out, with the frame IRET and ERETU pop.
  void prepare_way_out();

  std::uint64_t word(std::size_t i) const;  // of the stack, counted from its pointer
  void set_word(std::size_t i, std::uint64_t value);
  /// The descriptor of a selector with some bits changed.
  void change_descriptor(std::uint16_t selector, std::uint64_t clear, std::uint64_t set);
  /// The gate of `gate_vector`, with fields changed.
  void set_gate(unsigned type, unsigned dpl, bool present, std::uint16_t code);
  void set_gate_offset(std::uint64_t offset);

  std::optional<Exception> pass();

  bool long_mode() const { return running_ != Running::Legacy && running_ != Running::Virtual8086; }
  const KernelSelectors& selectors() const { return memory.plan().selectors; }

  const KernelLayout& at() const { return memory.layout(); }

  KernelMemory memory;
  std::uint8_t width = 8;
  std::uint8_t gate_vector = 0x80;
  EventType event = EventType::SoftwareInterrupt;

 private:
  Door door_;
  Running running_;
};

}  // namespace ringfare
