// SPDX-License-Identifier: MIT
// What programs do to files, in the directory given as the argument: create, grow, seek, list, map,
// rename, link, remove.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int by_name(const struct dirent** a, const struct dirent** b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static void list(void) {
  struct dirent** names;
  const int count = scandir(".", &names, NULL, by_name);
  printf("entries:");
  for (int i = 0; i < count; ++i) {
    if (names[i]->d_name[0] != '.') printf(" %s", names[i]->d_name);
    free(names[i]);
  }
  printf("\n");
  free(names);
}

static void report(const char* what, long result) {
  const int error = errno;
  printf("%s %ld %s\n", what, result, strerror(error));
}

static void by_descriptor(void) {
  const int file = open("plain", O_RDWR | O_CREAT | O_TRUNC, 0640);
  struct iovec parts[] = {{"gather", 6}, {" and ", 5}, {"scatter", 7}};
  printf("writev %zd\n", writev(file, parts, 3));
  printf("lseek %ld\n", (long)lseek(file, -7, SEEK_END));
  char text[32] = "";
  printf("read %zd ", read(file, text, sizeof text));
  puts(text);
  printf("pread %zd %c\n", pread(file, text, 1, 3), text[0]);
  ftruncate(file, 10000);
  struct stat status;
  fstat(file, &status);
  printf("size %ld mode %o links %ld\n", (long)status.st_size, (unsigned)status.st_mode,
         (long)status.st_nlink);
  char* map = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  map[9999] = '!';
  munmap(map, 10000);
  printf("mapped %zd %c\n", pread(file, text, 1, 9999), text[0]);
  const int copy = dup(file);
  printf("dup %d flags %x\n", copy > file, (unsigned)fcntl(copy, F_GETFL) & O_ACCMODE);
  close(copy);
  close(file);
}

static void by_name_calls(void) {
  mkdir("folder", 0755);
  rename("plain", "folder/moved");
  symlink("folder/moved", "pointer");
  link("folder/moved", "second");
  list();
  char text[32] = "";
  printf("readlink %zd %s\n", readlink("pointer", text, sizeof text - 1), text);
  printf("access %d\n", access("second", R_OK));
  report("missing", open("nothing", O_RDONLY));
  report("directory", open("folder", O_WRONLY));
  report("bad pointer", open((const char*)16, O_RDONLY));
  report("bad descriptor", write(99, "x", 1));
  unlink("pointer");
  unlink("second");
  unlink("folder/moved");
  rmdir("folder");
  list();
}

int main(int argc, char** argv) {
  if (argc < 2 || chdir(argv[1]) != 0) return 1;
  by_descriptor();
  by_name_calls();
  FILE* stream = tmpfile();
  fprintf(stream, "%s %d\n", "stream", 12);
  rewind(stream);
  char word[16];
  int number;
  printf("scanned %d", fscanf(stream, "%15s %d", word, &number));
  printf(" %s %d\n", word, number);
  int ends[2];
  pipe(ends);
  write(ends[1], "pipe", 4);
  printf("pipe %zd\n", read(ends[0], word, 4));
  return 0;
}
