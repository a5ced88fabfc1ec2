// SPDX-License-Identifier: MIT
#include "emu/linux/state/robust_futexes.hpp"

#include <linux/futex.h>

#include <optional>

#include "emu/linux/state/futex_wakes.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

/// A list that is longer has lost its way (ROBUST_LIST_LIMIT).
constexpr int kLongestRobustList = 2048;

/// A robust futex whose owner `task` ends: whoever gets it is told so.
void release(Process& process, const Task& task, std::uint64_t address, bool pending) {
  const auto word = process.user.space().load<std::uint32_t>({address});
  if (!word || address % 4 != 0) return;
  const bool owned = (*word & FUTEX_TID_MASK) == static_cast<std::uint32_t>(task.id);
  // Between the release of a lock and the wake-up, only the pending entry knows of it.
  if (!owned && !(pending && *word == 0)) return;
  if (owned)
    process.user.space().store(GuestAddress{address}, (*word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
  if (!owned || (*word & FUTEX_WAITERS) != 0)
    wake_futex(process, futex_key(process, address, false), 1);
}

}  // namespace

void release_robust_list(Process& process, const Task& task) {
  if (task.entry == nullptr || task.entry->robust_list == 0) return;
  AddressSpace& memory = process.user.space();
  const bool wide = task.entry->robust_words == sizeof(std::uint64_t);
  const auto word = [&](std::uint64_t at) -> std::optional<std::uint64_t> {
    if (wide) return memory.load<std::uint64_t>({at});
    const auto compat = memory.load<std::uint32_t>({at});
    return compat ? std::optional<std::uint64_t>(*compat) : std::nullopt;
  };
  // struct robust_list_head: the first entry, where their futexes lie, the pending entry.
  const auto first = word(task.entry->robust_list),
             offset = word(task.entry->robust_list + task.entry->robust_words),
             pending = word(task.entry->robust_list + 2ull * task.entry->robust_words);
  if (!first || !offset || !pending) return;
  // The lowest bit of an entry says that the futex is of the priority-inheriting kind.
  const auto futex_of = [&](std::uint64_t entry) {
    const std::uint64_t futex = (entry & ~std::uint64_t{1}) + *offset;
    return wide ? futex : static_cast<std::uint32_t>(futex);
  };
  std::uint64_t entry = *first;
  for (int i = 0; i < kLongestRobustList && (entry & ~std::uint64_t{1}) != task.entry->robust_list;
       ++i) {
    const auto next = word(entry & ~std::uint64_t{1});
    if (entry != *pending) release(process, task, futex_of(entry), false);
    if (!next) return;
    entry = *next;
  }
  if (*pending != 0) release(process, task, futex_of(*pending), true);
}

}  // namespace ringfare
