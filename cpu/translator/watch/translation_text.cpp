// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/translation_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace ringfare::translator {
namespace {

/// "1 block", "2 blocks".
std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// By Tier.
constexpr std::string_view kTiers[] = {"first tier", "settled", "second tier"};
/// By ExitKind.
constexpr std::string_view kExitKinds[] = {"direct", "indirect", "gate",     "emulated", "segment",
                                           "popf",   "refused",  "too long", "no code"};
/// By Gate.
constexpr std::string_view kGates[] = {"syscall", "sysenter", "int"};
constexpr std::string_view kRegisters[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

struct Field {
  std::size_t offset, size;
  std::string_view text;
};
/// Of Context, as far as translated code touches it.
constexpr Field kFields[] = {
    {offsetof(Context, target), 8, "where to enter"},
    {offsetof(Context, leave), 8, "way out"},
    {offsetof(Context, totals), sizeof(Lanes), "totals"},
    {offsetof(Context, one), sizeof(Lanes), "the constant one"},
    {offsetof(Context, low_components), 256, "state components of XRSTOR"},
    {offsetof(Context, rflags), 8, "guest flags"},
    {offsetof(Context, fs_base), 8, "guest FS base"},
    {offsetof(Context, gs_base), 8, "guest GS base"},
    {offsetof(Context, exit), 4, "exit taken"},
    {offsetof(Context, reason), 4, "reason to leave"},
    {offsetof(Context, guest_target), 8, "target of the branch"},
    {offsetof(Context, spill), 24, "a register put aside"},
    {offsetof(Context, rcx_home), 8, "guest rcx, at home"},
    {offsetof(Context, allowance), 4, "allowance"},
};

std::string field_text(std::size_t offset) {
  constexpr std::size_t kGpr = offsetof(Context, gpr);
  if (offset >= kGpr && offset < kGpr + sizeof(Context::gpr))
    return fmt::format("guest {}", kRegisters[(offset - kGpr) / sizeof(std::uint64_t)]);
  for (const Field& field : kFields)
    if (offset >= field.offset && offset < field.offset + field.size)
      return std::string(field.text);
  return "context";
}

/// The index of what lies at `host` in an array of the arena; nothing outside.
std::optional<std::size_t> index_in(const void* begin, std::size_t count, std::size_t size,
                                    std::uint64_t host) {
  const std::uint64_t first = Arena::address_of(begin);
  if (host < first || host >= first + count * size) return std::nullopt;
  return static_cast<std::size_t>((host - first) / size);
}

std::string code_text(const CodeCache& cache, std::uint64_t host) {
  const Writer& writer = cache.writer();
  const auto* const at = reinterpret_cast<const std::byte*>(host);
  if (at == writer.leave_stub() || at == writer.leave_stub(RcxPlace::Home)) return "leaves";
  if (at == writer.told_stub()) return "leaves, to tell where the branch goes";
  if (at == writer.indirect_miss_stub()) return "leaves: nobody knows the target";
  const Superblock* const to = cache.superblock_of(host);
  if (to == nullptr) return "";
  return fmt::format("superblock {} at {:#x}", to - cache.superblocks().data(), to->entry.value);
}

}  // namespace

std::string path_text(const Superblock& superblock) {
  const std::string_view tier =
      superblock.cut != 0 ? "cut short" : kTiers[static_cast<std::size_t>(superblock.tier)];
  return fmt::format("{}, {}, {}", tier, counted(superblock.path.size(), "block"),
                     counted(longest_path(superblock), "instruction"));
}

Work work_of(const CodeCache& cache, const Superblock& superblock) {
  Work work;
  for (ExitId id = superblock.first_exit; id < superblock.end_exit; ++id) {
    const std::uint64_t times = cache.arena().counters()[id];
    work.times += times;
    work.instructions += times * cache.exit(id).price[kInstructionLane];
  }
  return work;
}

std::string exit_text(const Exit& exit) {
  const std::string_view kind = kExitKinds[static_cast<std::size_t>(exit.kind)];
  switch (exit.kind) {
    case ExitKind::Direct:
      return fmt::format("{}, to {:#x}", kind, exit.target.value);
    case ExitKind::Indirect:
      return std::string(kind);
    case ExitKind::Gate: {
      const std::string_view gate = kGates[static_cast<std::size_t>(exit.gate.gate)];
      return exit.gate.gate == Gate::Interrupt
                 ? fmt::format("{} ({} {:#x}) at {:#x}", kind, gate, exit.gate.vector,
                               exit.target.value)
                 : fmt::format("{} ({}) at {:#x}", kind, gate, exit.target.value);
    }
    default:
      return fmt::format("{} at {:#x}", kind, exit.target.value);
  }
}

std::string place_text(const CodeCache& cache, std::uint64_t host) {
  const Arena& arena = cache.arena();
  if (arena.holds_code(host)) return code_text(cache, host);
  if (const auto byte = index_in(&arena.context(), sizeof(Context), 1, host))
    return field_text(*byte);
  if (const auto exit = index_in(arena.counters(), Arena::kExits, sizeof(std::uint64_t), host))
    return fmt::format("counter of exit {}", *exit);
  const std::size_t price = cache.writer().accounts().price_size();
  if (const auto exit = index_in(arena.prices(), Arena::kExits, price, host))
    return fmt::format("price of exit {}", *exit);
  if (index_in(arena.table(), Arena::kTableEntries, sizeof(std::uint64_t), host))
    return "table of indirect branches";
  if (index_in(&arena.path_ring(), 1, sizeof(Arena::PathRing), host)) return "ring of paths";
  return "";
}

}  // namespace ringfare::translator
