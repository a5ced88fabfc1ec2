// SPDX-License-Identifier: MIT
#include "emu/bill/bill.hpp"

namespace ringfare {

Cycles crossing_cycles(const Bill& bill) {
  Cycles sum;
  for (const Bill::Stage& stage : bill.stages)
    if (stage.side != "service" && stage.side != "copy") sum += stage.cycles;
  return sum;
}

}  // namespace ringfare
