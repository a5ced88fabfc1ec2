// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>

#include <array>
#include <cstdint>

namespace ringfare {

/// The memory of the modelled machine, as sysinfo(2) tells it.
inline constexpr std::uint64_t kMachineMemory = 8ull << 30;

/// What getrlimit answers.
class ResourceLimits {
 public:
  /// Fixed ones, as of a first process, or `of_host`'s.
  explicit ResourceLimits(bool of_host = false);

  static constexpr unsigned kCount = 16;  // RLIM_NLIMITS

  const rlimit& operator[](unsigned resource) const { return limits_[resource]; }
  /// 0 or -errno: as for a process without CAP_SYS_RESOURCE.
  int set(unsigned resource, const rlimit& limit);

 private:
  std::array<rlimit, kCount> limits_;
};

}  // namespace ringfare
