// SPDX-License-Identifier: MIT
// What readable memory can be executed: the program's data, its heap, what mmap(2) gives out, its
// stack. Built with each of the three things PT_GNU_STACK can say.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

static const unsigned char kCode[] = {0xb8, 42, 0, 0, 0, 0xc3};  // mov $42, %eax; ret
static unsigned char data[64] = {1};
static sigjmp_buf back;

static void refused(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

static void try(const char* what, unsigned char* place) {
  memcpy(place, kCode, sizeof kCode);
  if (sigsetjmp(back, 1) != 0)
    printf("%s: not executed\n", what);
  else
    printf("%s: %d\n", what, ((int (*)(void))place)());
}

int main(void) {
  unsigned char local[64];
  struct sigaction action = {.sa_handler = refused};
  sigaction(SIGSEGV, &action, NULL);
  printf("READ_IMPLIES_EXEC %d\n", (personality(0xffffffff) & READ_IMPLIES_EXEC) != 0);
  const int both = PROT_READ | PROT_WRITE, own = MAP_PRIVATE | MAP_ANONYMOUS;
  unsigned char* const mapped = mmap(NULL, 4096, both, own, -1, 0);
  unsigned char* const changed = mmap(NULL, 4096, PROT_NONE, own, -1, 0);
  mprotect(changed, 4096, both);
  try("data", data);
  try("heap", sbrk(64));
  try("mmap", mapped);
  try("mprotect", changed);
  try("stack", local);
  personality(READ_IMPLIES_EXEC);
  try("mmap after personality", mmap(NULL, 4096, both, own, -1, 0));
  personality(0);
  try("mmap after personality(0)", mmap(NULL, 4096, both, own, -1, 0));
  return 0;
}
