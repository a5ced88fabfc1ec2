// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "cpu/block.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/state.hpp"
#include "models/assembler.hpp"
#include "models/machine.hpp"

namespace ringfare {

/// The kernel of a machine, assembled and started, as it stands while user mode runs: its text, its
/// memory, and the system half of the processor.
class BootedKernel {
 public:
  /// Assembles the doors of the machine's kernel; `machine` is kept by reference. Throws UserError
  /// for a kernel that does not assemble or has no door a program could use.
  explicit BootedKernel(const Machine& machine);

  const Machine& machine() const { return machine_; }
  KernelMemory& memory() { return memory_; }
  const KernelMemory& memory() const { return memory_; }
  const KernelText& text() const { return text_; }
  /// The system half of the processor as user mode has it.
  const SystemState& at_rest() const { return at_rest_; }
  /// Of the kernel's own code.
  CodeMode mode() const {
    return machine_.kernel.bits == 64 ? CodeMode::Long64 : CodeMode::Compat32;
  }

  /// Whether a guest in this mode finds the door open.
  bool has_door(Gate gate, CodeMode mode) const;
  /// The assembled instruction at `address`; nullptr outside the text.
  const AssembledInstruction* instruction(KernelAddress address) const;

 private:
  EntryPoints entry_points() const;
  std::optional<KernelAddress> entry_point(std::string_view door) const;

  const Machine& machine_;
  KernelMemory memory_;
  SystemState at_rest_;
  KernelText text_;
};

}  // namespace ringfare
