// SPDX-License-Identifier: MIT
#include "emu/vdso/vsyscall.hpp"

#include <algorithm>

namespace ringfare {
namespace {

constexpr std::uint64_t kUserEnd = 0x7fff'ffff'f000;  // TASK_SIZE

}  // namespace

std::optional<VsyscallFetch> vsyscall_fetch(VsyscallMode mode, const AddressSpace& memory,
                                            const Registers& registers) {
  if (mode != VsyscallMode::Emulate && mode != VsyscallMode::Xonly) return std::nullopt;
  if (!kVsyscallPage.contains(GuestAddress{registers.rip})) return std::nullopt;
  VsyscallFetch fetch;
  const std::uint64_t offset = registers.rip - kVsyscallPage.begin.value;
  const auto slot = std::ranges::find(kVsyscallSlots, offset, &VsyscallSlot::offset);
  const auto back = memory.load<std::uint64_t>(GuestAddress{registers[Gpr::Rsp]});
  if (slot == kVsyscallSlots.end() || !back) return fetch;
  const std::array<std::uint64_t, 2> arguments = {registers[Gpr::Rdi], registers[Gpr::Rsi]};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::uint64_t size = slot->pointees[i];
    if (size == 0 || arguments[i] == 0) continue;
    if (arguments[i] + size > kUserEnd) fetch.kernel_address = GuestAddress{arguments[i]};
    if (!memory.writable(GuestAddress{arguments[i]}, size)) return fetch;
  }
  fetch.slot = &*slot;
  fetch.return_address = *back;
  return fetch;
}

std::string_view vsyscall_permissions(VsyscallMode mode) {
  constexpr std::string_view kShown[] = {"r-xp", "r-xp", "--xp", ""};
  return kShown[static_cast<std::size_t>(mode)];
}

}  // namespace ringfare
