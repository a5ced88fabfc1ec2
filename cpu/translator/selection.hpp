// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "cpu/code_map.hpp"

namespace ringfare::translator {

/// How a path leaves one of its blocks for the next. `Taken` behind a call goes on in the callee,
/// behind a return at the address that call pushed.
enum class Follow : std::uint8_t { Stop, FallThrough, Taken };

struct Step {
  const CodeMap::Entry* entry;
  Follow follow = Follow::Stop;
  /// Of an indirect branch: where it usually goes, most often first. The path checks that: it goes
  /// on at the first, or is linked to what starts there, and is linked to the others.
  std::vector<GuestAddress> expected = {};
};

struct SelectionLimits {
  std::size_t blocks = 16;
  std::size_t instructions = 96;
  // A loop is unrolled up to this length.
  std::size_t loop_blocks = 24;
  std::size_t loop_instructions = 128;
  std::uint64_t reach = INT32_MAX;  // of an address as a sign-extended imm32
};

/// What is known of the code when a path is chosen.
class Experience {
 public:
  virtual ~Experience() = default;
  /// Where the conditional jump at the end of the block at `start` mostly went; `Stop`: unknown.
  virtual Follow usual_way(GuestAddress start) const = 0;
  /// Where the indirect branch at the end of the block at `start` mostly went, most often first;
  /// within 2 GiB.
  virtual std::vector<GuestAddress> usual_targets(GuestAddress start) const = 0;
  /// A path starts there already: others are linked to it.
  virtual bool is_path_head(GuestAddress address) const = 0;
};

/// The block at `address` alone; `expected` is where its indirect branch goes, as far as is known.
std::vector<Step> single_block(CodeMap& code, GuestAddress address,
                               std::vector<GuestAddress> expected);

/// Chooses the path of the superblock that starts at `address` where execution usually goes: along
/// direct jumps, conditional ones the usual way, and calls that return within the path; a path that
/// comes back to its start goes round again (unrolling).
std::vector<Step> select_path(CodeMap& code, GuestAddress address, const SelectionLimits& limits,
                              const Experience& experience);

}  // namespace ringfare::translator
