// SPDX-License-Identifier: MIT
// Says what it can reach: for each argument "WHAT PATH", whether it could read, write, list or
// connect.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char* read_file(const char* path) {
  static char text[64];
  const int fd = open(path, O_RDONLY);
  if (fd < 0) return strerrorname_np(errno);
  const ssize_t size = read(fd, text, sizeof text - 1);
  if (size < 0) return strerrorname_np(errno);
  text[size] = '\0';
  text[strcspn(text, "\n")] = '\0';
  close(fd);
  return text;
}

static const char* write_file(const char* path) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) return strerrorname_np(errno);
  const int written = write(fd, "guest\n", 6) == 6;
  close(fd);
  return written ? "written" : "not written";
}

static const char* list(const char* path) {
  static char count[64];
  DIR* const folder = opendir(path);
  if (folder == NULL) return strerrorname_np(errno);
  int entries = 0;
  for (struct dirent* entry; (entry = readdir(folder)) != NULL;)
    entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(folder);
  snprintf(count, sizeof count, "%s", entries == 0 ? "empty" : "not empty");
  return count;
}

static const char* open_socket(const char* family) {
  const int domain = strcmp(family, "unix") == 0    ? AF_UNIX
                     : strcmp(family, "inet") == 0  ? AF_INET
                     : strcmp(family, "inet6") == 0 ? AF_INET6
                                                    : AF_NETLINK;
  const int fd = socket(domain, domain == AF_NETLINK ? SOCK_RAW : SOCK_STREAM, 0);
  if (fd < 0) return strerrorname_np(errno);
  close(fd);
  return "ok";
}

int main(int count, char** arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    const char *what = arguments[i], *path = arguments[i + 1];
    printf("%s %s: %s\n", what, path,
           strcmp(what, "read") == 0    ? read_file(path)
           : strcmp(what, "write") == 0 ? write_file(path)
           : strcmp(what, "list") == 0  ? list(path)
                                        : open_socket(path));
  }
  return 0;
}
