// SPDX-License-Identifier: MIT
#include "emu/crossing/doorway.hpp"

#include <algorithm>
#include <array>

#include "cpu/base/failure.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {
namespace {

constexpr CodeMode k32 = CodeMode::Compat32, k64 = CodeMode::Long64;

constexpr std::array kDoorways = {
    Doorway{"int80", Gate::Interrupt, k32, "int $0x80", Door::Interrupt, model_door::kInt80},
    Doorway{"sysenter", Gate::Sysenter, k32, "sysenter", Door::Sysenter, model_door::kSysenter},
    Doorway{"syscall", Gate::Syscall, k32, "syscall", Door::Syscall, model_door::kSyscall32},
    Doorway{"int80", Gate::Interrupt, k64, "int $0x80", Door::Interrupt, model_door::kInt80},
    Doorway{"syscall", Gate::Syscall, k64, "syscall", Door::Syscall, model_door::kSyscall},
    // Not one of `all_doorways`: the kernel leaves to the landing pad of 32-bit code.
    Doorway{"sysenter", Gate::Sysenter, k64, "sysenter", Door::Sysenter, model_door::kSysenter},
};

constexpr bool is_in_models(std::string_view name) {
  return std::ranges::find(kDoorNames, name) != std::end(kDoorNames);
}
static_assert(std::ranges::all_of(kDoorways, is_in_models, &Doorway::model));
static_assert(is_in_models(model_door::kFred));

}  // namespace

std::span<const Doorway> all_doorways() {
  return std::span(kDoorways).first(kDoorways.size() - 1);
}

const Doorway& doorway(Gate gate, CodeMode mode) {
  const auto row = std::ranges::find_if(
      kDoorways, [&](const Doorway& it) { return it.gate == gate && it.mode == mode; });
  CHECK(row != kDoorways.end(), "a gate without a door");
  return *row;
}

const Doorway* find_doorway(std::string_view name, CodeMode mode) {
  const auto row = std::ranges::find_if(
      kDoorways, [&](const Doorway& it) { return it.name == name && it.mode == mode; });
  return row == kDoorways.end() ? nullptr : &*row;
}

std::optional<Gpr> sixth_argument(Gate gate, CodeMode mode) {
  if (gate == Gate::Sysenter) return Gpr::Rbp;
  if (gate == Gate::Syscall && mode == CodeMode::Compat32) return Gpr::Rsp;
  return {};
}

}  // namespace ringfare
