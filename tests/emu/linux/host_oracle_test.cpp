// SPDX-License-Identifier: MIT
// The host's kernel is the oracle: guest memory lies at its own addresses, so the same call with
// the same arguments can be made natively and must give the same result.
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <fstream>

#include "emu/linux/host/host_call.hpp"
#include "tests/emu/linux/guest_process.hpp"

namespace ringfare {
namespace {

// Stand-ins for what has different numbers in the guest and on the host.
constexpr std::uint64_t kFile = 0x7f00'0000'0001, kFolder = 0x7f00'0000'0002,
                        kWriteOnly = 0x7f00'0000'0003, kPipeEnd = 0x7f00'0000'0004;
// Addresses of GuestProcess.
constexpr std::uint64_t kData = 0x2000'0000, kDataEnd = kData + 4 * kPageSize;
constexpr std::uint64_t kReadOnly = 0x2100'0000, kUnmapped = 0x2200'0000;
// Texts the fixture puts into memory.
constexpr std::uint64_t kFileName = kData + 0x1000, kFolderName = kData + 0x1100,
                        kMissing = kData + 0x1200, kBelowFile = kData + 0x1300,
                        kEmptyName = kData + 0x1400, kNewName = kData + 0x1500,
                        kLongName = kData + 0x1600, kVector = kData + 0x2800;
constexpr std::uint64_t kCwd = static_cast<std::uint64_t>(AT_FDCWD);

struct Case {
  std::string_view name;
  std::array<std::uint64_t, 6> args;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  out << c.name << std::hex;
  for (const std::uint64_t arg : c.args) out << " 0x" << arg;
  return out;
}

class HostOracle : public GuestProcess, public ::testing::WithParamInterface<Case> {
 protected:
  HostOracle() {
    std::ofstream("file") << "some text in a file\n";
    std::filesystem::create_directory("folder");
    std::ofstream("folder/inner") << "x";
    std::filesystem::create_symlink("folder", "link");
    text("file", kFileName);
    text("folder", kFolderName);
    text("missing", kMissing);
    text("file/below", kBelowFile);
    text("", kEmptyName);
    text("new", kNewName);
    text(std::string(300, 'n'), kLongName);
    const std::array<std::uint64_t, 4> vector = {kFileName, 4, kUnmapped, 4};
    memory_.store(GuestAddress{kVector}, vector);
    open_both(kFile, kFileName, O_RDWR);
    open_both(kFolder, kFolderName, O_RDONLY | O_DIRECTORY);
    open_both(kWriteOnly, kFileName, O_WRONLY);
  }
  ~HostOracle() override {
    for (const Pair& pair : pairs_) ::close(pair.host);
  }

  struct Pair {
    std::uint64_t name;
    int guest, host;
  };

  void open_both(std::uint64_t name, std::uint64_t path, int flags) {
    const std::int64_t guest = call("openat", {kCwd, path, static_cast<std::uint64_t>(flags), 0});
    const int host = ::open(reinterpret_cast<const char*>(path), flags | O_CLOEXEC);
    ASSERT_GE(guest, 0);
    ASSERT_GE(host, 0);
    pairs_.push_back({name, static_cast<int>(guest), host});
  }

  std::uint64_t translate(std::uint64_t arg, int Pair::*side) const {
    for (const Pair& pair : pairs_)
      if (pair.name == arg) return static_cast<std::uint64_t>(pair.*side);
    return arg;
  }

  std::vector<Pair> pairs_;
};

/// The guest comes first: what it leaves behind must not make the host fail or succeed otherwise,
/// so rows here only fail or change nothing.
TEST_P(HostOracle, AnswersAsTheHost) {
  const SyscallRow* const row = find_syscall(Abi::Amd64, GetParam().name);
  ASSERT_NE(row, nullptr);
  CallRequest request{.number = static_cast<std::uint64_t>(row->amd64)};
  std::array<std::uint64_t, 6> host{};
  for (std::size_t i = 0; i < 6; ++i) {
    request.args[i] = translate(GetParam().args[i], &Pair::guest);
    host[i] = translate(GetParam().args[i], &Pair::host);
  }
  const std::int64_t expected =
      raw_host_call(row->amd64, host[0], host[1], host[2], host[3], host[4], host[5]);
  EXPECT_EQ(serve(request).result, expected);
  EXPECT_EQ(personality_->take_warning(), std::nullopt);
}

constexpr std::uint64_t kMinus = ~0ull;

constexpr Case kFileCases[] = {
    // EBADF before EFAULT, EFAULT before EINVAL, in the host's order.
    {"read", {99, kData, 10}},
    {"read", {kMinus, kUnmapped, 10}},
    {"read", {kFile, kUnmapped, 10}},
    {"read", {kFile, kReadOnly, 10}},
    {"read", {kFile, 0, 10}},
    {"read", {kFile, kUnmapped, 0}},
    {"read", {kFile, kData, kMinus}},
    {"read", {kFile, kDataEnd - 4, 10}},
    {"read", {kFolder, kData, 10}},
    {"read", {kWriteOnly, kData, 10}},
    {"read", {kWriteOnly, kUnmapped, 10}},
    {"write", {99, kFileName, 4}},
    {"write", {kFolder, kFileName, 4}},
    {"write", {kFile, kUnmapped, 4}},
    {"write", {kFile, 0, 4}},
    {"write", {kFile, kUnmapped, 0}},
    {"write", {kFile, kFileName, kMinus}},
    {"pread64", {kFile, kData, 4, kMinus}},
    {"pread64", {kFile, kData, 40, 5}},
    {"pread64", {kFile, kUnmapped, 4, 1000}},
    {"pwrite64", {kFile, kUnmapped, 4, 0}},
    {"readv", {kFile, kVector, 1}},
    {"readv", {kFile, kVector, 2}},
    {"readv", {kFile, kVector, 1025}},
    {"readv", {kFile, kVector, kMinus}},
    {"readv", {kFile, kUnmapped, 1}},
    {"readv", {kFile, kUnmapped, 0}},
    {"readv", {99, kUnmapped, 1}},
    {"writev", {kFile, kUnmapped, 2}},
    {"writev", {kFolder, kVector, 1}},
    {"preadv", {kFile, kVector, 2, 3, 0}},
    {"preadv2", {kFile, kVector, 2, 3, 0, 0x8000}},
    {"lseek", {99, 0, 0}},
    {"lseek", {kFile, kMinus, SEEK_SET}},
    {"lseek", {kFile, 3, SEEK_CUR}},
    {"lseek", {kFile, 0, SEEK_END}},
    {"lseek", {kFile, 0, 77}},
    {"openat", {kCwd, kMissing, O_RDONLY}},
    {"openat", {kCwd, kBelowFile, O_RDONLY}},
    {"openat", {kCwd, kEmptyName, O_RDONLY}},
    {"openat", {kCwd, kLongName, O_RDONLY}},
    {"openat", {kCwd, kUnmapped, O_RDONLY}},
    {"openat", {kCwd, 0, O_RDONLY}},
    {"openat", {kCwd, kFolderName, O_WRONLY}},
    {"openat", {kCwd, kFileName, O_RDONLY | O_DIRECTORY}},
    {"openat", {kCwd, kFileName, O_CREAT | O_EXCL}},
    {"openat", {99, kFileName, O_RDONLY}},
    {"openat", {kFile, kFileName, O_RDONLY}},
    {"open", {kMissing, O_RDWR}},
    {"creat", {kFolderName, 0644}},
    {"close", {99}},
    {"close", {kMinus}},
    {"close_range", {5, 4, 0}},
    {"close_range", {50, 60, 8}},
    {"close_range", {500, 600, 0}},
    {"dup", {99}},
    {"dup2", {99, 5}},
    {"dup2", {99, 99}},
    {"dup2", {0, kMinus}},
    {"dup3", {0, 0, 0}},
    {"dup3", {0, 5, 1}},
    {"dup3", {99, 5, 0}},
    {"fcntl", {99, F_GETFL}},
    {"fcntl", {kFile, F_GETFL}},
    {"fcntl", {kWriteOnly, F_GETFL}},
    {"fcntl", {kFile, F_DUPFD, kMinus}},
    {"fcntl", {kFile, 4711, 0}},
    {"fcntl", {kFile, F_GETLK, kUnmapped}},
    {"fcntl", {kFile, F_SETLK, 0}},
    {"ftruncate", {kFolder, 0}},
    {"ftruncate", {kFile, kMinus}},
    {"truncate", {kMissing, 0}},
    {"truncate", {kFolderName, 0}},
    {"fsync", {99}},
    {"fdatasync", {kFile}},
    {"flock", {kFile, 77}},
    {"fadvise64", {kFile, 0, 0, 77}},
    {"fallocate", {kFile, 0, 0, 0}},
    {"sendfile", {kFile, 99, 0, 10}},
    {"sendfile", {kFile, kFile, kUnmapped, 10}},
    {"copy_file_range", {kFile, kUnmapped, kWriteOnly, 0, 4, 0}},
    {"memfd_create", {kUnmapped, 0}},
    {"memfd_create", {kFileName, 0x4000}},
    {"eventfd2", {0, 77}},
    {"pipe", {kUnmapped}},
    {"pipe2", {kReadOnly, 0}},
    {"pipe2", {kData, 1}},
    {"ioctl", {99, 0x5401, kData}},
    {"ioctl", {kFile, 0x5401, kData}},
    {"ioctl", {kFile, 0x541b, kUnmapped}},
    {"ioctl", {kFile, 0x12345678, 0}},
    {"poll", {kUnmapped, 1, 0}},
    {"poll", {kUnmapped, 0, 0}},
    {"poll", {kData, 100'000'000, 0}},
    {"select", {kMinus, 0, 0, 0, 0}},
    {"select", {3, kUnmapped, 0, 0, 0}},
    {"select", {0, 0, 0, 0, kUnmapped}},
    {"epoll_create", {0}},
    {"epoll_ctl", {99, 1, 0, 0}},
    {"epoll_wait", {kFile, kData, 1, 0}},
    {"epoll_wait", {kFile, kData, 0, 0}},
};

constexpr Case kDirectoryCases[] = {
    {"stat", {kMissing, kData}},
    {"stat", {kFileName, kUnmapped}},
    {"stat", {kFileName, kReadOnly}},
    {"stat", {kUnmapped, kData}},
    {"lstat", {kBelowFile, kData}},
    {"fstat", {99, kData}},
    {"fstat", {kFile, kUnmapped}},
    {"fstat", {kFile, kDataEnd - 8}},
    {"newfstatat", {kFolder, kFileName, kData, 0}},
    {"newfstatat", {kFile, kEmptyName, kData, AT_EMPTY_PATH}},
    {"newfstatat", {kFile, kEmptyName, kData, 0}},
    {"newfstatat", {kFile, kFileName, kData, 0}},
    {"newfstatat", {kCwd, kFileName, kData, 0x8}},
    {"statx", {kCwd, kFileName, 0, 0x7ff, kUnmapped}},
    {"statx", {kCwd, kFileName, 0, 0x80000000, kData}},
    {"statx", {kCwd, kFileName, 0x6000, 0x7ff, kData}},
    {"statfs", {kMissing, kData}},
    {"fstatfs", {kFile, kUnmapped}},
    {"access", {kMissing, R_OK}},
    {"access", {kFileName, 77}},
    {"access", {kFileName, R_OK}},
    {"faccessat", {99, kFileName, R_OK}},
    {"faccessat2", {kCwd, kFileName, R_OK, 0x40000}},
    {"getdents64", {kFile, kData, 100}},
    {"getdents64", {kFolder, kData, 1}},
    {"getdents64", {kFolder, kUnmapped, 4096}},
    {"getdents64", {kFolder, kData, 4096}},
    {"getdents", {99, kData, 4096}},
    {"getcwd", {kData, 0}},
    {"getcwd", {kData, 4}},
    {"getcwd", {kUnmapped, 4096}},
    {"getcwd", {0, 4096}},
    {"getcwd", {kData, 4096}},
    {"chdir", {kMissing}},
    {"chdir", {kFileName}},
    {"chdir", {kUnmapped}},
    {"fchdir", {kFile}},
    {"fchdir", {99}},
    {"mkdir", {kFolderName, 0755}},
    {"mkdir", {kBelowFile, 0755}},
    {"mkdirat", {99, kNewName, 0755}},
    {"rmdir", {kFolderName}},
    {"rmdir", {kFileName}},
    {"rmdir", {kMissing}},
    {"unlink", {kFolderName}},
    {"unlink", {kMissing}},
    {"unlinkat", {kCwd, kMissing, 77}},
    {"rename", {kMissing, kNewName}},
    {"rename", {kFileName, kFolderName}},
    {"rename", {kFileName, kUnmapped}},
    {"renameat2", {kCwd, kFileName, kCwd, kFolderName, 1}},
    {"link", {kFolderName, kNewName}},
    {"link", {kFileName, kFolderName}},
    {"linkat", {kCwd, kFileName, kCwd, kNewName, 77}},
    {"symlink", {kEmptyName, kNewName}},
    {"symlink", {kFileName, kFolderName}},
    {"symlinkat", {kUnmapped, kCwd, kNewName}},
    {"readlink", {kFileName, kData, 100}},
    {"readlink", {kMissing, kData, 100}},
    {"readlink", {kFileName, kData, 0}},
    {"readlink", {kUnmapped, kData, 100}},
    {"readlinkat", {99, kFileName, kData, 100}},
    {"chmod", {kMissing, 0644}},
    {"fchmod", {99, 0644}},
    {"fchmodat", {kCwd, kUnmapped, 0644}},
    {"chown", {kMissing, 0, 0}},
    {"fchownat", {kCwd, kFileName, kMinus, kMinus, 77}},
    {"utimensat", {kCwd, kMissing, 0, 0}},
    {"utimensat", {kCwd, kFileName, kUnmapped, 0}},
    {"utimensat", {kCwd, kFileName, 0, 77}},
    {"utimensat", {kCwd, 0, 0, 0}},
    {"utimes", {kMissing, 0}},
    {"utime", {kUnmapped, 0}},
    {"mknod", {kFileName, 0100644, 0}},
    {"getxattr", {kFileName, kMissing, kData, 100}},
    {"getxattr", {kFileName, kUnmapped, kData, 100}},
    {"listxattr", {kMissing, kData, 100}},
    {"listxattr", {kFileName, 0, 0}},
    {"fgetxattr", {99, kMissing, kData, 100}},
};

constexpr Case kOtherCases[] = {
    {"getrandom", {kUnmapped, 4, 0}},
    {"getrandom", {kData, 4, 8}},
    {"getrandom", {kData, 4, 6}},
    {"getrandom", {kUnmapped, 0, 0}},
    {"getrandom", {kDataEnd - 4, 16, 0}},
    {"clock_gettime", {77, kData}},
    {"clock_gettime", {0, kUnmapped}},
    {"clock_gettime", {4, kReadOnly}},
    {"clock_getres", {77, kData}},
    {"clock_getres", {1, 0}},
    {"clock_nanosleep", {77, 0, kData, 0}},
    {"clock_nanosleep", {0, 0, kUnmapped, 0}},
    {"clock_nanosleep", {3, 0, kData, 0}},
    {"clock_nanosleep", {4, 0, kData, 0}},
    {"nanosleep", {kUnmapped, 0}},
    {"nanosleep", {kLongName, 0}},
    {"time", {kUnmapped}},
    {"gettimeofday", {kUnmapped, 0}},
    {"gettimeofday", {0, 0}},
    {"times", {kUnmapped}},
    {"getrusage", {77, kData}},
    {"getrusage", {0, kUnmapped}},
    {"uname", {kUnmapped}},
    {"sysinfo", {kUnmapped}},
    {"getrlimit", {16, kData}},
    {"getrlimit", {1, kUnmapped}},
    {"setrlimit", {16, kData}},
    {"setrlimit", {1, kUnmapped}},
    {"setrlimit", {1, 0}},
    {"prlimit64", {0, 16, 0, 0}},
    {"prlimit64", {0, 1, kUnmapped, 0}},
    {"prlimit64", {0, 1, 0, kUnmapped}},
    {"getpriority", {3, 0}},
    {"sched_getaffinity", {0, 7, kData}},
    {"sched_getaffinity", {0, 8, kUnmapped}},
    {"sched_get_priority_max", {1}},
    {"sched_get_priority_min", {1}},
    {"sched_get_priority_max", {77}},
    {"sched_getparam", {0, 0}},
    {"sched_getscheduler", {0}},
    {"sched_getscheduler", {kMinus}},
    {"getuid", {}},
    {"geteuid", {}},
    {"getgid", {}},
    {"getegid", {}},
    {"getresuid", {kData, kData, kUnmapped}},
    {"getresgid", {kData, kData, kData}},
    {"getgroups", {kMinus, kData}},
    {"getgroups", {0, 0}},
    {"getgroups", {64, kData}},
    {"setpgid", {0, kMinus}},
    {"capget", {kUnmapped, 0}},
    {"rt_sigaction", {0, 0, kData, 8}},
    {"rt_sigaction", {65, 0, kData, 8}},
    {"rt_sigaction", {9, kVector, 0, 8}},
    {"rt_sigaction", {10, 0, kData, 4}},
    {"rt_sigaction", {10, kUnmapped, 0, 8}},
    {"rt_sigaction", {10, 0, kUnmapped, 8}},
    {"rt_sigprocmask", {77, kEmptyName, 0, 8}},
    {"rt_sigprocmask", {0, kUnmapped, 0, 8}},
    {"rt_sigprocmask", {0, 0, kUnmapped, 8}},
    {"rt_sigprocmask", {0, 0, 0, 4}},
    {"rt_sigpending", {kData, 9}},
    {"rt_sigpending", {kUnmapped, 8}},
    {"sigaltstack", {kUnmapped, 0}},
    {"sigaltstack", {0, kUnmapped}},
    {"kill", {0, 77}},
    {"tkill", {0, 1}},
    {"tgkill", {0, 1, 1}},
    {"futex", {kUnmapped, FUTEX_WAIT, 0, 0}},
    {"futex", {kFileName, FUTEX_WAIT, 0, 0}},
    {"futex", {kFileName + 1, FUTEX_WAIT, 0, 0}},
    {"futex", {kFileName, FUTEX_WAKE, 1}},
    {"futex", {kFileName, FUTEX_WAIT_BITSET, 0, 0, 0, 0}},
    {"futex", {kFileName, 77, 0, 0}},
    {"futex", {kFileName, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1}},
    {"futex", {kFileName, FUTEX_WAIT, 0, kUnmapped}},
    {"futex", {kFileName, FUTEX_UNLOCK_PI}},
    {"futex", {kFileName + 1, FUTEX_LOCK_PI}},
    {"futex", {kUnmapped, FUTEX_TRYLOCK_PI}},
    {"futex", {kFileName, FUTEX_CMP_REQUEUE_PI, 2, 1, kData, 0}},
    {"futex", {kFileName, FUTEX_CMP_REQUEUE_PI, 1, 1, kFileName, 0}},
    {"futex", {kFileName, FUTEX_WAIT_REQUEUE_PI, 0, 0, kFileName, 0}},
    {"futex", {kFileName, FUTEX_WAIT_REQUEUE_PI, 0, 0, kData, 0}},
    {"futex_waitv", {kFileName, 0, 0, 0, 0}},
    {"futex_waitv", {0, 1, 0, 0, 0}},
    {"futex_waitv", {kFileName, 129, 0, 0, 0}},
    {"futex_waitv", {kFileName, 1, 1, 0, 0}},
    {"futex_waitv", {kUnmapped, 1, 0, 0, 0}},
    {"futex_waitv", {kFileName, 1, 0, kData, 77}},
    {"getpriority", {1, kMinus}},
    {"getpriority", {0, 77'777}},
    {"setpriority", {0, 77'777, 5}},
    {"sched_getaffinity", {77'777, 8, kData}},
    {"sched_getscheduler", {77'777}},
    {"sched_setparam", {77'777, kData}},
    {"getpgid", {77'777}},
    {"getsid", {77'777}},
    {"ioprio_get", {1, 77'777}},
    {"prlimit64", {77'777, 7, 0, kData}},
    {"process_vm_readv", {77'777, kVector, 1, kVector, 1, 0}},
    {"prctl", {26, 77, 0, 0, 0}},
    {"prctl", {25, kUnmapped, 0, 0, 0}},
    {"prctl", {14, 1, 0, 0, 0}},
    {"prctl", {42, 1, 0, 0, 0}},
    {"prctl", {41, 1, 1, 0, 0}},
    {"set_robust_list", {kData, 12}},
    {"prctl", {7777, 0, 0, 0, 0}},
    {"prctl", {15, kUnmapped, 0, 0, 0}},
    {"prctl", {1, 99, 0, 0, 0}},
    {"arch_prctl", {0x77, 0}},
    {"arch_prctl", {0x1003, kUnmapped}},
};

constexpr std::uint64_t kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr std::uint64_t kReadWrite = PROT_READ | PROT_WRITE;

constexpr Case kMemoryCases[] = {
    {"mmap", {0, 0, kReadWrite, kPrivate, kMinus, 0}},
    {"mmap", {0, 4096, kReadWrite, MAP_ANONYMOUS, kMinus, 0}},
    {"mmap", {0, 4096, kReadWrite, kPrivate, kMinus, 1}},
    {"mmap", {0, 4096, kReadWrite, MAP_PRIVATE, 99, 0}},
    {"mmap", {0, 4096, kReadWrite, MAP_PRIVATE, kFolder, 0}},
    {"mmap", {0, 4096, PROT_READ, MAP_PRIVATE, kWriteOnly, 0}},
    {"mmap", {0, kMinus, kReadWrite, kPrivate, kMinus, 0}},
    {"mmap", {kData + 1, 4096, kReadWrite, kPrivate | MAP_FIXED, kMinus, 0}},
    {"mmap", {kData, 4096, kReadWrite, kPrivate | MAP_FIXED_NOREPLACE, kMinus, 0}},
    {"mmap", {1ull << 60, 4096, kReadWrite, kPrivate | MAP_FIXED, kMinus, 0}},
    {"mmap", {0, 4096, kReadWrite, MAP_SHARED_VALIDATE | MAP_SYNC, kFile, 0}},
    {"mmap", {kUnmapped, 8192, kReadWrite, kPrivate | MAP_FIXED_NOREPLACE, kMinus, 0}},
    {"munmap", {kData + 1, 4096}},
    {"munmap", {kData, 0}},
    {"munmap", {kUnmapped, 4096}},
    {"munmap", {1ull << 60, 4096}},
    {"mprotect", {kData + 1, 4096, PROT_READ}},
    {"mprotect", {kData, 4096, 0x77}},
    {"mprotect", {kUnmapped, 4096, PROT_READ}},
    {"mprotect", {kUnmapped, 0, PROT_READ}},
    {"mremap", {kData + 1, 4096, 8192, MREMAP_MAYMOVE, 0}},
    {"mremap", {kData, 4096, 0, MREMAP_MAYMOVE, 0}},
    {"mremap", {kData, 4096, 8192, 77, 0}},
    {"mremap", {kData, 4096, 8192, MREMAP_FIXED, kUnmapped}},
    {"mremap", {kUnmapped, 4096, 8192, MREMAP_MAYMOVE, 0}},
    {"mremap", {kData, 4096, 4096, 0, 0}},
    {"mremap", {kData, 4096, 8192, 0, 0}},
    {"madvise", {kData + 1, 4096, MADV_DONTNEED}},
    {"madvise", {kUnmapped, 4096, MADV_DONTNEED}},
    {"madvise", {kData, 4096, 777}},
    {"madvise", {kData, 4096, MADV_WILLNEED}},
    {"msync", {kData, 4096, MS_ASYNC | MS_SYNC}},
    {"msync", {kUnmapped, 4096, MS_SYNC}},
    {"msync", {kData, 4096, MS_SYNC}},
    {"mincore", {kUnmapped, 4096, kData}},
    {"mincore", {kData + 1, 4096, kData}},
    {"mincore", {kData, 4096, kUnmapped}},
    {"mlock", {kUnmapped, 4096}},
    {"munlock", {kData, 4096}},
    {"mlockall", {0}},
    {"mlock2", {kData, 4096, 4}},
};

INSTANTIATE_TEST_SUITE_P(Files, HostOracle, ::testing::ValuesIn(kFileCases));
INSTANTIATE_TEST_SUITE_P(Directories, HostOracle, ::testing::ValuesIn(kDirectoryCases));
INSTANTIATE_TEST_SUITE_P(Memory, HostOracle, ::testing::ValuesIn(kMemoryCases));
INSTANTIATE_TEST_SUITE_P(Others, HostOracle, ::testing::ValuesIn(kOtherCases));

}  // namespace
}  // namespace ringfare
