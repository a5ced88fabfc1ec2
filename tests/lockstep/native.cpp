// SPDX-License-Identifier: MIT
#include "native.hpp"

#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "cpu/base/failure.hpp"

extern "C" void ringfare_native_enter();
extern "C" std::uint8_t ringfare_native_exit[], ringfare_native_abandon[];

namespace ringfare::lockstep {
namespace {

/// At a fixed address below 2 GiB: reached without a register. The assembly names the offsets.
struct Context {
  std::uint64_t gpr[16];
  std::uint64_t rflags;
  std::uint64_t host_rsp;
  std::uint64_t target;  // of signals: where the block begins
  std::uint64_t exit;
  std::uint64_t far_target, far_exit;  // offset, and the selector from bit 32 on
  std::uint64_t data_segments;
  std::uint32_t host_ds, host_es;
  alignas(64) VectorState vector;
  Outcome outcome;
};
static_assert(offsetof(Context, rflags) == 128);
static_assert(offsetof(Context, host_rsp) == 136);
static_assert(offsetof(Context, target) == 144);
static_assert(offsetof(Context, exit) == 152);
static_assert(offsetof(Context, far_target) == 160);
static_assert(offsetof(Context, far_exit) == 168);
static_assert(offsetof(Context, data_segments) == 176);
static_assert(offsetof(Context, host_ds) == 184);
static_assert(offsetof(Context, vector) == 192);

constexpr std::uint64_t kContext = 0x30000000, kNativeCode = 0x30010000;
constexpr std::size_t kCodeRoom = 64 * 1024, kStackRoom = 64 * 1024, kBridgeRoom = 16;
/// Of 64-bit code, at the end of the room: what 32-bit code leaves by.
constexpr std::uint64_t kBridge = kNativeCode + kCodeRoom - kBridgeRoom;

constexpr std::array<std::uint8_t, 7> kLeave{0xff, 0x24, 0x25, 0x98,
                                             0x00, 0x00, 0x30};  // jmp *exit
constexpr std::array<std::uint8_t, 6> kFarLeave{0xff, 0x2d, 0xa8,
                                                0x00, 0x00, 0x30};  // ljmp *far_exit
constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

Context& context() {
  return *reinterpret_cast<Context*>(kContext);
}

// glibc's order of general registers in a signal frame, by encoding.
constexpr std::array kFrameGprs{REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};

void* mapped(std::uint64_t at, std::size_t size, int protection) {
  void* const got = mmap(reinterpret_cast<void*>(at), size, protection,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  CHECK(got != MAP_FAILED, "mmap");
  return got;
}

}  // namespace

Native::Native()
    : code_(static_cast<std::byte*>(
          mapped(kNativeCode, kCodeRoom, PROT_READ | PROT_WRITE | PROT_EXEC))),
      signal_stack_(new std::byte[kStackRoom]) {
  new (mapped(kContext, sizeof(Context), PROT_READ | PROT_WRITE)) Context;
  context().exit = reinterpret_cast<std::uint64_t>(ringfare_native_exit);
  context().target = kNativeCode;
  context().far_exit = kBridge | std::uint64_t{selector::kUserCode} << 32;
  std::memcpy(code_ + (kBridge - kNativeCode), kLeave.data(), kLeave.size());
}

Native::~Native() {
  munmap(code_, kCodeRoom);
  munmap(&context(), sizeof(Context));
}

Result Native::run(std::span<const std::uint8_t> code, const Snapshot& before) {
  CHECK(code.size() + 8 < kCodeRoom - kBridgeRoom, "block of {} bytes", code.size());
  std::memcpy(code_, code.data(), code.size());
  const bool wide = before.registers.mode() == CodeMode::Long64;
  const std::span<const std::uint8_t> leave =
      wide ? std::span<const std::uint8_t>(kLeave) : kFarLeave;
  std::memcpy(code_ + code.size(), leave.data(), leave.size());
  context().far_target =
      kNativeCode | std::uint64_t{wide ? selector::kUserCode : selector::kUserCode32} << 32;
  context().data_segments = before.registers.ds.selector;

  place_memory(before);
  std::ranges::copy(before.registers.gpr, context().gpr);
  context().rflags = before.registers.rflags;
  context().vector = before.registers.vector;
  context().outcome = {.offset = code.size()};

  const stack_t stack{.ss_sp = signal_stack_.get(), .ss_flags = 0, .ss_size = kStackRoom};
  stack_t old_stack;
  sigaltstack(&stack, &old_stack);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  std::array<struct sigaction, kSignals.size()> old;
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &old[i]);
  ringfare_native_enter();
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old[i], nullptr);
  sigaltstack(&old_stack, nullptr);

  Result result{.outcome = context().outcome, .after = before};
  std::ranges::copy(context().gpr, result.after.registers.gpr.begin());
  result.after.registers.rflags = context().rflags;
  result.after.registers.vector = context().vector;
  take_memory(result.after);
  return result;
}

void Native::on_signal(int signal, siginfo_t* info, void* frame) {
  auto& machine = *static_cast<ucontext_t*>(frame);
  auto& registers = machine.uc_mcontext.gregs;
  const auto begin = context().target;
  const auto offset = static_cast<std::uint64_t>(registers[REG_RIP]) - begin;
  if (offset >= kCodeRoom) {  // ours
    std::signal(signal, SIG_DFL);
    return;
  }
  const bool names_instruction = signal == SIGFPE || signal == SIGILL;
  context().outcome = {
      .faulted = true,
      .vector = static_cast<unsigned>(registers[REG_TRAPNO]),
      .error_code = static_cast<std::uint32_t>(registers[REG_ERR]),
      .address = names_instruction ? 0 : reinterpret_cast<std::uint64_t>(info->si_addr),
      .signal = signal,
      .code = info->si_code,
      .offset = offset};
  for (std::size_t i = 0; i < kFrameGprs.size(); ++i)
    context().gpr[i] = static_cast<std::uint64_t>(registers[kFrameGprs[i]]);
  context().rflags = static_cast<std::uint64_t>(registers[REG_EFL]);
  std::memcpy(context().vector.bytes.data(), machine.uc_mcontext.fpregs,
              context().vector.bytes.size());
  registers[REG_RIP] = reinterpret_cast<greg_t>(ringfare_native_abandon);
  registers[REG_CSGSFS] = (registers[REG_CSGSFS] & ~0xffffll) | selector::kUserCode;
  registers[REG_RSP] = static_cast<greg_t>(context().host_rsp);
  registers[REG_EFL] = static_cast<greg_t>(flag::kFixed | flag::kInterrupt);
}

void place_memory(const Snapshot& snapshot) {
  std::memcpy(AddressSpace::host(kData.begin), snapshot.data.data(), kData.size());
  std::memcpy(AddressSpace::host(kStack.begin), snapshot.stack.data(), kStack.size());
}

void take_memory(Snapshot& snapshot) {
  std::memcpy(snapshot.data.data(), AddressSpace::host(kData.begin), kData.size());
  std::memcpy(snapshot.stack.data(), AddressSpace::host(kStack.begin), kStack.size());
}

}  // namespace ringfare::lockstep

asm(R"(
.set context, 0x30000000
.text
.globl ringfare_native_enter
ringfare_native_enter:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, context+136
  mov $7, %eax
  xor %edx, %edx
  xrstor64 context+192
  mov %ds, context+184
  mov %es, context+188
  mov context+176, %ds
  mov context+176, %es
  push context+128
  popfq
  mov context+0, %rax
  mov context+8, %rcx
  mov context+16, %rdx
  mov context+24, %rbx
  mov context+32, %rsp
  mov context+40, %rbp
  mov context+48, %rsi
  mov context+56, %rdi
  mov context+64, %r8
  mov context+72, %r9
  mov context+80, %r10
  mov context+88, %r11
  mov context+96, %r12
  mov context+104, %r13
  mov context+112, %r14
  mov context+120, %r15
  ljmp *context+160

.globl ringfare_native_exit
ringfare_native_exit:
  mov %rax, context+0
  mov %rcx, context+8
  mov %rdx, context+16
  mov %rbx, context+24
  mov %rsp, context+32
  mov %rbp, context+40
  mov %rsi, context+48
  mov %rdi, context+56
  mov %r8, context+64
  mov %r9, context+72
  mov %r10, context+80
  mov %r11, context+88
  mov %r12, context+96
  mov %r13, context+104
  mov %r14, context+112
  mov %r15, context+120
  mov context+136, %rsp
  pushfq
  pop context+128
  mov $7, %eax
  xor %edx, %edx
  xsave64 context+192

.globl ringfare_native_abandon
ringfare_native_abandon:
  mov context+184, %ds
  mov context+188, %es
  cld
  fninit
  pushq $0x1f80
  ldmxcsr (%rsp)
  pop %rax
  vzeroupper
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
)");
