// SPDX-License-Identifier: MIT
#include "cpu/gate/gate.hpp"

#include "cpu/base/failure.hpp"
#include "cpu/gate/rows.hpp"

namespace ringfare {
namespace {

struct DoorRow {
  std::string_view name;
  std::span<const MicroStep> (*steps)();
};
constexpr DoorRow kRows[] = {{"syscall", syscall_steps},   {"int", interrupt_steps},
                             {"sysenter", sysenter_steps}, {"event delivery", fred_steps},
                             {"sysret", sysret_steps},     {"iret", iret_steps},
                             {"sysexit", sysexit_steps},   {"eretu", eretu_steps}};
static_assert(std::size(kRows) == kDoors);

std::optional<std::uint32_t> error_code(ErrorCode kind, const GateState& state) {
  switch (kind) {
    case ErrorCode::None:
      return {};
    case ErrorCode::Zero:
      return 0;
    case ErrorCode::Vector:
      return state.vector * 8u + 2u;
    case ErrorCode::CodeSelector:
      return state.code_selector & ~kRequestedPrivilege;
    case ErrorCode::StackSelector:
      return state.stack_selector & ~kRequestedPrivilege;
    case ErrorCode::Task:
      return state.system.tr.selector & ~kRequestedPrivilege;
  }
  return {};
}

}  // namespace

std::uint64_t GateState::next_rip() const {
  const std::uint64_t next = registers.rip + length;
  return code64() ? next : next & 0xffffffff;
}

std::optional<std::uint64_t> GateState::load(std::uint64_t address, unsigned size) const {
  const std::optional<PageTable> table = memory.table(system.cr3);
  if (!table) return {};
  const std::optional<Value> value = memory.load(KernelAddress{address}, size, *table);
  if (!value) return {};
  return value->bits;
}

bool GateState::store(std::uint64_t address, unsigned size, Value value) {
  const std::optional<PageTable> table = memory.table(system.cr3);
  return table && memory.store(KernelAddress{address}, size, value, *table);
}

std::string_view to_string(Door door) {
  return kRows[static_cast<std::size_t>(door)].name;
}

std::span<const MicroStep> micro_steps(Door door) {
  return kRows[static_cast<std::size_t>(door)].steps();
}

bool applies(const MicroStep& step, const GateState& state) {
  if (step.vendors != Vendors::All &&
      (step.vendors == Vendors::Intel) != (state.system.vendor == Vendor::Intel))
    return false;
  if (step.modes != Modes::All && (step.modes == Modes::Long) != state.lma()) return false;
  return !step.needed || step.needed(state);
}

std::optional<Exception> take(const MicroStep& step, GateState& state) {
  if (step.passes && !step.passes(state))
    return Exception{step.fault.vector, error_code(step.fault.error_code, state)};
  if (step.effect) step.effect(state);
  return {};
}

std::optional<Exception> pass(Door door, GateState& state) {
  for (const MicroStep& step : micro_steps(door)) {
    if (!applies(step, state)) continue;
    if (const std::optional<Exception> raised = take(step, state)) return raised;
  }
  return {};
}

bool Toll::charges(const MicroStep& step) {
  const auto end = paid_.begin() + static_cast<std::ptrdiff_t>(count_);
  if (std::find(paid_.begin(), end, step.key) != end) return false;
  CHECK(count_ < paid_.size(), "a door with more than {} price keys", paid_.size());
  paid_[count_++] = step.key;
  return true;
}

}  // namespace ringfare
