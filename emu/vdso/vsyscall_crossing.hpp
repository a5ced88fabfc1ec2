// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "emu/crossing/crossing.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// What a call through the vsyscall page costs where the kernel serves it from a page fault. The
/// way in and the way out are executed: they are those of an interrupt from 64-bit code, which an
/// `int $0x80` takes too. What the handler does for this page beyond the service is the kernel
/// model's `vsyscall_fault`.
class VsyscallCrossing {
 public:
  /// Both are kept by reference. Nothing is assembled before the first call.
  VsyscallCrossing(const Machine& machine, Pricer& pricer);

  /// `charge.call` is one of kVsyscallSlots. Good until the next call.
  const CrossingBill& bill(std::int64_t result, const ServiceCharge& charge);

 private:
  CrossingBill without_interrupts(const ServiceCharge& charge) const;
  void put_handler_in_front_of_service();

  const Machine& machine_;
  Pricer& pricer_;
  std::optional<Crossings> crossings_;
  CrossingBill bill_;
};

}  // namespace ringfare
