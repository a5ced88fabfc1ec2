// SPDX-License-Identifier: MIT
#include "emu/session/process_life.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "cpu/base/failure.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/strace/words/names.hpp"

namespace ringfare {
namespace {

/// Of x86-64, whatever the program is: who starts a run is a 64-bit process.
std::uint64_t number_of_execve() {
  const SyscallRow* const row = find_syscall(Abi::Amd64, std::string_view("execve"));
  CHECK(row != nullptr, "no system call execve");
  return static_cast<std::uint64_t>(row->amd64);
}

/// wait(2): an exit status in the second byte, or a signal in the first.
std::int32_t wait_status(const Ending& ending) {
  return ending.exit_status ? *ending.exit_status << 8 : ending.killed_by.value_or(0);
}

}  // namespace

void ProcessLife::start() {
  state_.latest_call = number_of_execve();
  const SessionInputs& inputs = state_.inputs;
  const ProgramImage& image = state_.guest.image();
  const bool wide = image.layout.mode == CodeMode::Long64;
  // Behind the number of arguments, the arguments and a null pointer (System V ABI, figure 3.9).
  const auto arguments = state_.guest.memory().load<std::uint32_t>(image.stack_pointer).value_or(0);
  const unsigned word = wide ? 8 : 4;
  const ExecVectors vectors{.path = image.file_name,
                            .arguments = image.stack_pointer + word,
                            .environment = image.stack_pointer + word * (arguments + 2)};
  state_.tracer.starts(state_.now(),
                       {.program = inputs.program,
                        .name = inputs.program,
                        .arguments = inputs.arguments,
                        .environment = inputs.environment},
                       vectors, state_.origin(), state_.clock.realtime());
}

void ProcessLife::begin() {
  state_.machines.start_over();
  state_.random = RandomSource(state_.random_stream(state_.origin().thread));
  state_.tracer.begin_process();
  state_.tell(StartEvent{state_.origin()});
  state_.guest.begin_process();
}

void ProcessLife::end_thread(std::optional<int> status, std::optional<int> killed_by,
                             const Origin& origin) {
  const std::string signal =
      killed_by ? signal_name(static_cast<std::uint64_t>(*killed_by)) : std::string();
  state_.tell(ExitEvent{.status = status,
                        .killed_by = killed_by,
                        .signal = signal,
                        .origin = origin,
                        .below = state_.tracer.last_stack(origin.thread)});
}

/// All threads the process still has, its first one last.
void ProcessLife::end_threads() {
  const Personality& personality = state_.personality;
  std::vector<int> threads = personality.thread_ids();
  std::ranges::sort(threads, std::greater<>());
  for (const int thread : threads)
    end_thread(state_.ending.exit_status, state_.ending.killed_by,
               {.thread = thread,
                .several = thread != threads.back() || personality.has_others(),
                .wide = state_.guest.is_wide(),
                .call_number = state_.latest_call,
                .command = personality.command()});
}

Bill ProcessLife::end() {
  if (state_.ending.exit_status || state_.ending.killed_by) end_threads();
  return state_.personality.has_tree() ? end_in_tree() : bill();
}

/// The run has had other processes.
Bill ProcessLife::end_in_tree() {
  Personality& personality = state_.personality;
  personality.end_process(wait_status(state_.ending));
  if (!personality.is_first()) {
    ledger_.add(bill());
    personality.leave();
    std::fflush(nullptr);
    _exit(0);
  }
  Bill all = bill();
  if (const std::string who_waits = personality.wait_for_others(); !who_waits.empty()) {
    state_.end_in_deadlock(who_waits);
    all.deadlocked = true;
  }
  all.processes = ledger_.read();
  if (state_.inputs.follow)
    for (const Bill& process : all.processes) state_.tell(ProcessEvent{process});
  return all;
}

Bill ProcessLife::bill() {
  state_.update_clock();
  Bill bill = state_.machines.bill(state_.guest.thread().totals);
  bill.blocks = state_.guest.blocks();
  bill.block_executions = state_.guest.block_executions();
  bill.pid = state_.personality.process_id();
  bill.simulated_time = state_.clock.since_start();
  bill.program = state_.guest.command_line();
  bill.engine = state_.choice.name();
  bill.version = RINGFARE_VERSION;
  bill.exit_status = state_.ending.exit_status;
  bill.killed_by = state_.ending.killed_by;
  bill.deadlocked = state_.ending.deadlocked;
  return bill;
}

}  // namespace ringfare
