// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/translation_log.hpp"

#include "cpu/translator/code_cache.hpp"
#include "cpu/translator/watch/translation_text.hpp"

namespace ringfare {

using namespace translator;

void TranslationLog::translated(const CodeCache& cache, std::uint32_t index) {
  const Superblock& made = cache.superblock(index);
  log_.write(LogCategory::Translator, "superblock {} at {:#x}: {}, {} host bytes, {} off the path",
             index, made.entry.value, path_text(made), made.end - made.begin,
             made.cold_end - made.cold_begin);
}

void TranslationLog::head_added(const CodeCache& cache, std::uint32_t index) {
  log_.write(LogCategory::Translator, "superblock {} at {:#x} can be entered by indirect branches",
             index, cache.superblock(index).entry.value);
}

void TranslationLog::linked(const CodeCache& cache, std::uint32_t exit, const Superblock& to) {
  log_.write(LogCategory::Translator,
             "exit {} of superblock {} goes straight to superblock {} at {:#x}", exit,
             cache.exit(exit).superblock, &to - cache.superblocks().data(), to.entry.value);
}

void TranslationLog::dropped(const CodeCache& cache, std::uint32_t index) {
  log_.write(LogCategory::Translator,
             "superblock {} at {:#x} is dropped: its code was changed or mapped anew", index,
             cache.superblock(index).entry.value);
}

void TranslationLog::forgetting(const CodeCache& cache) {
  if (!cache.superblocks().empty())
    log_.write(LogCategory::Translator, "all {} superblocks are forgotten",
               cache.superblocks().size());
}

}  // namespace ringfare
