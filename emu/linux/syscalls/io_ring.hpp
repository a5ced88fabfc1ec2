// SPDX-License-Identifier: MIT
#pragma once

#include <linux/io_uring.h>
#include <sys/uio.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "emu/linux/state/own_file.hpp"

namespace ringfare {

/// A host memory file, mapped here: what the guest maps of a ring.
class SharedPages {
 public:
  explicit SharedPages(std::uint64_t size);
  ~SharedPages();
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  /// False where the host has no room for it: nothing else may be asked then.
  bool valid() const { return base_ != nullptr; }
  int host_fd() const { return file_; }
  template <class T>
  T& at(std::uint64_t offset) const {
    return *reinterpret_cast<T*>(base_ + offset);
  }

 private:
  int file_;
  std::uint64_t size_;
  std::byte* base_ = nullptr;
};

/// What io_uring_setup(2) makes. Requests that need not wait are done when they are submitted. The
/// others are done at the next call or turn after their file is ready or their time has come.
class IoRing final : public OwnFile {
 public:
  /// `params` says what is wanted and gets the answer; numbers of entries are powers of two.
  IoRing(int eventfd, io_uring_params& params, const Process& process);
  /// Whether the host had room for the queues.
  bool has_memory() const { return rings_.valid() && entries_.valid(); }

  void refresh(Process& process) override;
  std::optional<nanoseconds> next() const override;
  std::vector<pollfd> watched() const override;
  bool works() const override { return !requests_.empty(); }
  std::int64_t read(Process& process, std::uint64_t address, std::uint64_t size) override;

  std::optional<int> mapping(std::uint64_t offset) const override;

  /// Takes up to `count` entries from the submission queue: how many there were.
  std::uint32_t submit(Process& process, std::uint32_t count);
  /// Completions wait for room in the queue: nothing more is taken (-EBUSY).
  bool overflows() const { return !backlog_.empty(); }
  /// How many completions the guest has not taken.
  std::uint32_t available() const;
  std::uint32_t completion_entries() const { return params_.cq_entries; }

  std::int64_t set_buffers(std::vector<iovec> buffers);
  void set_eventfd(int host_fd);
  bool has_eventfd() const { return eventfd_ >= 0; }
  ~IoRing() override;

  /// The time limits of threads that wait in io_uring_enter(2).
  std::map<int, std::optional<nanoseconds>> limits;

 private:
  /// An entry that is under way, and those that are linked behind it.
  struct Request {
    io_uring_sqe entry{};
    std::deque<io_uring_sqe> then;
    std::optional<pollfd> file;  // it waits for
    std::optional<nanoseconds> until;
    std::uint64_t completions = 0;  // or for so many of them in all; 0: not
  };

  bool progress(Process& process, Request& request);
  void start(Process& process, Request request);
  bool finish(Request& request, std::int64_t result);
  std::optional<std::int64_t> serve(Process& process, Request& request);
  std::optional<std::int64_t> transfer(Process& process, Request& request);
  std::optional<std::int64_t> watch_file(Process& process, Request& request);
  std::optional<std::int64_t> set_timeout(Process& process, Request& request);
  std::int64_t change_timeout(Process& process, const io_uring_sqe& entry);
  std::int64_t cancel(std::uint64_t user_data);
  std::optional<nanoseconds> time_at(Process& process, std::uint64_t address, std::uint32_t flags);
  std::int64_t buffer_error(const io_uring_sqe& entry) const;
  void post(const io_uring_cqe& completion);
  bool post_now(const io_uring_cqe& completion);
  bool is_due(const Request& request, nanoseconds now) const;

  ReadyFlag ready_;
  io_uring_params params_;
  SharedPages rings_, entries_;
  int owner_;  // the process whose requests these are
  int eventfd_ = -1;
  std::vector<iovec> buffers_;
  std::vector<Request> requests_;
  std::deque<io_uring_cqe> backlog_;  // the completion queue was full
  std::uint64_t completed_ = 0;
};

}  // namespace ringfare
