// SPDX-License-Identifier: MIT
// RDRAND and RDSEED: what each form writes, which flags it leaves, and that two draws differ. A
// processor without them raises SIGILL. With an argument: the numbers themselves, and a child's.
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned long word;
enum { kArithmetic = 0x8d5, kDraws = 64 };

typedef struct {
  word value, flags;
} Drawn;

/// Every bit of the register is set before, and every arithmetic flag.
#define DEFINE_DRAW(name, bytes)                                         \
  static Drawn name(void) {                                              \
    Drawn drawn;                                                         \
    __asm__ volatile("push %2\n popf\n .byte " bytes "\n pushf\n pop %1" \
                     : "=a"(drawn.value), "=c"(drawn.flags)              \
                     : "d"((word)(kArithmetic | 0x202)), "0"(~(word)0)   \
                     : "cc", "memory");                                  \
    return drawn;                                                        \
  }

DEFINE_DRAW(rand_16, "0x66, 0x0f, 0xc7, 0xf0")
DEFINE_DRAW(rand_32, "0x0f, 0xc7, 0xf0")
DEFINE_DRAW(seed_16, "0x66, 0x0f, 0xc7, 0xf8")
DEFINE_DRAW(seed_32, "0x0f, 0xc7, 0xf8")
#ifdef __x86_64__
DEFINE_DRAW(rand_64, "0x48, 0x0f, 0xc7, 0xf0")
DEFINE_DRAW(seed_64, "0x48, 0x0f, 0xc7, 0xf8")
// A REX prefix counts directly before the opcode only.
DEFINE_DRAW(rand_16_lost_rex, "0x48, 0x66, 0x0f, 0xc7, 0xf0")
DEFINE_DRAW(rand_64_narrow, "0x66, 0x48, 0x0f, 0xc7, 0xf0")
#endif

static const struct {
  const char* name;
  Drawn (*draw)(void);
  int bits;
} kForms[] = {
    {"rdrand 16", rand_16, 16},
    {"rdrand 32", rand_32, 32},
    {"rdseed 16", seed_16, 16},
    {"rdseed 32", seed_32, 32},
#ifdef __x86_64__
    {"rdrand 64", rand_64, 64},
    {"rdseed 64", seed_64, 64},
    {"rdrand behind a lost REX", rand_16_lost_rex, 16},
    {"rdrand 64 with an operand-size prefix", rand_64_narrow, 64},
#endif
};

static Drawn drawn_at_last(unsigned form) {
  Drawn drawn;
  do drawn = kForms[form].draw();
  while ((drawn.flags & 1) == 0);
  return drawn;
}

static void check(unsigned form) {
  const word mask = kForms[form].bits == 64 ? ~(word)0 : ((word)1 << (kForms[form].bits & 31)) - 1;
  const word low = kForms[form].bits == 32 ? 0xffffffff : mask;
  word ones = 0, zeroes = 0, above = 0, flags = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Drawn drawn = drawn_at_last(form);
    ones |= drawn.value & low, zeroes |= ~drawn.value & low;
    flags |= drawn.flags & kArithmetic;
    above |= drawn.value & ~low;
  }
  printf("%s: %s, above %lx, flags %lx\n", kForms[form].name,
         ones == low && zeroes == low ? "every bit varies" : "some bits never vary", above, flags);
}

static void show(const char* whose) {
  for (unsigned form = 0; form < sizeof kForms / sizeof *kForms; ++form)
    printf("%s %s %lx\n", whose, kForms[form].name, drawn_at_last(form).value);
  fflush(stdout);
}

int main(int argc, char** argv) {
  (void)argv;
  unsigned a, b, c, d, b7 = 0;
  __cpuid(1, a, b, c, d);
  if (__get_cpuid_count(7, 0, &a, &b7, &d, &d) == 0) b7 = 0;
  if ((c >> 30 & 1) == 0 || (b7 >> 18 & 1) == 0) {
    puts("not both of them");
    fflush(stdout);
    return (int)drawn_at_last(c >> 30 & 1 ? 2 : 0).value & 0;
  }
  if (argc > 1) {
    show("first");
    if (fork() == 0) {
      show("child");
      return 0;
    }
    wait(NULL);
    show("again");
    return 0;
  }
  for (unsigned form = 0; form < sizeof kForms / sizeof *kForms; ++form) check(form);
  return 0;
}
