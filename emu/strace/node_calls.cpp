// SPDX-License-Identifier: MIT
// Memory and the nodes it is on: mbind(2), set_mempolicy(2), get_mempolicy(2), move_pages(2).
#include <fmt/format.h>

#include "emu/strace/call_families.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Values of linux/mempolicy.h, linux/membarrier.h, linux/userfaultfd.h.
constexpr Name kMempolicy[] = {{0x0, "MPOL_DEFAULT"}, {0x1, "MPOL_PREFERRED"},
                               {0x2, "MPOL_BIND"},    {0x3, "MPOL_INTERLEAVE"},
                               {0x4, "MPOL_LOCAL"},   {0x5, "MPOL_PREFERRED_MANY"}};
constexpr Name kMempolicyFlags[] = {{0x2000, "MPOL_F_NUMA_BALANCING"},
                                    {0x4000, "MPOL_F_RELATIVE_NODES"},
                                    {0x8000, "MPOL_F_STATIC_NODES"}};
constexpr Name kGetMempolicy[] = {
    {0x1, "MPOL_F_NODE"}, {0x2, "MPOL_F_ADDR"}, {0x4, "MPOL_F_MEMS_ALLOWED"}};
constexpr Name kMbind[] = {
    {0x1, "MPOL_MF_STRICT"}, {0x2, "MPOL_MF_MOVE"}, {0x4, "MPOL_MF_MOVE_ALL"}};
constexpr Name kMembarrier[] = {{0x0, "MEMBARRIER_CMD_QUERY"},
                                {0x1, "MEMBARRIER_CMD_GLOBAL"},
                                {0x2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"},
                                {0x4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"},
                                {0x8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"},
                                {0x10, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"},
                                {0x20, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"},
                                {0x40, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"},
                                {0x80, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"},
                                {0x100, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"}};
constexpr Name kMembarrierFlags[] = {{0x1, "MEMBARRIER_CMD_FLAG_CPU"}};
constexpr Name kUserfaultfd[] = {
    {0x1, "UFFD_USER_MODE_ONLY"}, {0x80000, "O_CLOEXEC"}, {0x800, "O_NONBLOCK"}};
constexpr Name kPkeyRights[] = {
    {0x1, "PKEY_DISABLE_ACCESS"}, {0x2, "PKEY_DISABLE_WRITE"}, {0x4, "PKEY_DISABLE_EXECUTE"}};
constexpr Name kLockFlags[] = {{0x1, "MLOCK_ONFAULT"}};

constexpr NameTable kPolicies{kMempolicy, 0xffff1fff, kMempolicyFlags, "MPOL_???"};
constexpr NameTable kPlainPolicies{kMempolicy, kAll, {}, "MPOL_???"};
constexpr NameTable kGetFlags{{}, 0, kGetMempolicy, "MPOL_F_???"};
constexpr NameTable kBindFlags{{}, 0, kMbind, "MPOL_MF_???"};
constexpr NameTable kMovePageFlags{{}, 0, kMbind, "MPOL_MF_???"};
constexpr NameTable kBarriers{kMembarrier, kAll, {}, "MEMBARRIER_CMD_???"};
constexpr NameTable kBarrierBits{{}, 0, std::span(kMembarrier).subspan(1), "MEMBARRIER_CMD_???"};
constexpr NameTable kBarrierFlags{{}, 0, kMembarrierFlags, "MEMBARRIER_CMD_FLAG_???"};
constexpr NameTable kUserfaultfdFlags{{}, 0, kUserfaultfd, "UFFD_???"};
constexpr NameTable kRights{{}, 0, kPkeyRights, "PKEY_???"};
constexpr Name kSecret[] = {{0x80000, "O_CLOEXEC"}};
constexpr NameTable kSecretFlags{{}, 0, kSecret, "O_???"};
constexpr NameTable kLocks{{}, 0, kLockFlags, "MLOCK_???"};

/// A mask of nodes: `maxnode` is one more than its bits, rounded up to longs.
std::string node_mask(const ToldCall& call, std::uint64_t at, std::uint64_t maxnode) {
  const std::uint64_t bits = call.compat() ? 32 : 64, most = 4096 * 8;
  const std::uint64_t longs = maxnode == 0 ? 0 : (maxnode - 1 + bits - 1) / bits;
  if (at == 0) return "NULL";
  if (maxnode != 0 && (longs == 0 || maxnode - 1 > most)) return address_text(at);
  return told::words(call, at, longs);
}

template <std::size_t kCount>
std::string nodes(const ToldCall& call, std::size_t index) {
  return node_mask(call, call[index], call[kCount]);
}

std::string policy_found(const ToldCall& call, std::size_t index) {
  const auto mode = call.load<std::uint32_t>(call[index]);
  if (!call.filled() || !mode) return address_text(call[index]);
  return fmt::format("[{}]", named(kPlainPolicies, *mode, call.style()));
}
std::string nodes_found(const ToldCall& call, std::size_t index) {
  return call.filled() ? node_mask(call, call[index], call[2]) : address_text(call[index]);
}

/// Elements up to what cannot be read, which ends the list with its address.
template <class Element>
std::string elements(const ToldCall& call, std::uint64_t at, std::uint64_t count,
                     std::uint64_t size, Element element) {
  if (at == 0) return "NULL";
  if (count == 0) return "[]";
  std::string list;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t here = at + i * size;
    if (i != 0) list += ", ";
    const std::optional<std::string> one = element(here);
    if (!one && i == 0) return address_text(at);
    if (!one) return fmt::format("[{}... /* {:#x} */]", list, here);
    if (i >= call.options.string_limit && !call.options.verbose) return '[' + list + "...]";
    list += *one;
  }
  return '[' + list + ']';
}

std::string pages(const ToldCall& call, std::size_t index) {
  return elements(call, call[index], call[1], call.compat() ? 4 : 8,
                  [&](std::uint64_t at) -> std::optional<std::string> {
                    const auto page = call.word(at);
                    return page ? std::optional(address_text(*page)) : std::nullopt;
                  });
}
std::string page_nodes(const ToldCall& call, std::size_t index) {
  return elements(call, call[index], call[1], 4,
                  [&](std::uint64_t at) -> std::optional<std::string> {
                    const auto node = call.load<std::int32_t>(at);
                    return node ? std::optional(std::to_string(*node)) : std::nullopt;
                  });
}
std::string page_states(const ToldCall& call, std::size_t index) {
  if (!call.filled() && (call[1] != 0 || call[index] == 0)) return address_text(call[index]);
  return elements(
      call, call[index], call[1], 4, [&](std::uint64_t at) -> std::optional<std::string> {
        const auto state = call.load<std::int32_t>(at);
        if (!state) return std::nullopt;
        const std::string number = std::to_string(*state);
        if (*state >= 0 || error_name(-*state).empty()) return number;
        return constant_text('-' + std::string(error_name(-*state)), number, call.style());
      });
}

/// A CPU, where the flags of membarrier(2) say that there is one.
std::string barrier_cpu(const ToldCall& call, std::size_t index) {
  return (call.low(1) & 1) != 0 ? told::signed_int(call, index) : "";
}

std::string protection(const ToldCall& call, std::size_t index) {
  return named(*names_of(ArgKind::Protection), call[index], call.style());
}

/// One flag is known; with others all are a number.
std::string secret_flags(const ToldCall& call, std::size_t index) {
  constexpr std::uint32_t kCloseOnExec = 0x80000;
  const std::uint32_t flags = call.low(index);
  if (flags == 0 || (flags & kCloseOnExec) != 0) return told::names<kSecretFlags>(call, index);
  return hex_text(flags);
}

constexpr CallText kCalls[] = {
    {"pkey_mprotect", {told::address, told::unsigned_long, protection, told::signed_int}},
    {"mbind",
     {told::address, told::unsigned_long, told::long_names<kPolicies>, nodes<4>,
      told::unsigned_long, told::names<kBindFlags>}},
    {"set_mempolicy", {told::names<kPolicies>, nodes<2>, told::unsigned_long}},
    {"get_mempolicy",
     {policy_found, nodes_found, told::unsigned_long, told::address, told::long_names<kGetFlags>}},
    {"migrate_pages", {told::signed_int, told::unsigned_long, nodes<1>, nodes<1>}},
    {"move_pages",
     {told::signed_int, told::unsigned_long, pages, page_nodes, page_states,
      told::names<kMovePageFlags>}},
    {"set_mempolicy_home_node",
     {told::address, told::unsigned_long, told::unsigned_long, told::hex}},
    {"membarrier", {told::names<kBarriers>, told::names<kBarrierFlags>, barrier_cpu}},
    {"userfaultfd", {told::names<kUserfaultfdFlags>}},
    {"pkey_alloc", {told::hex, told::long_names<kRights>}},
    {"pkey_free", {told::signed_int}},
    {"memfd_secret", {secret_flags}},
    {"mlock2", {told::address, told::unsigned_long, told::names<kLocks>}},
};

}  // namespace

std::span<const CallText> calls_on_nodes() {
  return kCalls;
}

}  // namespace ringfare
