// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cpu/block.hpp"
#include "emu/crossing/crossing.hpp"
#include "emu/crossing/doorway.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// A system call to make: its numbers (negative: the ABI has none) and what serving it involves.
struct AskedCall {
  std::int64_t amd64 = -1, i386 = -1;
  ServiceCharge charge;
  DebugLog* log = nullptr;  // what is priced is written there
};

/// One crossing by a thread that has done nothing yet, through a door the machine has. Throws
/// UserError where the processor or the kernel raises an exception instead.
CrossingBill cross_once(Crossings& crossings, const Doorway& door, const AskedCall& call);

/// One door's bill. The fast doors of 32-bit code are entered by the kernel's own stub,
/// __kernel_vsyscall: it is the first stage, of side "user".
struct DoorBill {
  Doorway door;
  CrossingBill bill;
};

/// A way to the same answer without entering the kernel by a gate instruction.
struct Way {
  std::string_view name;  // "vdso", "vsyscall"
  CodeMode mode = CodeMode::Long64;
  CrossingBill bill;

  unsigned bits() const { return mode == CodeMode::Long64 ? 64 : 32; }
};

/// The same call through every door that exists on the machine and whose ABI has the call;
/// `function` is what a function call and its return cost there (cycles, in hundredths).
struct DoorComparison {
  Cycles function;
  std::vector<Way> ways;  // filled in by who knows them (emu/vdso/ways.hpp)
  std::vector<DoorBill> bills;

  const DoorBill* find(std::string_view name, CodeMode mode) const;  // null where it is not there
  const Way* way(std::string_view name, CodeMode mode) const;
  /// int $0x80 from that code; null where it is not there.
  const DoorBill* interrupt(CodeMode mode) const;
  /// The cheapest door of that code which is no interrupt; null where there is none.
  const DoorBill* fast(CodeMode mode) const;
};

DoorComparison compare_doors(const Machine& machine, const AskedCall& call);

}  // namespace ringfare
