// SPDX-License-Identifier: MIT
// io_setup(2), io_submit(2), io_getevents(2), io_cancel(2), io_destroy(2): requests are done when
// they are submitted, as Linux does with files that cannot do better.
#include "emu/linux/state/async_io.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/host_vector.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostRequests = 65'536;    // fs.aio-max-nr
constexpr std::uint64_t kMostBytes = 0x7fff'f000;  // MAX_RW_COUNT

/// aio_abi.h: what a request does to its file.
struct Operation {
  std::uint16_t opcode;
  long call;  // of the host
  Direction direction;
  bool vector;
};
constexpr Operation kOperations[] = {
    {IOCB_CMD_PREAD, SYS_pread64, Direction::Out, false},
    {IOCB_CMD_PWRITE, SYS_pwrite64, Direction::In, false},
    {IOCB_CMD_PREADV, SYS_preadv, Direction::Out, true},
    {IOCB_CMD_PWRITEV, SYS_pwritev, Direction::In, true},
    {IOCB_CMD_FSYNC, SYS_fsync, Direction::None, false},
    {IOCB_CMD_FDSYNC, SYS_fdatasync, Direction::None, false},
};

std::int64_t transfer(Process& process, const Operation& operation, int host, const iocb& request) {
  if (operation.direction == Direction::None) return host_call(operation.call, host);
  const auto offset = static_cast<std::uint64_t>(request.aio_offset);
  std::int64_t moved = 0;
  if (operation.vector) {
    const HostVector vector =
        host_vector(process.user, request.aio_buf, request.aio_nbytes, operation.direction);
    if (!vector.valid) return request.aio_nbytes > IOV_MAX ? -EINVAL : -EFAULT;
    moved = host_call(operation.call, host, vector.buffers.data(), request.aio_nbytes, offset, 0);
  } else {
    const std::uint64_t size = std::min<std::uint64_t>(request.aio_nbytes, kMostBytes);
    void* const buffer = operation.direction == Direction::Out
                             ? process.user.out(request.aio_buf, size)
                             : process.user.in(request.aio_buf, size);
    moved = host_call(operation.call, host, buffer, size, offset);
  }
  if (moved > 0 && operation.direction == Direction::Out)
    process.user.count_out(static_cast<std::uint64_t>(moved));
  if (moved > 0 && operation.direction == Direction::In) {
    process.user.count_in(static_cast<std::uint64_t>(moved));
    note_written(process, static_cast<int>(request.aio_fildes));
  }
  return moved;
}

/// 0 where the request was taken: its event has what became of it.
std::int64_t submit(Process& process, AsyncContext& context, std::uint64_t address) {
  const auto request = process.user.load<iocb>(address);
  if (!request) return -EFAULT;
  if (request->aio_reserved2 != 0) return -EINVAL;
  if (static_cast<std::int64_t>(request->aio_nbytes) < 0) return -EINVAL;
  if (context.events.size() >= context.most) return -EAGAIN;
  const int host = process.host_fd(request->aio_fildes);
  if (host < 0) return -EBADF;
  int eventfd = -1;
  if ((request->aio_flags & IOCB_FLAG_RESFD) != 0) {
    eventfd = process.host_fd(request->aio_resfd);
    if (eventfd < 0) return -EBADF;
  }
  const auto operation =
      std::ranges::find(kOperations, request->aio_lio_opcode, &Operation::opcode);
  if (operation == std::end(kOperations)) return -EINVAL;
  const int mode = fcntl(host, F_GETFL) & O_ACCMODE;
  if (operation->direction == Direction::Out && mode == O_WRONLY) return -EBADF;
  if (operation->direction == Direction::In && mode == O_RDONLY) return -EBADF;
  const std::int64_t result = transfer(process, *operation, host, *request);
  context.events.push_back({.data = request->aio_data, .obj = address, .res = result, .res2 = 0});
  const std::uint64_t one = 1;
  if (eventfd >= 0) host_call(SYS_write, eventfd, &one, sizeof(one));
  process.files_changed();
  return 0;
}

/// A pointer of the program's.
std::optional<std::uint64_t> load_word(Process& process, std::uint64_t address) {
  if (process.image.layout.word() == 8) return process.user.load<std::uint64_t>(address);
  const auto word = process.user.load<std::uint32_t>(address);
  return word ? std::optional<std::uint64_t>(*word) : std::nullopt;
}

AsyncContext* find_context(Process& process, std::uint64_t id) {
  const auto found = process.async_contexts.find(id);
  return found == process.async_contexts.end() ? nullptr : &found->second;
}

/// io_getevents(2), with its timeout as a duration: nothing waits for ever.
std::int64_t take_events(Process& process, const CallArguments& args,
                         std::optional<std::chrono::nanoseconds> timeout) {
  AsyncContext* const context = find_context(process, args[0]);
  const auto least = static_cast<std::int64_t>(args[1]), most = static_cast<std::int64_t>(args[2]);
  if (context == nullptr || least < 0 || most < least) return -EINVAL;
  const auto there = static_cast<std::int64_t>(context->events.size());
  const std::optional<Wait>& wait = process.task->wait;
  const bool late = wait && wait->end == Wait::End::Late;
  const bool waits = there < least && !late && (!timeout || *timeout > timeout->zero());
  if (waits) {
    Wait wanted{
        .what = "an event of asynchronous input and output", .lock = true, .interrupted = -EINTR};
    if (wait)
      wanted.until = wait->until;
    else if (timeout)
      wanted.until = process.clock.since_start() + *timeout;
    return process.block(std::move(wanted));
  }
  std::int64_t taken = 0;
  while (taken < most && !context->events.empty()) {
    if (!process.user.store(args[3] + static_cast<std::uint64_t>(taken) * sizeof(io_event),
                            context->events.front()))
      return taken != 0 ? taken : -EFAULT;
    context->events.pop_front();
    ++taken;
  }
  return taken;
}

std::int64_t take_timed(Process& process, const CallArguments& args) {
  std::optional<std::chrono::nanoseconds> timeout;
  if (args[4] != 0) {
    const auto given = process.user.load<timespec>(args[4]);
    if (!given) return -EFAULT;
    if (!is_valid(*given)) return -EINVAL;
    timeout = to_duration(*given);
  }
  return take_events(process, args, timeout);
}

}  // namespace

std::int64_t sys_io_setup(Process& process, const CallArguments& args) {
  const auto most = static_cast<std::uint32_t>(args[0]);
  const auto before = load_word(process, args[1]);
  if (!before) return -EFAULT;
  if (*before != 0 || most == 0) return -EINVAL;
  if (most > kMostRequests) return -EAGAIN;
  // The C library's side looks for a ring of the kernel's there, and finds none.
  AddressSpace& space = process.user.space();
  const auto place =
      space.find_free(kPageSize, process.image.layout.mmap_area(), AddressSpace::Search::TopDown);
  if (!place) return -ENOMEM;
  const GuestRange page{*place, *place + kPageSize};
  const int error = space.map(
      {.range = page, .permissions = {.read = true, .write = true}, .name = "/[aio] (deleted)"});
  if (error != 0) return error;
  const bool told = process.image.layout.word() == 8
                        ? process.user.store(args[1], place->value)
                        : process.user.store(args[1], static_cast<std::uint32_t>(place->value));
  if (!told) return space.unmap(page), -EFAULT;
  process.async_contexts[place->value].most = most;
  return 0;
}

std::int64_t sys_io_destroy(Process& process, const CallArguments& args) {
  if (process.async_contexts.erase(args[0]) == 0) return -EINVAL;
  process.user.space().unmap({{args[0]}, {args[0] + kPageSize}});
  return 0;
}

std::int64_t sys_io_submit(Process& process, const CallArguments& args) {
  AsyncContext* const context = find_context(process, args[0]);
  const auto count = static_cast<std::int64_t>(args[1]);
  if (context == nullptr || count < 0) return -EINVAL;
  std::int64_t done = 0;
  for (; done < count; ++done) {
    const auto address = load_word(
        process, args[2] + process.image.layout.word() * static_cast<std::uint64_t>(done));
    const std::int64_t error = address ? submit(process, *context, *address) : -EFAULT;
    if (error != 0) return done != 0 ? done : error;
  }
  return done;
}

std::int64_t sys_io_cancel(Process& process, const CallArguments& args) {
  // Whatever was submitted is done.
  const auto key = process.user.load<std::uint32_t>(args[1] + offsetof(iocb, aio_key));
  return key ? -EINVAL : -EFAULT;
}

std::int64_t sys_io_getevents(Process& process, const CallArguments& args) {
  return take_timed(process, args);
}

std::int64_t sys_io_pgetevents(Process& process, const CallArguments& args) {
  if (args[5] == 0 || process.task->wait) return take_timed(process, args);
  struct MaskArgument {
    std::uint64_t address, size;
  };
  const auto given = process.user.load<MaskArgument>(args[5]);
  if (!given) return -EFAULT;
  if (given->address == 0) return take_timed(process, args);
  if (given->size != sizeof(std::uint64_t)) return -EINVAL;
  const auto mask = process.user.load<std::uint64_t>(given->address);
  if (!mask) return -EFAULT;
  process.thread_signals().set_mask_for_call(*mask);
  return take_timed(process, args);
}

}  // namespace ringfare
