// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "emu/bill/bill.hpp"
#include "emu/bill/bill_ledger.hpp"
#include "emu/session/run_state.hpp"

namespace ringfare {

/// How a process of the run begins and ends, what is told of it, and its bill. Every process of the
/// guest is one of the host, made by fork(2); this one is the only one it knows.
class ProcessLife {
 public:
  /// `state` is kept by reference.
  explicit ProcessLife(RunState& state) : state_(state) {}

  /// The run begins: tells of the execve(2) that has brought the program here, which no guest has
  /// made and which has no price.
  void start();
  /// This is a new process, which has been charged nothing so far.
  void begin();
  /// A thread of this process has ended: by a status, or by a signal.
  void end_thread(std::optional<int> status, std::optional<int> killed_by, const Origin& origin);
  /// The process is over. In the first one of a run: answers the bill, with those of all others,
  /// when the last one has ended. Any other leaves its bill in the ledger and does not come back.
  Bill end();

 private:
  void end_threads();
  Bill end_in_tree();
  Bill bill();

  RunState& state_;
  BillLedger ledger_;
};

}  // namespace ringfare
