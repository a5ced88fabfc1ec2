// SPDX-License-Identifier: MIT
// process_vm_readv(2), process_vm_writev(2).
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/host_vector.hpp"
#include "emu/linux/syscalls/named_threads.hpp"

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

/// Moves bytes between this process's memory and another's, which moves them itself: how many.
struct Places {
  std::uint64_t here, there;
};
std::uint64_t exchange(Process& process, ProcessEntry& owner, Direction direction,
                       const Places& places, std::uint64_t size) {
  const bool reads = direction == Direction::In;
  const auto request = std::make_unique<ProcessRequest>();
  size = reads ? process.user.writable_prefix(places.here, size)
               : process.user.readable_prefix(places.here, size);
  request->kind = reads ? ProcessRequest::Kind::ReadMemory : ProcessRequest::Kind::WriteMemory;
  request->address = places.there;
  request->size = size;
  const auto bytes = std::span(request->bytes);
  if (size == 0 || (!reads && !process.user.space().read({places.here}, bytes.first(size))))
    return 0;
  if (!process.tree.ask(owner, *request) || request->result <= 0) return 0;
  const auto moved = static_cast<std::uint64_t>(request->result);
  if (reads && !process.user.space().write({places.here}, bytes.first(moved))) return 0;
  return moved;
}

std::int64_t transfer(Process& process, const CallArguments& args, Direction direction) {
  std::vector<iovec> local, remote;
  if (args[5] != 0) return -EINVAL;
  if (const std::int64_t error = read_vector(process, args[1], args[2], local); error != 0)
    return error;
  if (std::ranges::all_of(local, [](const iovec& one) { return one.iov_len == 0; })) return 0;
  if (const std::int64_t error = read_vector(process, args[3], args[4], remote); error != 0)
    return error;
  ProcessEntry* const owner = args[0] == 0 ? nullptr : named_process(process, args[0]);
  if (owner == nullptr || owner->state == ProcessEntry::State::Zombie) return -ESRCH;
  if (!may_change(process, *owner)) return -EPERM;
  std::int64_t done = 0;
  for (VectorWalk here(local), there(remote); !here.over() && !there.over();) {
    if (owner != &process.tree.self()) {
      const std::uint64_t moved =
          exchange(process, *owner, direction, {here.address(), there.address()},
                   std::min({here.left(), there.left(), std::uint64_t{ProcessRequest::kMost}}));
      if (moved == 0) return done != 0 ? done : -EFAULT;
      done += static_cast<std::int64_t>(moved);
      here.advance(moved);
      there.advance(moved);
      continue;
    }
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
