// SPDX-License-Identifier: MIT
#include "emu/crossing/kernel_event.hpp"

#include <string>

namespace ringfare {
namespace {

struct EventRow {
  std::string_view name, service, stage, side;
};

/// By KernelEvent: its name in bills, its row in [services], and the stage it makes.
constexpr EventRow kEvents[] = {
    {"(signal)", "signal_frame", "signal frame", "way out"},
    {"(exception)", "exception", "exception", "entry"},
    {"(page fault)", "page_fault", "page fault", "entry"},
    {"(interrupt)", "interrupt", "interrupt", "entry"},
};

const EventRow& row_of(KernelEvent event) {
  return kEvents[static_cast<std::size_t>(event)];
}

}  // namespace

std::string_view name_of(KernelEvent event) {
  return row_of(event).name;
}

CrossingBill event_bill(const KernelModel& kernel, KernelEvent event) {
  const EventRow& row = row_of(event);
  CrossingBill bill;
  const auto service = kernel.services.find(row.service);
  if (service == kernel.services.end()) return bill;
  const Price& price = service->second.fixed;
  bill.stages.push_back({.name = std::string(row.stage),
                         .side = std::string(row.side),
                         .cycles = price.cycles,
                         .instructions = 0,
                         .note = "",
                         .source = price.source});
  bill.total = price.cycles;
  return bill;
}

}  // namespace ringfare
