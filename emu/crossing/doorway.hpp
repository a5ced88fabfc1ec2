// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "cpu/block.hpp"
#include "cpu/gate/gate.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// Doors as kernel models name them: [door.syscall32] (models/kernel_model.hpp has all names).
namespace model_door {
inline constexpr std::string_view kInt80 = "int80", kSysenter = "sysenter", kSyscall = "syscall",
                                  kSyscall32 = "syscall32", kFred = "fred";
}

/// An instruction that enters the kernel, and the code it stands in.
struct Doorway {
  std::string_view name;  // on the command line and in reports: "int80", "sysenter", "syscall"
  Gate gate = Gate::Syscall;
  CodeMode mode = CodeMode::Long64;
  std::string_view instruction;  // as an assembler writes it: "int $0x80"
  Door hardware = Door::Syscall;
  std::string_view model;  // one of model_door; with FRED all doors are kFred

  /// Numbers come from the x86-64 table; through every other door from that of i386.
  bool speaks_amd64() const { return gate == Gate::Syscall && mode == CodeMode::Long64; }
  /// 64 or 32: of the code in front of the door.
  unsigned bits() const { return mode == CodeMode::Long64 ? 64 : 32; }

  bool operator==(const Doorway&) const = default;
};

/// All that lead back to their caller, slowest first, code of 32 bits before that of 64. Not among
/// them is sysenter from 64-bit code, from which Linux returns to 32-bit code.
std::span<const Doorway> all_doorways();

/// The row of a gate instruction, sysenter from 64-bit code included.
const Doorway& doorway(Gate gate, CodeMode mode);
/// The same by name; null for a name that no door has.
const Doorway* find_doorway(std::string_view name, CodeMode mode);

/// Where the caller of a fast 32-bit door leaves the sixth argument: the register that points to
/// it; nothing for the doors that take it in a register.
std::optional<Gpr> sixth_argument(Gate gate, CodeMode mode);

}  // namespace ringfare
