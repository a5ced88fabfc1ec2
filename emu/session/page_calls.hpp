// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/engine.hpp"
#include "emu/session/faults.hpp"
#include "emu/session/run_state.hpp"
#include "emu/vdso/probe.hpp"
#include "emu/vdso/vsyscall.hpp"

namespace ringfare {

/// Faults that are none: calls of the kernel's pages in user memory, where the emulator stands in
/// for the processor or for the kernel's page-fault handler.
class PageCalls {
 public:
  /// Both are kept by reference.
  PageCalls(RunState& state, Faults& faults) : state_(state), faults_(faults) {}

  /// Does what the fault is about. False where these pages have nothing to do with it, and nothing
  /// has been done.
  bool serve(const AtFault& at);

 private:
  bool read_cue(const AtFault& at);
  bool at_probe(const AtFault& at);
  void tell_vdso_call(const VdsoCall& call);
  bool at_vsyscall_page(const AtFault& at);
  void serve_vsyscall(const VsyscallFetch& fetch);

  RunState& state_;
  Faults& faults_;
};

}  // namespace ringfare
