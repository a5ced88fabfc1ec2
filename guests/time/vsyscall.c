// SPDX-License-Identifier: MIT
// Calls through the page at a fixed address, right and wrong: "time", "gettimeofday", "getcpu",
// "inside" (not at an entry), "read", "pointer" (nothing is there), "kernel" (a kernel's pointer).
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

typedef long (*Function)(void*, void*);
static const unsigned long kPage = 0xffffffffff600000;

static void on_fault(int signal, siginfo_t* info, void* context) {
  (void)context;
  char line[96];
  const int size = snprintf(line, sizeof line, "signal %d code %d address %p\n", signal,
                            info->si_code, info->si_addr);
  if (write(1, line, (size_t)size) != size) _exit(2);
  _exit(0);
}

static long call(unsigned long offset, void* a, void* b) {
  return ((Function)(kPage + offset))(a, b);
}

int main(int argc, char** argv) {
  const char* const what = argc > 1 ? argv[1] : "time";
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, NULL);
  struct timeval day = {-1, -1};
  unsigned processor = 9999, node = 9999;
  long seconds = -1;
  if (strcmp(what, "time") == 0) {
    const long got = call(0x400, &seconds, NULL);
    printf("%d\n", got == seconds && seconds > 0);
  } else if (strcmp(what, "gettimeofday") == 0) {
    const long got = call(0, &day, NULL);
    printf("%ld %d\n", got, day.tv_sec > 0 && day.tv_usec >= 0);
  } else if (strcmp(what, "getcpu") == 0) {
    const long got = call(0x800, &processor, &node);
    printf("%ld %d\n", got, processor < 9999 && node < 9999);
  } else if (strcmp(what, "inside") == 0)
    call(0x401, NULL, NULL);
  else if (strcmp(what, "read") == 0)
    printf("%x\n", *(volatile unsigned char*)kPage);
  else if (strcmp(what, "pointer") == 0)
    call(0x400, (void*)8, NULL);
  else if (strcmp(what, "kernel") == 0)
    call(0x400, (void*)0xffffffff80000000, NULL);
  return 0;
}
