// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "emu/linux/abi/served_entry.hpp"

namespace ringfare {

/// What one stage of a crossing cost.
struct StageCost {
  std::string name;  // "syscall", "swapgs", "service", "copy to user", "sysretq", ...
  std::string side;  // "gate", "entry", "service", "copy", "exit", "way out"; "user", "vdso"
  Cycles cycles;     // in hundredths, as all cycles here
  std::uint32_t instructions =
      0;  // executed at CPL 0 in this stage; of "vdso" and "user", at CPL 3
  std::string note;
  std::string source;  // of the price: a manual, a measurement
};

/// One executed micro-step of a gate or instruction of the kernel.
struct KernelStep {
  std::uint64_t address = 0;  // 0 for a micro-step of the hardware
  std::vector<std::uint8_t> bytes;
  std::string text;    // instruction in the chosen syntax, or the micro-step in words
  std::string effect;  // "gs.base <-> kernel_gs_base", "[rsp] = 0x2b", ...
  Cycles cycles;
  std::uint16_t stage = 0;  // index into CrossingBill::stages
};

/// The bill of one crossing; `total` is the sum of the stages, and of the steps where they were
/// kept.
struct CrossingBill {
  std::vector<StageCost> stages;  // in the order they were first executed
  std::vector<KernelStep> steps;  // only while instructions are watched
  Cycles total;

  /// Its stages keep their names, sides and order from now on, and it stays where it lies: for who
  /// charges it again and again. A copy has promised nothing.
  void settle() { settled_at = this; }
  bool settled() const { return settled_at == this; }

  const CrossingBill* settled_at = nullptr;
};

/// What the personality did, as far as it has a price.
struct ServiceCharge {
  std::string_view call;                      // row name, "" for a number without a row
  std::string_view file_kind;                 // "terminal", "regular", "pipe", "null", or ""
  std::uint64_t bytes_in = 0;                 // copied from user
  std::uint64_t bytes_out = 0;                // copied to user
  std::span<const ServedEntry> entries = {};  // what else it did, each at its own price
};

}  // namespace ringfare
