// SPDX-License-Identifier: MIT
#include "gate_world.hpp"

namespace ringfare {
namespace {

KernelPlan plan(Running running) {
  const bool native = running == Running::Legacy || running == Running::Virtual8086;
  KernelPlan plan{.syscall_limit = 16};
  if (native) {
    plan.bits = 32;
    plan.selectors = World::kNative;
    plan.entry_stack = EntryStack::Task;
  }
  return plan;
}

bool way_in(Door door) {
  return door <= Door::Fred;
}

constexpr std::uint64_t kEntry = 0x100;

}  // namespace

World::World(Door at, Vendor of, Running running)
    : memory(plan(running)), door_(at), running_(running) {
  const KernelAddress entry = memory.layout().text + kEntry;
  EntryPoints entries{.syscall = entry,
                      .syscall32 = entry + 1,
                      .sysenter = entry + 2,
                      .int80 = entry + 3,
                      .fred = {},
                      .int80_is_trap = false};
  if (at == Door::Fred || at == Door::Eretu) entries.fred = memory.layout().text;
  memory.boot(*this, entries);
  vendor = of;
  if (!long_mode()) {  // AMD's SYSCALL of legacy mode
    efer |= efer::kSyscall;
    star = std::uint64_t{selectors().user_code32} << 48 |
           std::uint64_t{selectors().kernel_code} << 32 | 0xc0400123;
  }
  width = long_mode() ? 8 : 4;
  rip = kUserRip;
  (*this)[Gpr::Rsp] = kUserStack;
  rflags = flag::kFixed | flag::kInterrupt;
  const bool code64 = running == Running::Code64;
  cs = {.selector = code64 ? selectors().user_code : selectors().user_code32,
        .long_mode = code64,
        .default_size = !code64};
  ss = {.selector = selectors().user_data, .default_size = true};
  ds = es = ss;
  if (running == Running::Virtual8086) rflags |= flag::kVirtual8086 | flag::kIopl;
  if (!way_in(at)) prepare_way_out();
}

void World::prepare_way_out() {
  const KernelSelectors& s = selectors();
  const bool lma = long_mode();
  cpl = 0;
  cs = {.selector = s.kernel_code, .dpl = 0, .long_mode = lma, .default_size = !lma};
  ss = {.selector = s.kernel_data, .dpl = 0, .default_size = true};
  rflags = flag::kFixed;
  rip = memory.layout().text.value;
  (*this)[Gpr::Rcx] = door_ == Door::Sysexit ? kUserStack : kUserRip + 2;
  (*this)[Gpr::Rdx] = kUserRip + 2;
  (*this)[Gpr::R11] = flag::kFixed | flag::kInterrupt | flag::kCarry;
  (*this)[Gpr::Rsp] = memory.layout().trampoline_stack.end.value - 128;
  const std::uint16_t code = lma ? s.user_code : s.user_code32;
  if (door_ == Door::Iret) {
    const std::uint64_t frame[] = {kUserRip + 2, code, flag::kFixed | flag::kInterrupt, kUserStack,
                                   s.user_data};
    for (std::size_t i = 0; i < 5; ++i) set_word(i, frame[i]);
  } else if (door_ == Door::Eretu) {
    const std::uint64_t frame[] = {0,          kUserRip + 2, code, flag::kFixed | flag::kInterrupt,
                                   kUserStack, s.user_data,  0,    0};
    for (std::size_t i = 0; i < 8; ++i) set_word(i, frame[i]);
  }
}

std::uint64_t World::word(std::size_t i) const {
  const auto value =
      memory.load(KernelAddress{(*this)[Gpr::Rsp] + width * i}, width, PageTable::Kernel);
  EXPECT_TRUE(value.has_value());
  return value ? value->bits : 0;
}

void World::set_word(std::size_t i, std::uint64_t value) {
  EXPECT_TRUE(memory.store(KernelAddress{(*this)[Gpr::Rsp] + width * i}, width, {value, 0},
                           PageTable::Kernel));
}

void World::change_descriptor(std::uint16_t selector, std::uint64_t clear, std::uint64_t set) {
  const auto d = find_descriptor(memory, *this, selector);
  ASSERT_TRUE(d.has_value());
  memory.set_descriptor(selector, (d->bits & ~clear) | set);
}

void World::set_gate(unsigned type, unsigned dpl, bool present, std::uint16_t code) {
  const std::uint64_t offset = (memory.layout().text + kEntry).value;
  const std::uint64_t rights = (present ? 0x80u : 0u) | dpl << 5 | type;
  memory.set_gate(
      gate_vector,
      (offset & 0xffff) | std::uint64_t{code} << 16 | rights << 40 | (offset & 0xffff0000) << 32,
      offset >> 32);
}

void World::set_gate_offset(std::uint64_t offset) {
  memory.set_gate(gate_vector,
                  (offset & 0xffff) | std::uint64_t{selectors().kernel_code} << 16 |
                      std::uint64_t{0xee} << 40 | (offset & 0xffff0000) << 32,
                  offset >> 32);
}

std::optional<Exception> World::pass() {
  GateState state{*this, *this, memory, 2, width, gate_vector, event};
  return ringfare::pass(door_, state);
}

}  // namespace ringfare
