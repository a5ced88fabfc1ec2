// SPDX-License-Identifier: MIT
#include "emu/linux/state/kernel_log.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

namespace ringfare {
namespace {

constexpr LogCategory kScheduler = LogCategory::Scheduler, kSignals = LogCategory::Signals;

/// "SIGSEGV", "real-time signal 34".
std::string name_of(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("real-time signal {}", signal);
}

/// By Wait::End.
constexpr std::string_view kEnds[] = {"not yet over", "over", "over by its time limit",
                                      "ended by a signal"};

/// By SignalState::Effect.
constexpr std::string_view kEffects[] = {"ends the process", "ends the process with a core file",
                                         "is ignored by default", "stops the process"};

constexpr std::string_view kRegisters[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

/// FNV-1a (Fowler, Noll, Vo) over the XMM registers and the upper halves of the YMM registers where
/// they are in use (SDM vol. 1, 13.4).
std::uint64_t digest(const VectorState& vector) {
  constexpr std::size_t kXmm = 160, kInUse = 512, kUpper = 576, kSize = 256;
  const bool upper = (vector.bytes[kInUse] & std::byte{4}) != std::byte{0};
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto take = [&hash](std::byte byte) {
    hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
  };
  for (std::size_t i = 0; i < kSize; ++i) {
    take(vector.bytes[kXmm + i]);
    take(upper ? vector.bytes[kUpper + i] : std::byte{0});
  }
  return hash;
}

}  // namespace

void log_turn(DebugLog& log, const Task& task, std::uint64_t instructions) {
  log.write(kScheduler, "thread {} has the processor for {} instructions", task.id, instructions);
}

void log_wait(DebugLog& log, const Task& task) {
  log.write(kScheduler, "thread {} waits for {}", task.id, task.wait->what);
}

void log_wake(DebugLog& log, const Task& task) {
  log.write(kScheduler, "thread {} can go on: its wait for {} is {}", task.id, task.wait->what,
            kEnds[static_cast<std::size_t>(task.wait->end)]);
}

void log_created(DebugLog& log, int id, bool process) {
  log.write(kScheduler, "{} {} is made", process ? "process" : "thread", id);
}

void log_end_of_thread(DebugLog& log, int id) {
  log.write(kScheduler, "thread {} ends", id);
}

void log_end_of_process(DebugLog& log, int id, std::int32_t wait_status) {
  const int signal = wait_status & 0x7f;
  log.write(kScheduler, "process {} ends {}", id,
            signal != 0 ? fmt::format("by {}", name_of(signal))
                        : fmt::format("with status {}", wait_status >> 8));
}

void log_stop(DebugLog& log, const Registers& registers, std::uint64_t instructions) {
  std::string values;
  for (std::size_t i = 0; i < std::size(kRegisters); ++i)
    values += fmt::format(" {}={:#x}", kRegisters[i], registers.gpr[i]);
  log.write(kScheduler,
            "stopped after {} instructions: rip={:#x}{} rflags={:#x} fs={:#x} gs={:#x} "
            "vectors={:#018x}",
            instructions, registers.rip, values, registers.rflags, registers.fs.base,
            registers.gs.base, digest(registers.vector));
}

void log_sent(DebugLog& log, const SignalInfo& info, const Task* thread, bool pending) {
  const std::string to =
      thread != nullptr ? fmt::format("thread {}", thread->id) : std::string("the process");
  log.write(kSignals, "{} (code {}) is sent to {}: {}", name_of(info.signal), info.code, to,
            pending ? "it is pending" : "it is ignored, or was pending before");
}

void log_exception(DebugLog& log, const Exception& exception, std::uint64_t rip,
                   const SignalInfo& info) {
  const std::string code =
      exception.error_code ? fmt::format(", error code {:#x}", *exception.error_code) : "";
  const std::string address = exception.vector == vector::kPageFault
                                  ? fmt::format(", for {:#x}", exception.address.value)
                                  : "";
  log.write(kSignals, "exception {} at {:#x}{}{} becomes {} (code {})", exception.vector, rip,
            address, code, name_of(info.signal), info.code);
}

void log_taken(DebugLog& log, const SignalInfo& info, const SignalAction& action) {
  const std::string name = name_of(info.signal);
  if (action.handler == SignalState::kIgnore)
    return log.write(kSignals, "{} is taken: it is ignored", name);
  if (action.handler != SignalState::kDefault)
    return log.write(kSignals, "{} is taken: its handler is at {:#x}", name, action.handler);
  const SignalState::Effect effect = SignalState::default_effect(info.signal);
  log.write(kSignals, "{} is taken: it {}", name, kEffects[static_cast<std::size_t>(effect)]);
}

void log_frame(DebugLog& log, const SignalInfo& info, const Registers& registers) {
  log.write(kSignals, "the frame for {} is at {:#x}, the handler begins at {:#x}",
            name_of(info.signal), registers[Gpr::Rsp], registers.rip);
}

void log_return(DebugLog& log, const Registers& registers) {
  log.write(kSignals, "the handler is over: the thread goes on at {:#x}, its stack at {:#x}",
            registers.rip, registers[Gpr::Rsp]);
}

}  // namespace ringfare
