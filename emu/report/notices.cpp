// SPDX-License-Identifier: MIT
#include "emu/report/notices.hpp"

#include <fmt/format.h>

#include "emu/report/report.hpp"

namespace ringfare {

void Notices::on(Cycles, const Event& event) {
  const auto* const warning = std::get_if<WarningEvent>(&event);
  if (warning == nullptr) return;
  fmt::print(out_, "ringfare: {}\n", warning->text);
  std::fflush(out_);
}

Report notices_report(const ReportInputs& inputs) {
  return {.sink = std::make_unique<Notices>(inputs.out)};
}

}  // namespace ringfare
