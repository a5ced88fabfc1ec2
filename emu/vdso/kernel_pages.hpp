// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cpu/block.hpp"
#include "emu/vdso/probe.hpp"
#include "emu/vdso/vdso.hpp"

namespace ringfare {

/// The pages that the kernel puts into a process: the vDSO with its data, or nothing but the code
/// of an executable vsyscall page. There may be none at all.
class KernelPages {
 public:
  explicit KernelPages(AddressSpace& memory) : memory_(memory) {}

  /// At `at`, behind the mappings of the program. `tells_calls`: calls of the vDSO's functions are
  /// noticed.
  void map(GuestAddress at, const VdsoOptions& options, bool tells_calls);
  /// The program is replaced, and its memory gone.
  void forget();

  /// Null where there is no vDSO.
  const Vdso* vdso() const { return vdso_ && !only_vsyscall_ ? &*vdso_ : nullptr; }

  /// As Vdso::publish.
  void publish(const SimulatedClock& clock) {
    if (vdso_) vdso_->publish(clock);
  }
  void begin_process() {
    if (vdso_) vdso_->begin_process();
  }

  /// Whether a fault at `address` is the load of the vDSO's cue.
  bool reads_cue(GuestAddress address, const Registers& registers) const;
  /// Does that load in the processor's place and moves RIP behind it; answers the instruction, as a
  /// block to be priced.
  Block read_cue(Registers& registers) const;

  bool notices_calls() const { return probe_.has_value(); }
  /// The fetch of an instruction at `at` has failed. As VdsoProbe::enter and VdsoProbe::leave; only
  /// where calls are noticed.
  bool enter_call(GuestAddress at, Thread& thread, std::chrono::nanoseconds now) {
    return probe_->enter(at, thread, now);
  }
  std::optional<VdsoCall> leave_call(GuestAddress at, Thread& thread) {
    return probe_->leave(at, thread);
  }
  /// As VdsoProbe::abandon.
  void abandon_calls() {
    if (probe_) probe_->abandon();
  }

  /// RIP at an entry of the executable vsyscall page goes to where the code of that entry lies
  /// here: the host has no page of ours at that address. False for other addresses.
  bool go_to_vsyscall_code(Registers& registers) const;

 private:
  AddressSpace& memory_;
  std::optional<Vdso> vdso_;
  bool only_vsyscall_ = false;
  std::optional<VdsoProbe> probe_;
};

}  // namespace ringfare
