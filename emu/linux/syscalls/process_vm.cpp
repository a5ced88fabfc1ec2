// SPDX-License-Identifier: MIT
// process_vm_readv(2), process_vm_writev(2): the process's own memory.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/host_vector.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBuffers = 1024;  // UIO_MAXIOV

/// A guest's vector as it is, or what is wrong with it.
std::int64_t read_vector(Process& process, std::uint64_t address, std::uint64_t count,
                         std::vector<iovec>& to) {
  count = static_cast<std::uint32_t>(count);
  if (count > kMostBuffers) return -EINVAL;
  to.resize(count);
  if (!process.user.space().read({address}, std::as_writable_bytes(std::span(to)))) return -EFAULT;
  process.user.count_in(count * sizeof(iovec));
  const bool valid = std::ranges::all_of(
      to, [](const iovec& one) { return static_cast<ssize_t>(one.iov_len) >= 0; });
  return valid ? 0 : -EINVAL;
}

/// Walks through the bytes of a vector.
class VectorWalk {
 public:
  explicit VectorWalk(const std::vector<iovec>& vector) : vector_(vector) { skip_empty(); }

  bool over() const { return index_ == vector_.size(); }
  std::uint64_t address() const {
    return reinterpret_cast<std::uintptr_t>(vector_[index_].iov_base) + offset_;
  }
  std::uint64_t left() const { return vector_[index_].iov_len - offset_; }
  void advance(std::uint64_t bytes) {
    offset_ += bytes;
    if (left() == 0) ++index_, offset_ = 0;
    skip_empty();
  }

 private:
  void skip_empty() {
    while (index_ < vector_.size() && vector_[index_].iov_len == 0) ++index_;
  }

  const std::vector<iovec>& vector_;
  std::size_t index_ = 0;
  std::uint64_t offset_ = 0;
};

std::int64_t transfer(Process& process, const CallArguments& args, Direction direction) {
  std::vector<iovec> local, remote;
  if (args[5] != 0) return -EINVAL;
  if (const std::int64_t error = read_vector(process, args[1], args[2], local); error != 0)
    return error;
  if (std::ranges::all_of(local, [](const iovec& one) { return one.iov_len == 0; })) return 0;
  if (const std::int64_t error = read_vector(process, args[3], args[4], remote); error != 0)
    return error;
  if (static_cast<std::int32_t>(args[0]) != process.pid()) return -ESRCH;
  std::int64_t done = 0;
  for (VectorWalk here(local), there(remote); !here.over() && !there.over();) {
    const std::uint64_t from = direction == Direction::In ? there.address() : here.address();
    const std::uint64_t to = direction == Direction::In ? here.address() : there.address();
    const std::uint64_t wanted = std::min(here.left(), there.left());
    const std::uint64_t size = std::min(process.user.readable_prefix(from, wanted),
                                        process.user.writable_prefix(to, wanted));
    if (size != 0) std::memmove(AddressSpace::host({to}), AddressSpace::host({from}), size);
    done += static_cast<std::int64_t>(size);
    if (size < wanted) return done != 0 ? done : -EFAULT;
    here.advance(size);
    there.advance(size);
  }
  return done;
}

std::int64_t counted(Process& process, std::int64_t bytes, Direction direction) {
  if (bytes > 0 && direction == Direction::In)
    process.user.count_out(static_cast<std::uint64_t>(bytes));
  if (bytes > 0 && direction == Direction::Out)
    process.user.count_in(static_cast<std::uint64_t>(bytes));
  return bytes;
}

}  // namespace

std::int64_t sys_process_vm_readv(Process& process, const CallArguments& args) {
  return counted(process, transfer(process, args, Direction::In), Direction::In);
}

std::int64_t sys_process_vm_writev(Process& process, const CallArguments& args) {
  return counted(process, transfer(process, args, Direction::Out), Direction::Out);
}

}  // namespace ringfare
