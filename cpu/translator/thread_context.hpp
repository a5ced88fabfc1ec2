// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/translator/arena.hpp"
#include "cpu/translator/host_segments.hpp"
#include "cpu/translator/ledger.hpp"
#include "cpu/translator/writer.hpp"

namespace ringfare::translator {

/// Brings a thread's state to where translated code has it, and back.
class ThreadContext {
 public:
  /// `counting` is what translated code does now.
  ThreadContext(const Arena& arena, Ledger& ledger, const Counting& counting);

  /// What is entered from now on is code of this mode; totals counted so far stay.
  void set_mode(CodeMode mode);

  void load(const Thread& thread);
  void store(Thread& thread);
  /// Runs translated code at Context::target until it comes back.
  void enter(CodeMode mode);

  /// Translated code was left inside an instruction, which may use the host's segments.
  void reload_segments(const Registers& registers);

  /// Totals are kept twice, in a register the guest cannot reach and by counters that it can.
  /// Throws UserError where they differ.
  void check_counts() const;

 private:
  void load_segments(const Registers& registers);
  void copy_totals(Lanes& to, const Lanes& from) const;

  const Arena& arena_;
  Ledger& ledger_;
  const Counting& counting_;
  HostSegments segments_;
  Lanes counted_{};  // what was added to the totals of threads
};

}  // namespace ringfare::translator
