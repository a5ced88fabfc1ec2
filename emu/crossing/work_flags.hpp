// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "cpu/kernel_space/kernel_memory.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// The flags of a kernel's [work] rows ("signal", "reschedule", "traced"): words of its memory by
/// which entry and exit code learns that something waits.
class WorkFlags {
 public:
  /// Both are kept by reference. Throws UserError for a row whose variable the memory does not
  /// have.
  WorkFlags(const KernelModel& kernel, KernelMemory& memory);

  /// False where the kernel has no row of that name.
  bool set(std::string_view name, bool on);
  /// A flag has been set since the last way out, or was left set by it: the next way in or out is
  /// no ordinary one.
  bool wanted() const { return wanted_; }
  /// A way out has ended: what the kernel has left set still waits.
  void look_again();

 private:
  KernelAddress place_of(const WorkModel& work) const;

  const KernelModel& kernel_;
  KernelMemory& memory_;
  std::vector<KernelAddress> places_;  // of each row
  bool wanted_ = false;
};

}  // namespace ringfare
