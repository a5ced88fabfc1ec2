// execve(2) that fails leaves the program as it was; what a file that was cut short held is EFAULT.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static const char path[] = "./file";

static void try(const char* what, const void* bytes, size_t size, int mode) {
  const int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0700);
  if (write(file, bytes, size) != (ssize_t)size) abort();
  fchmod(file, mode);
  close(file);
  char* const arguments[] = {(char*)path, 0};
  execv(path, arguments);
  printf("%s: %s\n", what, strerror(errno));
  unlink(path);
}

static void programs(void) {
  struct {
    Elf64_Ehdr header;
    Elf64_Phdr interpreter, load;
    char name[32];
  } file = {.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                       .e_type = ET_EXEC,
                       .e_machine = EM_X86_64,
                       .e_version = EV_CURRENT,
                       .e_entry = 0x400000,
                       .e_phoff = sizeof(Elf64_Ehdr),
                       .e_ehsize = sizeof(Elf64_Ehdr),
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 2},
            .interpreter = {.p_type = PT_INTERP,
                            .p_offset = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr),
                            .p_filesz = 32},
            .load = {.p_type = PT_LOAD, .p_vaddr = 0x400000, .p_memsz = 4096, .p_flags = PF_R},
            .name = "/nowhere/ld.so"};
  try("text", "just some words\n", 16, 0700);
  try("nothing", "", 0, 0700);
  try("not executable", &file, sizeof file, 0600);
  try("no such interpreter", &file, sizeof file, 0700);
  strcpy(file.name, "/dev/null");
  try("a device as interpreter", &file, sizeof file, 0700);
  try("cut within its header", &file, 40, 0700);
  try("cut within its program headers", &file, 100, 0700);
  try("cut before the interpreter's name", &file, sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr),
      0700);
  file.header.e_machine = EM_AARCH64;
  try("another machine", &file, sizeof file, 0700);
  file.header.e_machine = EM_X86_64;
  file.header.e_type = ET_REL;
  try("an object file", &file, sizeof file, 0700);
  try("a script without its interpreter", "#!/nowhere/sh\n", 14, 0700);
  char itself[80];
  const int length = snprintf(itself, sizeof itself, "#!%s\n", path);
  try("a script of itself", itself, (size_t)length, 0700);
}

static void busy(char* own) {
  const int file = open(own, O_WRONLY);
  printf("open what runs: %s\n", file < 0 ? strerror(errno) : "done");
  printf("truncate it: %s\n", truncate(own, 1 << 24) < 0 ? strerror(errno) : "done");
  const int open_script = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0700);
  if (write(open_script, "#!/bin/true\n", 12) != 12) abort();
  char* const arguments[] = {(char*)path, 0};
  execv(path, arguments);
  printf("execute what is written: %s\n", strerror(errno));
  close(open_script);
  unlink(path);
}

#define CUT(call)                                                    \
  do {                                                               \
    errno = 0;                                                       \
    const long r = (call);                                           \
    printf("%s = %ld %s\n", #call, r, r < 0 ? strerror(errno) : ""); \
  } while (0)

static void cut(void) {
  const int file = open(path, O_CREAT | O_RDWR, 0600);
  if (ftruncate(file, 8192) != 0) abort();
  char* const p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  strcpy(p, "/tmp");
  if (ftruncate(file, 0) != 0) abort();
  CUT(open(p, O_RDONLY));
  CUT(syscall(SYS_rt_sigprocmask, 0, p, 0, 8));
  CUT(write(1, p, 5));
  CUT(syscall(SYS_uname, p));
  CUT(syscall(SYS_getcwd, p, 100));
  CUT(syscall(SYS_execve, p, 0, 0));
  CUT(syscall(SYS_getrandom, p, 10, 0));
  CUT(syscall(SYS_stat, p, p));
  unlink(path);
}

static void hear(int signal) {
  (void)signal;
}

/// A child begins without timers and starts even if its parent's alarm is near.
static void timers(void) {
  signal(SIGALRM, hear);
  const struct itimerval set = {{0, 0}, {50, 0}};
  setitimer(ITIMER_VIRTUAL, &set, 0);
  alarm(100);
  if (fork() == 0) {
    struct itimerval left;
    getitimer(ITIMER_VIRTUAL, &left);
    printf("child: alarm %u, virtual %ld\n", alarm(0), (long)left.it_value.tv_sec);
    fflush(stdout);
    _exit(0);
  }
  wait(0);
  printf("parent: alarm %d\n", alarm(0) > 90);
}

/// Many signals for a process that blocks them, and the one that ends it.
static void crowd(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, 0);
  const int child = fork();
  if (child == 0) {
    pause();
    _exit(1);
  }
  int sent = 0, status = 0;
  for (int i = 0; i < 1000; ++i) sent += kill(child, 40 + i % 20) == 0;
  const int killed = kill(child, SIGKILL);
  waitpid(child, &status, 0);
  printf("sent %d, SIGKILL %d, ended by %d\n", sent, killed, WTERMSIG(status));
}

static void grow(void) {
  char* const area = mmap(0, 1 << 24, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(area, 1 << 24);
  volatile char* const p = mmap(area + (1 << 23), 65536, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
  for (int i = 0; i < 100; ++i) p[-i * 4096 - 8] = 1;
  puts("grown");
}

int main(int count, char** arguments) {
  (void)count;
  setvbuf(stdout, 0, _IOLBF, 4096);
  programs();
  busy(arguments[0]);
  cut();
  timers();
  crowd();
  grow();
  return 0;
}
