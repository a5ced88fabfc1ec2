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
#include "emu/crossing/booted_kernel.hpp"
#include "emu/crossing/register_sources.hpp"
#include "emu/crossing/work_flags.hpp"

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

/// The kernel of a machine as something that runs: what is executed on the way in and out of the
/// crossing under way.
class KernelPath {
 public:
  /// Assembles the doors of the machine's kernel; `machine` is kept by reference. Throws UserError.
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
  void show_user(const UserWindow* window) { kernel_.memory().show_user(window); }
  /// Where a fast 32-bit door returns to: the landing pad of __kernel_vsyscall.
  void set_landing_pad(std::uint64_t address);
  /// Sets or clears the flag of a [work] row; false where the kernel knows none of that name.
  bool set_work(std::string_view name, bool on) { return work_.set(name, on); }
  /// Some work is wanted: the next way out is no ordinary one.
  bool work_wanted() const { return work_.wanted(); }

  /// The path so far; `service_at` is where the service came in between, if it did.
  const std::vector<PathItem>& items() const { return items_; }
  std::optional<std::size_t> service_at() const { return service_at_; }
  /// Words for each item, while effects are recorded.
  const std::vector<std::string>& effects() const { return effects_; }
  void record_effects(bool on) { recording_ = on; }

  /// Where each register of the user's comes from, after `out`. Nothing where the path depended on
  /// more than door, number, flags and return address, or where that cannot be told: such a path
  /// has to be executed again the next time.
  const std::optional<Sources>& sources() const { return sources_; }
  /// It depended on the pointer to the sixth argument too.
  bool asked_for_pointer() const { return ring0_.origins().by_pointer; }
  /// Changes when a crossing has replaced something that earlier, repeatable paths had read.
  std::uint64_t generation() const { return generation_; }

  const BootedKernel& kernel() const { return kernel_; }
  /// The arrival of the crossing under way, and what its door is called in the kernel's model.
  const Arrival& arrival() const { return arrival_; }
  std::string_view door_name() const { return door_name_; }

 private:
  KernelMemory& memory() { return kernel_.memory(); }
  bool is_32_bit() const { return kernel_.memory().plan().bits == 32; }
  void begin(const Registers& registers, Arrival arrival);
  std::optional<Exception> refused_by_kernel(const Registers& registers) const;
  std::optional<Exception> go_in(Registers& registers);
  void run_to_service(Registers& registers);
  void run_to_door(Registers& registers);
  bool step(Registers& registers);
  void user_fault(Registers& registers, const AtUserFault& fault);
  bool settle();
  std::optional<Exception> take_gate(Registers& registers, GateState state, Door door);
  void leave_by_door(Registers& registers);
  void keep_users_gs(const Registers& registers);
  void show_kernels_segments(Registers& registers) const;
  void show_users_segments(Registers& registers) const;
  void check_left_as_found(const Registers& registers) const;
  [[noreturn]] void refuse(KernelAddress address, const std::string& what) const;

  template <class Body>
  void as_user_error(Body body) const;

  BootedKernel kernel_;
  WorkFlags work_;
  SystemState system_;
  Ring0 ring0_;

  // The crossing under way.
  bool under_way_ = false;
  Arrival arrival_;
  std::string_view door_name_;
  std::vector<PathItem> items_;
  std::vector<std::string> effects_;
  std::optional<std::size_t> service_at_;
  std::optional<AtDoor> door_;         // out
  IntegerRegisters users_, kernels_;   // at the gate; at the service
  const MicroStep* failed_ = nullptr;  // the last that raised an exception
  std::optional<Sources> sources_;

  std::uint64_t generation_ = 0;
  bool recording_ = false;
};

}  // namespace ringfare
