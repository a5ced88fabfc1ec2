// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/host_vector.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBuffers = 1024;  // UIO_MAXIOV

}  // namespace

HostVector host_vector(UserMemory& user, std::uint64_t address, std::uint64_t count,
                       Direction direction) {
  HostVector vector;
  if (count > kMostBuffers) return vector;
  vector.buffers.resize(count == 0 ? 1 : count);
  const std::span<iovec> buffers(vector.buffers.data(), count);
  if (!user.space().read({address}, std::as_writable_bytes(buffers))) return vector;
  vector.valid = true;
  user.count_in(buffers.size_bytes());

  bool cut = false;  // behind a buffer that ends early nothing may be transferred
  for (iovec& buffer : buffers) {
    const auto base = reinterpret_cast<std::uintptr_t>(buffer.iov_base);
    if (buffer.iov_len == 0) continue;
    const std::uint64_t there = direction == Direction::In
                                    ? user.readable_prefix(base, buffer.iov_len)
                                    : user.writable_prefix(base, buffer.iov_len);
    if (cut || there == 0) buffer.iov_base = UserMemory::nowhere();
    if (!cut && there > 0 && there < buffer.iov_len) {
      // A length the host's kernel refuses (EINVAL) stays as it is.
      if (static_cast<ssize_t>(buffer.iov_len) >= 0) buffer.iov_len = there;
      cut = true;
    }
    cut = cut || there == 0;
  }
  return vector;
}

}  // namespace ringfare
