// SPDX-License-Identifier: MIT
// Exceptions in the middle of straight code: for each attempt of exceptions.S, whether signal,
// code, vector, error code, address and RIP are what the manuals and Linux say, and which registers
// have changed since the attempt began. `exceptions N` makes the Nth attempt without a handler.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "places.h"

struct attempt {
  const char* name;
  void (*code)(void);
  uint64_t at, address;
  int signal, code_of_signal, vector;
  unsigned error;
  int either, unused;  // RIP may be before or behind
};

extern const struct attempt attempts_begin[] __asm__("attempts_begin");
extern const struct attempt attempts_end[];
extern char no_signal[], attempt_over[], guest_stack_end[];
extern volatile char passed_over;
void try(void (*code)(void));

static struct {
  int count, signal, code;
  uint64_t address, vector, error, flags, registers[17];  // RIP last
} seen;

static const struct {
  const char* name;
  int index;
  uint64_t before;
} kRegisters[] = {{"rax", REG_RAX, 0x1010101010101010}, {"rcx", REG_RCX, 0x1111111111111111},
                  {"rdx", REG_RDX, 0x1212121212121212}, {"rbx", REG_RBX, 0x1313131313131313},
                  {"rbp", REG_RBP, 0x1515151515151515}, {"rsi", REG_RSI, 0x1616161616161616},
                  {"rdi", REG_RDI, 0x1717171717171717}, {"r8", REG_R8, 0x1818181818181818},
                  {"r9", REG_R9, 0x1919191919191919},   {"r10", REG_R10, 0x1a1a1a1a1a1a1a1a},
                  {"r11", REG_R11, 0x1b1b1b1b1b1b1b1b}, {"r12", REG_R12, 0x1c1c1c1c1c1c1c1c},
                  {"r13", REG_R13, 0x1d1d1d1d1d1d1d1d}, {"r14", REG_R14, 0x1e1e1e1e1e1e1e1e},
                  {"r15", REG_R15, 0x1f1f1f1f1f1f1f1f}, {"rsp", REG_RSP, 0}};
enum { kCount = sizeof kRegisters / sizeof kRegisters[0] };

static void on_signal(int signal, siginfo_t* info, void* context) {
  ucontext_t* user = context;
  greg_t* const registers = user->uc_mcontext.gregs;
  if (seen.count++ == 0) {
    seen.signal = signal;
    seen.code = info->si_code;
    seen.address = (uint64_t)info->si_addr;
    seen.vector = (uint64_t)registers[REG_TRAPNO];
    seen.error = (uint64_t)registers[REG_ERR];
    seen.flags = (uint64_t)registers[REG_EFL];
    for (int i = 0; i < kCount; ++i) seen.registers[i] = (uint64_t)registers[kRegisters[i].index];
    seen.registers[16] = (uint64_t)registers[REG_RIP];
  }
  registers[REG_EFL] &= ~0x100;
  registers[REG_RIP] = (greg_t)attempt_over;
}

static void catch_all(void) {
  static char stack[65536];
  const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternative, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  static const int kSignals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
  for (size_t i = 0; i < sizeof kSignals / sizeof kSignals[0]; ++i)
    sigaction(kSignals[i], &action, NULL);
}

static void print_changes(void) {
  for (int i = 0; i < kCount; ++i) {
    const int is_stack = kRegisters[i].index == REG_RSP;
    const uint64_t before = is_stack ? (uint64_t)guest_stack_end : kRegisters[i].before;
    if (seen.registers[i] == before) continue;
    const int64_t distance = (int64_t)(seen.registers[i] - before);
    if (distance > -65536 && distance < 65536)
      printf(" %s%+ld", kRegisters[i].name, (long)distance);
    else
      printf(" %s=%#lx", kRegisters[i].name, (unsigned long)seen.registers[i]);
  }
}

static int check(const struct attempt* attempt) {
  memset(&seen, 0, sizeof seen);
  memset((void*)DATA, 0x5a, DATA_END - DATA);
  passed_over = 0;
  try(attempt->code);
  const int right = seen.count == 1 && !passed_over && seen.signal == attempt->signal &&
                    seen.code == attempt->code_of_signal && seen.address == attempt->address &&
                    seen.vector == (uint64_t)attempt->vector && seen.error == attempt->error &&
                    (attempt->either || seen.registers[16] == attempt->at);
  if (right && attempt->either) return printf("ok %s: wherever it is\n", attempt->name), 1;
  printf("%s %s: signal %d code %d vector %lu error %#lx address %+ld rip %+ld flags %#lx,",
         right ? "ok" : "NOT OK", attempt->name, seen.signal, seen.code, (unsigned long)seen.vector,
         (unsigned long)seen.error, (long)(seen.address - attempt->address),
         (long)(seen.registers[16] - attempt->at), (unsigned long)seen.flags);
  print_changes();
  const unsigned char* const data = (const unsigned char*)DATA;
  int changed = 0;
  for (int i = 0; i < DATA_END - DATA; ++i) changed += data[i] != 0x5a;
  printf(", %d bytes written\n", changed);
  return right;
}

int main(int argc, char** argv) {
  const int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  mmap((void*)DATA, DATA_END - DATA, PROT_READ | PROT_WRITE, fixed, -1, 0);
  mmap((void*)READ_ONLY, 4096, PROT_READ, fixed, -1, 0);
  (void)*(volatile char*)READ_ONLY;  // else it is not present yet, which the error code tells
  const long count = attempts_end - attempts_begin;
  if (argc > 1) {
    const long number = atol(argv[1]);
    if (number < 0 || number >= count) return 3;
    printf("%s\n", attempts_begin[number].name);
    fflush(stdout);
    try(attempts_begin[number].code);
    return 2;
  }
  catch_all();
  long right = 0;
  for (long i = 0; i < count; ++i) right += check(&attempts_begin[i]);
  printf("%ld of %ld as they should be\n", right, count);
  return right == count ? 0 : 1;
}
