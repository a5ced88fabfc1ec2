// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "cpu/base/quantity.hpp"
#include "emu/program/guest_layout.hpp"

namespace ringfare {

/// Where the handlers of a 32-bit program return to that name no place of their own: code of the
/// vDSO, or, where there is none, on the stack.
struct SignalReturns {
  GuestAddress plain, extended;  // __kernel_sigreturn, __kernel_rt_sigreturn; 0: none
};

/// What the loader tells the personality about the program it loaded.
struct ProgramImage {
  GuestLayout layout = kLayout64;
  std::string path;    // as /proc/self/exe shows it
  std::string name;    // of the process: the last part of what execve(2) was given
  GuestAddress entry;  // AT_ENTRY
  GuestAddress start;  // where execution begins: the interpreter's entry where there is one
  GuestAddress program_headers, interpreter_base, brk_start, stack_pointer;
  GuestAddress file_name;             // AT_EXECFN
  GuestRange arguments, environment;  // their strings on the initial stack
  std::uint16_t program_header_count = 0;
  bool executable_stack = false;   // PT_GNU_STACK asks for it, or all readable memory is
  bool read_implies_exec = false;  // READ_IMPLIES_EXEC of personality(2), by PT_GNU_STACK
  bool has_no_execute = true;      // page tables have a bit against execution

  bool reads_execute() const { return read_implies_exec || !has_no_execute; }
  SignalReturns signal_returns;
};

}  // namespace ringfare
