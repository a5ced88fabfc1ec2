// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "cpu/translator/code_map.hpp"

namespace ringfare::translator {

/// How a path leaves one of its blocks for the next.
enum class Follow : std::uint8_t { Stop, FallThrough, Taken };

struct Step {
  const CodeMap::Entry* entry;
  Follow follow;
};

struct SelectionLimits {
  std::size_t blocks = 12;
  std::size_t instructions = 64;
  std::size_t loop_instructions = 128;  // a loop is unrolled up to this length
};

/// Chooses the path of the superblock that starts at `address`: direct jumps are followed, backward
/// conditional branches are taken to be loops, forward ones to fall through; a path that comes back
/// to its start goes round again (unrolling). `is_head` says where a superblock starts already:
/// there the path stops and is linked instead.
template <class IsHead>
std::vector<Step> select_path(CodeMap& code, GuestAddress address, const SelectionLimits& limits,
                              IsHead is_head) {
  std::vector<Step> path;
  std::size_t instructions = 0;
  bool looping = false;
  GuestAddress at = address;
  for (;;) {
    const CodeMap::Entry& entry = code.at(at);
    instructions += entry.block.instructions.size();
    path.push_back({&entry, Follow::Stop});
    if (entry.obstacle != CodeMap::Obstacle::None || entry.block.instructions.empty()) return path;

    const Instruction& last = entry.block.instructions.back();
    Follow follow = Follow::Stop;
    GuestAddress next = entry.block.end();
    if (last.flow == Flow::Next) {
      follow = Follow::FallThrough;
    } else if (last.flow == Flow::Jump) {
      follow = Follow::Taken;
      next = last.target;
    } else if (last.flow == Flow::ConditionalJump) {
      const bool backward = last.target < entry.block.end() && last.detail != kShortOnly;
      follow = backward ? Follow::Taken : Follow::FallThrough;
      if (backward) next = last.target;
    }
    if (follow == Follow::Stop) return path;
    const bool back_at_start = next == address;
    looping |= back_at_start;
    const std::size_t room = looping ? limits.loop_instructions : limits.instructions;
    if (path.size() >= (looping ? 2 : 1) * limits.blocks || instructions >= room) return path;
    if (!looping && is_head(next)) return path;
    path.back().follow = follow;
    at = next;
  }
}

}  // namespace ringfare::translator
