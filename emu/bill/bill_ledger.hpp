// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "emu/bill/bill.hpp"

namespace ringfare {

/// Where the processes of a run leave their bills for the first one, which ends last. Each guest
/// process is a process of the host made by fork(2); the ledger is a file without a name that all
/// of them have open.
class BillLedger {
 public:
  /// Throws UserError where the host gives no file.
  BillLedger();
  ~BillLedger();
  BillLedger(const BillLedger&) = delete;
  BillLedger& operator=(const BillLedger&) = delete;

  void add(const Bill& bill);
  /// In the order in which they were added.
  std::vector<Bill> read() const;

 private:
  int file_ = -1;
};

}  // namespace ringfare
