// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "emu/crossing.hpp"
#include "models/machine.hpp"

namespace ringfare {

/// What a call through the vsyscall page costs where the page-fault handler serves it: the delivery
/// of the fault and the return from it by the processor's prices of an interrupt and of IRET, the
/// handler by the kernel model's `vsyscall_fault`, and the service itself.
class VsyscallCrossing {
 public:
  explicit VsyscallCrossing(const Machine& machine);

  /// Good until the next call.
  const CrossingBill& bill(std::string_view call);

 private:
  const Machine& machine_;
  CrossingBill bill_;
};

}  // namespace ringfare
