// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/base/debug_log.hpp"
#include "cpu/translator/translation_watcher.hpp"

namespace ringfare {

/// Writes into the debug log what becomes of the guest's code:
///
///     superblock 0 at 0x401000: first tier, 1 block, 5 instructions, 61 host bytes, 40 off the
///     path superblock 0 at 0x401000 can be entered by indirect branches exit 1 of superblock 0
///     goes straight to superblock 1 at 0x40100a superblock 0 at 0x401000 is dropped: its code has
///     changed all 2 superblocks are forgotten
class TranslationLog final : public TranslationWatcher {
 public:
  explicit TranslationLog(DebugLog& log) : log_(log) {}

  void translated(const translator::CodeCache& cache, std::uint32_t index) override;
  void head_added(const translator::CodeCache& cache, std::uint32_t index) override;
  void linked(const translator::CodeCache& cache, std::uint32_t exit,
              const translator::Superblock& to) override;
  void dropped(const translator::CodeCache& cache, std::uint32_t index) override;
  void forgetting(const translator::CodeCache& cache) override;

 private:
  DebugLog& log_;
};

}  // namespace ringfare
