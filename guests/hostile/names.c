// SPDX-License-Identifier: MIT
// Finds itself in /proc by every spelling there is, and says of each whether it has found itself: a
// file of maps that names this program and nobody else's memory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char program[4096];  // where it lies

static void say(const char* how, const char* what) {
  printf("%-44s %s\n", how, what);
}

/// The maps behind `fd` must be those of this program.
static void judge(const char* how, int fd) {
  static char text[1 << 16];
  if (fd < 0) return say(how, strerrorname_np(errno));
  size_t size = 0;
  ssize_t got;
  while ((got = read(fd, text + size, sizeof text - 1 - size)) > 0) size += (size_t)got;
  text[size] = '\0';
  close(fd);
  const int mine = strstr(text, program) != NULL && strstr(text, "[stack]") != NULL;
  const int others = strstr(text, "libstdc++") != NULL || strstr(text, "ringfare\n") != NULL;
  say(how, others ? "SOMEBODY ELSE" : mine ? "itself" : "something else");
}

static void by_name(void) {
  static const char* const kNames[] = {"/proc/self/maps",
                                       "/proc/./self/maps",
                                       "//proc/self/maps",
                                       "/proc//self/maps",
                                       "/proc/self//maps",
                                       "/proc/self/./maps",
                                       "/proc/self/../self/maps",
                                       "/proc/self/root/proc/self/maps",
                                       "/proc/self/cwd/../proc/self/maps",
                                       "/proc/thread-self/maps",
                                       "/dev/../proc/self/maps",
                                       "/tmp/../proc/self/maps",
                                       "/proc/sys/../self/maps",
                                       "/proc/self/net/../maps",
                                       "/proc/net/../maps",
                                       "/proc/self/root/proc/thread-self/maps",
                                       "/../proc/self/maps",
                                       "/proc/self/fd/../maps",
                                       "/dev/fd/../maps",
                                       "/usr/../proc/./self/maps",
                                       "/proc/self/maps/",
                                       "/proc/self/exe/../maps",
                                       "/proc/self/maps/../maps"};
  for (unsigned i = 0; i < sizeof kNames / sizeof *kNames; i++)
    judge(kNames[i], open(kNames[i], O_RDONLY));
}

static void by_number(void) {
  static const char* const kForms[] = {"/proc/%d/maps", "/proc/./%d/maps",
                                       "/proc/self/task/%d/maps", "/proc/%d/./maps",
                                       "/proc/self/../%d/maps"};
  for (unsigned i = 0; i < sizeof kForms / sizeof *kForms; i++) {
    char name[100];
    snprintf(name, sizeof name, kForms[i], getpid());
    judge(kForms[i], open(name, O_RDONLY));
  }
}

static int restricted(int directory, const char* name, unsigned long long resolve) {
  struct open_how how = {.flags = O_RDONLY, .resolve = resolve};
  return (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
}

static void from_folders(void) {
  const int root = open("/", O_PATH | O_DIRECTORY), proc = open("/proc", O_RDONLY | O_DIRECTORY),
            self = open("/proc/self", O_RDONLY | O_DIRECTORY), path = open("/proc/self", O_PATH);
  judge("openat(/, proc/self/maps)", openat(root, "proc/self/maps", O_RDONLY));
  judge("openat(/proc, self/maps)", openat(proc, "self/maps", O_RDONLY));
  judge("openat(/proc, ./self/maps)", openat(proc, "./self/maps", O_RDONLY));
  judge("openat(/proc/self, maps)", openat(self, "maps", O_RDONLY));
  judge("openat(O_PATH /proc/self, maps)", openat(path, "maps", O_RDONLY));
  judge("openat(dup, maps)", openat(dup(self), "maps", O_RDONLY));
  judge("openat2(/, in root)", restricted(root, "/proc/self/maps", RESOLVE_IN_ROOT));
  judge("openat2(/, beneath)", restricted(root, "proc/self/maps", RESOLVE_BENEATH));
  judge("openat2(no magic links)", restricted(AT_FDCWD, "/proc/self/maps", RESOLVE_NO_MAGICLINKS));
  judge("openat2(plain)", restricted(AT_FDCWD, "/proc/./self/maps", 0));
  judge("openat2(/proc/self, beneath)", restricted(self, "maps", RESOLVE_BENEATH));
  judge("openat2(no magic links: cwd)",
        restricted(AT_FDCWD, "/proc/self/cwd/../proc/self/maps", RESOLVE_NO_MAGICLINKS));
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
    char room[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &self, sizeof self);
    int received = -1;
    if (sendmsg(pair[0], &message, 0) == 1 && recvmsg(pair[1], &message, 0) == 1)
      memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
    judge("openat(received, maps)", openat(received, "maps", O_RDONLY));
  }
  char here[4096];
  if (getcwd(here, sizeof here) == NULL) exit(1);
  if (chdir("/proc/self") == 0) judge("chdir /proc/self: maps", open("maps", O_RDONLY));
  if (chdir("..") == 0) judge("chdir ..: self/maps", open("self/maps", O_RDONLY));
  if (chdir("/proc") == 0) judge("chdir /proc: ./self/maps", open("./self/maps", O_RDONLY));
  if (fchdir(self) == 0) judge("fchdir: maps", open("maps", O_RDONLY));
  char number[32], now[4096];
  snprintf(number, sizeof number, "/proc/%d", getpid());
  say("getcwd", getcwd(now, sizeof now) != NULL && strcmp(now, number) == 0 ? "itself" : now);
  if (chdir(here) != 0) exit(1);
}

static void by_links(void) {
  static const char* const kTargets[] = {"/proc/self/maps", "/proc/./self", "/proc", "/",
                                         "../../../../../../../../proc/self/maps"};
  static const char* const kBehind[] = {"", "/maps", "/self/maps", "/proc/self/maps", ""};
  for (unsigned i = 0; i < sizeof kTargets / sizeof *kTargets; i++) {
    char name[100];
    unlink("link");
    if (symlink(kTargets[i], "link") != 0) return say("symlink", strerrorname_np(errno));
    snprintf(name, sizeof name, "link%s", kBehind[i]);
    judge(kTargets[i], open(name, O_RDONLY));
    judge("  O_NOFOLLOW", open(name, O_RDONLY | O_NOFOLLOW));
  }
  unlink("link");
}

static void read_link(const char* name) {
  char target[4096];
  const ssize_t size = readlink(name, target, sizeof target - 1);
  if (size < 0) return say(name, strerrorname_np(errno));
  target[size] = '\0';
  char number[32];
  snprintf(number, sizeof number, "%d", getpid());
  say(name, strcmp(target, program) == 0         ? "the program"
            : strcmp(target, number) == 0        ? "its number"
            : strstr(target, "ringfare") != NULL ? "SOMEBODY ELSE"
                                                 : "something");
}

static void other_calls(void) {
  struct stat status;
  say("stat /proc/./self/exe", stat("/proc/./self/exe", &status) == 0 ? "there" : "not there");
  struct stat mine;
  if (stat(program, &mine) == 0) say("the same file", mine.st_ino == status.st_ino ? "yes" : "NO");
  say("lstat //proc/self/exe",
      lstat("//proc/self/exe", &status) == 0 && S_ISLNK(status.st_mode) ? "a link" : "no link");
  say("access /proc//self/maps", access("/proc//self/maps", R_OK) == 0 ? "ok" : "no");
  say("access /proc/./self/none", access("/proc/./self/none", F_OK) == 0 ? "OK" : "none");
  read_link("/proc/self/exe");
  read_link("/proc/./self/exe");
  read_link("/tmp/../proc/self/exe");
  read_link("/proc/./self");
  const int link = open("/proc/self/exe", O_PATH | O_NOFOLLOW);
  char target[4096];
  const ssize_t size = readlinkat(link, "", target, sizeof target);
  say("readlinkat of the link",
      size > 0 && (size_t)size == strlen(program) && memcmp(target, program, (size_t)size) == 0
          ? "the program"
          : "SOMETHING ELSE");
}

/// Descriptors that this program has not opened are not there, whatever the number.
static void descriptors(void) {
  int found = 0, usable = 0;
  for (int fd = 10; fd < 4096; fd++) {
    char name[64];
    snprintf(name, sizeof name, "/proc/./self/fd/%d", fd);
    struct stat status;
    if (access(name, F_OK) == 0 || stat(name, &status) == 0) found++;
    const int copy = fcntl(fd, F_DUPFD, 0);
    if (copy >= 0) close(copy);
    if (copy >= 0 || fstat(fd, &status) == 0 || lseek(fd, 0, SEEK_CUR) >= 0) usable++;
  }
  printf("others' descriptors: %d by name, %d by number\n", found, usable);
}

static void starts_itself(const char* how, const char* name) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    execl(name, "names", "once more", NULL);
    _exit(99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  say(how, WIFEXITED(status) && WEXITSTATUS(status) == 7 ? "itself" : "NOT ITSELF");
}

int main(int count, char** arguments) {
  if (count > 1 && strcmp(arguments[1], "once more") == 0) return 7;
  const ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
  if (size <= 0) return 1;
  for (int fd = 3; fd < 4096; fd++) close(fd);
  by_name();
  by_number();
  from_folders();
  by_links();
  other_calls();
  for (int fd = 3; fd < 4096; fd++) close(fd);
  descriptors();
  starts_itself("execve /proc/self/exe", "/proc/self/exe");
  starts_itself("execve /proc/./self/exe", "/proc/./self/exe");
  starts_itself("execve /tmp/../proc/self/exe", "/tmp/../proc/self/exe");
  return 0;
}
