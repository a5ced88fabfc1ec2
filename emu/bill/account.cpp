// SPDX-License-Identifier: MIT
#include "emu/bill/account.hpp"

#include <algorithm>

namespace ringfare {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};

bool same(const Bill::Stage& known, const StageCost& stage) {
  return known.name == stage.name && known.side == stage.side;
}

}  // namespace

std::size_t Account::stage_at(std::size_t position, const StageCost& stage, std::size_t previous) {
  if (position >= guesses_.size()) guesses_.resize(position + 1, kNone);
  std::size_t& guess = guesses_[position];
  if (guess != kNone && same(stages_[guess], stage)) return guess;
  const auto known = std::find_if(stages_.begin(), stages_.end(),
                                  [&](const Bill::Stage& s) { return same(s, stage); });
  guess = static_cast<std::size_t>(known - stages_.begin());
  if (known != stages_.end()) return guess;
  stages_.push_back({.name = stage.name, .side = stage.side});
  // A stage met for the first time belongs behind the one it followed.
  const auto before = std::find(path_order_.begin(), path_order_.end(), previous);
  path_order_.insert(previous == kNone ? path_order_.begin() : before + 1, guess);
  return guess;
}

void Account::find_stages(const CrossingBill& crossing, Indices& found) {
  found.clear();
  for (std::size_t i = 0; i < crossing.stages.size(); ++i)
    found.push_back(stage_at(i, crossing.stages[i], i == 0 ? kNone : found.back()));
}

/// The names of the stages of a settled bill are looked at once.
const Account::Indices& Account::stages_of(std::size_t slot, const CrossingBill& crossing) {
  if (!crossing.settled()) {
    find_stages(crossing, found_);
    return found_;
  }
  Latest& latest = latest_[slot];
  if (latest.bill != &crossing) {
    latest.bill = &crossing;
    find_stages(crossing, latest.stages);
  }
  return latest.stages;
}

void Account::charge(std::size_t slot, std::string_view name, bool failed,
                     const CrossingBill& crossing) {
  if (slot >= calls_.size()) {
    calls_.resize(slot + 1);
    latest_.resize(slot + 1);
  }
  total_ += crossing.total;
  const Indices& indices = stages_of(slot, crossing);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const StageCost& stage = crossing.stages[i];
    Bill::Stage& sum = stages_[indices[i]];
    ++sum.times;
    sum.instructions += stage.instructions;
    sum.cycles += stage.cycles;
  }
  Bill::Call& call = calls_[slot];
  if (call.calls++ == 0) {
    call.name = name;
    call.least = crossing.total;
  }
  call.least = std::min(call.least, crossing.total);
  call.most = std::max(call.most, crossing.total);
  call.errors += failed;
  call.cycles += crossing.total;
}

void Account::fill(Bill& bill) const {
  bill.kernel = total_;
  for (const std::size_t index : path_order_) {
    bill.stages.push_back(stages_[index]);
    bill.kernel_instructions += stages_[index].instructions;
  }
  for (const Bill::Call& call : calls_)
    if (call.calls != 0) bill.calls.push_back(call);
  std::stable_sort(bill.calls.begin(), bill.calls.end(),
                   [](const auto& a, const auto& b) { return a.cycles > b.cycles; });
}

}  // namespace ringfare
