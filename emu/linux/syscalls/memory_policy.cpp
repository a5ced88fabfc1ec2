// SPDX-License-Identifier: MIT
// mbind(2), set_mempolicy(2), get_mempolicy(2), migrate_pages(2), move_pages(2): a machine with one
// node. Policies are checked and kept; they change nothing.
#include <linux/mempolicy.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kNode = 1;                  // the set of nodes there are
constexpr std::uint64_t kMostBits = 8 * kPageSize;  // get_nodes of Linux: a page of mask at most

struct Policy {
  MemoryPolicy value;
  std::int64_t error = 0;
};

/// The set at `address`, of which `bits` less one count (set_mempolicy(2)); -errno.
std::int64_t read_nodes(Process& process, std::uint64_t address, std::uint64_t bits,
                        std::uint64_t& nodes) {
  nodes = 0;
  if (address == 0 || bits <= 1) return 0;
  --bits;
  if (bits > kMostBits) return -EINVAL;
  for (std::uint64_t i = 0; i < bits; i += 64) {
    auto word = process.user.load<std::uint64_t>(address + i / 8);
    if (!word) return -EFAULT;
    if (bits - i < 64) *word &= (std::uint64_t{1} << (bits - i)) - 1;
    if (i == 0) nodes = *word;
    if (i != 0 && *word != 0) return -EINVAL;  // of nodes there cannot be
  }
  return 0;
}

Policy read_policy(Process& process, std::uint64_t mode, std::uint64_t address,
                   std::uint64_t bits) {
  constexpr std::uint32_t kFlags =
      MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | (1 << 13);  // MPOL_F_NUMA_BALANCING
  constexpr int kManyPreferred = 5;                             // MPOL_PREFERRED_MANY
  Policy policy;
  const auto asked = static_cast<std::uint32_t>(mode);
  policy.value.mode = static_cast<int>(asked & ~kFlags);
  const bool both = (asked & MPOL_F_STATIC_NODES) != 0 && (asked & MPOL_F_RELATIVE_NODES) != 0;
  if (policy.value.mode < 0 || policy.value.mode > kManyPreferred || both) return {{}, -EINVAL};
  std::uint64_t nodes = 0;
  if (const std::int64_t error = read_nodes(process, address, bits, nodes); error != 0)
    return {{}, error};
  const bool takes_none = policy.value.mode == MPOL_DEFAULT || policy.value.mode == MPOL_LOCAL;
  if (takes_none && nodes != 0) return {{}, -EINVAL};
  if (policy.value.mode == MPOL_PREFERRED && nodes == 0) policy.value.mode = MPOL_LOCAL;
  const bool needs = policy.value.mode != MPOL_DEFAULT && policy.value.mode != MPOL_LOCAL;
  if (needs && (nodes & kNode) == 0) return {{}, -EINVAL};
  policy.value.nodes = nodes & kNode;
  return policy;
}

std::int64_t store_nodes(Process& process, std::uint64_t address, std::uint64_t bits,
                         std::uint64_t nodes) {
  if (address == 0) return 0;
  for (std::uint64_t i = 0; i < (bits + 63) / 64; ++i)
    if (!process.user.store(address + 8 * i, i == 0 ? nodes : 0)) return -EFAULT;
  return 0;
}

bool is_self(Process& process, std::uint64_t pid) {
  const auto number = static_cast<std::int32_t>(pid);
  return number == 0 || number == process.pid();
}

}  // namespace

std::int64_t sys_set_mempolicy(Process& process, const CallArguments& args) {
  const Policy policy = read_policy(process, args[0], args[1], args[2]);
  if (policy.error == 0) process.memory_policy = policy.value;
  return policy.error;
}

std::int64_t sys_get_mempolicy(Process& process, const CallArguments& args) {
  const std::uint64_t flags = args[4];
  constexpr std::uint64_t kKnown = MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED;
  if ((flags & ~kKnown) != 0 || (args[1] != 0 && args[2] < 1)) return -EINVAL;
  if ((flags & MPOL_F_MEMS_ALLOWED) != 0) {
    if ((flags & (MPOL_F_NODE | MPOL_F_ADDR)) != 0) return -EINVAL;
    if (args[0] != 0 && !process.user.store(args[0], std::int32_t{0})) return -EFAULT;
    return store_nodes(process, args[1], args[2], kNode);
  }
  MemoryPolicy policy = process.memory_policy;
  if ((flags & MPOL_F_ADDR) != 0) {
    if (process.user.space().find({args[3]}) == nullptr) return -EFAULT;
    for (const MemoryPolicy& bound : process.bound_memory)
      if (bound.range.contains({{args[3]}, {args[3] + 1}})) policy = bound;
  } else if (args[3] != 0) {
    return -EINVAL;
  }
  if ((flags & MPOL_F_NODE) != 0) {
    if ((flags & MPOL_F_ADDR) == 0 && policy.mode != MPOL_INTERLEAVE) return -EINVAL;
    policy.mode = 0;  // the number of the node
  }
  if (args[0] != 0 && !process.user.store(args[0], std::int32_t{policy.mode})) return -EFAULT;
  return store_nodes(process, args[1], args[2], policy.nodes);
}

std::int64_t sys_mbind(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kKnown = MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL;
  Policy policy = read_policy(process, args[2], args[3], args[4]);
  if ((args[5] & ~kKnown) != 0) return -EINVAL;
  if (policy.error != 0) return policy.error;
  if (args[0] % kPageSize != 0) return -EINVAL;
  const GuestRange range{{args[0]}, {args[0] + page_up(args[1])}};
  if (range.end.value < range.begin.value) return -EINVAL;
  if (range.empty()) return 0;
  for (std::uint64_t at = range.begin.value; at < range.end.value;) {
    const Region* const region = process.user.space().find({at});
    if (region == nullptr) return -EFAULT;
    at = region->range.end.value;
  }
  std::erase_if(process.bound_memory,
                [&](const MemoryPolicy& bound) { return range.contains(bound.range); });
  policy.value.range = range;
  constexpr std::size_t kMostKept = 4096;
  if (process.bound_memory.size() >= kMostKept) return -ENOMEM;
  process.bound_memory.push_back(policy.value);
  return 0;
}

std::int64_t sys_migrate_pages(Process& process, const CallArguments& args) {
  std::uint64_t from = 0, to = 0;
  if (const std::int64_t error = read_nodes(process, args[2], args[1], from); error != 0)
    return error;
  if (const std::int64_t error = read_nodes(process, args[3], args[1], to); error != 0)
    return error;
  if (!is_self(process, args[0]) &&
      process.tree.find(static_cast<std::int32_t>(args[0])) == nullptr)
    return -ESRCH;
  return (to & kNode) != 0 ? 0 : -EINVAL;
}

std::int64_t sys_move_pages(Process& process, const CallArguments& args) {
  if ((args[5] & ~std::uint64_t{MPOL_MF_MOVE | MPOL_MF_MOVE_ALL}) != 0) return -EINVAL;
  if (!is_self(process, args[0]))
    return process.tree.find(static_cast<std::int32_t>(args[0])) == nullptr ? -ESRCH : -EPERM;
  for (std::uint64_t i = 0; i < args[1]; ++i) {
    const auto page = process.user.load<std::uint64_t>(args[2] + 8 * i);
    if (!page) return -EFAULT;
    std::int32_t status = process.user.space().find({*page}) == nullptr ? -EFAULT : 0;
    if (args[3] != 0) {
      const auto node = process.user.load<std::int32_t>(args[3] + 4 * i);
      if (!node) return -EFAULT;
      if (*node != 0) return -ENODEV;
    }
    if (!process.user.store(args[4] + 4 * i, status)) return -EFAULT;
  }
  return 0;
}

}  // namespace ringfare
