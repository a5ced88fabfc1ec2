// SPDX-License-Identifier: MIT
#include "emu/strace/describe.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <termios.h>

#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>

#include "cpu/base/failure.hpp"
#include "emu/linux/resolve.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/strace/call_filter.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

/// A guest's memory and the text of one call on it. What is expected is what strace 6.1 prints of
/// the same call on the bare machine.
class Describe : public testing::Test {
 protected:
  static constexpr GuestAddress kBase{0x2000'0000};
  static constexpr std::uint64_t kNowhere = 0x1000;
  using Words = std::initializer_list<std::uint64_t>;

  Describe() {
    memory_.map({.range = {kBase, kBase + 16 * kPageSize},
                 .permissions = {.read = true, .write = true},
                 .name = ""});
  }

  /// Where `value` now lies; addresses begin at 0x20000000 and are multiples of 0x1000 apart.
  template <class T>
  std::uint64_t put(const T& value) {
    const GuestAddress at = room();
    EXPECT_TRUE(memory_.store(at, value));
    return at.value;
  }
  std::uint64_t text(const std::string& string) {
    const GuestAddress at = room();
    EXPECT_TRUE(memory_.write(at, std::as_bytes(std::span(string.c_str(), string.size() + 1))));
    return at.value;
  }
  GuestAddress room() {
    const GuestAddress at = next_;
    next_ += kPageSize;
    return at;
  }

  std::string call(
      std::string_view name, Words words, std::int64_t result,
      const std::function<void()>& kernel = [] {}) {
    const SyscallRow* const row = find_syscall(Abi::Amd64, name);
    CHECK(row != nullptr, "no call {}", name);
    return call(static_cast<std::uint64_t>(row->amd64), words, result, kernel);
  }
  std::string call(
      std::uint64_t number, Words words, std::int64_t result,
      const std::function<void()>& kernel = [] {}) {
    CallRequest request{.number = number};
    std::ranges::copy(words, request.args.begin());
    const Call call = resolved(request, memory_);
    CallDescription description(memory_, options_);
    description.before(call);
    kernel();
    const std::string arguments = description.after(call, result);
    return arguments + " = " + description.result(call, result);
  }

  AddressSpace memory_;
  DescribeOptions options_;
  GuestAddress next_ = kBase;
};

TEST_F(Describe, Strings) {
  EXPECT_EQ(call("write", {3, text("hello \"w\"\\\n\t\1a\377 0123456789 abcdefghijklmn"), 40}, 40),
            R"(write(3, "hello \"w\"\\\n\t\1a\377 0123456789 abcde"..., 40) = 40)");
  const std::string digits = "12345678901234567890123456789012";
  EXPECT_EQ(call("write", {3, text(digits), 32}, 32), "write(3, \"" + digits + "\", 32) = 32");
  EXPECT_EQ(call("write", {3, text(digits + "3"), 33}, 33),
            "write(3, \"" + digits + "\"..., 33) = 33");
  EXPECT_EQ(call("write",
                 {3,
                  text(std::string("\0"
                                   "11\1",
                                   4)),
                  4},
                 4),
            R"(write(3, "\00011\1", 4) = 4)");
  EXPECT_EQ(call("write", {3, kNowhere, 4}, -EFAULT),
            "write(3, 0x1000, 4) = -1 EFAULT (Bad address)");
  EXPECT_EQ(call("write", {3, text(""), 0}, 0), "write(3, \"\", 0) = 0");
  EXPECT_EQ(call("write", {~0ull, 0, 0}, -EBADF),
            "write(-1, NULL, 0) = -1 EBADF (Bad file descriptor)");
}

TEST_F(Describe, StringLimit) {
  options_.string_limit = 3;
  EXPECT_EQ(call("write", {1, text("abcd"), 4}, 4), "write(1, \"abc\"..., 4) = 4");
  EXPECT_EQ(call("memfd_create", {text("abc"), 1}, 3), "memfd_create(\"abc\", MFD_CLOEXEC) = 3");
  EXPECT_EQ(call("memfd_create", {text("abcd"), 0}, 3), "memfd_create(\"abc\"..., 0) = 3");
  EXPECT_EQ(call("chdir", {text("/a/path/in/full")}, 0), "chdir(\"/a/path/in/full\") = 0");
}

TEST_F(Describe, WhatAReadBrought) {
  const GuestAddress buffer = room();
  const auto fill = [&] { memory_.write(buffer, std::as_bytes(std::span("later", 5))); };
  EXPECT_EQ(call("read", {3, buffer.value, 10}, 5, fill), "read(3, \"later\", 10) = 5");
  EXPECT_EQ(call("read", {3, buffer.value, 10}, 0), "read(3, \"\", 10) = 0");
  EXPECT_EQ(call("read", {99, buffer.value, 3}, -EBADF),
            "read(99, 0x20000000, 3) = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(call("pread64", {3, buffer.value, 4, 3}, 4), "pread64(3, \"late\", 4, 3) = 4");
  EXPECT_EQ(call("pwrite64", {3, buffer.value, 2, 1ull << 33}, 2),
            "pwrite64(3, \"la\", 2, 8589934592) = 2");
  EXPECT_EQ(call("readlink", {text("/proc/self/exe"), buffer.value, 3}, 3),
            "readlink(\"/proc/self/exe\", \"lat\", 3) = 3");
  EXPECT_EQ(call("getcwd", {buffer.value, 100}, 6), "getcwd(\"later\", 100) = 6");
  EXPECT_EQ(call("getcwd", {buffer.value, 2}, -ERANGE),
            "getcwd(0x20000000, 2) = -1 ERANGE (Numerical result out of range)");
  EXPECT_EQ(call("getrandom", {buffer.value, 3, 1}, 3),
            R"(getrandom("\x6c\x61\x74", 3, GRND_NONBLOCK) = 3)");
}

TEST_F(Describe, Opening) {
  const std::uint64_t path = text("/tmp/f");
  constexpr std::uint64_t kHere = static_cast<std::uint64_t>(AT_FDCWD);
  EXPECT_EQ(call("openat", {kHere, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644}, 3),
            "openat(AT_FDCWD, \"/tmp/f\", O_RDWR|O_CREAT|O_TRUNC|O_CLOEXEC, 0644) = 3");
  EXPECT_EQ(call("openat", {kHere, path, 0, 0644}, -ENOENT),
            "openat(AT_FDCWD, \"/tmp/f\", O_RDONLY) = -1 ENOENT (No such file or directory)");
  EXPECT_EQ(call("openat", {kHere, path, O_TMPFILE | O_RDWR, 0600}, 9),
            "openat(AT_FDCWD, \"/tmp/f\", O_RDWR|O_TMPFILE, 0600) = 9");
  EXPECT_EQ(call("openat", {3, path, O_NONBLOCK | O_DIRECTORY}, 4),
            "openat(3, \"/tmp/f\", O_RDONLY|O_NONBLOCK|O_DIRECTORY) = 4");
  EXPECT_EQ(call("openat", {3, path, 0x80000000}, 4),
            "openat(3, \"/tmp/f\", O_RDONLY|0x80000000) = 4");
  EXPECT_EQ(
      call("open", {path, O_SYNC | O_CREAT | O_EXCL | O_DIRECT | O_NOATIME | O_ASYNC | O_NOCTTY, 0},
           13),
      "open(\"/tmp/f\", O_RDONLY|O_CREAT|O_EXCL|O_NOCTTY|O_SYNC|O_DIRECT|O_NOATIME|FASYNC, "
      "000) = 13");
  EXPECT_EQ(call("creat", {path, 0600}, 3), "creat(\"/tmp/f\", 0600) = 3");
  EXPECT_EQ(call("open", {0, 0}, -EFAULT), "open(NULL, O_RDONLY) = -1 EFAULT (Bad address)");
}

TEST_F(Describe, FilesByName) {
  const std::uint64_t path = text("x"), other = text("y");
  constexpr std::uint64_t kHere = static_cast<std::uint64_t>(AT_FDCWD);
  EXPECT_EQ(call("access", {path, F_OK}, 0), "access(\"x\", F_OK) = 0");
  EXPECT_EQ(call("access", {path, R_OK | X_OK}, 0), "access(\"x\", R_OK|X_OK) = 0");
  EXPECT_EQ(call("access", {path, 0x10}, -EINVAL),
            "access(\"x\", 0x10 /* ?_OK */) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("faccessat2", {kHere, path, W_OK, AT_EACCESS}, 0),
            "faccessat2(AT_FDCWD, \"x\", W_OK, AT_EACCESS) = 0");
  EXPECT_EQ(call("statx", {kHere, path, AT_SYMLINK_NOFOLLOW, 2, 0}, -ENOENT),
            "statx(AT_FDCWD, \"x\", AT_STATX_SYNC_AS_STAT|AT_SYMLINK_NOFOLLOW, STATX_MODE, NULL) "
            "= -1 ENOENT (No such file or directory)");
  EXPECT_EQ(call("unlinkat", {kHere, path, AT_REMOVEDIR}, 0),
            "unlinkat(AT_FDCWD, \"x\", AT_REMOVEDIR) = 0");
  EXPECT_EQ(call("renameat2", {kHere, path, kHere, other, 1}, 0),
            "renameat2(AT_FDCWD, \"x\", AT_FDCWD, \"y\", RENAME_NOREPLACE) = 0");
  EXPECT_EQ(call("chmod", {path, 04755}, 0), "chmod(\"x\", 04755) = 0");
  EXPECT_EQ(call("fchmod", {3, 0}, 0), "fchmod(3, 000) = 0");
  EXPECT_EQ(call("chown", {path, 0xffffffff, 0}, 0), "chown(\"x\", -1, 0) = 0");
  EXPECT_EQ(call("mknod", {path, S_IFIFO | 0644, 0}, 0), "mknod(\"x\", S_IFIFO|0644) = 0");
  EXPECT_EQ(call("mknod", {path, S_IFCHR | 0600, 0x103}, 0),
            "mknod(\"x\", S_IFCHR|0600, makedev(0x1, 0x3)) = 0");
  EXPECT_EQ(call("umask", {022}, 077), "umask(022) = 077");
  EXPECT_EQ(call("lseek", {3, 5, 77}, -EINVAL),
            "lseek(3, 5, 0x4d /* SEEK_??? */) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("lseek", {3, ~0ull, SEEK_END}, 7), "lseek(3, -1, SEEK_END) = 7");
  EXPECT_EQ(call("fadvise64", {3, 0, 0, POSIX_FADV_SEQUENTIAL}, 0),
            "fadvise64(3, 0, 0, POSIX_FADV_SEQUENTIAL) = 0");
  EXPECT_EQ(call("fallocate", {3, 1, 0, 10}, 0), "fallocate(3, FALLOC_FL_KEEP_SIZE, 0, 10) = 0");
}

TEST_F(Describe, Status) {
  struct stat status {};
  status.st_mode = S_IFREG | 0644;
  status.st_size = 1234;
  const std::uint64_t buffer = put(status);
  EXPECT_EQ(call("fstat", {1, buffer}, 0),
            "fstat(1, {st_mode=S_IFREG|0644, st_size=1234, ...}) = 0");
  status.st_mode = S_IFDIR | S_ISVTX | 0777;
  EXPECT_EQ(call("newfstatat", {3, text(""), put(status), AT_EMPTY_PATH}, 0),
            "newfstatat(3, \"\", {st_mode=S_IFDIR|S_ISVTX|0777, st_size=1234, ...}, "
            "AT_EMPTY_PATH) = 0");
  status.st_mode = S_IFCHR | 0620;
  status.st_rdev = makedev(0x88, 0);
  EXPECT_EQ(call("fstat", {1, put(status)}, 0),
            "fstat(1, {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0), ...}) = 0");
  EXPECT_EQ(call("fstat", {9, buffer}, -EBADF),
            "fstat(9, 0x20000000) = -1 EBADF (Bad file descriptor)");
  options_.verbose = true;
  EXPECT_EQ(call("fstat", {1, buffer}, 0),
            "fstat(1, {st_dev=makedev(0, 0), st_ino=0, st_mode=S_IFREG|0644, st_nlink=0, "
            "st_uid=0, st_gid=0, st_blksize=0, st_blocks=0, st_size=1234, st_atime=0 /* "
            "1970-01-01T00:00:00+0000 */, st_atime_nsec=0, st_mtime=0 /* "
            "1970-01-01T00:00:00+0000 */, st_mtime_nsec=0, st_ctime=0 /* "
            "1970-01-01T00:00:00+0000 */, st_ctime_nsec=0}) = 0");
}

TEST_F(Describe, Memory) {
  EXPECT_EQ(call("mmap", {0, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS, ~0ull, 0}, 0x7fd12ac14000),
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
            "0x7fd12ac14000");
  EXPECT_EQ(call("mmap", {0x10000000, 4096, 1, MAP_PRIVATE | MAP_FIXED, 3, 0x1000}, 0x10000000),
            "mmap(0x10000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0x1000) = 0x10000000");
  EXPECT_EQ(call("mmap", {0, 0, 0, 0, ~0ull, 0}, -EBADF),
            "mmap(NULL, 0, PROT_NONE, MAP_FILE, -1, 0) = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(call("mprotect", {0x400000, 4096, 0x105}, -EINVAL),
            "mprotect(0x400000, 4096, PROT_READ|PROT_EXEC|0x100) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("mprotect", {0x400000, 4096, 0x80}, -EINVAL),
            "mprotect(0x400000, 4096, 0x80 /* PROT_??? */) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("madvise", {0x400000, 4096, 4}, 0), "madvise(0x400000, 4096, MADV_DONTNEED) = 0");
  EXPECT_EQ(call("mremap", {0x400000, 8192, 16384, MREMAP_MAYMOVE, 77}, 0x500000),
            "mremap(0x400000, 8192, 16384, MREMAP_MAYMOVE) = 0x500000");
  EXPECT_EQ(
      call("mremap", {0x400000, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x700000}, 0x700000),
      "mremap(0x400000, 8192, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x700000) = 0x700000");
  EXPECT_EQ(call("mincore", {0x10000000, 4097, put<std::uint16_t>(0x0001)}, 0),
            "mincore(0x10000000, 4097, [1, 0]) = 0");
  EXPECT_EQ(call("munmap", {0x400000, 8192}, 0), "munmap(0x400000, 8192) = 0");
  EXPECT_EQ(call("brk", {0}, 0x37a65000), "brk(NULL) = 0x37a65000");
}

TEST_F(Describe, Vectors) {
  const std::uint64_t word = text("abc"), long_word = text(std::string(40, 'x'));
  const iovec vectors[] = {{reinterpret_cast<void*>(word), 3},
                           {reinterpret_cast<void*>(long_word), 40}};
  const std::uint64_t at = put(vectors);
  EXPECT_EQ(call("writev", {1, at, 2}, 43),
            "writev(1, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"" + std::string(32, 'x') +
                "\"..., iov_len=40}], 2) = 43");
  EXPECT_EQ(call("readv", {0, at, 2}, 5),
            "readv(0, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"xx\", iov_len=40}], 2) = 5");
  EXPECT_EQ(call("readv", {0, at, 2}, -EBADF),
            "readv(0, [{iov_base=0x20000000, iov_len=3}, {iov_base=0x20001000, iov_len=40}], 2) = "
            "-1 EBADF (Bad file descriptor)");
  EXPECT_EQ(call("writev", {1, kNowhere, 2}, -EFAULT),
            "writev(1, 0x1000, 2) = -1 EFAULT (Bad address)");
}

TEST_F(Describe, Terminals) {
  EXPECT_EQ(call("ioctl", {1, TCGETS, 0x7ffd0000}, -ENOTTY),
            "ioctl(1, TCGETS, 0x7ffd0000) = -1 ENOTTY (Inappropriate ioctl for device)");
  struct {
    std::uint32_t flags[4] = {ICRNL | IXON, OPOST | ONLCR, B38400 | CS8 | CREAD, ISIG | ICANON};
    std::uint8_t rest[20] = {};
  } settings;
  EXPECT_EQ(call("ioctl", {0, TCGETS, put(settings)}, 0),
            "ioctl(0, TCGETS, {c_iflag=ICRNL|IXON, "
            "c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|OPOST|ONLCR, c_cflag=B38400|CS8|CREAD, "
            "c_lflag=ISIG|ICANON, ...}) = 0");
  EXPECT_EQ(call("ioctl", {1, TIOCGWINSZ, put(winsize{24, 80, 0, 0})}, 0),
            "ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");
  EXPECT_EQ(call("ioctl", {3, FIONREAD, put(-53)}, 0), "ioctl(3, FIONREAD, [-53]) = 0");
  EXPECT_EQ(call("ioctl", {3, FIOCLEX, 5}, 0), "ioctl(3, FIOCLEX) = 0");
  EXPECT_EQ(call("ioctl", {3, 0x1234, 5}, -ENOTTY),
            "ioctl(3, _IOC(_IOC_NONE, 0x12, 0x34, 0), 0x5) = -1 ENOTTY (Inappropriate ioctl for "
            "device)");
  EXPECT_EQ(call("ioctl", {3, 0xc0045678, 5}, -ENOTTY),
            "ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0x56, 0x78, 0x4), 0x5) = -1 ENOTTY "
            "(Inappropriate ioctl for device)");
}

TEST_F(Describe, DescriptorControl) {
  EXPECT_EQ(call("fcntl", {3, F_GETFD, 9}, 1), "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
  EXPECT_EQ(call("fcntl", {3, F_GETFD}, 0), "fcntl(3, F_GETFD) = 0");
  EXPECT_EQ(call("fcntl", {3, F_SETFD, 1}, 0), "fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
  EXPECT_EQ(call("fcntl", {3, F_GETFL}, 0x8002),
            "fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)");
  EXPECT_EQ(call("fcntl", {3, F_GETFL}, 0), "fcntl(3, F_GETFL) = 0 (flags O_RDONLY)");
  EXPECT_EQ(call("fcntl", {3, F_SETFL, O_NONBLOCK}, 0),
            "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0");
  EXPECT_EQ(call("fcntl", {3, F_DUPFD_CLOEXEC, 20}, 20), "fcntl(3, F_DUPFD_CLOEXEC, 20) = 20");
  EXPECT_EQ(call("fcntl", {3, 99, 3}, -EINVAL),
            "fcntl(3, 0x63 /* F_??? */, 0x3) = -1 EINVAL (Invalid argument)");
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_len = 10;
  EXPECT_EQ(call("fcntl", {3, F_SETLK, put(lock)}, 0),
            "fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=10}) = 0");
  lock.l_pid = 7;
  EXPECT_EQ(call("fcntl", {3, F_GETLK, put(lock)}, 0),
            "fcntl(3, F_GETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=10, l_pid=7}) "
            "= 0");
  EXPECT_EQ(call("pipe2", {put(std::array{6, 7}), O_CLOEXEC | O_NONBLOCK}, 0),
            "pipe2([6, 7], O_NONBLOCK|O_CLOEXEC) = 0");
  EXPECT_EQ(call("flock", {3, 6}, 0), "flock(3, LOCK_EX|LOCK_NB) = 0");
}

TEST_F(Describe, OffsetsThatMove) {
  const std::uint64_t at = put<std::int64_t>(2);
  const auto move = [&] { memory_.store<std::int64_t>({at}, 7); };
  EXPECT_EQ(call("sendfile", {7, 3, at, 5}, 5, move), "sendfile(7, 3, [2] => [7], 5) = 5");
  EXPECT_EQ(call("sendfile", {7, 3, 0, 5}, 5), "sendfile(7, 3, NULL, 5) = 5");
  EXPECT_EQ(call("copy_file_range", {3, at, 3, 0, 3, 0}, 3),
            "copy_file_range(3, [7], 3, NULL, 3, 0) = 3");
}

TEST_F(Describe, Signals) {
  struct Action {
    std::uint64_t handler, flags, restorer, mask;
  };
  EXPECT_EQ(call("rt_sigaction",
                 {2, put(Action{1, 0x4000000, 0x409700, 0}), put(Action{0, 0, 0, 0}), 8}, 0),
            "rt_sigaction(SIGINT, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=SA_RESTORER, "
            "sa_restorer=0x409700}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0");
  EXPECT_EQ(call("rt_sigaction", {10, put(Action{0x401615, 0x14000004, 0x409700, 1}), 0, 8}, 0),
            "rt_sigaction(SIGUSR1, {sa_handler=0x401615, sa_mask=[HUP], "
            "sa_flags=SA_RESTORER|SA_RESTART|SA_SIGINFO, sa_restorer=0x409700}, NULL, 8) = 0");
  EXPECT_EQ(call("rt_sigaction", {99, 0, 0, 8}, -EINVAL),
            "rt_sigaction(99, NULL, NULL, 8) = -1 EINVAL (Invalid argument)");
  const std::uint64_t some = 1ull << 1 | 1ull << 14 | 1ull << 33 | 1ull << 39;
  EXPECT_EQ(call("rt_sigprocmask", {0, put(some), 0, 8}, 0),
            "rt_sigprocmask(SIG_BLOCK, [INT TERM RT_2 RT_8], NULL, 8) = 0");
  EXPECT_EQ(call("rt_sigprocmask", {1, put(~(3ull << 31)), put(0ull), 8}, 0),
            "rt_sigprocmask(SIG_UNBLOCK, ~[RTMIN RT_1], [], 8) = 0");
  EXPECT_EQ(call("rt_sigprocmask", {0, kBase.value, 0, 4}, -EINVAL),
            "rt_sigprocmask(SIG_BLOCK, 0x20000000, NULL, 4) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("kill", {99999, SIGTERM}, -ESRCH),
            "kill(99999, SIGTERM) = -1 ESRCH (No such process)");
  EXPECT_EQ(call("tgkill", {5, 5, 0}, 0), "tgkill(5, 5, 0) = 0");
  EXPECT_EQ(call("tkill", {1, 39}, 0), "tkill(1, SIGRT_7) = 0");
  EXPECT_EQ(call("sigaltstack", {put(stack_t{reinterpret_cast<void*>(0x7000), 0, 5000}), 0}, 0),
            "sigaltstack({ss_sp=0x7000, ss_flags=0, ss_size=5000}, NULL) = 0");
}

TEST_F(Describe, Time) {
  const std::uint64_t time = put(timespec{1, 5});
  EXPECT_EQ(call("clock_gettime", {CLOCK_REALTIME, time}, 0),
            "clock_gettime(CLOCK_REALTIME, {tv_sec=1, tv_nsec=5}) = 0");
  EXPECT_EQ(call("clock_gettime", {77, time}, -EINVAL),
            "clock_gettime(0x4d /* CLOCK_??? */, 0x20000000) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("clock_nanosleep", {CLOCK_MONOTONIC, TIMER_ABSTIME, time, 0}, 0),
            "clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=1, tv_nsec=5}, NULL) = 0");
  EXPECT_EQ(call("nanosleep", {time, time}, 0), "nanosleep({tv_sec=1, tv_nsec=5}, 0x20000000) = 0");
  EXPECT_EQ(call("nanosleep", {time, time}, -EINTR),
            "nanosleep({tv_sec=1, tv_nsec=5}, {tv_sec=1, tv_nsec=5}) = -1 EINTR (Interrupted "
            "system call)");
  EXPECT_EQ(call("gettimeofday", {put(timeval{7, 9}), 0}, 0),
            "gettimeofday({tv_sec=7, tv_usec=9}, NULL) = 0");
  EXPECT_EQ(call("time", {put<std::int64_t>(1795246656)}, 1795246656),
            "time([1795246656 /* 2026-11-21T07:37:36+0000 */]) = 1795246656 "
            "(2026-11-21T07:37:36+0000)");
  EXPECT_EQ(call("utimensat",
                 {static_cast<std::uint64_t>(AT_FDCWD), text("f"),
                  put(std::array{timespec{1, 5}, timespec{0, UTIME_NOW}}), 0},
                 0),
            "utimensat(AT_FDCWD, \"f\", [{tv_sec=1, tv_nsec=5} /* "
            "1970-01-01T00:00:01.000000005+0000 */, UTIME_NOW], 0) = 0");
  EXPECT_EQ(call("setitimer", {0, put(itimerval{{0, 0}, {100, 5}}), 0}, 0),
            "setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=0}, it_value={tv_sec=100, "
            "tv_usec=5}}, NULL) = 0");
}

TEST_F(Describe, ProcessFacts) {
  EXPECT_EQ(call("prlimit64", {0, RLIMIT_STACK, 0, put(rlimit{8192 * 1024, ~0ull})}, 0),
            "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = "
            "0");
  EXPECT_EQ(call("getrlimit", {RLIMIT_NOFILE, put(rlimit{20000, 1000})}, 0),
            "getrlimit(RLIMIT_NOFILE, {rlim_cur=20000, rlim_max=1000}) = 0");
  rusage usage{};
  usage.ru_stime.tv_usec = 3495;
  EXPECT_EQ(call("getrusage", {0, put(usage)}, 0),
            "getrusage(RUSAGE_SELF, {ru_utime={tv_sec=0, tv_usec=0}, ru_stime={tv_sec=0, "
            "tv_usec=3495}, ...}) = 0");
  EXPECT_EQ(call("getrusage", {5, 0}, -EINVAL),
            "getrusage(0x5 /* RUSAGE_??? */, NULL) = -1 EINVAL (Invalid argument)");
  utsname names{};
  std::strcpy(names.sysname, "Linux");
  std::strcpy(names.nodename, "vm");
  EXPECT_EQ(call("uname", {put(names)}, 0), "uname({sysname=\"Linux\", nodename=\"vm\", ...}) = 0");
  EXPECT_EQ(call("arch_prctl", {0x1002, 0x37a65380}, 0), "arch_prctl(ARCH_SET_FS, 0x37a65380) = 0");
  EXPECT_EQ(call("arch_prctl", {0x1003, put<std::uint64_t>(0x13010380)}, 0),
            "arch_prctl(ARCH_GET_FS, [0x13010380]) = 0");
  EXPECT_EQ(call("prctl", {PR_SET_NAME, text("hi"), 1, 2, 3}, 0), "prctl(PR_SET_NAME, \"hi\") = 0");
  EXPECT_EQ(call("prctl", {777, 1, 2, 3, 4}, -EINVAL),
            "prctl(0x309 /* PR_??? */, 0x1, 0x2, 0x3, 0x4) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call("set_robust_list", {0x37a65660, 24}, 0), "set_robust_list(0x37a65660, 24) = 0");
  EXPECT_EQ(call("rseq", {0x37a65ca0, 32, 0, 0x53053053}, 0),
            "rseq(0x37a65ca0, 0x20, 0, 0x53053053) = 0");
  EXPECT_EQ(call("getresuid", {put(1), put(2), put(3)}, 0), "getresuid([1], [2], [3]) = 0");
  EXPECT_EQ(call("sched_getaffinity", {0, 128, put<std::uint64_t>(3)}, 8),
            "sched_getaffinity(0, 128, [0 1]) = 8");
  EXPECT_EQ(call("getpid", {1, 2}, 22343), "getpid() = 22343");
}

TEST_F(Describe, TheEnd) {
  EXPECT_EQ(call("exit_group", {3}, 0), "exit_group(3) = ?");
  EXPECT_EQ(call("exit", {0}, 0), "exit(0) = ?");
}

TEST_F(Describe, Futexes) {
  const std::uint64_t time = put(timespec{0, 0});
  EXPECT_EQ(call("futex", {0x5000, 129, 1}, 0), "futex(0x5000, FUTEX_WAKE_PRIVATE, 1) = 0");
  EXPECT_EQ(call("futex", {0x5000, 128, 0, time}, -EAGAIN),
            "futex(0x5000, FUTEX_WAIT_PRIVATE, 0, {tv_sec=0, tv_nsec=0}) = -1 EAGAIN (Resource "
            "temporarily unavailable)");
  EXPECT_EQ(call("futex", {0x5000, 137, 0, time, 0, ~0ull}, -EAGAIN),
            "futex(0x5000, FUTEX_WAIT_BITSET_PRIVATE, 0, {tv_sec=0, tv_nsec=0}, "
            "FUTEX_BITSET_MATCH_ANY) = -1 EAGAIN (Resource temporarily unavailable)");
  EXPECT_EQ(call("futex", {0x5000, 393, 0, time, 0, 1}, 0),
            "futex(0x5000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, {tv_sec=0, "
            "tv_nsec=0}, 0x1) = 0");
  EXPECT_EQ(call("futex", {0x5000, 3, 1, 2, 0x5000}, 0),
            "futex(0x5000, FUTEX_REQUEUE, 1, 2, 0x5000) = 0");
}

TEST_F(Describe, SystemVIpc) {
  EXPECT_EQ(call("shmget", {0, 5000, 01600}, 7), "shmget(IPC_PRIVATE, 5000, IPC_CREAT|0600) = 7");
  EXPECT_EQ(call("shmget", {0x1234, 1, 0}, 7), "shmget(0x1234, 1, 000) = 7");
  EXPECT_EQ(call("shmat", {7, 0, 010000}, 0x7000), "shmat(7, NULL, SHM_RDONLY) = 0x7000");
  EXPECT_EQ(call("shmctl", {7, 0, 0}, 0), "shmctl(7, IPC_RMID, NULL) = 0");
  EXPECT_EQ(call("semctl", {7, 1, 16, 0x9c40}, 0), "semctl(7, 1, SETVAL, 0x9c40) = 0");
  const sembuf operations[] = {{0, -1, IPC_NOWAIT}, {2, 4, SEM_UNDO}};
  EXPECT_EQ(call("semop", {7, put(operations), 2}, 0),
            "semop(7, [{sem_num=0, sem_op=-1, sem_flg=IPC_NOWAIT}, {sem_num=2, sem_op=4, "
            "sem_flg=SEM_UNDO}], 2) = 0");
  const struct {
    std::int64_t type;
    char text[8];
  } message = {5, "five"};
  EXPECT_EQ(call("msgsnd", {7, put(message), 5, 04000}, 0),
            "msgsnd(7, {mtype=5, mtext=\"five\\0\"}, 5, IPC_NOWAIT) = 0");
  EXPECT_EQ(call("msgrcv", {7, put(message), 2, 5, 010000}, 2),
            "msgrcv(7, {mtype=5, mtext=\"fi\"}, 2, 5, MSG_NOERROR) = 2");
}

TEST_F(Describe, Rings) {
  io_uring_params parameters{};
  EXPECT_EQ(call("io_uring_setup", {0, put(parameters)}, -EINVAL),
            "io_uring_setup(0, {flags=0, sq_thread_cpu=0, sq_thread_idle=0}) = -1 EINVAL (Invalid "
            "argument)");
  parameters.flags = IORING_SETUP_CQSIZE;
  parameters.sq_entries = 4;
  parameters.cq_entries = 8;
  parameters.features = IORING_FEAT_NODROP;
  EXPECT_EQ(call("io_uring_setup", {4, put(parameters)}, 3),
            "io_uring_setup(4, {flags=IORING_SETUP_CQSIZE, sq_thread_cpu=0, sq_thread_idle=0, "
            "sq_entries=4, cq_entries=8, features=IORING_FEAT_NODROP, sq_off={head=0, tail=0, "
            "ring_mask=0, ring_entries=0, flags=0, dropped=0, array=0}, cq_off={head=0, tail=0, "
            "ring_mask=0, ring_entries=0, overflow=0, cqes=0, flags=0}}) = 3");
  EXPECT_EQ(call("io_uring_enter", {3, 1, 1, 1, 0, 0}, 1),
            "io_uring_enter(3, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) = 1");
  const iovec buffer{reinterpret_cast<void*>(0x5000), 32};
  EXPECT_EQ(
      call("io_uring_register", {3, 0, put(buffer), 1}, 0),
      "io_uring_register(3, IORING_REGISTER_BUFFERS, [{iov_base=0x5000, iov_len=32}], 1) = 0");
  const int files[] = {5, 6};
  EXPECT_EQ(call("io_uring_register", {3, 2, put(files), 2}, 0),
            "io_uring_register(3, IORING_REGISTER_FILES, [5, 6], 2) = 0");
  EXPECT_EQ(call("io_uring_register", {3, 1000, 0, 0}, -EINVAL),
            "io_uring_register(3, 0x3e8 /* IORING_REGISTER_??? */, NULL, 0) = -1 EINVAL (Invalid "
            "argument)");
}

TEST_F(Describe, AsOptionsAskOfSingleCalls) {
  options_.raw = std::make_shared<const CallFilter>(std::vector<std::string>{"close"}, "-e raw");
  options_.dereferenced =
      std::make_shared<const CallFilter>(std::vector<std::string>{"none"}, "-e verbose");
  EXPECT_EQ(call("close", {16}, 0), "close(0x10) = 0");
  struct stat status {};
  EXPECT_EQ(call("fstat", {3, put(status)}, 0), "fstat(3, 0x20000000) = 0");
}

TEST_F(Describe, Waiting) {
  const pollfd both[] = {{0, POLLIN | POLLPRI, POLLIN}, {7, POLLOUT, 0}};
  const std::uint64_t at = put(both);
  EXPECT_EQ(call("poll", {at, 2, 0}, 1),
            "poll([{fd=0, events=POLLIN|POLLPRI}, {fd=7, events=POLLOUT}], 2, 0) = 1 ([{fd=0, "
            "revents=POLLIN}])");
  EXPECT_EQ(call("poll", {0, 0, 1}, 0), "poll(NULL, 0, 1) = 0 (Timeout)");
  const std::uint64_t set = put(std::array<std::uint64_t, 16>{0xc0});
  const auto leave_one = [&] { memory_.store<std::uint64_t>({set}, 0x80); };
  EXPECT_EQ(call("select", {10, set, 0, 0, put(timeval{0, 10})}, 1, leave_one),
            "select(10, [6 7], NULL, NULL, {tv_sec=0, tv_usec=10}) = 1 (in [7], left "
            "{tv_sec=0, tv_usec=10})");
  EXPECT_EQ(call("epoll_ctl", {21, EPOLL_CTL_ADD, 16, put(epoll_event{EPOLLIN | EPOLLET, {}})}, 0),
            "epoll_ctl(21, EPOLL_CTL_ADD, 16, {events=EPOLLIN|EPOLLET, data={u32=0, u64=0}}) = "
            "0");
  EXPECT_EQ(call("epoll_wait", {21, at, 1, 0}, 0), "epoll_wait(21, [], 1, 0) = 0");
}

TEST_F(Describe, Directories) {
  struct {
    std::uint64_t inode = 5;
    std::int64_t offset = 1;
    std::uint16_t length = 24;
    std::uint8_t type = DT_DIR;
    char name[5] = ".";
  } entry;
  static_assert(sizeof entry == 24);
  const std::uint64_t at = put(std::array{entry, entry});
  EXPECT_EQ(call("getdents64", {3, at, 32768}, 48),
            "getdents64(3, 0x20000000 /* 2 entries */, 32768) = 48");
  EXPECT_EQ(call("getdents64", {3, at, 32768}, 0),
            "getdents64(3, 0x20000000 /* 0 entries */, 32768) = 0");
  options_.verbose = true;
  EXPECT_EQ(call("getdents64", {3, at, 32768}, 24),
            "getdents64(3, [{d_ino=5, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\"}], "
            "32768) = 24");
}

TEST_F(Describe, ProgramsAndSockets) {
  const std::uint64_t a = text("a"), b = text("b");
  const std::uint64_t arguments = put(std::array<std::uint64_t, 3>{a, b, 0});
  const std::uint64_t environment = put(std::array<std::uint64_t, 2>{a, 0});
  EXPECT_EQ(call("execve", {text("/nope"), arguments, environment}, -ENOENT),
            "execve(\"/nope\", [\"a\", \"b\"], 0x20003000 /* 1 var */) = -1 ENOENT (No such file "
            "or directory)");
  EXPECT_EQ(call("wait4", {~0ull, put(3 << 8), 0, 0}, 22599),
            "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 22599");
  EXPECT_EQ(call("clone", {0x1200011, 0, 0, 0, 0}, 5),
            "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
            "child_tidptr=NULL) = 5");
  EXPECT_EQ(call("socket", {1, 1 | 02000000 | 04000, 0}, 14),
            "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 14");
  sockaddr_un address{AF_UNIX, "/run/socket"};
  EXPECT_EQ(call("connect", {14, put(address), 110}, 0),
            "connect(14, {sa_family=AF_UNIX, sun_path=\"/run/socket\"}, 110) = 0");
}

TEST_F(Describe, CallsWithoutARow) {
  EXPECT_EQ(call(499, {1, 2, 3, 4, 5, 6}, -ENOSYS),
            "syscall_0x1f3(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)");
}

/// Whatever the arguments are, a description only reads what the guest could read.
TEST_F(Describe, EveryCallBearsEveryPointer) {
  for (const SyscallRow& row : syscall_table()) {
    if (row.amd64 == kNoNumber) continue;
    const auto number = static_cast<std::uint64_t>(row.amd64);
    const std::uint64_t edge = kBase.value + 16 * kPageSize - 3;
    for (const std::uint64_t value :
         std::initializer_list<std::uint64_t>{0, kNowhere, edge, kBase.value, ~0ull}) {
      for (const std::int64_t result : {0l, 8l, -22l}) {
        const std::string line = call(number, {value, value, value, value, value, value}, result);
        EXPECT_TRUE(line.starts_with(row.name)) << line;
      }
    }
  }
}

TEST(Names, SignalsAndErrors) {
  EXPECT_EQ(signal_name(9), "SIGKILL");
  EXPECT_EQ(signal_name(64), "SIGRT_32");
  EXPECT_EQ(signal_name(65), "65");
  EXPECT_EQ(short_signal_name(32), "RTMIN");
  EXPECT_EQ(error_name(2), "ENOENT");
  EXPECT_EQ(error_name(4000), "");
}

TEST(ValueText, Dates) {
  EXPECT_EQ(date_text(1'767'225'600, 0, 9), "2026-01-01T00:00:00+0000");
  EXPECT_EQ(date_text(-1, 500'000, 6), "1969-12-31T23:59:59.500000+0000");
}

TEST(ValueText, Numbers) {
  EXPECT_EQ(octal_text(0), "000");
  EXPECT_EQ(octal_text(07), "007");
  EXPECT_EQ(octal_text(0644), "0644");
  EXPECT_EQ(hex_text(0), "0");
  EXPECT_EQ(address_text(0), "NULL");
  EXPECT_EQ(mode_text(S_IFREG), "S_IFREG|000");
}

}  // namespace
}  // namespace ringfare
