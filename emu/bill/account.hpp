// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emu/bill/bill.hpp"
#include "emu/crossing/crossing_bill.hpp"

namespace ringfare {

/// Adds up the crossings of a run by stage and by call. All cycles are in hundredths.
class Account {
 public:
  /// `slot` numbers the call densely enough to be an index; calls of one slot share a name.
  void charge(std::size_t slot, std::string_view name, bool failed, const CrossingBill& crossing);

  /// Of all crossings.
  Cycles total() const { return total_; }

  /// Puts kernel cycles, stages in path order and calls, the most expensive first, into `bill`.
  void fill(Bill& bill) const;

 private:
  /// Indices into stages_ of the stages of a bill.
  using Indices = std::vector<std::size_t>;
  /// The bill that was last charged to a slot, if it is settled.
  struct Latest {
    const CrossingBill* bill = nullptr;
    Indices stages;
  };

  const Indices& stages_of(std::size_t slot, const CrossingBill& crossing);
  void find_stages(const CrossingBill& crossing, Indices& found);
  std::size_t stage_at(std::size_t position, const StageCost& stage, std::size_t previous);

  Cycles total_;
  std::vector<Bill::Stage> stages_;
  std::vector<std::size_t> path_order_;  // indices into stages_
  std::vector<std::size_t> guesses_;     // by position in a crossing: the stage last seen there
  std::vector<Bill::Call> calls_;        // by slot
  std::vector<Latest> latest_;           // by slot
  Indices found_;                        // of a bill that is not settled
};

}  // namespace ringfare
