// SPDX-License-Identifier: MIT
#include "cpu/unicorn/host_int1.hpp"

#include <ucontext.h>

#include <csignal>

asm(R"(
.text
.globl ringfare_int1, ringfare_int1_behind
ringfare_int1:
  .byte 0xf1
ringfare_int1_behind:
  ret
)");

extern "C" {
void ringfare_int1();
void ringfare_int1_behind();
}

namespace ringfare::unicorn {
namespace {

volatile bool was_behind = true;

void on_trap(int, siginfo_t*, void* context) {
  auto& rip = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
  const auto behind = reinterpret_cast<greg_t>(&ringfare_int1_behind);
  was_behind = rip == behind;
  rip = behind;
}

bool probe() {
  struct sigaction action {
  }, before{};
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGTRAP, &action, &before) != 0) return true;
  ringfare_int1();
  sigaction(SIGTRAP, &before, nullptr);
  return was_behind;
}

}  // namespace

bool host_int1_traps_behind() {
  static const bool behind = probe();
  return behind;
}

}  // namespace ringfare::unicorn
