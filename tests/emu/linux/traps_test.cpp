// SPDX-License-Identifier: MIT
// What Linux makes of exceptions, held against the Linux this test runs on: each row raises one in
// this very process and compares the siginfo its handler gets with ours.
#include "emu/linux/traps.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <csignal>
#include <cstring>

namespace ringfare {
namespace {

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

// A handler gets no argument of ours.
sigjmp_buf over;
siginfo_t told;
ucontext_t at;
VectorState vector_state;

void clear_alignment_check() {
  asm volatile(
      "lea -128(%%rsp), %%rsp\n\t"
      "pushfq\n\t"
      "andl $~0x40000, (%%rsp)\n\t"
      "popfq\n\t"
      "lea 128(%%rsp), %%rsp" ::
          : "cc", "memory");
}

void on_signal(int, siginfo_t* info, void* context) {
  clear_alignment_check();
  told = *info;
  at = *static_cast<ucontext_t*>(context);
  // Enough of it for the status words.
  std::memcpy(vector_state.bytes.data(), at.uc_mcontext.fpregs, 512);
  siglongjmp(over, 1);
}

/// The processor's part of what happened.
Exception raised() {
  const auto& registers = at.uc_mcontext.gregs;
  Exception it{.vector = static_cast<std::uint8_t>(registers[REG_TRAPNO])};
  if (pushes_error_code(it.vector)) it.error_code = static_cast<std::uint32_t>(registers[REG_ERR]);
  if (it.vector == vector::kPageFault)
    it.address.value = static_cast<std::uint64_t>(registers[REG_CR2]);
  if (it.vector == vector::kDebug && told.si_code == TRAP_TRACE)
    it.debug_status = debug_status::kSingleStep;
  return it;
}

/// Runs `code` until it raises something; false where it does not.
bool provoke(void (*code)()) {
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  std::array<struct sigaction, kSignals.size()> old;
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &old[i]);
  bool quiet = false;
  if (sigsetjmp(over, 1) == 0) {
    code();
    quiet = true;
  }
  asm volatile("fninit");
  constexpr std::uint32_t kAllMasked = 0x1f80;
  asm volatile("ldmxcsr %0" ::"m"(kAllMasked));
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old[i], nullptr);
  return !quiet;
}

// Pages the emulator knows of: one that is only read, and one of a file that ends before it.
constexpr GuestRange kReadOnly{{0x2000'0000}, {0x2000'1000}}, kNoData{{0x2000'2000}, {0x2000'3000}};
constexpr std::uint64_t kNothing = 0x2000'4000;

template <std::uint64_t kAddress>
void read_at() {
  asm volatile("movb (%0), %%al" ::"r"(kAddress) : "rax", "memory");
}
template <std::uint64_t kAddress>
void write_at() {
  asm volatile("movb $1, (%0)" ::"r"(kAddress) : "memory");
}

/// One exception unmasked: SDM vol. 1, figures 8-6 and 10-3.
template <std::uint16_t kUnmasked>
void unmask_x87() {
  constexpr std::uint16_t kControl = 0x37f & ~kUnmasked;
  asm volatile("fninit; fldcw %0" ::"m"(kControl));
}
template <std::uint32_t kUnmasked>
void unmask_sse() {
  constexpr std::uint32_t kControl = 0x1f80 & ~(kUnmasked << 7);
  asm volatile("ldmxcsr %0" ::"m"(kControl));
}

constexpr unsigned kInvalid = 1, kDenormal = 2, kZero = 4, kOverflow = 8, kUnderflow = 16,
                   kPrecision = 32;
volatile double zero = 0, one = 1, three = 3, huge = 1e308, tiny = 1e-308;
volatile std::uint64_t denormal = 1;

struct Row {
  const char* name;
  std::uint8_t vector;
  void (*code)();
};

const Row kRows[] = {
    {"Divide", vector::kDivideError,
     [] {
       asm volatile("xor %%ecx, %%ecx; xor %%edx, %%edx; div %%ecx" ::: "rax", "rcx", "rdx");
     }},
    {"Quotient", vector::kDivideError,
     [] {
       asm volatile("mov $1, %%ecx; mov $1, %%edx; div %%ecx" ::: "rax", "rcx", "rdx");
     }},
    {"SingleStep", vector::kDebug,
     [] {
       asm volatile("pushfq; orl $0x100, (%%rsp); popfq; nop" ::: "cc", "memory");
     }},
    {"Int1", vector::kDebug, [] { asm volatile(".byte 0xf1"); }},
    {"Int3", vector::kBreakpoint, [] { asm volatile("int3"); }},
    {"Ud2", vector::kInvalidOpcode, [] { asm volatile("ud2"); }},
    {"SegmentOfNothing", vector::kProtection,
     [] {
       asm volatile("mov $0x1003, %%eax; mov %%eax, %%es" ::: "rax");
     }},
    {"NotCanonical", vector::kProtection, read_at<0x8000'0000'0000'0000>},
    {"Hlt", vector::kProtection, [] { asm volatile("hlt"); }},
    {"NotCanonicalInTheStackSegment", vector::kStack,
     [] {
       asm volatile("mov %%rbp, %%rcx; mov %0, %%rbp; mov (%%rbp), %%al; mov %%rcx, %%rbp" ::"r"(
                        0x8000'0000'0000'0000)
                    : "rax", "rcx", "memory");
     }},
    {"ReadOfNothing", vector::kPageFault, read_at<kNothing>},
    {"WriteToNothing", vector::kPageFault, write_at<kNothing>},
    {"ReadOfTheKernel", vector::kPageFault, read_at<0xffff'8000'0000'0000>},
    {"WriteToReadOnly", vector::kPageFault, write_at<kReadOnly.begin.value>},
    {"ReadBeyondTheFile", vector::kPageFault, read_at<kNoData.begin.value>},
    {"WriteBeyondTheFile", vector::kPageFault, write_at<kNoData.begin.value>},
    {"FetchOfData", vector::kPageFault,
     [] { asm volatile("call *%0" ::"r"(kReadOnly.begin.value)
                       : "memory"); }},
    {"X87Invalid", vector::kX87Error,
     [] {
       unmask_x87<kInvalid>();
       asm volatile("fldz; fdivl %0; fwait" ::"m"(zero));
     }},
    {"X87Denormal", vector::kX87Error,
     [] {
       unmask_x87<kDenormal>();
       asm volatile("fldl %0; fwait" ::"m"(denormal));
     }},
    {"X87Zero", vector::kX87Error,
     [] {
       unmask_x87<kZero>();
       asm volatile("fld1; fdivl %0; fwait" ::"m"(zero));
     }},
    {"X87Overflow", vector::kX87Error,
     [] {
       unmask_x87<kOverflow>();
       asm volatile("fldl %0; fldl %0; fmulp; fstpl -64(%%rsp); fwait" ::"m"(huge) : "memory");
     }},
    {"X87Underflow", vector::kX87Error,
     [] {
       unmask_x87<kUnderflow>();
       asm volatile("fldl %0; fldl %0; fmulp; fstpl -64(%%rsp); fwait" ::"m"(tiny) : "memory");
     }},
    {"X87Precision", vector::kX87Error,
     [] {
       unmask_x87<kPrecision>();
       asm volatile("fld1; fdivl %0; fwait" ::"m"(three));
     }},
    {"SseInvalid", vector::kSimdError,
     [] {
       unmask_sse<kInvalid>();
       asm volatile("movsd %0, %%xmm0; divsd %0, %%xmm0" ::"m"(zero) : "xmm0");
     }},
    {"SseDenormal", vector::kSimdError,
     [] {
       unmask_sse<kDenormal>();
       asm volatile("movsd %0, %%xmm0; addsd %1, %%xmm0" ::"m"(denormal), "m"(one) : "xmm0");
     }},
    {"SseZero", vector::kSimdError,
     [] {
       unmask_sse<kZero>();
       asm volatile("movsd %0, %%xmm0; divsd %1, %%xmm0" ::"m"(one), "m"(zero) : "xmm0");
     }},
    {"SseOverflow", vector::kSimdError,
     [] {
       unmask_sse<kOverflow>();
       asm volatile("movsd %0, %%xmm0; mulsd %0, %%xmm0" ::"m"(huge) : "xmm0");
     }},
    {"SseUnderflow", vector::kSimdError,
     [] {
       unmask_sse<kUnderflow>();
       asm volatile("movsd %0, %%xmm0; mulsd %0, %%xmm0" ::"m"(tiny) : "xmm0");
     }},
    {"SsePrecision", vector::kSimdError,
     [] {
       unmask_sse<kPrecision>();
       asm volatile("movsd %0, %%xmm0; divsd %1, %%xmm0" ::"m"(one), "m"(three) : "xmm0");
     }},
    {"Alignment", vector::kAlignmentCheck,
     [] {
       alignas(8) static std::uint64_t word[2];
       asm volatile(
           "pushfq; orl $0x40000, (%%rsp); popfq; movl 1(%0), %%eax; pushfq; andl $~0x40000, "
           "(%%rsp); popfq" ::"r"(word)
           : "rax", "cc", "memory");
     }},
};

class Traps : public ::testing::TestWithParam<Row> {
 protected:
  Traps() {
    const int file = memfd_create("short", MFD_CLOEXEC);
    EXPECT_EQ(ftruncate(file, 1), 0);
    EXPECT_EQ(memory_.map({.range = kReadOnly, .permissions = {.read = true}}), 0);
    EXPECT_EQ(memory_.map({.range = kNoData, .permissions = {.read = true, .write = true}},
                          {.host_fd = file, .offset = kPageSize, .shared = true}),
              0);
    close(file);
  }

  AddressSpace memory_;
};

TEST_P(Traps, BecomeTheSignalsOfTheHost) {
  ASSERT_TRUE(provoke(GetParam().code));
  const Exception exception = raised();
  EXPECT_EQ(exception.vector, GetParam().vector);
  Registers registers;
  registers.rip = static_cast<std::uint64_t>(at.uc_mcontext.gregs[REG_RIP]);
  registers.vector = vector_state;
  const SignalInfo ours = trap_signal(exception, registers, memory_);
  EXPECT_EQ(ours.signal, told.si_signo);
  EXPECT_EQ(ours.code, told.si_code);
  EXPECT_EQ(ours.as<SignalInfo::Fault>().address, reinterpret_cast<std::uint64_t>(told.si_addr));
}

INSTANTIATE_TEST_SUITE_P(Rows, Traps, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(NotedTraps, KeepWhatAFrameShows) {
  ThreadSignals thread;
  note_trap(page_fault({0x1234}, page_fault_error::kWrite), thread);
  EXPECT_EQ(thread.trap_number, vector::kPageFault);
  EXPECT_EQ(thread.error_code, page_fault_error::kUser | page_fault_error::kWrite);
  EXPECT_EQ(thread.fault_address, 0x1234u);
  note_trap({.vector = vector::kDivideError}, thread);
  EXPECT_EQ(thread.trap_number, vector::kDivideError);
  EXPECT_EQ(thread.error_code, 0u);
  EXPECT_EQ(thread.fault_address, 0x1234u);
  // The kernel's half: Linux says that the page is there.
  note_trap(page_fault({0xffff'8000'0000'0000}, 0), thread);
  EXPECT_EQ(thread.error_code, page_fault_error::kUser | page_fault_error::kPresent);
}

}  // namespace
}  // namespace ringfare
