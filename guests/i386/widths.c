// SPDX-License-Identifier: MIT
// 64-bit code that makes calls of both widths in turn, and so does its child.
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long narrow(long number) {
  long result = number;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"(0), "c"(0), "d"(0)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static long wide(long number) {
  long result = number;
  __asm__ volatile("syscall" : "+a"(result) : : "memory", "rcx", "r11");
  return result;
}

int main(void) {
  enum { kGetpid32 = 20, kGetppid32 = 64 };
  int same = narrow(kGetpid32) == wide(SYS_getpid);
  narrow(kGetpid32);
  narrow(kGetpid32);
  wide(SYS_getpid);
  int status = 1;
  pid_t child = fork();
  if (child == 0) {
    _exit(narrow(kGetppid32) == wide(SYS_getppid) ? 0 : 2);
  }
  waitpid(child, &status, 0);
  narrow(kGetpid32);
  return same && status == 0 ? 0 : 1;
}
