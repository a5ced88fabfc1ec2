// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpu/translator/watch/gdb_jit.hpp"
#include "cpu/translator/watch/perf_map.hpp"
#include "cpu/translator/watch/translation_dump.hpp"
#include "cpu/translator/watch/translation_log.hpp"
#include "emu/cli/debug_log_choice.hpp"
#include "emu/cli/options/options.hpp"
#include "emu/cli/output.hpp"
#include "emu/stack/guest_images.hpp"

namespace ringfare {

/// --debug-log and --debug-categories; --dump-translation, --dump-at, --dump-count, --perf-map and
/// --gdb-jit.
void add_debug_options(OptionTable& table);

/// What a run offers to those who work on the emulator, as its options choose.
class DebugTools {
 public:
  /// Throws UserError where something cannot be had.
  explicit DebugTools(const ParsedOptions& options);
  DebugTools(const DebugTools&) = delete;
  DebugTools& operator=(const DebugTools&) = delete;

  DebugLog* log() { return log_.log(); }
  /// All that want to hear of translations.
  const std::vector<TranslationWatcher*>& watchers() const { return watchers_; }
  /// The run is over. Throws UserError where something could not be written.
  void finish();

 private:
  TranslationDump::Choice dump_choice(const ParsedOptions& options);
  std::optional<GuestAddress> place(const AddressSpace& memory);

  DebugLogChoice log_;
  GuestImages images_;
  const NameOfAddress name_of_ = [this](const AddressSpace& memory, GuestAddress address) {
    return images_.name_of(memory, address.value);
  };
  std::string place_;    // of --dump-at
  std::string nearest_;  // what may have been meant by it, where no image has it
  bool place_is_known_ = false;
  std::optional<Output> dump_file_;
  std::optional<TranslationLog> translation_log_;
  std::optional<TranslationDump> dump_;
  std::optional<PerfMap> perf_map_;
  std::optional<GdbJit> gdb_jit_;
  std::vector<TranslationWatcher*> watchers_;
};

}  // namespace ringfare
