// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringfare {
namespace translator {

class CodeCache;
struct Superblock;

/// Told of translations as they come and go, never of their execution: translated code is the same
/// whether somebody watches or not. `index` is that of a superblock in `cache`.
class TranslationWatcher {
 public:
  virtual ~TranslationWatcher() = default;

  /// A superblock has been written. Its exits are not linked yet.
  virtual void translated(const CodeCache&, std::uint32_t /*index*/) {}
  /// It has got an entry from indirect branches, off its path.
  virtual void head_added(const CodeCache&, std::uint32_t /*index*/) {}
  /// The jump of a direct exit leads to another superblock from now on.
  virtual void linked(const CodeCache&, std::uint32_t /*exit*/, const Superblock& /*to*/) {}
  /// Its guest code has changed: nothing leads to it any more. Its bytes stay where they are.
  virtual void dropped(const CodeCache&, std::uint32_t /*index*/) {}
  /// All superblocks are about to be forgotten: the cache is full, will hold code of another kind,
  /// or ends.
  virtual void forgetting(const CodeCache&) {}
};

}  // namespace translator

using translator::TranslationWatcher;

}  // namespace ringfare
