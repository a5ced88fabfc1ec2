// SPDX-License-Identifier: MIT
// Code where one does not look for it: at the ends of the address space, in pages that come and go
// or change while they are hot, behind an alias; and what faults and the x87 state tell about it.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { kPage = 4096 };
static sigjmp_buf back;
static volatile unsigned long error, address, tag;
static volatile int code_of_signal;

static void on_fault(int signal, siginfo_t* info, void* context) {
  const ucontext_t* const interrupted = context;
  (void)signal;
  error = (unsigned long)interrupted->uc_mcontext.gregs[REG_ERR];
  address = (unsigned long)info->si_addr;
  code_of_signal = info->si_code;
  siglongjmp(back, 1);
}

static void on_tag(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info;
#ifdef __i386__
  tag = ((ucontext_t*)context)->uc_mcontext.fpregs->tag & 0xffff;
#else
  tag = ((ucontext_t*)context)->uc_mcontext.fpregs->ftw;
#endif
}

static void* pages(int protection) {
  return mmap(NULL, 2 * kPage, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void call_address(uintptr_t to) {
  if (sigsetjmp(back, 1) == 0) {
    ((void (*)(void))to)();
    puts("came back");
  } else {
    printf("call: error %lx, code %d, address %lx\n", error, code_of_signal, address);
  }
}

static void show_ends(void) {
  static const unsigned char kDistances[] = {1, 2, 8, 15, 16, 17, 128, 255};
  for (unsigned i = 0; i < sizeof kDistances; ++i) call_address(-(uintptr_t)kDistances[i]);
  call_address(-(uintptr_t)kPage);
  call_address(-(uintptr_t)kPage - 8);
}

static void show_protection(void) {
  char* const page = pages(PROT_READ | PROT_WRITE);
  *page = 1;
  mprotect(page, kPage, PROT_NONE);
  if (sigsetjmp(back, 1) == 0) printf("%d\n", *(volatile char*)page);
  printf("read of PROT_NONE: error %lx, code %d\n", error, code_of_signal);
  if (sigsetjmp(back, 1) == 0) ((void (*)(void))page)();
  printf("call of PROT_NONE: error %lx, code %d\n", error, code_of_signal);
  mprotect(page, kPage, PROT_READ | PROT_WRITE);
  if (sigsetjmp(back, 1) == 0) ((void (*)(void))page)();
  printf("call of data: error %lx, code %d\n", error, code_of_signal);
  munmap(page, 2 * kPage);
}

/// Stores a byte and calls it, always at the same address.
static void remap(void) {
  unsigned done = 0;
  for (int i = 0; i < 3000; ++i) {
    char* const page = pages(PROT_READ | PROT_WRITE | PROT_EXEC);
    unsigned long value = 0x123400c3;
    __asm__ volatile("mov %b0, (%1)\n call *%1" : "+a"(value) : "b"(page) : "memory");
    done += (uint8_t)*page == 0xc3;
    munmap(page, 2 * kPage);
  }
  printf("mapped anew %u times\n", done);
}

static void patch_immediates(void) {
  static const unsigned char kCode[] = {0xb8, 0, 0, 0, 0, 0xc3};  // mov $0, %eax; ret
  unsigned char* const page = pages(PROT_READ | PROT_WRITE | PROT_EXEC);
  unsigned char* const at = page + kPage - 3;  // across two pages
  memcpy(at, kCode, sizeof kCode);
  unsigned long sum = 0;
  for (unsigned i = 0; i < 3000; ++i) {
    memcpy(at + 1, &i, sizeof i);
    sum += ((unsigned (*)(void))at)();
  }
  printf("sum of what was patched %lu\n", sum);
  munmap(page, 2 * kPage);
}

static void write_aliases(void) {
  enum { kFunctions = 1000, kRoom = 64 };
  const int file = memfd_create("code", 0);
  if (ftruncate(file, kFunctions * kRoom) != 0) return;
  unsigned char* const w =
      mmap(NULL, kFunctions * kRoom, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  unsigned char* const x =
      mmap(NULL, kFunctions * kRoom, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  unsigned long sum = 0;
  for (unsigned i = 0; i < kFunctions; ++i) {
    unsigned char code[] = {0xb8, 0, 0, 0, 0, 0xc3};
    memcpy(code + 1, &i, sizeof i);
    memcpy(w + i * kRoom, code, sizeof code);
    sum += ((unsigned (*)(void))(x + i * kRoom))();
  }
  printf("sum behind the alias %lu\n", sum);
  close(file);
}

/// INT1. A hypervisor may leave RIP at it or behind it.
static void show_int1(void) {
  for (int i = 0; i < 3; ++i) {
    if (sigsetjmp(back, 1) == 0) {
      __asm__ volatile(".byte 0xf1\n nop");
      puts("came back");
    } else {
      printf("int1: code %d, error %lx\n", code_of_signal, error);
    }
  }
}

static void show_x87(void) {
  uint32_t environment[7];
  uintptr_t at;
#ifdef __x86_64__
  __asm__ volatile("lea 1f(%%rip), %0\n fninit\n1: fldz\n fnstenv %1\n fstp %%st"
                   : "=r"(at), "=m"(environment));
#else
  __asm__ volatile(
      "call 2f\n2: pop %0\n add $1f - 2b, %0\n fninit\n1: fldz\n fnstenv %1\n fstp %%st"
      : "=r"(at), "=m"(environment));
#endif
  printf("x87 instruction pointer %s\n", environment[3] == (uint32_t)at ? "right" : "wrong");
  __asm__ volatile("fninit\n fld1\n fldz\n fldz\n fld1\n fdivp");
  raise(SIGUSR1);
  __asm__ volatile("fninit");
  printf("tags in the frame %lx\n", tag);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGTRAP, &action, NULL);
  action.sa_sigaction = on_tag;
  sigaction(SIGUSR1, &action, NULL);
  show_ends();
  show_protection();
  remap();
  patch_immediates();
  write_aliases();
  show_int1();
  show_x87();
  return 0;
}
