// SPDX-License-Identifier: MIT
#include "emu/linux/personality.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>

#include "tests/emu/linux/guest_process.hpp"

namespace ringfare {
namespace {

class PersonalityTest : public GuestProcess {};

TEST_F(PersonalityTest, WritesAndReadsAFile) {
  const std::uint64_t path = text("file");
  const std::int64_t fd = call(
      "openat", {static_cast<std::uint64_t>(AT_FDCWD), path, O_RDWR | O_CREAT | O_TRUNC, 0644});
  EXPECT_EQ(fd, 3);
  const Served written = serve("write", {3, text("hello", kData + 100), 5});
  EXPECT_EQ(written.result, 5);
  EXPECT_EQ(written.bytes_in, 5u);
  EXPECT_EQ(written.bytes_out, 0u);
  EXPECT_EQ(written.file_kind, "regular");
  EXPECT_EQ(call("lseek", {3, 1, SEEK_SET}), 1);
  const Served read = serve("read", {3, kData + 200, 100});
  EXPECT_EQ(read.result, 4);
  EXPECT_EQ(read.bytes_out, 4u);
  EXPECT_EQ(text_at(kData + 200, 4), "ello");
  EXPECT_EQ(call("close", {3}), 0);
  EXPECT_EQ(call("close", {3}), -EBADF);
  EXPECT_EQ(std::filesystem::file_size("file"), 5u);
}

TEST_F(PersonalityTest, UnknownCallWarnsOnce) {
  EXPECT_EQ(serve(CallRequest{.number = 999}).result, -ENOSYS);
  EXPECT_EQ(personality_->take_warning(),
            "system call 999 (unknown) is not implemented; the guest got ENOSYS");
  EXPECT_EQ(serve(CallRequest{.number = 999}).result, -ENOSYS);
  EXPECT_EQ(personality_->take_warning(), std::nullopt);
  EXPECT_EQ(call("rseq", {0, 0, 0, 0}), -ENOSYS);
  EXPECT_EQ(personality_->take_warning(), std::nullopt);
}

TEST_F(PersonalityTest, GivesOutTheLowestDescriptor) {
  const std::uint64_t path = text("file");
  EXPECT_EQ(call("open", {path, O_RDWR | O_CREAT, 0600}), 3);
  EXPECT_EQ(call("dup", {3}), 4);
  EXPECT_EQ(call("fcntl", {3, F_DUPFD, 10}), 10);
  EXPECT_EQ(call("close", {3}), 0);
  EXPECT_EQ(call("open", {path, O_RDONLY | O_CLOEXEC, 0}), 3);
  EXPECT_EQ(call("fcntl", {3, F_GETFD}), FD_CLOEXEC);
  EXPECT_EQ(call("fcntl", {4, F_GETFD}), 0);
  EXPECT_EQ(call("dup2", {4, 7}), 7);
  // The emulator's own descriptors are not the guest's.
  const int ours = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  for (int fd = 11; fd < 64; ++fd)
    EXPECT_EQ(call("fcntl", {static_cast<std::uint64_t>(fd), F_GETFD}), -EBADF) << fd;
  ::close(ours);
  EXPECT_EQ(call("close_range", {3, ~0u, 0}), 0);
  EXPECT_EQ(call("close", {10}), -EBADF);
}

TEST_F(PersonalityTest, DuplicatesShareTheirOffset) {
  call("open", {text("file"), O_RDWR | O_CREAT, 0600});
  call("dup", {3});
  EXPECT_EQ(call("write", {3, text("abc"), 3}), 3);
  EXPECT_EQ(call("lseek", {4, 0, SEEK_CUR}), 3);
}

TEST_F(PersonalityTest, LimitsDescriptors) {
  const std::array<std::uint64_t, 2> limit = {4, 4};
  ASSERT_TRUE(memory_.store(GuestAddress{kData}, limit));
  EXPECT_EQ(call("prlimit64", {0, RLIMIT_NOFILE, kData, 0}), 0);
  EXPECT_EQ(call("dup", {0}), 3);
  EXPECT_EQ(call("dup", {0}), -EMFILE);
  EXPECT_EQ(call("dup2", {0, 4}), -EBADF);
}

TEST_F(PersonalityTest, CountsWhatCrosses) {
  const Served opened =
      serve("openat", {static_cast<std::uint64_t>(AT_FDCWD), text("file"), O_RDWR | O_CREAT, 0600});
  EXPECT_EQ(opened.bytes_in, 5u);  // with its NUL
  const Served status = serve("fstat", {3, kData + 512});
  EXPECT_EQ(status.bytes_out, sizeof(struct stat));
  EXPECT_EQ(status.bytes_in, 0u);
  const std::array<std::uint64_t, 4> vector = {kData, 2, kData + 2, 3};
  ASSERT_TRUE(memory_.store(GuestAddress{kData + 1024}, vector));
  const Served written = serve("writev", {3, kData + 1024, 2});
  EXPECT_EQ(written.result, 5);
  EXPECT_EQ(written.bytes_in, 5 + sizeof(vector));
  EXPECT_EQ(serve("getpid", {}).bytes_in, 0u);
}

TEST_F(PersonalityTest, TellsKindsOfFiles) {
  const auto open = [this](std::string_view path) {
    return static_cast<std::uint64_t>(call("open", {text(path), O_RDONLY, 0}));
  };
  EXPECT_EQ(serve("lseek", {open("/dev/null"), 0, 0}).file_kind, "null");
  EXPECT_EQ(serve("lseek", {open("/"), 0, 0}).file_kind, "directory");
  EXPECT_EQ(serve("lseek", {open("/proc/self/maps"), 0, 0}).file_kind, "regular");
  EXPECT_EQ(serve("lseek", {open("/dev/zero"), 0, 0}).file_kind, "device");
  ASSERT_EQ(call("pipe", {kData}), 0);
  const auto ends = memory_.load<std::array<std::int32_t, 2>>({kData});
  EXPECT_EQ(serve("close", {static_cast<std::uint64_t>((*ends)[0])}).file_kind, "pipe");
  EXPECT_EQ(serve("lseek", {99, 0, 0}).file_kind, "");
}

TEST_F(PersonalityTest, BrkGrowsAndShrinksTheHeap) {
  EXPECT_EQ(call("brk", {0}), kBrkStart);
  EXPECT_EQ(call("brk", {kBrkStart + 5000}), kBrkStart + 5000);
  ASSERT_NE(memory_.find({kBrkStart + 4096}), nullptr);
  EXPECT_EQ(memory_.find({kBrkStart})->name, "[heap]");
  EXPECT_EQ(memory_.find({kBrkStart})->range.size(), 8192u);
  EXPECT_EQ(call("brk", {kBrkStart + 100}), kBrkStart + 100);
  EXPECT_EQ(memory_.find({kBrkStart + 4096}), nullptr);
  EXPECT_EQ(call("brk", {1}), kBrkStart + 100);
  map_data(kBrkStart + 0x10000, kPageSize, {.read = true});
  EXPECT_EQ(call("brk", {kBrkStart + 0x20000}), kBrkStart + 100);
}

TEST_F(PersonalityTest, MapsTopDownAndRespectsHints) {
  const auto map = [this](std::uint64_t at, std::uint64_t size, std::uint64_t flags) {
    return static_cast<std::uint64_t>(call(
        "mmap", {at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, ~0ull, 0}));
  };
  EXPECT_EQ(map(0, 4096, 0), kLayout64.mmap_top.value - 4096);
  EXPECT_EQ(map(0, 8192, 0), kLayout64.mmap_top.value - 4096 - 8192);
  EXPECT_EQ(map(0x2400'0000'0000, 4096, 0), 0x2400'0000'0000u);
  EXPECT_EQ(map(0x2400'0000'0000, 4096, 0), kLayout64.mmap_top.value - 4096 - 8192 - 4096);
  EXPECT_EQ(map(0, 4096, MAP_32BIT) >> 31, 0u);
  EXPECT_EQ(map(0x2500'0000'0000, 4096, MAP_FIXED), 0x2500'0000'0000u);
}

TEST_F(PersonalityTest, MapsFiles) {
  call("open", {text("file"), O_RDWR | O_CREAT, 0600});
  call("write", {3, text("mapped text"), 11});
  const auto at =
      static_cast<std::uint64_t>(call("mmap", {0, 11, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0}));
  EXPECT_EQ(text_at(at, 6), "mapped");
  EXPECT_EQ(memory_.find({at})->name, (directory_ / "file").string());
  text("MA", at);
  EXPECT_EQ(call("msync", {at, 4096, MS_SYNC}), 0);
  EXPECT_EQ(call("pread64", {3, kData, 3, 0}), 3);
  EXPECT_EQ(text_at(kData, 2), "MA");
  EXPECT_EQ(call("munmap", {at, 4096}), 0);
  EXPECT_EQ(memory_.find({at}), nullptr);
}

TEST_F(PersonalityTest, RemapKeepsTheBytes) {
  call("mmap", {0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, ~0ull, 0});
  const auto first = static_cast<std::uint64_t>(
      call("mmap", {0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, ~0ull, 0}));
  text("first", first);
  text("second", first + 4096);
  // There is something above: it must move.
  EXPECT_EQ(call("mremap", {first, 8192, 16384, 0, 0}), -ENOMEM);
  const auto moved =
      static_cast<std::uint64_t>(call("mremap", {first, 8192, 16384, MREMAP_MAYMOVE, 0}));
  EXPECT_NE(moved, first);
  EXPECT_EQ(memory_.find({first}), nullptr);
  EXPECT_EQ(text_at(moved, 5), "first");
  EXPECT_EQ(text_at(moved + 4096, 6), "second");
  EXPECT_TRUE(memory_.writable({moved}, 16384));
  // Below what it was cut to, there is room.
  EXPECT_EQ(call("mremap", {moved, 16384, 4096, 0, 0}), moved);
  EXPECT_FALSE(memory_.readable({moved}, 4097));
  EXPECT_EQ(call("mremap", {moved, 4096, 8192, 0, 0}), moved);
  EXPECT_EQ(text_at(moved + 4096, 1), std::string(1, '\0'));
  const std::uint64_t target = 0x2600'0000'0000;
  EXPECT_EQ(call("mremap", {moved, 8192, 12288, MREMAP_MAYMOVE | MREMAP_FIXED, target}), target);
  EXPECT_EQ(text_at(target, 5), "first");
}

TEST_F(PersonalityTest, FindsItselfUnderProc) {
  const std::uint64_t link = text("/proc/self/exe");
  EXPECT_EQ(call("readlink", {link, kData + 256, 100}), 18);
  EXPECT_EQ(text_at(kData + 256, 18), "/opt/guest/program");
  EXPECT_EQ(call("readlink", {link, kData + 256, 4}), 4);
  const auto maps =
      static_cast<std::uint64_t>(call("open", {text("/proc/self/maps"), O_RDONLY, 0}));
  const std::int64_t size = call("read", {maps, kData + 256, 4000});
  ASSERT_GT(size, 0);
  EXPECT_TRUE(text_at(kData + 256, static_cast<std::uint64_t>(size))
                  .starts_with("20000000-20004000 rw-p 00000000 00:00 0"));
  EXPECT_EQ(call("open", {text("/proc/self/mem"), O_RDONLY, 0}), 4);
  EXPECT_EQ(call("pread64", {4, kData + 256, 8, kData}), 8);
  EXPECT_EQ(call("open", {text("/proc/1000/comm"), O_RDONLY, 0}), 5);
  EXPECT_EQ(call("read", {5, kData, 100}), 8);
  EXPECT_EQ(text_at(kData, 8), "program\n");
}

TEST_F(PersonalityTest, OpensItsOwnDescriptorsByPath) {
  call("open", {text("file"), O_RDWR | O_CREAT, 0600});
  call("write", {3, text("inside"), 6});
  EXPECT_EQ(call("open", {text("/dev/fd/3"), O_RDONLY, 0}), 4);
  EXPECT_EQ(call("read", {4, kData, 100}), 6);
  EXPECT_EQ(call("open", {text("/dev/fd/77"), O_RDONLY, 0}), -ENOENT);
}

TEST_F(PersonalityTest, SleepsOnTheSimulatedClock) {
  const timespec hour{3600, 0};
  ASSERT_TRUE(memory_.store(GuestAddress{kData}, hour));
  EXPECT_EQ(call("nanosleep", {kData, 0}), 0);
  EXPECT_EQ(clock_.since_start(), std::chrono::hours(1));
  EXPECT_EQ(call("clock_gettime", {CLOCK_MONOTONIC, kData}), 0);
  EXPECT_EQ(memory_.load<timespec>({kData})->tv_sec, 3600);
  EXPECT_EQ(call("clock_gettime", {CLOCK_PROCESS_CPUTIME_ID, kData}), 0);
  EXPECT_EQ(memory_.load<timespec>({kData})->tv_sec, 0);
  EXPECT_EQ(call("poll", {0, 0, 2000}), 0);
  EXPECT_EQ(clock_.since_start(), std::chrono::hours(1) + std::chrono::seconds(2));
  EXPECT_EQ(call("clock_nanosleep", {CLOCK_MONOTONIC, TIMER_ABSTIME, kData, 0}), 0);
  EXPECT_EQ(clock_.since_start(), std::chrono::hours(1) + std::chrono::seconds(2));
}

TEST_F(PersonalityTest, TouchesWithTheSimulatedTime) {
  call("open", {text("file"), O_RDWR | O_CREAT, 0600});
  EXPECT_EQ(call("utimensat", {3, 0, 0, 0}), 0);
  struct stat status;
  ASSERT_EQ(::stat("file", &status), 0);
  EXPECT_EQ(std::chrono::seconds(status.st_mtim.tv_sec), SimulatedClock::kDefaultEpoch);
}

TEST_F(PersonalityTest, RandomBytesRepeat) {
  Personality again(memory_, clock_, image(), options());
  EXPECT_EQ(call("getrandom", {kData, 16, 0}), 16);
  CallRequest request{.number =
                          static_cast<std::uint64_t>(find_syscall(Abi::Amd64, "getrandom")->amd64)};
  request.args = {kData + 16, 16, 0};
  EXPECT_EQ(again.serve(thread_, resolved(request, memory_)).result, 16);
  EXPECT_EQ(text_at(kData, 16), text_at(kData + 16, 16));
  EXPECT_NE(text_at(kData, 8), text_at(kData + 8, 8));
  const auto device =
      static_cast<std::uint64_t>(call("open", {text("/dev/urandom", kData + 64), O_RDONLY, 0}));
  EXPECT_EQ(call("read", {device, kData + 32, 16}), 16);
  request.args = {kData + 48, 16, 0};
  again.serve(thread_, resolved(request, memory_));
  EXPECT_EQ(text_at(kData + 32, 16), text_at(kData + 48, 16));
}

TEST_F(PersonalityTest, EndsWithItsStatus) {
  EXPECT_EQ(serve("exit_group", {0x103}).exit_status, 3);
}

TEST_F(PersonalityTest, DiesOfItsOwnSignal) {
  EXPECT_EQ(killed_by("tgkill", {kPid, kPid, 0}), std::nullopt);
  EXPECT_EQ(killed_by("kill", {kPid, SIGCHLD}), std::nullopt);
  EXPECT_EQ(killed_by("tgkill", {kPid, kPid, SIGABRT}), SIGABRT);
}

TEST_F(PersonalityTest, BlockedSignalsWait) {
  ASSERT_TRUE(memory_.store(GuestAddress{kData}, std::uint64_t{1} << (SIGTERM - 1)));
  EXPECT_EQ(call("rt_sigprocmask", {SIG_BLOCK, kData, 0, 8}), 0);
  EXPECT_EQ(killed_by("kill", {kPid, SIGTERM}), std::nullopt);
  EXPECT_EQ(call("rt_sigpending", {kData + 8, 8}), 0);
  EXPECT_EQ(memory_.load<std::uint64_t>({kData + 8}), std::uint64_t{1} << (SIGTERM - 1));
  EXPECT_EQ(killed_by("rt_sigprocmask", {SIG_UNBLOCK, kData, 0, 8}), SIGTERM);
}

TEST_F(PersonalityTest, ABrokenPipeKills) {
  ASSERT_EQ(call("pipe", {kData}), 0);
  call("close", {3});
  const Served written = serve("write", {4, kData, 1});
  EXPECT_EQ(written.result, -EPIPE);
  EXPECT_EQ(personality_->deliver(thread_, std::nullopt).killed_by, SIGPIPE);
}

TEST_F(PersonalityTest, PollsItsOwnDescriptors) {
  ASSERT_EQ(call("pipe", {kData}), 0);
  const std::array<pollfd, 3> files = {pollfd{3, POLLIN, 0}, pollfd{4, POLLOUT, 0},
                                       pollfd{77, POLLIN, 0}};
  ASSERT_TRUE(memory_.store(GuestAddress{kData}, files));
  EXPECT_EQ(call("poll", {kData, 3, ~0ull}), 2);
  const auto answer = memory_.load<std::array<pollfd, 3>>({kData});
  EXPECT_EQ((*answer)[0].revents, 0);
  EXPECT_EQ((*answer)[1].revents, POLLOUT);
  EXPECT_EQ((*answer)[2].revents, POLLNVAL);
  ASSERT_TRUE(memory_.store(GuestAddress{kData}, std::uint64_t{1} << 4));
  EXPECT_EQ(call("select", {5, 0, kData, 0, 0}), 1);
  EXPECT_EQ(memory_.load<std::uint64_t>({kData}), std::uint64_t{1} << 4);
}

TEST_F(PersonalityTest, SocketPairsTalk) {
  ASSERT_EQ(call("socketpair", {AF_UNIX, SOCK_STREAM, 0, kData}), 0);
  EXPECT_EQ(call("sendto", {3, text("hello"), 5, 0, 0, 0}), 5);
  const Served received = serve("recvfrom", {4, kData + 64, 64, 0, 0, 0});
  EXPECT_EQ(received.result, 5);
  EXPECT_EQ(received.bytes_out, 5u);
  EXPECT_EQ(received.file_kind, "socket");
  EXPECT_EQ(text_at(kData + 64, 5), "hello");
}

TEST_F(PersonalityTest, SetsTheThreadPointer) {
  EXPECT_EQ(call("arch_prctl", {0x1002, kData}), 0);
  EXPECT_EQ(thread_.registers.fs.base, kData);
  EXPECT_EQ(call("arch_prctl", {0x1003, kData}), 0);
  EXPECT_EQ(memory_.load<std::uint64_t>({kData}), kData);
  EXPECT_EQ(call("arch_prctl", {0x1002, 1ull << 63}), -EPERM);
}

TEST_F(PersonalityTest, ServesPlainCallsThroughTheI386Door) {
  CallRequest request{.abi = Abi::I386, .number = 4};
  request.args = {1, kUnmapped, 1};
  EXPECT_EQ(serve(request).result, -EFAULT);
  request.number = 20;
  EXPECT_EQ(serve(request).result, kPid);
  request.number = 195;  // stat64: another layout
  request.args = {kUnmapped, kUnmapped};
  EXPECT_EQ(serve(request).result, -EFAULT);
}

}  // namespace
}  // namespace ringfare
