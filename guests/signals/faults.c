// SPDX-License-Identifier: MIT
// Every kind of exception an instruction of user mode can raise: what its handler is told, and that
// what the handler puts into the context is what goes on. Addresses are shown relative to something
// of the program's own.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static const char* const register_names[] = {"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
                                             "rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx"};

extern char resume_here[];
static char *read_only, *no_code, *beyond_end, *unmapped;
uint64_t stack_at_fault;  // set by the code around each fault
static uint64_t address_at_fault;
static volatile int seen;

static const char* place(uint64_t address) {
  static char text[64];
  const struct {
    const char* name;
    char* base;
  } known[] = {{"read-only", read_only},
               {"no-code", no_code},
               {"beyond", beyond_end},
               {"unmapped", unmapped}};
  for (unsigned i = 0; i < sizeof known / sizeof known[0]; ++i)
    if (address - (uint64_t)known[i].base < 4096) {
      snprintf(text, sizeof text, "%s+%#llx", known[i].name,
               (unsigned long long)(address - (uint64_t)known[i].base));
      return text;
    }
  if (address == address_at_fault) return "the instruction";
  snprintf(text, sizeof text, "%#llx", (unsigned long long)address);
  return text;
}

static void on_fault(int signal, siginfo_t* info, void* context) {
  ucontext_t* machine = context;
  greg_t* g = machine->uc_mcontext.gregs;
  address_at_fault = (uint64_t)g[REG_RIP];
  seen = signal;
  printf("  signal %d code %d", signal, info->si_code);
  if (info->si_code < SI_KERNEL && info->si_code > 0)
    printf(" addr %s", place((uint64_t)info->si_addr));
  printf(" trapno %lld err %#llx", (long long)g[REG_TRAPNO], (long long)g[REG_ERR]);
  if (g[REG_TRAPNO] == 14) printf(" cr2 %s", place((uint64_t)g[REG_CR2]));
  printf(" flags %#llx", (long long)g[REG_EFL] & 0x254dd5);
  printf(" cs %#llx ss %#llx\n ", (long long)g[REG_CSGSFS] & 0xffff,
         (unsigned long long)g[REG_CSGSFS] >> 48);
  for (int i = 0; i < 15; ++i) {
    if (i == 8 || i == 9 || i == 10) continue;  // operands, and where the stack is
    printf(" %s=%llx", register_names[i], (long long)g[i]);
  }
  printf(" rsp %s\n", (uint64_t)g[REG_RSP] == stack_at_fault ? "same" : "moved");
  unsigned char bytes[16];
  memcpy(bytes, &machine->uc_sigmask, 8);
  printf("  mask %02x%02x%02x%02x stack flags %d uc_flags %#lx\n", bytes[0], bytes[1], bytes[2],
         bytes[3], machine->uc_stack.ss_flags, machine->uc_flags);
  g[REG_RIP] = (greg_t)resume_here;
  g[REG_RSP] = (greg_t)stack_at_fault;
  g[REG_EFL] &= ~0x40100ll;
  g[REG_RAX] = 0x600d;
}

// Known values in the registers, the operand in RSI, then the instruction; the handler comes back
// to resume_here.
#define PROVOKE(name, operand, instruction)                                                       \
  do {                                                                                            \
    uint64_t answer_;                                                                             \
    printf("%s\n", name);                                                                         \
    fflush(stdout);                                                                               \
    __asm__ volatile(                                                                             \
        "pushq %%rbp\n pushq %%rbx\n pushq %%r12\n pushq %%r13\n pushq %%r14\n pushq %%r15\n"     \
        "movq %%rsp, stack_at_fault(%%rip)\n"                                                     \
        "leaq 7f(%%rip), %%rax\n movq %%rax, resume_address(%%rip)\n"                             \
        "movq $0x1111, %%rax\n movq $0x2222, %%rbx\n movq $0x3333, %%rcx\n movq $0x4444, %%rdx\n" \
        "movq $0x5555, %%rdi\n movq $0x8888, %%r8\n movq $0x9999, %%r9\n movq $0xaaaa, %%r10\n"   \
        "movq $0xbbbb, %%r11\n movq $0xcccc, %%r12\n movq $0xdddd, %%r13\n movq $0xeeee, %%r14\n" \
        "movq $0xffff, %%r15\n addq $1, %%r15\n subq $1, %%r15\n"                                 \
        "movq stack_at_fault(%%rip), %%rbp\n" instruction                                         \
        "\n"                                                                                      \
        "movq $0xbad, %%rax\n"                                                                    \
        "7: movq stack_at_fault(%%rip), %%rsp\n"                                                  \
        "popq %%r15\n popq %%r14\n popq %%r13\n popq %%r12\n popq %%rbx\n popq %%rbp\n"           \
        : "=a"(answer_)                                                                           \
        : "S"((uint64_t)(operand))                                                                \
        : "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");                         \
    printf("  came back with %#llx\n", (unsigned long long)answer_);                              \
  } while (0)

__asm__(
    ".pushsection .bss\n .globl resume_address\n resume_address: .quad 0\n .popsection\n"
    ".pushsection .text\n .globl resume_here\n resume_here: jmp *resume_address(%rip)\n "
    ".popsection\n");

static void prepare(void) {
  char* pages = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(pages, 0xc3, 5 * 4096);
  read_only = pages, no_code = pages + 4096, unmapped = pages + 4 * 4096;
  mprotect(read_only, 4096, PROT_READ);
  munmap(unmapped, 4096);
  char name[] = "/tmp/faultsXXXXXX";
  const int fd = mkstemp(name);
  unlink(name);
  if (ftruncate(fd, 4096) != 0) exit(2);
  char* file = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  beyond_end = file + 4096;
}

int main(void) {
  static char stack[65536];
  const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  for (unsigned i = 0; i < 5; ++i) sigaction(signals[i], &action, NULL);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  prepare();
  setvbuf(stdout, NULL, _IOFBF, 65536);

  PROVOKE("read at 0x10", 0x10, "movq (%%rsi), %%rax");
  PROVOKE("write at 0x20", 0x20, "movq %%rax, (%%rsi)");
  PROVOKE("read of an unmapped page", unmapped + 8, "movl (%%rsi), %%eax");
  PROVOKE("read across the end of a page", unmapped - 2, "movl (%%rsi), %%eax");
  PROVOKE("write to a read-only page", read_only + 0x123, "movb %%al, (%%rsi)");
  PROVOKE("push below the stack pointer's page", 0, "movq $0x30, %%rsp\n pushq %%rax");
  PROVOKE("call of a page without code", no_code, "callq *%%rsi");
  PROVOKE("jump to an unmapped page", unmapped + 16, "jmpq *%%rsi");
  PROVOKE("jump to an address that is none", 0x8000000000000000, "jmpq *%%rsi");
  PROVOKE("read at an address that is none", 0x8000000000000000, "movq (%%rsi), %%rax");
  PROVOKE("write in the kernel's half", 0xffffffff81000000, "movq %%rax, (%%rsi)");
  PROVOKE("misaligned movaps", stack + 1, "movaps (%%rsi), %%xmm0");
  PROVOKE("page of a file beyond its end", beyond_end + 64, "movl (%%rsi), %%eax");
  PROVOKE("division by zero", 0, "xorl %%edx, %%edx\n divl %%esi");
  PROVOKE("quotient too large", 1, "idivq %%rsi");
  PROVOKE("breakpoint", 0, "int3");
  PROVOKE("int $3", 0, ".byte 0xcd, 3");
  PROVOKE("undefined instruction", 0, "ud2");
  PROVOKE("lock on a register", 0, ".byte 0xf0, 0x89, 0xc8");
  PROVOKE("halt", 0, "hlt");
  PROVOKE("interrupts off", 0, "cli");
  PROVOKE("port", 0, "inb $0x80, %%al");
  PROVOKE("system register", 0, "movq %%cr0, %%rax");
  PROVOKE("model-specific register", 0, "rdmsr");
  PROVOKE("a gate for the kernel only", 0, "int $0x0e");
  PROVOKE("no such gate", 0, "int $0x81");
  PROVOKE("read of repeated strings", read_only,
          "movl $100, %%ecx\n movq %%rsi, %%rdi\n rep stosb");

  PROVOKE("single step", 0, "pushfq\n orl $0x100, (%%rsp)\n popfq\n nop\n nop");

  // x87 and SSE exceptions that are not masked.
  const uint32_t all_on = 0x1f80 & ~0x1e80u;
  const uint16_t x87_on = 0x340;
  PROVOKE("SSE division by zero", &all_on,
          "ldmxcsr (%%rsi)\n pxor %%xmm1, %%xmm1\n movl $0x3f800000, %%ecx\n movd %%ecx, %%xmm0\n "
          "divss %%xmm1, %%xmm0");
  PROVOKE("SSE invalid operation", &all_on,
          "ldmxcsr (%%rsi)\n pxor %%xmm1, %%xmm1\n pxor %%xmm0, %%xmm0\n divss %%xmm1, %%xmm0");
  PROVOKE("SSE overflow", &all_on,
          "ldmxcsr (%%rsi)\n movl $0x7f7fffff, %%ecx\n movd %%ecx, %%xmm0\n mulss %%xmm0, %%xmm0");
  PROVOKE("x87 division by zero", &x87_on,
          "fninit\n fldcw (%%rsi)\n fldz\n fld1\n fdivp %%st, %%st(1)\n fwait");
  PROVOKE("x87 invalid operation", &x87_on,
          "fninit\n fldcw (%%rsi)\n fldz\n fldz\n fdivp %%st, %%st(1)\n fwait");
  PROVOKE("x87 stack underflow", &x87_on, "fninit\n fldcw (%%rsi)\n fstp %%st(0)\n fwait");
  printf("done, last signal %d\n", seen);
  return 0;
}
