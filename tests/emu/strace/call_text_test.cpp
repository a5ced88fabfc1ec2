// SPDX-License-Identifier: MIT
// Calls whose arguments depend on one another. What is expected is what strace 6.1 prints of the
// same call on the bare machine.
#include "emu/strace/call_text.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "emu/linux/resolve.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kText = 0x20000000, kLength = kText + 0x100, kNumbers = kText + 0x200,
                        kUnmapped = 0x1000, kOpenHow = kText + 0x300, kOnes = kText + 0x400,
                        kLastVector = kText + 0xfe0, kTextPointers = kText + 0xff0,
                        kStopped = kText + 0x500;

struct Row {
  std::string_view name;
  CallArguments args;
  std::int64_t result;
  std::string_view text;
  ConstantStyle style = ConstantStyle::Names;
};

std::string told(const Row& row) {
  AddressSpace memory;
  memory.map({.range = {GuestAddress{kText}, GuestAddress{kText + kPageSize}},
              .permissions = {.read = true, .write = true},
              .name = ""});
  memory.write({kText}, std::as_bytes(std::span("0123456789abcdef", 17)));
  memory.store({kLength}, std::uint32_t{8});
  memory.store({kNumbers}, std::uint64_t{0x300000001});
  memory.store({kOpenHow}, std::array<std::uint64_t, 3>{0x42, 0600, 0x10});
  memory.store({kStopped}, std::uint32_t{0x137f});
  memory.store({kTextPointers}, std::array<std::uint64_t, 2>{kText, kUnmapped});
  memory.store({kOnes}, ~std::uint32_t{0});
  const SyscallRow* const call_row = find_syscall(Abi::Amd64, row.name);
  if (call_row == nullptr) return "no such call";
  const Call call =
      resolved({.number = static_cast<std::uint64_t>(call_row->amd64), .args = row.args}, memory);
  CallDescription description(memory, {.constants = row.style});
  description.before(call);
  const std::string arguments = description.after(call, row.result);
  return arguments + " = " + description.result(call, row.result);
}

constexpr auto kNumbersOnly = ConstantStyle::Numbers;
constexpr auto kBoth = ConstantStyle::Both;
constexpr std::string_view kInvalid = " = -1 EINVAL (Invalid argument)";

const Row kRows[] = {
    {"prctl", {15, kText}, 0, R"(prctl(PR_SET_NAME, "0123456789abcde"...) = 0)"},
    {"prctl", {3, 7}, 1, "prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)"},
    {"prctl", {4, 3}, -EINVAL, "prctl(PR_SET_DUMPABLE, 0x3 /* SUID_DUMP_??? */)"},
    {"prctl", {26, 0}, -EINVAL, "prctl(PR_SET_TSC, 0 /* PR_TSC_??? */)"},
    {"prctl", {23, 13}, 1, "prctl(PR_CAPBSET_READ, CAP_NET_RAW) = 1"},
    {"prctl",
     {50, 0xfacefeed},
     -EINVAL,
     "prctl(PR_SVE_SET_VL, PR_SVE_SET_VL_ONEXEC|PR_SVE_VL_INHERIT|0xfac80000|0xfeed)"},
    {"prctl", {26, 2}, 0, "prctl(0x1a, 0x2) = 0", kNumbersOnly},
    {"prctl", {26, 2}, 0, "prctl(0x1a /* PR_SET_TSC */, 0x2 /* PR_TSC_SIGSEGV */) = 0", kBoth},
    {"fsopen", {kText, 3}, -EINVAL, R"(fsopen("0123456789abcdef", FSOPEN_CLOEXEC|0x2))"},
    {"fsconfig",
     {3, 2, kText, kText, 4},
     -EINVAL,
     R"(fsconfig(3, FSCONFIG_SET_BINARY, "0123456789abcdef", "0123", 4))"},
    {"membarrier",
     {3, 255, ~0ull},
     -EINVAL,
     "membarrier(0x3 /* MEMBARRIER_CMD_??? */, MEMBARRIER_CMD_FLAG_CPU|0xfe, -1)"},
    {"membarrier", {0, 0}, -EINVAL, "membarrier(MEMBARRIER_CMD_QUERY, 0)"},
    {"close_range", {1, 2, 9}, -EINVAL, "close_range(1, 2, 0x9 /* CLOSE_RANGE_??? */)"},
    {"kcmp", {1, 2, 1, 5, 6}, -EINVAL, "kcmp(1, 2, KCMP_VM)"},
    {"kcmp", {1, 2, 0, 5, 6}, -EINVAL, "kcmp(1, 2, KCMP_FILE, 5, 6)"},
    {"ioprio_get",
     {1, 0},
     16388,
     "ioprio_get(IOPRIO_WHO_PROCESS, 0) = 16388 "
     "(IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4))"},
    {"reboot",
     {0xfee1dead, 0x28121969, 0xa1b2c3d4, kText},
     -EINVAL,
     "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART2, "
     R"("0123456789abcdef"))"},
    {"delete_module", {kUnmapped, 0xa00}, -EINVAL, "delete_module(0x1000, O_NONBLOCK|O_TRUNC)"},
    {"request_key",
     {kText, kText, 0, 0xfffffffd},
     -EINVAL,
     R"(request_key("0123456789abcdef", "0123456789abcdef", NULL, KEY_SPEC_SESSION_KEYRING))"},
    {"set_mempolicy",
     {3, kNumbers, 65},
     -EINVAL,
     "set_mempolicy(MPOL_INTERLEAVE, [0x0000000300000001], 65)"},
    {"setsockopt",
     {3, 1, 13, kNumbers, 8},
     -EINVAL,
     "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=3}, 8)"},
    {"getsockopt",
     {3, 1, 13, kNumbers, kLength},
     0,
     "getsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=3}, [8]) = 0"},
    {"getsockopt",
     {3, 1, 13, kNumbers, kLength},
     -EINVAL,
     "getsockopt(3, SOL_SOCKET, SO_LINGER, 0x20000200, [8])"},
    {"ioctl", {3, 0xc0045877, 0}, -EINVAL, "ioctl(3, FIFREEZE, 0)"},
    {"openat2",
     {~0ull, kText, kOpenHow, 24},
     -EINVAL,
     R"(openat2(-1, "0123456789abcdef", {flags=O_RDWR|O_CREAT, mode=0600, resolve=RESOLVE_IN_ROOT}, 24))"},
    {"personality",
     {0x1f | 0x10000},
     0x700001f,
     "personality(0x1f /* PER_??? */|0x10000) = 0x700001f (0x1f /* PER_??? */|SHORT_INODE|"
     "WHOLE_SECONDS|STICKY_TIMEOUTS)"},
    {"shmget",
     {0xfdb97531, 1, (21u << 26) | 0x400 | 0125},
     -EINVAL,
     "shmget(0xfdb97531, 1, IPC_EXCL|21<<SHM_HUGE_SHIFT|0125)"},
    {"setgroups", {1, kOnes}, -EINVAL, "setgroups(1, [-1])"},
    {"mount", {0, 0, 0, 0x4000200, 0}, -EINVAL, "mount(NULL, NULL, NULL, MS_SUBMOUNT|0x200, NULL)"},
    {"pwritev",
     {1, kLastVector, 3, 0, 0},
     -EFAULT,
     "pwritev(1, [{iov_base=NULL, iov_len=0}, "
     "{iov_base=\"0123456789abcdef\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"..., "
     "iov_len=4096}, ... /* 0x20001000 */], 3, 0) = -1 EFAULT (Bad address)"},
    {"epoll_ctl", {3, 2, 4, kNumbers}, -EINVAL, "epoll_ctl(3, EPOLL_CTL_DEL, 4, 0x20000200)"},
    {"open", {kText, 0x100000}, -EINVAL, R"(open("0123456789abcdef", O_RDONLY|__O_SYNC))"},
    {"sched_getscheduler", {1000}, 0, "sched_getscheduler(1000) = 0 (SCHED_OTHER)"},
    {"sethostname", {kText, 65}, -EINVAL, "sethostname(0x20000000, 65)"},
    {"sethostname", {kText, 4}, -EINVAL, R"(sethostname("0123", 4))"},
    {"get_robust_list",
     {1, kNumbers, kNumbers},
     0,
     "get_robust_list(1, [0x300000001], [12884901889]) = 0"},
    {"wait4", {1, kNumbers, 1, 0}, 0, "wait4(1, 0x20000200, WNOHANG, NULL) = 0"},
    {"wait4",
     {1, kStopped, 0, 0},
     1,
     "wait4(1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], 0, NULL) = 1"},
    {"mknod", {kText, 0177777, 0}, -EINVAL, R"(mknod("0123456789abcdef", 0177777))"},
    {"execve",
     {kText, kTextPointers, 0},
     -EINVAL,
     R"(execve("0123456789abcdef", ["0123456789abcdef", 0x1000, ... /* 0x20001000 */], NULL))"},
    {"mknod", {kText, 0xffff0000, 0}, -EINVAL, R"(mknod("0123456789abcdef", 000))"},
};

TEST(CallText, IsAsStraceWritesIt) {
  for (const Row& row : kRows) {
    const std::string expected = row.result == -EINVAL
                                     ? std::string(row.text) + std::string(kInvalid)
                                     : std::string(row.text);
    EXPECT_EQ(told(row), expected);
  }
}

}  // namespace
}  // namespace ringfare
