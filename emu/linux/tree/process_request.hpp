// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ringfare {

/// What one process of the guest has another one do: only that one has its memory and descriptors.
/// Lies in memory they share.
struct ProcessRequest {
  enum class Kind : std::uint8_t {
    ReadMemory,
    WriteMemory,
    HostDescriptor,
    ReadByForce,  // as a debugger does, whatever the permissions
    WriteByForce,
    Trace,  // see TraceQuestion
  };
  static constexpr std::size_t kMost = std::size_t{1} << 16;  // bytes at once

  Kind kind = Kind::ReadMemory;
  std::uint64_t address = 0, size = 0;  // of memory; a descriptor's number is an address, too
  std::int32_t thread = 0;              // of a question about one
  std::uint32_t what = 0;               // likewise
  std::int64_t result = 0;              // bytes moved, a host's descriptor, -errno
  std::int32_t host_pid = 0;            // who has it
  std::array<std::byte, kMost> bytes{};
};

}  // namespace ringfare
