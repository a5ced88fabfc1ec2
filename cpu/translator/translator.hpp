// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"
#include "cpu/translator/path_trace.hpp"
#include "cpu/translator/translation_watcher.hpp"

namespace ringfare {

struct TranslatorOptions {
  /// How many lanes of `Lanes` are in use: 1 + the number of machines priced at once.
  unsigned lanes = 2;
  /// Keep totals in memory even where the host has hidden vector registers for them (AVX-512VL).
  bool memory_totals = false;
  /// Count nothing at all: for measuring what counting costs.
  bool counts = true;
  /// Hears of every path taken; null: nobody does.
  PathConsumer* paths = nullptr;
  /// Hear of every translation; they outlive the translator.
  std::vector<TranslationWatcher*> watchers = {};
};

/// Same-ISA translator for x86-64 Linux hosts: copies ordinary guest instructions into a code cache
/// in the low 2 GiB, keeps guest registers in host registers, links direct branches, resolves
/// indirect ones inline. Needs guest memory at its own addresses, and a host with FSGSBASE and
/// XSAVE. One translator runs at a time in a process: it owns the process's fault signals while it
/// exists.
class Translator final : public Engine {
 public:
  /// Call after the program is loaded: takes a hole in the low 2 GiB for its code cache and
  /// reserves it in `memory`. Throws UserError where the host cannot do it.
  Translator(AddressSpace& memory, BlockObserver& observer, TranslatorOptions options = {});
  ~Translator() override;

  /// What the host lacks, as a sentence; empty where it lacks nothing.
  static std::string why_not_here();
  /// Why the guest can reach the emulator's memory, as a sentence; empty where it cannot.
  static std::string why_no_wall();

  Stop run(Thread& thread, Budget budget) override;
  void invalidate(GuestRange range) override;
  std::vector<std::uint64_t> executions() const override;
  void leave_behind() override;

  /// Totals derived from the counters of executed paths: equal to what was added to the totals of
  /// the threads run so far, by another way.
  Lanes derived_totals() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace ringfare
