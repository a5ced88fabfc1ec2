// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "cpu/translator/translation_watcher.hpp"
#include "cpu/translator/watch/code_names.hpp"

namespace ringfare {

/// Gives GDB the names of translated code as it comes and goes ("JIT Compilation Interface" in
/// GDB's manual), so that `bt` and `info symbol` know it: an object file in memory for each
/// superblock, with nothing but symbols. Frames above are the guest's own, whose stack is the
/// host's while translated code runs. One instance at a time in a process.
class GdbJit final : public TranslationWatcher {
 public:
  explicit GdbJit(NameOfAddress name_of = {});
  ~GdbJit() override;
  GdbJit(const GdbJit&) = delete;
  GdbJit& operator=(const GdbJit&) = delete;

  void translated(const translator::CodeCache& cache, std::uint32_t index) override;
  void head_added(const translator::CodeCache& cache, std::uint32_t index) override;
  void forgetting(const translator::CodeCache& cache) override;

 private:
  struct Object;
  void add(const NamedCode& code);
  void remove_all();

  const NameOfAddress name_of_;
  std::vector<std::unique_ptr<Object>> objects_;
};

}  // namespace ringfare
