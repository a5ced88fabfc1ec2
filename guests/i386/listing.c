// SPDX-License-Identifier: MIT
// What a small C library asks of a kernel: files, directories, memory, pipes, identities.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

static void check(const char* what, long result) {
  printf("%s %ld %d\n", what, result < 0 ? -1 : result, result < 0 ? errno : 0);
}

static int order(const void* a, const void* b) {
  return strcmp(*(char* const*)a, *(char* const*)b);
}

static void list(const char* path) {
  DIR* folder = opendir(path);
  char* names[64];
  int count = 0;
  for (struct dirent* entry; (entry = readdir(folder)) != 0 && count < 64;)
    names[count++] = strdup(entry->d_name);
  closedir(folder);
  qsort(names, count, sizeof names[0], order);
  for (int i = 0; i < count; ++i) printf("%s\n", names[i]);
}

int main(void) {
  check("mkdir", mkdir("listing", 0755));
  int fd = open("listing/a", O_RDWR | O_CREAT | O_TRUNC, 0644);
  check("write", write(fd, "0123456789", 10));
  struct iovec parts[2] = {{"abc", 3}, {"defg", 4}};
  check("writev", writev(fd, parts, 2));
  check("lseek", (long)lseek(fd, -3, SEEK_END));
  char text[8] = {0};
  check("read", read(fd, text, 8));
  printf("%s\n", text);
  check("pread", pread(fd, text, 4, 2));
  struct stat status;
  check("fstat", fstat(fd, &status));
  printf("size %ld mode %o links %d\n", (long)status.st_size, status.st_mode, (int)status.st_nlink);
  check("ftruncate", ftruncate(fd, 5));
  check("stat", stat("listing/a", &status));
  printf("size %ld\n", (long)status.st_size);
  check("missing", stat("listing/b", &status));
  check("symlink", symlink("a", "listing/link"));
  check("lstat", lstat("listing/link", &status));
  printf("mode %o\n", status.st_mode);
  list("listing");
  char* memory = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memory[4096] = 7;
  check("mprotect", mprotect(memory, 4096, PROT_READ));
  check("munmap", munmap(memory, 8192));
  check("dup2", dup2(fd, 9));
  int ends[2];
  check("pipe", pipe(ends));
  check("to pipe", write(ends[1], "x", 1));
  check("from pipe", read(ends[0], text, 1));
  check("bad", close(77));
  printf("uid %d\n", (int)getuid() >= 0);
  check("unlink", unlink("listing/a"));
  check("unlink", unlink("listing/link"));
  check("rmdir", rmdir("listing"));
  return 5;
}
