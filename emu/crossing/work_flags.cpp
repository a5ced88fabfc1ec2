// SPDX-License-Identifier: MIT
#include "emu/crossing/work_flags.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cpu/base/failure.hpp"

namespace ringfare {

WorkFlags::WorkFlags(const KernelModel& kernel, KernelMemory& memory)
    : kernel_(kernel), memory_(memory) {
  for (const WorkModel& work : kernel_.work) places_.push_back(place_of(work));
}

KernelAddress WorkFlags::place_of(const WorkModel& work) const {
  if (work.variable.empty()) return memory_.layout().task + work.offset;
  const auto symbols = memory_.symbols();
  const auto at = symbols.find(work.variable);
  if (at == symbols.end())
    throw UserError(kernel_.at, fmt::format("work '{}': the kernel's memory has no '{}'", work.name,
                                            work.variable));
  const KernelAddress base = memory_.plan().bits == 64 ? memory_.layout().per_cpu : KernelAddress{};
  return base + at->second;
}

bool WorkFlags::set(std::string_view name, bool on) {
  const auto work = std::ranges::find(kernel_.work, name, &WorkModel::name);
  if (work == kernel_.work.end()) return false;
  const KernelAddress at = places_[static_cast<std::size_t>(work - kernel_.work.begin())];
  const std::uint64_t old = memory_.load(at, 4, PageTable::Kernel)->bits;
  const std::uint64_t wanted = on ? old | work->mask : old & ~std::uint64_t{work->mask};
  if (wanted == 0)
    memory_.set_word(at, 4, 0);
  else
    CHECK(memory_.store(at, 4, {wanted, origin::kLeftBehind}, PageTable::Kernel), "no task");
  wanted_ = wanted_ || on;
  return true;
}

void WorkFlags::look_again() {
  wanted_ = false;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::uint64_t now = memory_.load(places_[i], 4, PageTable::Kernel)->bits;
    if (now & kernel_.work[i].mask)
      wanted_ = true;
    else
      memory_.set_word(places_[i], 4, now);
  }
}

}  // namespace ringfare
