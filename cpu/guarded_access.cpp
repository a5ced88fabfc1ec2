// SPDX-License-Identifier: MIT
#include "cpu/guarded_access.hpp"

#include <csignal>
#include <cstdint>

// System V ABI: the arguments are in RDI, RSI and RDX, the answer is in AL. Nothing is on the stack
// but the return address, so that the access can be left from everywhere in between.
extern "C" {
bool ringfare_guarded_copy(void* to, const void* from, std::size_t size);
bool ringfare_guarded_probe(const void* at);
extern const char ringfare_guarded_begin[], ringfare_guarded_end[], ringfare_guarded_failed[];
}
asm(R"(
.text
.globl ringfare_guarded_copy, ringfare_guarded_probe
.globl ringfare_guarded_begin, ringfare_guarded_end, ringfare_guarded_failed
ringfare_guarded_begin:
.type ringfare_guarded_copy, @function
ringfare_guarded_copy:
  cmp $8, %rdx
  je 8f
  cmp $4, %rdx
  je 4f
  cmp $16, %rdx
  jne 1f
  movups (%rsi), %xmm0
  movups %xmm0, (%rdi)
  mov $1, %eax
  ret
8:
  mov (%rsi), %rax
  mov %rax, (%rdi)
  mov $1, %eax
  ret
4:
  mov (%rsi), %eax
  mov %eax, (%rdi)
  mov $1, %eax
  ret
1:
  mov %rdx, %rcx
  rep movsb
  mov $1, %eax
  ret
.size ringfare_guarded_copy, .-ringfare_guarded_copy
.type ringfare_guarded_probe, @function
ringfare_guarded_probe:
  mov (%rdi), %al
  mov $1, %eax
  ret
.size ringfare_guarded_probe, .-ringfare_guarded_probe
ringfare_guarded_end:
ringfare_guarded_failed:
  xor %eax, %eax
  ret
)");

namespace ringfare {

bool guarded_copy(void* to, const void* from, std::size_t size) {
  return ringfare_guarded_copy(to, from, size);
}

bool guarded_probe(const void* at) {
  return ringfare_guarded_probe(at);
}

bool leave_guarded_access(ucontext_t& context) {
  auto& rip = context.uc_mcontext.gregs[REG_RIP];
  const auto at = static_cast<std::uintptr_t>(rip);
  const auto begin = reinterpret_cast<std::uintptr_t>(ringfare_guarded_begin),
             end = reinterpret_cast<std::uintptr_t>(ringfare_guarded_end);
  if (at < begin || at >= end) return false;
  rip = static_cast<greg_t>(reinterpret_cast<std::uintptr_t>(ringfare_guarded_failed));
  return true;
}

void handle_guarded_accesses() {
  struct sigaction action {};
  if (sigaction(SIGBUS, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = [](int signal, siginfo_t*, void* context) {
    // Anybody else dies of it.
    if (!leave_guarded_access(*static_cast<ucontext_t*>(context))) std::signal(signal, SIG_DFL);
  };
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace ringfare
