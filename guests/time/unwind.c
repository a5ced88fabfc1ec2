// SPDX-License-Identifier: MIT
// Steps through the functions of the vDSO and through the code that handlers return to, and unwinds
// the stack at each of their instructions: the walk has to reach the function that called them.
// With an argument it prints the places it has looked at.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "vdso_symbols.h"

#ifdef __x86_64__
enum { kInstructionPointer = REG_RIP };
#else
enum { kInstructionPointer = REG_EIP };
#endif
enum { kTrapFlag = 1 << 8, kImage = 0x4000, kReturnCode = 16 };

static uintptr_t image_begin, restorer;
static void* caller;  // the function that has to be reached
static unsigned char seen[kImage + kReturnCode];
static volatile int lost;

// A number for each byte that may be stepped on; -1 for what is none of ours.
static int place_of(uintptr_t at) {
  if (at >= image_begin && at < image_begin + kImage) return (int)(at - image_begin);
  if (restorer != 0 && at >= restorer && at < restorer + kReturnCode)
    return kImage + (int)(at - restorer);
  return -1;
}

struct Walk {
  int inside, reached;
};

static _Unwind_Reason_Code look(struct _Unwind_Context* context, void* data) {
  struct Walk* const walk = data;
  const uintptr_t at = _Unwind_GetIP(context);
  walk->inside |= place_of(at) >= 0;
  walk->reached |= _Unwind_FindEnclosingFunction((void*)(at - 1)) == caller;
  return walk->reached ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static void on_step(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info;
  const ucontext_t* const interrupted = context;
  const int place = place_of((uintptr_t)interrupted->uc_mcontext.gregs[kInstructionPointer]);
  if (place < 0) return;
  struct Walk walk = {0, 0};
  _Unwind_Backtrace(look, &walk);
  seen[place] = 1;
  if (walk.inside && walk.reached) return;
  ++lost;
  printf("lost at %#x\n", (unsigned)place);
}

static void set_stepping(int on) {
#ifdef __x86_64__
  __asm__ volatile(
      "lea -128(%%rsp), %%rsp\n"
      "pushfq\n"
      "andq $~0x100, (%%rsp)\n"
      "orq %0, (%%rsp)\n"
      "popfq\n"
      "lea 128(%%rsp), %%rsp" ::"r"(on ? (long)kTrapFlag : 0L)
      : "memory", "cc");
#else
  __asm__ volatile(
      "pushfl\n"
      "andl $~0x100, (%%esp)\n"
      "orl %0, (%%esp)\n"
      "popfl" ::"r"(on ? (long)kTrapFlag : 0L)
      : "memory", "cc");
#endif
}

typedef long (*Function)(long, long, long, long, long);

__attribute__((noinline)) static void step_through(Function function, long a, long b, long c) {
  set_stepping(1);
  function(a, b, c, 0, 0);
  set_stepping(0);
}

// Two signals of their own, so that the way back from each kind of handler is stepped through.
static void on_plain(int signal) {
  (void)signal;
  set_stepping(1);
}
static void on_extended(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info, (void)context;
  set_stepping(1);
}

__attribute__((noinline)) static void be_interrupted(int signal) {
  raise(signal);
  __asm__ volatile("" ::: "memory");
}

static long answer[64];

static void call_with_clocks(Function function) {
  for (long clock = -1; clock <= 12; ++clock) step_through(function, clock, (long)answer, 0);
}

static void call(const struct VdsoSymbol* symbol) {
  const Function function = (Function)symbol->address;
  const long there = (long)answer;
  if (strstr(symbol->name, "__vdso_clock_get") == symbol->name) {
    call_with_clocks(function);
    if (strcmp(symbol->name, "__vdso_clock_getres") == 0) step_through(function, 1, 0, 0);
  } else if (strcmp(symbol->name, "__vdso_gettimeofday") == 0 ||
             strcmp(symbol->name, "__vdso_getcpu") == 0) {
    for (int which = 0; which < 4; ++which)
      step_through(function, which & 1 ? there : 0, which & 2 ? there + 32 : 0, 0);
  } else if (strcmp(symbol->name, "__vdso_time") == 0) {
    step_through(function, 0, 0, 0);
    step_through(function, there, 0, 0);
  } else if (strcmp(symbol->name, "__vdso_getrandom") == 0) {
    step_through(function, there, 8, 0);
  }
}

static void handle(int signal, void (*handler)(int, siginfo_t*, void*), void (*plain)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  if (plain != NULL) action.sa_handler = plain;
  if (handler != NULL) action.sa_sigaction = handler, action.sa_flags = SA_SIGINFO;
  sigaction(signal, &action, NULL);
}

static uintptr_t restorer_of(int signal) {
  struct {
    unsigned long handler, flags, restorer, mask[2];
  } action = {0, 0, 0, {0, 0}};
  syscall(SYS_rt_sigaction, signal, NULL, &action, 8);
  return action.restorer;
}

int main(int argc, char** argv) {
  (void)argv;
  image_begin = getauxval(AT_SYSINFO_EHDR);
  handle(SIGTRAP, on_step, NULL);
  handle(SIGUSR1, NULL, on_plain);
  handle(SIGUSR2, on_extended, NULL);
  restorer = restorer_of(SIGUSR2);

  caller = (void*)step_through;
  struct Walk walk = {0, 0};
  _Unwind_Backtrace(look, &walk);  // what is bound late is bound now
  for_each_vdso_symbol(call);

  caller = (void*)be_interrupted;
  be_interrupted(SIGUSR1);
  set_stepping(0);
  be_interrupted(SIGUSR2);
  set_stepping(0);

  int places = 0;
  for (int i = 0; i < kImage + kReturnCode; ++i) {
    if (seen[i] == 0) continue;
    ++places;
    if (argc > 1) printf("%#x\n", (unsigned)i);
  }
  printf("%s, %d lost\n", places > 200 ? "many places" : "few places", lost);
  return lost != 0;
}
