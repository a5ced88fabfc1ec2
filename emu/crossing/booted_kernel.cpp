// SPDX-License-Identifier: MIT
#include "emu/crossing/booted_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cpu/base/failure.hpp"
#include "emu/crossing/doorway.hpp"

namespace ringfare {
namespace {

/// More numbers than any kernel has, and few enough for the stubs to fit.
constexpr std::uint64_t kMostCalls = 65536;

/// Under this mitigation user mode runs on the user page table.
constexpr std::string_view kPageTableIsolation = "pti";

KernelPlan checked_plan(const KernelModel& kernel) {
  for (const std::uint64_t limit : {kernel.syscall_limit, kernel.compat_limit})
    if (limit > kMostCalls)
      throw UserError(kernel.at, fmt::format("syscall_limit = {} is too large; the most is {}",
                                             limit, kMostCalls));
  return {.bits = static_cast<std::uint8_t>(kernel.bits),
          .syscall_limit = kernel.syscall_limit,
          .compat_limit = kernel.compat_limit,
          .selectors = kernel.selectors,
          .entry_stack = kernel.entry_stack,
          .task = kernel.task};
}

std::map<std::string, std::uint64_t, std::less<>> symbols(const KernelModel& kernel,
                                                          const KernelMemory& memory) {
  auto names = memory.symbols();
  for (const auto& [name, number] : kernel.constants) {
    const auto value = kernel.bits == 32 ? static_cast<std::uint32_t>(number) : number;
    if (!names.emplace(name, static_cast<std::uint64_t>(value)).second)
      throw UserError(kernel.at, fmt::format("constant '{}' hides a symbol of the kernel's memory; "
                                             "give it another name",
                                             name));
  }
  return names;
}

std::vector<const StageModel*> active_stages(const Machine& machine) {
  std::vector<const StageModel*> stages;
  const auto conditions = machine.conditions();
  for (const DoorModel& door : machine.kernel.doors)
    for (const StageModel& stage : door.stages)
      if (!stage.fixed && stage.active(conditions)) stages.push_back(&stage);
  if (stages.empty()) throw UserError(machine.kernel.at, "the kernel has no code");
  return stages;
}

bool has_feature(const Machine& machine, std::string_view feature) {
  return std::ranges::find(machine.cpu.features, feature) != machine.cpu.features.end();
}

}  // namespace

BootedKernel::BootedKernel(const Machine& machine)
    : machine_(machine),
      memory_(checked_plan(machine.kernel)),
      text_(assemble(active_stages(machine), memory_.layout().text,
                     symbols(machine.kernel, memory_), machine.kernel.bits)) {
  if (text_.code.size() > KernelMemory::kTextSize)
    throw UserError(machine.kernel.at,
                    fmt::format("the stages assemble to {} bytes; the most is {}",
                                text_.code.size(), KernelMemory::kTextSize));
  memory_.install_text(text_.code);
  memory_.boot(at_rest_, entry_points());
  at_rest_.vendor = machine.cpu.vendor;
  at_rest_.has_sysenter = has_feature(machine, "sep");
  at_rest_.has_syscall = has_feature(machine, "syscall");
  if (machine.mitigations.contains(kPageTableIsolation))
    at_rest_.cr3 = memory_.cr3(PageTable::User);
}

/// A door begins with its first stage.
std::optional<KernelAddress> BootedKernel::entry_point(std::string_view name) const {
  const DoorModel* door = machine_.kernel.door(name);
  if (!door || !door->open_on(machine_.cpu)) return {};
  for (const StageModel& stage : door->stages) {
    const auto index = std::ranges::find(text_.stages, &stage);
    if (index == text_.stages.end()) continue;
    const auto first = std::ranges::find(text_.instructions,
                                         static_cast<std::uint16_t>(index - text_.stages.begin()),
                                         &AssembledInstruction::stage);
    if (first != text_.instructions.end()) return first->address;
  }
  return {};
}

EntryPoints BootedKernel::entry_points() const {
  const DoorModel* int80 = machine_.kernel.door(model_door::kInt80);
  const EntryPoints found{.syscall = entry_point(model_door::kSyscall),
                          .syscall32 = entry_point(model_door::kSyscall32),
                          .sysenter = entry_point(model_door::kSysenter),
                          .int80 = entry_point(model_door::kInt80),
                          .fred = entry_point(model_door::kFred),
                          .int80_is_trap = int80 && int80->trap_gate};
  if (!found.syscall && !found.int80 && !found.fred)
    throw UserError(machine_.kernel.at,
                    fmt::format("kernel {} has no door that a program on {} could use",
                                machine_.kernel.name, machine_.cpu.name));
  return found;
}

const AssembledInstruction* BootedKernel::instruction(KernelAddress address) const {
  const auto found =
      std::ranges::lower_bound(text_.instructions, address, {}, &AssembledInstruction::address);
  return found != text_.instructions.end() && found->address == address ? &*found : nullptr;
}

bool BootedKernel::has_door(Gate gate, CodeMode mode) const {
  const SystemState& s = at_rest_;
  const bool long64 = mode == CodeMode::Long64, lma = (s.efer & efer::kLma) != 0;
  if (long64 && !lma) return false;
  // Linux offers no fast 32-bit door under FRED: __kernel_vsyscall is int 0x80 there.
  if (s.cr4 & cr4::kFred) return gate == Gate::Interrupt || (gate == Gate::Syscall && long64);
  switch (gate) {
    case Gate::Interrupt:
      return entry_point(model_door::kInt80).has_value();
    case Gate::Sysenter:
      return s.has_sysenter && s.sysenter_cs != 0 && !(lma && s.vendor == Vendor::Amd);
    default:
      return s.has_syscall && (s.efer & efer::kSyscall) != 0 &&
             (long64 ? s.lstar != 0 : s.vendor == Vendor::Amd && s.cstar != 0);
  }
}

}  // namespace ringfare
