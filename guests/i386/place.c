// SPDX-License-Identifier: MIT
// Where a 32-bit program finds itself: its selectors, as it reads them and as a signal's frame has
// them, where mmap(2) looks first, and the end of its stack.
struct action {
  void (*handler)(int);
  unsigned long mask;
  unsigned flags;
  void (*restorer)(void);
};

/// What i386's sigcontext begins with, and where its CS and SS lie.
struct context {
  unsigned gs, fs, es, ds, general[8], trap, error, ip, cs, flags, sp, ss;
};

enum { kExit = 1, kWrite = 4, kGetpid = 20, kKill = 37, kSigaction = 67, kMap = 90 };
enum { kUser1 = 10, kRestorer = 0x04000000, kReadWrite = 3, kPrivateAnonymous = 0x22 };

static unsigned in_frame_cs, in_frame_ss, in_handler_cs;

static long call(long number, long a, long b, long c) {
  long result;
  asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

static void print(const char* what, unsigned value) {
  char line[64];
  int length = 0;
  while (*what != 0) line[length++] = *what++;
  line[length++] = ' ';
  for (int shift = 28; shift >= 0; shift -= 4)
    line[length++] = "0123456789abcdef"[value >> shift & 15];
  line[length++] = '\n';
  call(kWrite, 1, (long)line, length);
}

void take_frame(const struct context* frame) {
  in_frame_cs = frame->cs & 0xffff;
  in_frame_ss = frame->ss & 0xffff;
  asm("mov %%cs, %0" : "=r"(in_handler_cs));
}

/// Above the return address: the signal's number, the context.
void handle(int signal);
asm("handle:\n"
    "  lea 8(%esp), %eax\n"
    "  push %eax\n"
    "  call take_frame\n"
    "  pop %eax\n"
    "  ret\n");
/// sigreturn(2)
void restore(void);
asm("restore:\n"
    "  pop %eax\n"
    "  mov $119, %eax\n"
    "  int $0x80\n");

void begin(const unsigned* stack) {
  unsigned cs, ss, ds;
  asm("mov %%cs, %0" : "=r"(cs));
  asm("mov %%ss, %0" : "=r"(ss));
  asm("mov %%ds, %0" : "=r"(ds));
  print("cs", cs);
  print("ss", ss);
  print("ds", ds);
  const struct action action = {.handler = handle, .flags = kRestorer, .restorer = restore};
  call(kSigaction, kUser1, (long)&action, 0);
  call(kKill, call(kGetpid, 0, 0, 0), kUser1, 0);
  print("cs in the frame", in_frame_cs);
  print("ss in the frame", in_frame_ss);
  print("cs in the handler", in_handler_cs);
  const unsigned map[6] = {0, 4096, kReadWrite, kPrivateAnonymous, ~0u, 0};
  print("mmap", (unsigned)call(kMap, (long)map, 0, 0));
  print("stack", (unsigned)stack & 0xffff0000);
  call(kExit, 0, 0, 0);
}

asm(".globl _start\n"
    "_start:\n"
    "  mov %esp, %eax\n"
    "  and $-16, %esp\n"
    "  sub $12, %esp\n"
    "  push %eax\n"
    "  call begin\n");
