// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/block.hpp"
#include "cpu/gate/gate.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/ring0/ring0.hpp"
#include "cpu/state.hpp"
#include "emu/crossing/arrival.hpp"
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
  bool door = false;       // SYSRET, IRET, ...: its micro-steps follow and carry the price
  bool charged = false;    // a micro-step that pays for its key
  std::uint8_t width = 8;  // bytes of a door's operands
  std::string_view price_key;
};

/// The integer half of the registers: what a crossing saves, changes and restores.
struct IntegerRegisters {
  std::array<std::uint64_t, 16> gpr{};
  std::uint64_t rip = 0, rflags = 0;
  Segment cs, ss, ds, es, gs;

  static IntegerRegisters of(const Registers& registers);
  void apply(Registers& registers) const;
};

/// Where a general register of the user's comes from after a crossing.
enum class Source : std::uint8_t {
  Unknown,
  Kept,
  Result,
  Answer,     // what the kernel itself answered
  Fixed,      // the same whenever the path is
  UserRbp,    // the user's RBP
  SixthWord,  // the word the caller of a fast 32-bit door left on its stack
};
using Sources = std::array<Source, 16>;

/// The kernel of a machine as something that runs: its text, its memory and the system half of the
/// processor, and the path of the crossing under way.
class KernelPath {
 public:
  /// Assembles the doors of the machine's kernel. Throws UserError.
  explicit KernelPath(const Machine& machine);

  /// From the gate to the service stub, or as far as the door out where the kernel answers by
  /// itself. Afterwards `registers` are the user's again, as they stood at the gate; only RAX is
  /// the kernel's own answer where there is one. Throws UserError where the model's path cannot go
  /// on.
  Entered in(Registers& registers, Arrival arrival);

  /// From the service with its result, or from where `in` ended, to user mode. What the service
  /// did to the bases of FS and GS is kept.
  void out(Registers& registers, std::uint64_t result);

  /// The memory of the guest behind the user's addresses; nullptr: nothing is there.
  void show_user(const UserWindow* window) { memory_.show_user(window); }
  /// Where a fast 32-bit door returns to: the landing pad of __kernel_vsyscall.
  void set_landing_pad(std::uint64_t address);
  /// Sets or clears the flag of a [work] row; false where the kernel knows none of that name.
  bool set_work(std::string_view name, bool on);
  /// Some work is wanted: the next way out is no ordinary one.
  bool work_wanted() const { return work_wanted_; }

  /// Whether a guest in this mode finds the door open.
  bool has_door(Gate gate, CodeMode mode) const;

  /// The path so far; `service_at` is where the service came in between, if it did.
  const std::vector<PathItem>& items() const { return items_; }
  std::optional<std::size_t> service_at() const { return service_at_; }
  /// Words for each item, while effects are recorded.
  const std::vector<std::string>& effects() const { return effects_; }
  void record_effects(bool on) { recording_ = on; }

  /// The path depends on nothing but door, number, flags and return address, and where each
  /// register of the user's comes from is known.
  bool repeatable() const { return repeatable_; }
  /// But for the pointer to the sixth argument, which then belongs to what it depends on.
  bool asked_for_pointer() const { return ring0_.origins().by_pointer; }
  const Sources& sources() const { return sources_; }
  /// Changes when a crossing has replaced something that earlier, repeatable paths had read.
  std::uint64_t generation() const { return generation_; }

  const KernelText& text() const { return text_; }
  const KernelMemory& memory() const { return memory_; }
  CodeMode mode() const {
    return machine_.kernel.bits == 64 ? CodeMode::Long64 : CodeMode::Compat32;
  }
  /// The arrival of the crossing under way, and what its door is called in the kernel's model.
  const Arrival& arrival() const { return arrival_; }
  std::string_view door_name() const { return door_name_; }
  /// The assembled instruction at `address`; nullptr outside the text.
  const AssembledInstruction* instruction(KernelAddress address) const;

 private:
  EntryPoints entry_points() const;
  std::optional<KernelAddress> entry_point(std::string_view door) const;
  std::optional<Exception> refused_by_kernel(const Registers& registers) const;
  void run_to_service(Registers& registers);
  void run_to_door(Registers& registers);
  bool step(Registers& registers);
  void user_fault(Registers& registers, const AtUserFault& fault);
  bool settle();
  std::optional<Exception> take_gate(Registers& registers, GateState state, Door door);
  void leave_by_door(Registers& registers);
  KernelAddress place_of(const WorkModel& work) const;
  void show_kernels_segments(Registers& registers) const;
  void show_users_segments(Registers& registers);
  void check_left_as_found(const Registers& registers) const;
  bool find_sources(const Registers& registers, std::uint64_t result);
  Source source(Gpr r, const Registers& registers, std::uint64_t result) const;
  CodeMode user_mode() const { return user_.cs.long_mode ? CodeMode::Long64 : CodeMode::Compat32; }
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
  Sources sources_{};
  std::vector<KernelAddress> work_places_;  // of each [work] row
  Arrival arrival_;
  std::string_view door_name_;
  const MicroStep* failed_ = nullptr;  // the last that raised an exception
  std::uint64_t generation_ = 0;
  bool recording_ = false, repeatable_ = false, under_way_ = false, work_wanted_ = false;
};

}  // namespace ringfare
