// SPDX-License-Identifier: MIT
#include "emu/linux/traps.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace ringfare {
namespace {

/// An exception where it was raised.
struct Trap {
  const Exception& exception;
  const Registers& registers;
  const AddressSpace& memory;
};

/// One exception and the signal it becomes. `code` is its si_code; SI_KERNEL goes without an
/// si_addr. `decide` is there where the vector alone does not say which.
struct TrapRow {
  std::uint8_t vector;
  int signal;
  int code;
  SignalInfo (*decide)(const Trap&) = nullptr;
};

SignalInfo at_instruction(int signal, int code, const Trap& trap) {
  return fault_signal(signal, code, trap.registers.rip);
}

/// ptrace(2) names what DR6 tells: a step, a breakpoint of the debug registers, or INT1.
SignalInfo debug(const Trap& trap) {
  const std::uint64_t causes = trap.exception.debug_status;
  const int code = (causes & debug_status::kSingleStep) != 0    ? TRAP_TRACE
                   : (causes & debug_status::kBreakpoints) != 0 ? TRAP_HWBKPT
                                                                : TRAP_BRKPT;
  return at_instruction(SIGTRAP, code, trap);
}

bool allows(const Permissions& granted, std::uint32_t error_code) {
  if ((error_code & page_fault_error::kFetch) != 0) return granted.execute;
  return (error_code & page_fault_error::kWrite) != 0 ? granted.write : granted.read;
}

/// No mapping, one that forbids the access, or one whose data cannot be had: a file that ends
/// before the page (mmap(2)).
SignalInfo bad_access(const Trap& trap) {
  const GuestAddress at = trap.exception.address;
  const Region* const region = trap.memory.find(at);
  if (region == nullptr) return fault_signal(SIGSEGV, SEGV_MAPERR, at.value);
  if (allows(region->permissions, trap.exception.error_code.value_or(0)))
    return fault_signal(SIGBUS, BUS_ADRERR, at.value);
  return fault_signal(SIGSEGV, SEGV_ACCERR, at.value);
}

/// Exception flags as the x87 status word and MXCSR have them (SDM vol. 1, figures 8-4 and 10-3),
/// in the order in which Linux looks at them.
struct FloatCause {
  std::uint32_t flags;
  int code;
};
constexpr FloatCause kFloatCauses[] = {
    {1 << 0, FPE_FLTINV},           // invalid operation
    {1 << 2, FPE_FLTDIV},           // division by zero
    {1 << 3, FPE_FLTOVF},           // overflow
    {1 << 4 | 1 << 1, FPE_FLTUND},  // underflow, denormal operand
    {1 << 5, FPE_FLTRES},           // precision
};

SignalInfo float_signal(std::uint32_t status, std::uint32_t masks, const Trap& trap) {
  const std::uint32_t unmasked = status & ~masks;
  const auto cause = std::ranges::find_if(
      kFloatCauses, [=](const FloatCause& row) { return (row.flags & unmasked) != 0; });
  constexpr int kUndiagnosed = 14;  // FPE_FLTUNK, which not every C library names
  return at_instruction(SIGFPE, cause != std::end(kFloatCauses) ? cause->code : kUndiagnosed, trap);
}

template <class T>
T word_at(const VectorState& state, std::size_t offset) {
  T word;
  std::memcpy(&word, state.bytes.data() + offset, sizeof word);
  return word;
}

/// The x87 control and status words are the first two of an XSAVE image (SDM vol. 1, 13.4.1).
SignalInfo x87_error(const Trap& trap) {
  const VectorState& state = trap.registers.vector;
  return float_signal(word_at<std::uint16_t>(state, 2), word_at<std::uint16_t>(state, 0), trap);
}

/// Bits 7 to 12 of MXCSR mask what bits 0 to 5 tell.
SignalInfo simd_error(const Trap& trap) {
  const auto mxcsr = word_at<std::uint32_t>(trap.registers.vector, VectorState::kMxcsr);
  return float_signal(mxcsr, mxcsr >> 7, trap);
}

SignalInfo alignment(const Trap&) {
  return fault_signal(SIGBUS, BUS_ADRALN, 0);
}

constexpr TrapRow kTraps[] = {
    {vector::kDivideError, SIGFPE, FPE_INTDIV},
    {vector::kDebug, SIGTRAP, 0, debug},
    {vector::kBreakpoint, SIGTRAP, SI_KERNEL},
    {vector::kOverflow, SIGSEGV, SI_KERNEL},
    {vector::kBoundRange, SIGSEGV, SI_KERNEL},
    {vector::kInvalidOpcode, SIGILL, ILL_ILLOPN},
    {vector::kDeviceNotAvailable, SIGILL, ILL_ILLOPC},  // AMX state without leave
    {vector::kInvalidTss, SIGSEGV, SI_KERNEL},
    {vector::kNotPresent, SIGBUS, SI_KERNEL},
    {vector::kStack, SIGBUS, SI_KERNEL},
    {vector::kProtection, SIGSEGV, SI_KERNEL},
    {vector::kPageFault, SIGSEGV, 0, bad_access},
    {vector::kX87Error, SIGFPE, 0, x87_error},
    {vector::kAlignmentCheck, SIGBUS, BUS_ADRALN, alignment},
    {vector::kSimdError, SIGFPE, 0, simd_error},
};
static_assert(std::ranges::adjacent_find(kTraps, std::ranges::greater_equal{}, &TrapRow::vector) ==
                  std::end(kTraps),
              "one row per vector, ascending");

}  // namespace

SignalInfo trap_signal(const Exception& exception, const Registers& registers,
                       const AddressSpace& memory) {
  const Trap trap{exception, registers, memory};
  const auto row = std::ranges::find(kTraps, exception.vector, &TrapRow::vector);
  if (row == std::end(kTraps)) return kernel_signal(SIGSEGV);
  if (row->decide != nullptr) return row->decide(trap);
  if (row->code == SI_KERNEL) return kernel_signal(row->signal);
  return at_instruction(row->signal, row->code, trap);
}

void note_trap(const Exception& exception, ThreadSignals& thread) {
  // Linux never tells that the kernel's half is not mapped for user mode.
  constexpr GuestAddress kTaskSize{0x7fff'ffff'f000};
  const bool is_page_fault = exception.vector == vector::kPageFault;
  const bool in_kernel = is_page_fault && exception.address >= kTaskSize;
  thread.trap_number = exception.vector;
  thread.error_code =
      exception.error_code.value_or(0) | (in_kernel ? page_fault_error::kPresent : 0);
  if (is_page_fault) thread.fault_address = exception.address.value;
}

}  // namespace ringfare
