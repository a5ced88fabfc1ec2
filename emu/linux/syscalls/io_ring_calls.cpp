// SPDX-License-Identifier: MIT
// io_uring_setup(2), io_uring_enter(2), io_uring_register(2).
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <memory>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/io_ring.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t kMostEntries = 32768, kMostCompletions = 2 * kMostEntries;

/// Kept by the caller: an entry may close the ring's descriptor.
std::shared_ptr<IoRing> find_ring(Process& process, std::uint64_t fd, std::int64_t& error) {
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(fd));
  if (descriptor == nullptr) return error = -EBADF, nullptr;
  auto ring = std::dynamic_pointer_cast<IoRing>(descriptor->own_file);
  if (ring == nullptr) error = -EOPNOTSUPP;
  return ring;
}

/// Numbers of entries as io_uring_setup(2) rounds and limits them: 0 or -EINVAL.
std::int64_t set_sizes(std::uint32_t entries, io_uring_params& params) {
  const bool clamps = (params.flags & IORING_SETUP_CLAMP) != 0;
  if (entries == 0 || (entries > kMostEntries && !clamps)) return -EINVAL;
  params.sq_entries = std::bit_ceil(std::min(entries, kMostEntries));
  if ((params.flags & IORING_SETUP_CQSIZE) == 0) {
    params.cq_entries = 2 * params.sq_entries;
    return 0;
  }
  const std::uint32_t wanted = params.cq_entries;
  if (wanted == 0 || (wanted > kMostCompletions && !clamps)) return -EINVAL;
  params.cq_entries = std::bit_ceil(std::min(wanted, kMostCompletions));
  return params.cq_entries < params.sq_entries ? -EINVAL : 0;
}

struct Patience {
  std::optional<nanoseconds> limit;  // since start
  std::int64_t error = 0;
};

/// What IORING_ENTER_EXT_ARG adds: a signal mask and a time limit for the wait.
Patience patience_of(Process& process, const CallArguments& args) {
  std::uint64_t mask = args[4], mask_size = args[5];
  Patience patience;
  if ((args[3] & IORING_ENTER_EXT_ARG) != 0) {
    if (args[5] != sizeof(io_uring_getevents_arg)) return {.limit = {}, .error = -EINVAL};
    const auto more = process.user.load<io_uring_getevents_arg>(args[4]);
    if (!more) return {.limit = {}, .error = -EFAULT};
    mask = more->sigmask;
    mask_size = more->sigmask_sz;
    if (more->ts != 0) {
      const auto time = process.user.load<timespec>(more->ts);
      if (!time) return {.limit = {}, .error = -EFAULT};
      patience.limit = process.clock.since_start() + to_duration(*time);
    }
  }
  if (mask == 0) return patience;
  if (mask_size != sizeof(std::uint64_t)) return {.limit = {}, .error = -EINVAL};
  const auto set = process.user.load<std::uint64_t>(mask);
  if (!set) return {.limit = {}, .error = -EFAULT};
  process.thread_signals().set_mask_for_call(*set);
  return patience;
}

/// Waits for `wanted` completions: 0, -errno or kBlocked.
std::int64_t wait_for(Process& process, IoRing& ring, std::uint32_t wanted,
                      std::optional<nanoseconds> limit) {
  ring.refresh(process);
  if (ring.available() >= wanted) return 0;
  const std::optional<Wait>& wait = process.task->wait;
  if (wait && wait->end == Wait::End::Interrupted) return -EINTR;
  if (limit && *limit <= process.clock.since_start()) return -ETIME;
  std::optional<nanoseconds> until = ring.next();
  if (limit) until = std::min(until.value_or(*limit), *limit);
  std::vector<pollfd> files = ring.watched();
  const bool outside = process.any_outside(files);
  return process.block({.what = "a completion of io_uring",
                        .until = until,
                        .files = std::move(files),
                        .outside = outside,
                        .interrupted = std::nullopt});
}

/// Opcodes and whether they are served, for IORING_REGISTER_PROBE.
constexpr std::uint8_t kServed[] = {
    IORING_OP_NOP,        IORING_OP_READV,          IORING_OP_WRITEV,       IORING_OP_FSYNC,
    IORING_OP_READ_FIXED, IORING_OP_WRITE_FIXED,    IORING_OP_POLL_ADD,     IORING_OP_POLL_REMOVE,
    IORING_OP_TIMEOUT,    IORING_OP_TIMEOUT_REMOVE, IORING_OP_ASYNC_CANCEL, IORING_OP_CLOSE,
    IORING_OP_READ,       IORING_OP_WRITE};

/// struct io_uring_probe without the rows behind it.
struct ProbeHead {
  std::uint8_t last_op, ops_len;
  std::uint16_t resv;
  std::uint32_t resv2[3];
};
static_assert(sizeof(ProbeHead) == sizeof(io_uring_probe));

std::int64_t probe(Process& process, std::uint64_t address, std::uint32_t count) {
  const auto given = process.user.load<ProbeHead>(address);
  if (!given) return -EFAULT;
  constexpr std::uint8_t kLast = *std::ranges::max_element(kServed);
  ProbeHead head{};
  head.last_op = kLast;
  head.ops_len = static_cast<std::uint8_t>(std::min<std::uint32_t>(count, kLast + 1u));
  if (!process.user.store(address, head)) return -EFAULT;
  for (std::uint8_t op = 0; op < head.ops_len; ++op) {
    const bool served = std::ranges::find(kServed, op) != std::end(kServed);
    const io_uring_probe_op told{
        .op = op,
        .resv = 0,
        .flags = served ? std::uint16_t{IO_URING_OP_SUPPORTED} : std::uint16_t{0},
        .resv2 = 0};
    if (!process.user.store(address + sizeof(head) + op * sizeof(told), told)) return -EFAULT;
  }
  return 0;
}

std::int64_t register_buffers(Process& process, IoRing& ring, std::uint64_t address,
                              std::uint32_t count) {
  const bool compat = process.image.layout.mode == CodeMode::Compat32;
  if (count == 0 || count > IOV_MAX || compat) return -EINVAL;
  std::vector<iovec> buffers;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto one = process.user.load<iovec>(address + i * sizeof(iovec));
    if (!one) return -EFAULT;
    const GuestAddress begin{reinterpret_cast<std::uintptr_t>(one->iov_base)};
    if (one->iov_len == 0 || !process.user.space().writable(begin, one->iov_len)) return -EFAULT;
    buffers.push_back(*one);
  }
  return ring.set_buffers(std::move(buffers));
}

std::int64_t register_eventfd(Process& process, IoRing& ring, std::uint64_t address,
                              std::uint32_t count) {
  if (count != 1) return -EINVAL;
  const auto fd = process.user.load<std::int32_t>(address);
  if (!fd) return -EFAULT;
  if (ring.has_eventfd()) return -EBUSY;
  const int host_fd = process.descriptors.host(*fd);
  if (host_fd < 0) return -EBADF;
  ring.set_eventfd(host_fd);
  return 0;
}

}  // namespace

std::int64_t sys_io_uring_setup(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kKnown = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                                   IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN |
                                   IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  auto params = process.user.load<io_uring_params>(args[1]);
  if (!params) return -EFAULT;
  if (std::ranges::any_of(params->resv, [](std::uint32_t word) { return word != 0; }) ||
      (params->flags & ~kKnown) != 0)
    return -EINVAL;
  const auto entries = static_cast<std::uint32_t>(args[0]);
  if (const std::int64_t error = set_sizes(entries, *params); error != 0) return error;
  const std::int64_t eventfd = new_eventfd();
  if (eventfd < 0) return eventfd;
  auto ring = std::make_shared<IoRing>(static_cast<int>(eventfd), *params, process);
  if (!ring->has_memory()) return ::close(static_cast<int>(eventfd)), -ENOMEM;
  const std::int64_t fd = install_own_file(process, eventfd, std::move(ring),
                                           {.flags = O_CLOEXEC, .path = "anon_inode:[io_uring]"});
  if (fd < 0 || process.user.store(args[1], *params)) return fd;
  process.descriptors.close(static_cast<int>(fd));
  return -EFAULT;
}

std::int64_t sys_io_uring_enter(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kKnown =
      IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT | IORING_ENTER_EXT_ARG;
  if ((static_cast<std::uint32_t>(args[3]) & ~kKnown) != 0) return -EINVAL;
  std::int64_t error = 0;
  const std::shared_ptr<IoRing> ring = find_ring(process, args[0], error);
  if (ring == nullptr) return error;
  const int thread = process.task->id;
  std::uint64_t& submitted = process.task->moved;
  if (!process.task->wait) {
    ring->limits.erase(thread);
    ring->refresh(process);
    const auto wanted = static_cast<std::uint32_t>(args[1]);
    if (wanted != 0 && ring->overflows()) return -EBUSY;
    submitted = ring->submit(process, wanted);
    if ((args[3] & IORING_ENTER_GETEVENTS) == 0 || submitted != wanted)
      return static_cast<std::int64_t>(submitted);
    const Patience patience = patience_of(process, args);
    if (patience.error != 0)
      return submitted != 0 ? static_cast<std::int64_t>(submitted) : patience.error;
    ring->limits[thread] = patience.limit;
  }
  const std::uint32_t least =
      std::min(static_cast<std::uint32_t>(args[2]), ring->completion_entries());
  const std::int64_t waited = wait_for(process, *ring, least, ring->limits[thread]);
  if (waited == kBlocked) return kBlocked;
  ring->limits.erase(thread);
  if (waited != -EINTR) process.thread_signals().restore_mask();
  return submitted != 0 ? static_cast<std::int64_t>(submitted) : waited;
}

std::int64_t sys_io_uring_register(Process& process, const CallArguments& args) {
  std::int64_t error = 0;
  const std::shared_ptr<IoRing> ring = find_ring(process, args[0], error);
  if (ring == nullptr) return error;
  const auto count = static_cast<std::uint32_t>(args[3]);
  switch (static_cast<std::uint32_t>(args[1])) {
    case IORING_REGISTER_BUFFERS:
      return register_buffers(process, *ring, args[2], count);
    case IORING_UNREGISTER_BUFFERS:
      return args[2] != 0 || count != 0 ? -EINVAL : ring->set_buffers({});
    case IORING_REGISTER_EVENTFD:
    case IORING_REGISTER_EVENTFD_ASYNC:
      return register_eventfd(process, *ring, args[2], count);
    case IORING_UNREGISTER_EVENTFD:
      if (args[2] != 0 || count != 0) return -EINVAL;
      if (!ring->has_eventfd()) return -ENXIO;
      return ring->set_eventfd(-1), 0;
    case IORING_REGISTER_PROBE:
      return args[2] == 0 || count > 256 ? -EINVAL : probe(process, args[2], count);
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
