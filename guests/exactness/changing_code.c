// SPDX-License-Identifier: MIT
// Code that changes in every way a program can change it: each check calls it before and after and
// says whether the new code ran.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kPage = 4096 };
typedef long (*code_t)(long);

static unsigned char* pages(int count, int protection) {
  return mmap(NULL, (size_t)count * kPage, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/// mov $value, %eax; ret
static void put_constant(unsigned char* at, int value) {
  *at = 0xb8;
  memcpy(at + 1, &value, 4);
  at[5] = 0xc3;
}
static long call(const unsigned char* at) {
  return ((code_t)(uintptr_t)at)(0);
}

static const int kAll = PROT_READ | PROT_WRITE | PROT_EXEC;

static int rewritten(void) {
  unsigned char* const code = pages(1, kAll);
  for (int i = 0; i < 2000; ++i) {
    put_constant(code, i);
    if (call(code) != i) return 0;
  }
  return 1;
}

/// Stores into the instruction that follows in the same block, of several widths and kinds.
static int next_instruction(void) {
  static const unsigned char kStores[][32] = {
      // movb $N, 1(%rip): the imm8 of mov $0, %al behind it
      {0x31, 0xc0, 0xc6, 0x05, 1, 0, 0, 0, 7, 0xb0, 0, 0xc3},
      // movl $N, 1(%rip); mov $0, %eax
      {0x31, 0xc0, 0xc7, 0x05, 1, 0, 0, 0, 7, 0, 0, 0, 0xb8, 0, 0, 0, 0, 0xc3},
      // mov $7, %edx; lock xchg is implied: xchg %dl, 1(%rip); mov $0, %al
      {0x31, 0xc0, 0xba, 7, 0, 0, 0, 0x86, 0x15, 1, 0, 0, 0, 0xb0, 0, 0xc3},
      // mov $7, %edx; lock add %dl, 1(%rip); mov $0, %al
      {0x31, 0xc0, 0xba, 7, 0, 0, 0, 0xf0, 0x00, 0x15, 1, 0, 0, 0, 0xb0, 0, 0xc3},
      // mov $7, %edx; movd %edx, %xmm0; movss %xmm0, 1(%rip); mov $0, %eax
      {0x31, 0xc0, 0xba, 7, 0, 0, 0,    0x66, 0x0f, 0x6e, 0xc2, 0xf3, 0x0f,
       0x11, 0x05, 1,    0, 0, 0, 0xb8, 0,    0,    0,    0,    0xc3}};
  unsigned char* const code = pages(1, kAll);
  for (size_t i = 0; i < sizeof kStores / sizeof kStores[0]; ++i)
    for (int again = 0; again < 3; ++again) {
      memcpy(code, kStores[i], sizeof kStores[i]);
      if (call(code) != 7) return 0;
    }
  return 1;
}

/// A loop whose body counts in its own immediate.
static int loop_that_edits_itself(void) {
  static const unsigned char kLoop[] = {0xb9, 0xe8, 3,    0,    0,  // mov $1000, %ecx
                                        0x31, 0xc0,                 // xor %eax, %eax
                                        0x05, 0,    0,    0,    0,  // 7: add $0, %eax
                                        0xff, 0x05, 0xf6, 0xff, 0xff,
                                        0xff,        // incl -10(%rip): that 0
                                        0xff, 0xc9,  // dec %ecx
                                        0x75, 0xf1,  // jnz 7
                                        0xc3};
  unsigned char* const code = pages(1, kAll);
  memcpy(code, kLoop, sizeof kLoop);
  return call(code) == 999 * 1000 / 2;
}

static int through_an_alias(void) {
  const int file = memfd_create("code", 0);
  if (ftruncate(file, kPage) != 0) return 0;
  unsigned char* const to_write = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  unsigned char* const to_run = mmap(NULL, kPage, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  for (int i = 0; i < 500; ++i) {
    put_constant(to_write, i);
    if (call(to_run) != i) return 0;
  }
  close(file);
  return 1;
}

static int through_the_file(void) {
  const int file = memfd_create("code", 0);
  if (ftruncate(file, kPage) != 0) return 0;
  unsigned char* const shared = mmap(NULL, kPage, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  unsigned char bytes[6];
  for (int i = 0; i < 200; ++i) {
    put_constant(bytes, i);
    if (pwrite(file, bytes, sizeof bytes, 0) != sizeof bytes || call(shared) != i) return 0;
  }
  close(file);
  return 1;
}

static int by_a_system_call(void) {
  unsigned char* const code = pages(1, kAll);
  int ends[2];
  if (pipe(ends) != 0) return 0;
  unsigned char bytes[6];
  for (int i = 0; i < 200; ++i) {
    put_constant(bytes, i);
    if (write(ends[1], bytes, 6) != 6) return 0;
    const struct iovec parts[2] = {{code, 3}, {code + 3, 3}};
    const ssize_t got = i % 2 != 0 ? read(ends[0], code, 6) : readv(ends[0], parts, 2);
    if (got != 6 || call(code) != i) return 0;
  }
  return 1;
}

static int protection_flips(void) {
  unsigned char* const code = pages(1, PROT_READ | PROT_WRITE);
  for (int i = 0; i < 200; ++i) {
    if (mprotect(code, kPage, PROT_READ | PROT_WRITE) != 0) return 0;
    put_constant(code, i);
    if (mprotect(code, kPage, PROT_READ | PROT_EXEC) != 0 || call(code) != i) return 0;
  }
  return 1;
}

static int mapped_anew(void) {
  unsigned char* const place = pages(1, kAll);
  for (int i = 0; i < 200; ++i) {
    if (mmap(place, kPage, kAll, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != place) return 0;
    put_constant(place, i);
    if (call(place) != i) return 0;
  }
  return 1;
}

static int moved(void) {
  unsigned char* code = pages(2, kAll);
  put_constant(code, 5);
  if (call(code) != 5) return 0;
  for (int i = 0; i < 20; ++i) {
    unsigned char* const there = pages(1, PROT_NONE);
    code = mremap(code, kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, there);
    if (code != there || call(code) != 5 + i) return 0;
    put_constant(code, 6 + i);
    if (call(code) != 6 + i) return 0;
  }
  return 1;
}

/// One store changes the end of one page and the beginning of the next.
static int across_pages(void) {
  unsigned char* const code = pages(2, kAll);
  unsigned char* const at = code + kPage - 3;
  for (int i = 0; i < 300; ++i) {
    put_constant(at, 0);
    if (call(at) != 0) return 0;
    const int value = i * 0x010203;
    memcpy(at + 1, &value, sizeof value);
    if (call(at) != value) return 0;
  }
  return 1;
}

static int by_string_instructions(void) {
  unsigned char* const code = pages(1, kAll);
  unsigned char bytes[6];
  for (int i = 0; i < 300; ++i) {
    put_constant(bytes, i);
    void* to = code;
    const void* from = bytes;
    size_t count = sizeof bytes;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count)::"memory");
    if (call(code) != i) return 0;
  }
  return 1;
}

static int on_the_stack(void) {
  static unsigned char* stack_code;
  unsigned char room[2 * kPage];
  stack_code = (unsigned char*)(((uintptr_t)room + kPage - 1) & ~(uintptr_t)(kPage - 1));
  if (mprotect(stack_code, kPage, kAll) != 0) return 0;
  for (int i = 0; i < 300; ++i) {
    put_constant(stack_code, i);
    if (call(stack_code) != i) return 0;
  }
  return mprotect(stack_code, kPage, PROT_READ | PROT_WRITE) == 0;
}

/// Data beside hot code in its page.
static int data_beside_code(void) {
  unsigned char* const code = pages(1, kAll);
  long* const counter = (long*)(code + 512);
  // mov (%rip + 505), %rax; inc %rax; mov %rax, (...); ret
  static const unsigned char kCount[] = {0x48, 0x8b, 0x05, 0xf9, 1,    0, 0, 0x48, 0xff,
                                         0xc0, 0x48, 0x89, 0x05, 0xef, 1, 0, 0,    0xc3};
  memcpy(code, kCount, sizeof kCount);
  for (int i = 0; i < 3000; ++i)
    if (call(code) != i + 1) return 0;
  return *counter == 3000;
}

/// A compiler for polynomials: Horner's rule on constants, emitted over and over into one buffer.
static int small_compiler(void) {
  unsigned char* const buffer = pages(4, kAll);
  uint32_t seed = 1;
  for (int program = 0; program < 1500; ++program) {
    unsigned char* at = buffer + (program * 61) % (3 * kPage);
    const code_t code = (code_t)(uintptr_t)at;
    int coefficients[6];
    const int degree = 1 + program % 6;
    memcpy(at, "\x31\xc0", 2), at += 2;  // xor %eax, %eax
    for (int i = 0; i < degree; ++i) {
      seed = seed * 1664525u + 1013904223u;
      coefficients[i] = (int)(seed >> 20);
      memcpy(at, "\x0f\xaf\xc7\x05", 4);  // imul %edi, %eax; add $c, %eax
      memcpy(at + 4, &coefficients[i], 4), at += 8;
    }
    *at = 0xc3;
    for (int x = -3; x <= 3; ++x) {
      unsigned expected = 0;
      for (int i = 0; i < degree; ++i)
        expected = expected * (unsigned)x + (unsigned)coefficients[i];
      if ((unsigned)code(x) != expected) return 0;
    }
  }
  return 1;
}

static const struct {
  const char* name;
  int (*check)(void);
} kChecks[] = {{"rewritten", rewritten},
               {"next instruction", next_instruction},
               {"a loop that edits itself", loop_that_edits_itself},
               {"through an alias", through_an_alias},
               {"through the file", through_the_file},
               {"by a system call", by_a_system_call},
               {"protection flips", protection_flips},
               {"mapped anew", mapped_anew},
               {"moved", moved},
               {"across pages", across_pages},
               {"by string instructions", by_string_instructions},
               {"on the stack", on_the_stack},
               {"data beside code", data_beside_code},
               {"a small compiler", small_compiler}};

int main(void) {
  int wrong = 0;
  for (size_t i = 0; i < sizeof kChecks / sizeof kChecks[0]; ++i) {
    const int right = kChecks[i].check();
    printf("%s %s\n", right ? "ok" : "NOT OK", kChecks[i].name);
    fflush(stdout);
    wrong += !right;
  }
  return wrong != 0;
}
