// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"
#include "emu/bill/block_prices.hpp"
#include "emu/bill/priced_machines.hpp"
#include "emu/crossing/guest_window.hpp"
#include "emu/processor/cpuid.hpp"
#include "emu/processor/engine_choice.hpp"
#include "emu/program/exec_request.hpp"
#include "emu/program/program_image.hpp"
#include "emu/session/session.hpp"
#include "emu/vdso/kernel_pages.hpp"

namespace ringfare {

/// The program the guest executes: its memory, the kernel's pages in it, the thread whose turn it
/// is, and the engine that runs it. execve(2) puts another program and another engine in their
/// place; fork(2) copies all of it.
class GuestProgram {
 public:
  /// Loads the program the inputs name. Throws UserError for one that cannot be run. All arguments
  /// but the inputs are kept by reference.
  GuestProgram(const SessionInputs& inputs, PricedMachines& machines, BlockPrices& prices,
               const EngineChoice& choice, const Cpuid& cpuid);

  AddressSpace& memory() { return memory_; }
  const GuestWindow& window() const { return window_; }
  KernelPages& pages() { return pages_; }
  const ProgramImage& image() const { return image_; }
  Thread& thread() { return thread_; }
  const Thread& thread() const { return thread_; }
  Registers& registers() { return thread_.registers; }
  const Registers& registers() const { return thread_.registers; }
  bool is_wide() const { return thread_.registers.mode() == CodeMode::Long64; }
  /// argv of the program, with spaces between.
  std::string command_line() const;

  /// Runs the thread, as Engine::run.
  Stop run(Budget budget) { return engine_->run(thread_, budget); }
  /// What is translated of code that has changed since is not used again.
  void drop_changed_code();

  /// For execve(2): the old program is gone, and its engine.
  void unload();
  /// The program is in memory, an engine is ready for it, and the thread stands at its start.
  /// Throws UserError.
  void load(const ExecRequest& request);

  /// This is a new process, which has executed nothing so far; its thread's totals are 0.
  void begin_process();
  /// Blocks of code that this process has translated.
  std::uint64_t blocks() const { return prices_.blocks() - blocks_before_; }
  /// How many blocks it has executed to their ends. Throws UserError as Engine::executions.
  std::uint64_t block_executions() const;

 private:
  void map_kernel_pages();
  void build_stack(const ExecRequest& request);
  void place_thread();
  std::uint64_t counted_by_engine() const;

  const std::uint64_t seed_;
  const VdsoMode vdso_mode_;
  const Clocksource clocksource_;
  const bool tells_vdso_calls_, counts_;
  DebugLog* const log_;  // may be null
  const std::vector<TranslationWatcher*> watchers_;
  PricedMachines& machines_;
  BlockPrices& prices_;
  const EngineChoice& choice_;
  const Cpuid& cpuid_;

  AddressSpace memory_;
  GuestWindow window_{memory_};
  ProgramImage image_;
  KernelPages pages_{memory_};
  std::unique_ptr<Engine> engine_;
  Thread thread_;
  std::vector<std::string> arguments_;  // argv
  std::uint64_t programs_ = 0;          // that execve has started

  std::uint64_t blocks_before_ = 0;         // translated before this process began
  std::uint64_t executions_before_ = 0;     // by engines this process has had before
  std::uint64_t executions_of_others_ = 0;  // counted by this engine before this process began
  bool has_inherited_engine_ = false;       // as the parent's was when this process began
  unsigned left_behind_ = 0;                // engines, see Engine::leave_behind
};

}  // namespace ringfare
