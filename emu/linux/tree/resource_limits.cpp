// SPDX-License-Identifier: MIT
#include "emu/linux/tree/resource_limits.hpp"

#include <cerrno>

namespace ringfare {
namespace {

constexpr rlim_t kInfinity = RLIM_INFINITY;

struct InitialLimit {
  int resource;
  rlimit limit;
};

// include/uapi/asm-generic/resource.h of Linux: what the first process has. RLIMIT_NPROC and
// RLIMIT_SIGPENDING are half of threads-max, which follows the memory (kernel/fork.c): 8 GiB here.
constexpr InitialLimit kInitialLimits[] = {
    {RLIMIT_STACK, {8u << 20, kInfinity}},
    {RLIMIT_CORE, {0, kInfinity}},
    {RLIMIT_NPROC, {32'768, 32'768}},
    {RLIMIT_NOFILE, {1024, 4096}},
    {RLIMIT_MEMLOCK, {8u << 20, 8u << 20}},
    {RLIMIT_SIGPENDING, {32'768, 32'768}},
    {RLIMIT_MSGQUEUE, {819'200, 819'200}},
    {RLIMIT_NICE, {0, 0}},
    {RLIMIT_RTPRIO, {0, 0}},
};

}  // namespace

ResourceLimits::ResourceLimits(bool of_host) {
  limits_.fill({kInfinity, kInfinity});
  for (const InitialLimit& row : kInitialLimits)
    limits_[static_cast<std::size_t>(row.resource)] = row.limit;
  for (unsigned resource = 0; of_host && resource < kCount; ++resource)
    getrlimit(static_cast<__rlimit_resource_t>(resource), &limits_[resource]);
}

int ResourceLimits::set(unsigned resource, const rlimit& limit) {
  if (limit.rlim_cur > limit.rlim_max) return -EINVAL;
  if (limit.rlim_max > limits_[resource].rlim_max) return -EPERM;
  limits_[resource] = limit;
  return 0;
}

}  // namespace ringfare
