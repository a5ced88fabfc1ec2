// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "emu/crossing/crossing.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// What the kernel does for a thread besides its calls.
enum class KernelEvent : std::uint8_t {
  SignalFrame,  // a signal taken, its frame written, the handler entered
  Exception,    // from the faulting instruction to the signal it becomes
  PageFault,    // the same, with the search for the mapping
  Interrupt,    // a timer's, or the switch to a thread that has a signal
};

/// The name under which a bill counts it: "(page fault)".
std::string_view name_of(KernelEvent event);

/// What it costs: a price in one piece, not an executed path, from the kernel model's [services].
/// An empty bill where the model has no such row.
CrossingBill event_bill(const KernelModel& kernel, KernelEvent event);

}  // namespace ringfare
