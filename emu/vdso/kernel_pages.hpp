// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cpu/block.hpp"
#include "emu/vdso/probe.hpp"
#include "emu/vdso/vdso.hpp"

namespace ringfare {

/// The kernel's pages in a process: the vDSO with its data, or the code of an executable vsyscall
/// page. There may be none.
class KernelPages {
 public:
  explicit KernelPages(AddressSpace& memory) : memory_(memory) {}

  /// `tells_calls`: calls of the vDSO's functions are noticed.
  void map(GuestAddress at, const VdsoOptions& options, bool tells_calls);
  /// The program is replaced, and its memory gone.
  void forget();

  /// Null: there are none, or nothing but a vsyscall page.
  const Vdso* vdso() const { return vdso_ && !only_vsyscall_ ? &*vdso_ : nullptr; }

  void publish(const SimulatedClock& clock) {
    if (vdso_) vdso_->publish(clock);
  }
  void begin_process() {
    if (vdso_) vdso_->begin_process();
  }

  /// Whether a fault at `address` is the load of the vDSO's cue.
  bool reads_cue(GuestAddress address, const Registers& registers) const;
  /// That load, done in the processor's place; answers the instruction.
  Block read_cue(Registers& registers) const;

  bool notices_calls() const { return probe_.has_value(); }
  /// A failed fetch at `at`: whether a call has begun there, or which one has ended. Otherwise, and
  /// whenever the guest is about to look at its own stack, calls under way go unnoticed.
  bool enter_call(GuestAddress at, Thread& thread, std::chrono::nanoseconds now) {
    return probe_->enter(at, thread, now);
  }
  std::optional<VdsoCall> leave_call(GuestAddress at, Thread& thread) {
    return probe_->leave(at, thread);
  }
  void abandon_calls() {
    if (probe_) probe_->abandon();
  }

  /// From an entry of the executable vsyscall page to where its code lies: the page is not at its
  /// address here.
  bool go_to_vsyscall_code(Registers& registers) const;

 private:
  AddressSpace& memory_;
  std::optional<Vdso> vdso_;
  bool only_vsyscall_ = false;
  std::optional<VdsoProbe> probe_;
};

}  // namespace ringfare
