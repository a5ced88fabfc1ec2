// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu/block.hpp"

namespace ringfare {

/// One way through translated code: blocks that were executed one after
/// another.
using PathId = std::uint32_t;

/// Hears of everything that is executed, path by path, in order. An id means
/// the same path until `forget`.
class PathConsumer {
 public:
  virtual ~PathConsumer() = default;

  /// From now on `id` stands for `blocks`; said before it is first used.
  virtual void known(PathId id, std::span<const BlockId> blocks) = 0;
  virtual void executed(std::span<const PathId> paths) = 0;
  /// Blocks of a path that a fault or a stop cut short after them.
  virtual void cut_short(std::span<const BlockId> blocks) = 0;
  /// Ids begin anew.
  virtual void forget() = 0;
};

}  // namespace ringfare
