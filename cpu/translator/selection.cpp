// SPDX-License-Identifier: MIT
#include "cpu/translator/selection.hpp"

#include <algorithm>
#include <utility>

namespace ringfare::translator {
namespace {

/// Where a path goes on behind one of its blocks.
struct Continuation {
  Follow follow = Follow::Stop;
  GuestAddress next;
  std::vector<GuestAddress> expected = {};  // of an indirect branch
};

/// A call the path has followed and not returned from.
struct OpenCall {
  std::size_t step;
  GuestAddress return_address;
};

class Selection {
 public:
  Selection(CodeMap& code, GuestAddress address, const SelectionLimits& limits,
            const Experience& experience)
      : code_(code), start_(address), limits_(limits), experience_(experience) {}

  std::vector<Step> choose() {
    GuestAddress at = start_;
    for (;;) {
      const CodeMap::Entry& entry = code_.at(at);
      path_.push_back({&entry});
      instructions_ += entry.block.instructions.size();
      if (entry.obstacle != CodeMap::Obstacle::None || entry.block.instructions.empty()) break;
      auto [follow, next, expected] = continuation(entry.block);
      path_.back().expected = std::move(expected);
      if (follow == Follow::Stop || !goes_on(next)) break;
      path_.back().follow = follow;
      at = next;
    }
    cut_open_calls();
    return std::move(path_);
  }

 private:
  Continuation continuation(const Block& block) {
    const Instruction& last = block.instructions.back();
    switch (last.flow) {
      case Flow::Next:
        return {Follow::FallThrough, block.end()};
      case Flow::Jump:
        return {Follow::Taken, last.target};
      case Flow::ConditionalJump:
        return conditional(block, last);
      case Flow::Call:
        return call(block, last);
      case Flow::Return: {
        if (calls_.empty()) return usual(block);
        const GuestAddress back = calls_.back().return_address;
        calls_.pop_back();
        return {Follow::Taken, back, {back}};
      }
      case Flow::IndirectJump:
        return usual(block);
      case Flow::IndirectCall:
        return indirect_call(block);
      default:
        return {};
    }
  }

  Continuation conditional(const Block& block, const Instruction& last) const {
    const Follow usual = experience_.usual_way(block.start);
    if (usual == Follow::Taken && last.detail != kShortOnly) return {usual, last.target};
    if (usual == Follow::FallThrough) return {usual, block.end()};
    return {};
  }

  Continuation call(const Block& block, const Instruction& last) {
    // The return address is pushed and checked as a sign-extended imm32. Recursion does not return
    // soon.
    if (block.end().value > limits_.reach || is_on_path(last.target)) return {};
    calls_.push_back({path_.size() - 1, block.end()});
    return {Follow::Taken, last.target};
  }

  Continuation usual(const Block& block) const {
    auto targets = experience_.usual_targets(block.start);
    if (targets.empty()) return {};
    return {Follow::Taken, targets.front(), std::move(targets)};
  }

  Continuation indirect_call(const Block& block) {
    Continuation usually = usual(block);
    if (usually.follow == Follow::Taken && block.end().value <= limits_.reach)
      calls_.push_back({path_.size() - 1, block.end()});
    return usually;
  }

  bool is_on_path(GuestAddress address) const {
    return std::ranges::any_of(
        path_, [address](const Step& step) { return step.entry->block.start == address; });
  }

  bool goes_on(GuestAddress next) {
    if (next == start_ && calls_.empty()) return goes_round();
    if (looping_) return true;
    if (path_.size() >= limits_.blocks || instructions_ >= limits_.instructions) return false;
    return !calls_.empty() || !experience_.is_path_head(next);
  }

  /// Whether there is room for the loop once more: a path ends where it began.
  bool goes_round() {
    if (!looping_) {
      looping_ = true;
      round_blocks_ = path_.size();
      round_instructions_ = instructions_;
    }
    return path_.size() + round_blocks_ <= limits_.loop_blocks &&
           instructions_ + round_instructions_ <= limits_.loop_instructions;
  }

  /// Back to the first call that does not return within the path: there it is linked.
  void cut_open_calls() {
    if (calls_.empty()) return;
    path_.resize(calls_.front().step + 1);
    path_.back().follow = Follow::Stop;
  }

  CodeMap& code_;
  const GuestAddress start_;
  const SelectionLimits& limits_;
  const Experience& experience_;
  std::vector<Step> path_;
  std::vector<OpenCall> calls_;
  std::size_t instructions_ = 0;
  bool looping_ = false;
  std::size_t round_blocks_ = 0, round_instructions_ = 0;
};

}  // namespace

std::vector<Step> single_block(CodeMap& code, GuestAddress address,
                               std::vector<GuestAddress> expected) {
  return {{.entry = &code.at(address), .expected = std::move(expected)}};
}

std::vector<Step> select_path(CodeMap& code, GuestAddress address, const SelectionLimits& limits,
                              const Experience& experience) {
  return Selection(code, address, limits, experience).choose();
}

}  // namespace ringfare::translator
