// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emu/bill/account.hpp"
#include "emu/bill/account_slots.hpp"
#include "emu/bill/bill_ledger.hpp"
#include "emu/bill/block_prices.hpp"
#include "emu/bill/further_machines.hpp"
#include "emu/crossing/guest_window.hpp"
#include "emu/linux/personality.hpp"
#include "emu/processor/clock.hpp"
#include "emu/processor/cpuid.hpp"
#include "emu/processor/emulated_instructions.hpp"
#include "emu/program/loader.hpp"
#include "emu/session/session.hpp"
#include "emu/session/tracer.hpp"
#include "emu/vdso/kernel_pages.hpp"
#include "emu/vdso/vsyscall.hpp"
#include "emu/vdso/vsyscall_crossing.hpp"

namespace ringfare {

/// A session under way. Its life is in session.cpp, system calls in session_calls.cpp, faults and
/// what the kernel does in their place in session_faults.cpp.
class Session::Run {
 public:
  Run(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks);
  Bill to_end();

 private:
  void on(const AtGate& gate);
  void on(const AtInstruction& instruction);
  void on(const AtFault& fault);
  void on(const BudgetSpent&);
  void on(const Interrupted& interrupted);

  void system_call(const AtGate& gate);
  bool set_work(std::string_view work);
  void shut_door(const AtGate& gate, const Exception& raised);
  void load(const ExecRequest& request);
  void execute(const ExecRequest& request);
  void begin_process();
  Bill end_process();
  void say_how();
  void map_kernel_pages();
  void update_time();
  bool read_cue(const AtFault& fault);
  bool at_vdso_probe(const AtFault& fault);
  bool at_vsyscall_page(const AtFault& at);
  void serve_vsyscall(const VsyscallFetch& fetch);
  void tell_vdso_call(const VdsoCall& call);
  void end_in_deadlock(const std::string& who_waits);
  void refused_interrupt(const AtGate& gate);
  void fault(const Exception& raised);
  void refuse(const Exception& page_fault);
  void meet(const Exception& raised);
  void go_to_user_mode(const std::optional<EndingCall>& call);
  void update_clock();
  void charge(KernelEvent event);
  std::uint64_t instructions_to_timer() const;
  void tell(const Event& event) { tracer_.tell(now(), event); }
  Origin origin(unsigned behind = 0) const;
  void tell_of_start();
  void tell_of_end(std::optional<int> status, std::optional<int> killed_by, const Origin& origin);
  void tell_of_ends();
  Cycles now() const;  // all cycles charged so far
  std::vector<Pricer*> all_pricers();
  Bill bill();

  Machine machine_;
  SessionInputs inputs_;
  Pricer pricer_{machine_.cpu};
  Crossings crossings_{machine_, pricer_};
  VsyscallCrossing vsyscall_{machine_, pricer_};
  FurtherMachines further_{inputs_.further};
  BlockPrices prices_{all_pricers()};
  EngineChoice choice_ = choose_engine(inputs_.engine);
  Cpuid cpuid_{machine_.cpu, host_cpuid, choice_.executes(inputs_.isa)};
  SimulatedClock clock_{machine_.cpu.core_khz, machine_.cpu.tsc_khz, inputs_.epoch,
                        machine_.kernel.tick()};
  EmulatedInstructions emulated_{machine_.cpu, cpuid_, clock_};
  AddressSpace memory_;
  GuestWindow window_{memory_};
  ProgramImage image_;
  KernelPages pages_{memory_};
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Personality> linux_;
  Tracer tracer_;
  Thread thread_;
  Account account_;
  BillLedger ledger_;
  std::uint64_t latest_call_ = 0;           // its number
  std::uint64_t programs_ = 0;              // that execve has started
  std::uint64_t blocks_before_ = 0;         // translated before this process began
  std::uint64_t executions_before_ = 0;     // by engines this process has had before
  std::uint64_t executions_of_others_ = 0;  // counted by this engine
  bool has_inherited_engine_ = false;       // as the parent's was when this process began
  /// Of a line of descendants, each of which starts a program, only so many leave something behind.
  static constexpr unsigned kMostLeftBehind = 8;
  unsigned left_behind_ = 0;
  bool over_ = false, deadlocked_ = false, frame_paid_ = false;
  std::optional<int> exit_status_, killed_by_;
};

}  // namespace ringfare
