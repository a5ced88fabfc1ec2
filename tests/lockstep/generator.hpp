// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "random.hpp"
#include "rows.hpp"
#include "snapshot.hpp"

namespace ringfare::lockstep {

using Code = std::vector<std::uint8_t>;

/// Instructions that are only drawn, and dropped, together.
struct Item {
  std::vector<Code> instructions;
  bool on_unicorn = true;
};

struct Draft {
  CodeMode mode = CodeMode::Long64;
  std::vector<Item> items;

  Code code() const;
  bool on_unicorn() const;
  std::vector<Code> instructions() const;
  /// As text, one instruction a line.
  std::string text() const;
};

ZydisDecoder decoder_of(CodeMode mode);

/// The flags no manual promises anything about before each instruction of a block, and at its end.
std::vector<std::uint64_t> undefined_flags(const Draft& block);

/// An instruction of the row; nothing where the operands drawn have no encoding.
std::optional<Code> draw(Random& random, const Row& row, CodeMode mode);

Draft draw_block(Random& random, CodeMode mode);
Snapshot draw_snapshot(Random& random, CodeMode mode);

}  // namespace ringfare::lockstep
