// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {

class Process;
struct ProcessRequest;

/// What a tracer asks the process of a stopped thread: ProcessRequest::what. The bytes of the
/// request hold the value, which goes there or comes from there.
enum class TraceQuestion : std::uint32_t {
  Registers,
  SetRegisters,  // TracedRegisters
  Vector,
  SetVector,  // the bytes of VectorState
  Info,
  SetInfo,  // SignalInfo
  Mask,
  SetMask,  // of 64 signals
  Call,     // TracedCallInfo
  Debug,
  SetDebug,  // DR0 to DR7
};

/// Registers in the order of struct user_regs_struct.
struct TracedRegisters {
  enum Index : std::uint8_t {
    R15,
    R14,
    R13,
    R12,
    Rbp,
    Rbx,
    R11,
    R10,
    R9,
    R8,
    Rax,
    Rcx,
    Rdx,
    Rsi,
    Rdi,
    OrigRax,
    Rip,
    Cs,
    Eflags,
    Rsp,
    Ss,
    FsBase,
    GsBase,
    Ds,
    Es,
    Fs,
    Gs,
    kCount
  };
  std::array<std::uint64_t, kCount> words{};
  bool compat = false;  // 32-bit code
};

/// For PTRACE_GET_SYSCALL_INFO.
struct TracedCallInfo {
  enum class At : std::uint8_t { None, Entry, Exit };
  At at = At::None;
  bool compat = false;
  std::uint64_t number = 0, rip = 0, rsp = 0;
  std::array<std::uint64_t, 6> arguments{};
  std::int64_t result = 0;
};

void answer_tracer(Process& process, ProcessRequest& request);

}  // namespace ringfare
