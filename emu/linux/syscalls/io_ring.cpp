// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/io_ring.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {
namespace {

// Where the program finds what in the first mapping; io_uring_setup(2) tells it. Heads and tails
// have cache lines of their own.
enum : std::uint32_t {
  kSqHead = 0,
  kSqTail = 64,
  kCqHead = 128,
  kCqTail = 192,
  kSqMask = 256,
  kCqMask = 260,
  kSqEntries = 264,
  kCqEntries = 268,
  kSqDropped = 272,
  kSqFlags = 276,
  kCqFlags = 280,
  kCqOverflow = 284,
  kCompletions = 320,
};

std::uint32_t array_offset(const io_uring_params& params) {
  return kCompletions + params.cq_entries * static_cast<std::uint32_t>(sizeof(io_uring_cqe));
}

/// Entries of a ring that do what a system call does.
struct TransferRow {
  std::uint8_t opcode;
  std::uint16_t positioned, streaming;  // the calls for a file with places in it, and without
  short events;
};
constexpr TransferRow kTransfers[] = {
    {IORING_OP_READ, SYS_pread64, SYS_read, POLLIN},
    {IORING_OP_READ_FIXED, SYS_pread64, SYS_read, POLLIN},
    {IORING_OP_READV, SYS_preadv, SYS_readv, POLLIN},
    {IORING_OP_WRITE, SYS_pwrite64, SYS_write, POLLOUT},
    {IORING_OP_WRITE_FIXED, SYS_pwrite64, SYS_write, POLLOUT},
    {IORING_OP_WRITEV, SYS_pwritev, SYS_writev, POLLOUT},
};

const TransferRow* find_transfer(std::uint8_t opcode) {
  const auto* const row = std::ranges::find(kTransfers, opcode, &TransferRow::opcode);
  return row == std::end(kTransfers) ? nullptr : row;
}

std::int64_t serve_call(Process& process, std::uint64_t number, const CallArguments& args) {
  const SyscallRow* const row = find_syscall(Abi::Amd64, number);
  CHECK(row != nullptr && row->answer.handler != nullptr, "no system call {}", number);
  process.entries.push_back({row->name, process.descriptors.kind(static_cast<int>(args[0]))});
  const SyscallRow* const outer = std::exchange(process.row, row);
  const std::int64_t result = row->answer.handler(process, args);
  process.row = outer;
  return result;
}

bool is_ring(Process& process, int fd) {
  const Descriptor* const descriptor = process.descriptors.find(fd);
  return descriptor != nullptr &&
         dynamic_cast<const IoRing*>(descriptor->own_file.get()) != nullptr;
}

short ready_events(const pollfd& file) {
  pollfd now = file;
  return ::poll(&now, 1, 0) > 0 ? now.revents : short{0};
}

}  // namespace

SharedPages::SharedPages(std::uint64_t size)
    : file_(memfd_create("ring", MFD_CLOEXEC)), size_((size + 4095) / 4096 * 4096) {
  if (file_ < 0 || ::ftruncate(file_, static_cast<off_t>(size_)) != 0) return;
  void* const base = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (base != MAP_FAILED) base_ = static_cast<std::byte*>(base);
}

SharedPages::~SharedPages() {
  if (base_ != nullptr) ::munmap(base_, size_);
  if (file_ >= 0) ::close(file_);
}

IoRing::IoRing(int eventfd, io_uring_params& params, const Process& process)
    : ready_(eventfd),
      params_(params),
      rings_(array_offset(params) + params.sq_entries * sizeof(std::uint32_t)),
      entries_(params.sq_entries * sizeof(io_uring_sqe)),
      owner_(process.pid()) {
  if (!has_memory()) return;
  rings_.at<std::uint32_t>(kSqMask) = params.sq_entries - 1;
  rings_.at<std::uint32_t>(kCqMask) = params.cq_entries - 1;
  rings_.at<std::uint32_t>(kSqEntries) = params.sq_entries;
  rings_.at<std::uint32_t>(kCqEntries) = params.cq_entries;
  params.sq_off = {.head = kSqHead,
                   .tail = kSqTail,
                   .ring_mask = kSqMask,
                   .ring_entries = kSqEntries,
                   .flags = kSqFlags,
                   .dropped = kSqDropped,
                   .array = array_offset(params)};
  params.cq_off = {.head = kCqHead,
                   .tail = kCqTail,
                   .ring_mask = kCqMask,
                   .ring_entries = kCqEntries,
                   .overflow = kCqOverflow,
                   .cqes = kCompletions,
                   .flags = kCqFlags};
  params.features = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE |
                    IORING_FEAT_RW_CUR_POS | IORING_FEAT_FAST_POLL | IORING_FEAT_POLL_32BITS |
                    IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;
  params_ = params;
}

IoRing::~IoRing() {
  if (eventfd_ >= 0) ::close(eventfd_);
}

std::optional<int> IoRing::mapping(std::uint64_t offset) const {
  if (offset == IORING_OFF_SQ_RING || offset == IORING_OFF_CQ_RING) return rings_.host_fd();
  if (offset == IORING_OFF_SQES) return entries_.host_fd();
  return std::nullopt;
}

std::int64_t IoRing::read(Process&, std::uint64_t, std::uint64_t) {
  return -EINVAL;
}

std::uint32_t IoRing::available() const {
  return rings_.at<std::uint32_t>(kCqTail) - rings_.at<std::uint32_t>(kCqHead) +
         static_cast<std::uint32_t>(backlog_.size());
}

std::optional<OwnFile::nanoseconds> IoRing::next() const {
  std::optional<nanoseconds> earliest;
  for (const Request& request : requests_)
    if (request.until) earliest = std::min(earliest.value_or(*request.until), *request.until);
  return earliest;
}

std::vector<pollfd> IoRing::watched() const {
  std::vector<pollfd> files;
  for (const Request& request : requests_)
    if (request.file) files.push_back(*request.file);
  return files;
}

bool IoRing::is_due(const Request& request, nanoseconds now) const {
  if (request.until && *request.until <= now) return true;
  if (request.completions != 0 && completed_ >= request.completions) return true;
  return request.file && ready_events(*request.file) != 0;
}

/// Called between turns, when no thread is served: only makes the eventfd say that there is work.
void IoRing::refresh(Process& process) {
  if (owner_ != process.pid()) requests_.clear();  // those are the parent's
  owner_ = process.pid();
  const nanoseconds now = process.clock.since_start();
  const auto first = std::stable_partition(requests_.begin(), requests_.end(),
                                           [&](const auto& each) { return !is_due(each, now); });
  const bool due = first != requests_.end();
  if (due && process.task != nullptr) {
    std::vector<Request> ready(std::make_move_iterator(first),
                               std::make_move_iterator(requests_.end()));
    requests_.erase(first, requests_.end());
    for (Request& request : ready) start(process, std::move(request));
  }
  while (!backlog_.empty() && post_now(backlog_.front())) backlog_.pop_front();
  if (backlog_.empty()) rings_.at<std::uint32_t>(kSqFlags) &= ~std::uint32_t{IORING_SQ_CQ_OVERFLOW};
  ready_.set(available() != 0 || (due && process.task == nullptr));
}

std::uint32_t IoRing::submit(Process& process, std::uint32_t count) {
  auto& head = rings_.at<std::uint32_t>(kSqHead);
  const std::uint32_t tail = rings_.at<std::uint32_t>(kSqTail);
  const std::uint32_t there = std::min({tail - head, count, params_.sq_entries});
  std::optional<Request> chain;
  for (std::uint32_t i = 0; i < there; ++i) {
    const std::uint32_t slot = head++ & (params_.sq_entries - 1);
    const auto index =
        rings_.at<std::uint32_t>(array_offset(params_) + slot * sizeof(std::uint32_t));
    if (index >= params_.sq_entries) {
      ++rings_.at<std::uint32_t>(kSqDropped);
      continue;
    }
    const auto entry = entries_.at<io_uring_sqe>(index * sizeof(io_uring_sqe));
    process.entries.push_back({"io_uring_entry"});
    if (!chain)
      chain = Request{.entry = entry, .then = {}, .file = {}, .until = {}};
    else
      chain->then.push_back(entry);
    if ((entry.flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)) != 0) continue;
    start(process, *std::exchange(chain, std::nullopt));
  }
  if (chain) start(process, *std::move(chain));
  return there;
}

void IoRing::start(Process& process, Request request) {
  if (!progress(process, request)) requests_.push_back(std::move(request));
}

/// Does what can be done: false where it has to wait.
bool IoRing::progress(Process& process, Request& request) {
  while (const auto result = serve(process, request))
    if (!finish(request, *result)) return true;
  return false;
}

/// An entry is over: `request` becomes the one linked to it. False where there is none, or it is
/// cancelled.
bool IoRing::finish(Request& request, std::int64_t result) {
  const io_uring_sqe entry = request.entry;
  const bool moves = find_transfer(entry.opcode) != nullptr;
  const bool vector = entry.opcode == IORING_OP_READV || entry.opcode == IORING_OP_WRITEV;
  const bool failed = result < 0 || (moves && !vector && result != entry.len);
  const bool silent = (entry.flags & IOSQE_CQE_SKIP_SUCCESS) != 0 && !failed;
  if (entry.opcode != IORING_OP_TIMEOUT) ++completed_;
  if (!silent)
    post({.user_data = entry.user_data, .res = static_cast<std::int32_t>(result), .flags = 0});
  const bool goes_on = !failed || ((entry.flags & IOSQE_IO_HARDLINK) != 0 && result != -ECANCELED);
  if (!goes_on) {
    for (const io_uring_sqe& linked : request.then)
      post({.user_data = linked.user_data, .res = -ECANCELED, .flags = 0});
    return false;
  }
  if (request.then.empty()) return false;
  request.entry = request.then.front();
  request.then.pop_front();
  request.file.reset();
  request.until.reset();
  request.completions = 0;
  return true;
}

bool IoRing::post_now(const io_uring_cqe& completion) {
  auto& tail = rings_.at<std::uint32_t>(kCqTail);
  if (tail - rings_.at<std::uint32_t>(kCqHead) >= params_.cq_entries) return false;
  const std::uint32_t slot = tail & (params_.cq_entries - 1);
  rings_.at<io_uring_cqe>(kCompletions + slot * sizeof(io_uring_cqe)) = completion;
  ++tail;
  return true;
}

void IoRing::post(const io_uring_cqe& completion) {
  if (!backlog_.empty() || !post_now(completion)) {
    backlog_.push_back(completion);
    rings_.at<std::uint32_t>(kSqFlags) |= IORING_SQ_CQ_OVERFLOW;
  }
  if (eventfd_ < 0) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto told = ::write(eventfd_, &one, sizeof(one));
}

std::optional<std::int64_t> IoRing::serve(Process& process, Request& request) {
  const io_uring_sqe& entry = request.entry;
  constexpr std::uint8_t kUnserved = IOSQE_IO_DRAIN | IOSQE_BUFFER_SELECT;
  if ((entry.flags & kUnserved) != 0) return -EINVAL;
  if ((entry.flags & IOSQE_FIXED_FILE) != 0) return -EBADF;  // none can be registered
  if (find_transfer(entry.opcode) != nullptr) return transfer(process, request);
  const auto fd = static_cast<std::uint64_t>(entry.fd);
  switch (entry.opcode) {
    case IORING_OP_NOP:
      return 0;
    case IORING_OP_FSYNC: {
      if ((entry.fsync_flags & ~std::uint32_t{IORING_FSYNC_DATASYNC}) != 0) return -EINVAL;
      return serve_call(process, entry.fsync_flags != 0 ? SYS_fdatasync : SYS_fsync, {fd});
    }
    case IORING_OP_CLOSE:
      if (is_ring(process, entry.fd)) return -EBADF;
      return serve_call(process, SYS_close, {fd});
    case IORING_OP_POLL_ADD:
      return watch_file(process, request);
    case IORING_OP_POLL_REMOVE:
      if (entry.len != 0) return -EINVAL;  // changes one; not served
      [[fallthrough]];
    case IORING_OP_ASYNC_CANCEL:
      return cancel(entry.addr);
    case IORING_OP_TIMEOUT:
      return set_timeout(process, request);
    case IORING_OP_TIMEOUT_REMOVE:
      return change_timeout(process, entry);
    default:
      return -EINVAL;
  }
}

/// What READ_FIXED and WRITE_FIXED name must lie in a registered buffer: 0 or -EFAULT.
std::int64_t IoRing::buffer_error(const io_uring_sqe& entry) const {
  if (entry.opcode != IORING_OP_READ_FIXED && entry.opcode != IORING_OP_WRITE_FIXED) return 0;
  if (entry.buf_index >= buffers_.size()) return -EFAULT;
  const iovec& buffer = buffers_[entry.buf_index];
  const auto begin = reinterpret_cast<std::uintptr_t>(buffer.iov_base);
  const bool inside = entry.addr >= begin && entry.addr - begin <= buffer.iov_len &&
                      entry.len <= buffer.iov_len - (entry.addr - begin);
  return inside ? 0 : -EFAULT;
}

std::optional<std::int64_t> IoRing::transfer(Process& process, Request& request) {
  const io_uring_sqe& entry = request.entry;
  const TransferRow& row = *find_transfer(entry.opcode);
  if (const std::int64_t error = buffer_error(entry); error != 0) return error;
  // A 32-bit program's struct iovec has another layout.
  const bool vector = entry.opcode == IORING_OP_READV || entry.opcode == IORING_OP_WRITEV;
  if (vector && process.image.layout.mode == CodeMode::Compat32) return -EINVAL;
  const Descriptor* const descriptor = process.descriptors.find(entry.fd);
  if (descriptor == nullptr) return -EBADF;
  const auto fd = static_cast<std::uint64_t>(entry.fd);
  constexpr auto kHere = ~std::uint64_t{0};  // the file's own position
  const bool has_places = process.descriptors.kind(entry.fd) == "regular";
  if (has_places && entry.off != kHere)
    return serve_call(process, row.positioned, {fd, entry.addr, entry.len, entry.off, 0});
  const int host_fd = descriptor->host_fd;
  const int mode = fcntl(host_fd, F_GETFL);
  const bool patient =
      descriptor->own_file != nullptr ? descriptor->own_file->waits : (mode & O_NONBLOCK) == 0;
  request.file = pollfd{host_fd, row.events, 0};
  if (!has_places && patient && ready_events(*request.file) == 0) return std::nullopt;
  // There may be less room than there is to write: what fits is written.
  const bool guard = !has_places && descriptor->own_file == nullptr && patient;
  if (guard) fcntl(host_fd, F_SETFL, mode | O_NONBLOCK);
  const std::int64_t result = serve_call(process, row.streaming, {fd, entry.addr, entry.len});
  if (guard) fcntl(host_fd, F_SETFL, mode);
  if (guard && result == -EAGAIN) return std::nullopt;
  return result;
}

std::optional<std::int64_t> IoRing::watch_file(Process& process, Request& request) {
  const io_uring_sqe& entry = request.entry;
  if (entry.len != 0) return -EINVAL;  // IORING_POLL_ADD_MULTI; not served
  const int host_fd = process.host_fd(static_cast<std::uint64_t>(entry.fd));
  if (host_fd < 0) return -EBADF;
  request.file = pollfd{host_fd, static_cast<short>(entry.poll32_events), 0};
  const short events = ready_events(*request.file);
  if (events == 0) return std::nullopt;
  return static_cast<std::uint16_t>(events);
}

/// The time at `address` since start; nothing where it cannot be read or is none.
std::optional<OwnFile::nanoseconds> IoRing::time_at(Process& process, std::uint64_t address,
                                                    std::uint32_t flags) {
  const auto given = process.user.load<timespec>(address);
  if (!given || !is_valid(*given)) return std::nullopt;
  const nanoseconds now = process.clock.since_start();
  if ((flags & IORING_TIMEOUT_ABS) == 0) return now + to_duration(*given);
  const bool realtime = (flags & IORING_TIMEOUT_REALTIME) != 0;
  return to_duration(*given) - (realtime ? process.clock.realtime() - now : nanoseconds(0));
}

std::optional<std::int64_t> IoRing::set_timeout(Process& process, Request& request) {
  const io_uring_sqe& entry = request.entry;
  constexpr std::uint32_t kKnown = IORING_TIMEOUT_ABS | IORING_TIMEOUT_BOOTTIME |
                                   IORING_TIMEOUT_REALTIME | IORING_TIMEOUT_ETIME_SUCCESS;
  if (!request.until) {
    if (entry.len != 1 || (entry.timeout_flags & ~kKnown) != 0) return -EINVAL;
    if (!process.user.load<timespec>(entry.addr)) return -EFAULT;
    request.until = time_at(process, entry.addr, entry.timeout_flags);
    if (!request.until) return -EINVAL;
    if (entry.off != 0) request.completions = completed_ + entry.off;
  }
  if (request.completions != 0 && completed_ >= request.completions) return 0;
  if (*request.until <= process.clock.since_start()) return -ETIME;
  return std::nullopt;
}

std::int64_t IoRing::change_timeout(Process& process, const io_uring_sqe& entry) {
  if ((entry.timeout_flags & IORING_TIMEOUT_UPDATE) == 0) return cancel(entry.addr);
  for (Request& request : requests_) {
    const bool is_it =
        request.entry.opcode == IORING_OP_TIMEOUT && request.entry.user_data == entry.addr;
    if (!is_it) continue;
    const auto until = time_at(process, entry.addr2, entry.timeout_flags);
    if (!until) return -EFAULT;
    request.until = until;
    return 0;
  }
  return -ENOENT;
}

std::int64_t IoRing::cancel(std::uint64_t user_data) {
  const auto found = std::ranges::find_if(
      requests_, [&](const Request& request) { return request.entry.user_data == user_data; });
  if (found == requests_.end()) return -ENOENT;
  Request over = std::move(*found);
  requests_.erase(found);
  finish(over, -ECANCELED);
  return 0;
}

std::int64_t IoRing::set_buffers(std::vector<iovec> buffers) {
  if (!buffers.empty() && !buffers_.empty()) return -EBUSY;
  if (buffers.empty() && buffers_.empty()) return -ENXIO;
  buffers_ = std::move(buffers);
  return 0;
}

void IoRing::set_eventfd(int host_fd) {
  if (eventfd_ >= 0) ::close(eventfd_);
  eventfd_ = host_fd < 0 ? -1 : fcntl(host_fd, F_DUPFD_CLOEXEC, 3);
}

}  // namespace ringfare
