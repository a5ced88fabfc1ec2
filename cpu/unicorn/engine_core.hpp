// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cpu/code_map.hpp"
#include "cpu/unicorn/guest_regions.hpp"
#include "cpu/unicorn/interruption_notes.hpp"
#include "cpu/unicorn/limits.hpp"
#include "cpu/unicorn/machine.hpp"
#include "cpu/unicorn/store_log.hpp"
#include "cpu/unicorn/unicorn_engine.hpp"

namespace ringfare {

/// Runs Unicorn and keeps track, by a hook before every instruction, of where in which block it is.
class UnicornEngine::Core {
 public:
  Core(AddressSpace& memory, BlockObserver& observer);

  Stop run(Thread& thread, Budget budget);
  void invalidate(GuestRange range);
  std::vector<std::uint64_t> executions() const;
  std::string_view why_refused() const { return why_refused_; }

 private:
  void guarded_instruction(GuestAddress at);
  void on_instruction(GuestAddress at);
  bool on_bad_access(uc_mem_type type, GuestAddress address);
  void on_exception(std::uint32_t vector);
  bool on_invalid_instruction();

  bool begin_block(GuestAddress at);
  void finish_instruction();
  void cut_short();
  bool is_unchanged() const;
  void restart_here();
  void pause();
  void heed_precaution();
  void heed_limit(const unicorn::Precaution& precaution);
  bool leads_nowhere(GuestAddress at) const;
  void fault_at_branch();
  bool execute_segment_instruction();
  void heed_page_border(GuestAddress operand);
  void heed_control(const unicorn::Precaution& precaution);
  bool has_short_length(Gpr reg, bool wide) const;
  void stop_before(GuestAddress at, Stop stop);
  void stop_at_last();
  void fault(const Exception& raised);
  void refuse(std::string_view why);
  void refuse_at(GuestAddress at, std::string_view why);
  void trap(const Exception& raised);
  void trap_after_step();
  Exception obstacle_fault(CodeMap::Obstacle obstacle, GuestAddress at) const;

  std::span<const std::uint8_t> code() const {
    return std::span(entry_->block.bytes).subspan(offset_);
  }
  const Instruction& instruction() const { return entry_->block.instructions[index_]; }
  GuestAddress address() const { return entry_->block.start + offset_; }
  const std::vector<unicorn::Precaution>& precautions(const CodeMap::Entry& entry);

  template <class Function>
  void add_hook(int type, Function* function);

  AddressSpace& memory_;
  BlockObserver& observer_;
  CodeMap code_;
  unicorn::Machine machine_;
  unicorn::GuestRegions regions_;
  unicorn::StoreLog stores_;
  unicorn::InterruptionNotes interruptions_;
  /// By BlockId; empty where there are none.
  std::deque<std::optional<std::vector<unicorn::Precaution>>> precautions_;
  std::vector<std::uint64_t> executions_;
  std::vector<GuestRange> stale_;  // code to be forgotten before going on

  // Of the run under way.
  Thread* thread_ = nullptr;
  Lanes totals_{};
  std::uint64_t left_ = 0;                 // of the budget
  bool singly_ = false;                    // a budget of 1: blocks of one instruction
  const CodeMap::Entry* entry_ = nullptr;  // null: between blocks
  const std::vector<unicorn::Precaution>* entry_precautions_ = nullptr;
  std::size_t index_ = 0;   // the instruction that is being executed
  std::size_t offset_ = 0;  // its bytes
  GuestAddress rip_;        // where to go on
  std::optional<Stop> stop_;
  std::string_view why_refused_;
  bool faulted_ = false;
  bool filled_ = false;      // a read beyond an operand was let pass; it must not be the next time
  bool paused_ = false;      // the instruction at rip_ is still to be executed
  bool at_segment_ = false;  // and that is not for Unicorn
  // State from before the current instruction, put back where it faults.
  std::optional<unicorn::Machine::X87Tops> kept_x87_;
  std::optional<std::uint64_t> kept_flags_;
  std::exception_ptr failure_;  // thrown in a hook: Unicorn's frames are no place to unwind through
};

}  // namespace ringfare
