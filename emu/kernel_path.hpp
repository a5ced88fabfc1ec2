// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/gate.hpp"
#include "cpu/kernel_memory.hpp"
#include "cpu/ring0.hpp"
#include "cpu/state.hpp"
#include "models/assembler.hpp"
#include "models/machine.hpp"

namespace ringfare {

/// One thing that happened on the way in or out: a micro-step of the hardware or an instruction of
/// the kernel.
struct PathItem {
  const MicroStep* step = nullptr;  // nullptr: an instruction
  KernelAddress address;
  std::uint8_t length = 0;
  bool ends_run = false;
  bool door = false;  // SYSRETQ or IRETQ: its micro-steps follow and carry the price
  std::string_view price_key;
};

/// The integer half of the registers: what a crossing saves, changes and restores.
struct IntegerRegisters {
  std::array<std::uint64_t, 16> gpr{};
  std::uint64_t rip = 0, rflags = 0;
  Segment cs, ss, gs;

  static IntegerRegisters of(const Registers& registers);
  void apply(Registers& registers) const;
};

/// The kernel of a machine as something that runs: its text, its memory and the system half of the
/// processor, and the path of the crossing under way.
class KernelPath {
 public:
  /// Assembles the SYSCALL door of the machine's kernel. Throws UserError.
  explicit KernelPath(const Machine& machine);

  /// From the gate to the service stub, or as far as the door out where the kernel answers by
  /// itself: then false. Afterwards `registers` are the user's again, as they stood at the gate;
  /// only RAX is the kernel's own answer where there is one. Throws UserError where the model's
  /// path cannot go on.
  bool in(Registers& registers, std::uint8_t length);

  /// From the service with its result, or from where `in` ended, to user mode. What the service
  /// did to the bases of FS and GS is kept.
  void out(Registers& registers, std::uint64_t result);

  /// The path so far; `service_at` is where the service came in between, if it did.
  const std::vector<PathItem>& items() const { return items_; }
  std::optional<std::size_t> service_at() const { return service_at_; }
  /// Words for each item, while effects are recorded.
  const std::vector<std::string>& effects() const { return effects_; }
  void record_effects(bool on) { recording_ = on; }

  /// The path depends on nothing but number, flags and return address, and did to the registers
  /// just what a system call does.
  bool repeatable() const { return repeatable_; }
  /// Changes when a crossing has replaced something that earlier, repeatable paths had read.
  std::uint64_t generation() const { return generation_; }

  const KernelText& text() const { return text_; }
  const KernelMemory& memory() const { return memory_; }
  /// The assembled instruction at `address`; nullptr outside the text.
  const AssembledInstruction* instruction(KernelAddress address) const;

 private:
  void run_to_service(Registers& registers);
  void run_to_door(Registers& registers);
  bool step(Registers& registers);
  bool settle();
  void take_gate(Registers& registers, Door door, std::uint8_t length);
  void check_left_as_found(const Registers& registers) const;
  bool restored(const Registers& registers, std::uint64_t result) const;
  [[noreturn]] void refuse(KernelAddress address, const std::string& what) const;

  template <class Body>
  void as_user_error(Body body) const;

  const Machine& machine_;
  KernelMemory memory_;
  SystemState at_rest_, system_;
  KernelText text_;
  Ring0 ring0_;
  std::vector<PathItem> items_;
  std::vector<std::string> effects_;
  std::optional<std::size_t> service_at_;
  std::optional<AtDoor> door_;
  IntegerRegisters user_, kernel_;
  std::uint64_t generation_ = 0;
  std::uint8_t length_ = 0;
  bool recording_ = false, repeatable_ = false, under_way_ = false;
};

}  // namespace ringfare
