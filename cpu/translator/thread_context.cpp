// SPDX-License-Identifier: MIT
#include "cpu/translator/thread_context.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "cpu/translator/host_features.hpp"

namespace ringfare::translator {
namespace {

/// The totals of 32-bit code, right behind the world switch: nothing in between uses mask
/// registers.
void take_mask_totals(Lanes& totals) {
  asm volatile(
      "kmovq %%k7, %0\n"
      "kmovq %%k6, %1\n"
      "kmovq %%k5, %2\n"
      "kmovq %%k4, %3\n"
      "kmovq %%k3, %4\n"
      "kmovq %%k2, %5\n"
      : "=m"(totals[0]), "=m"(totals[1]), "=m"(totals[2]), "=m"(totals[3]), "=m"(totals[4]),
        "=m"(totals[5]));
}

void copy_registers(const std::uint64_t* from, std::uint64_t* to) {
  std::memcpy(to, from, sizeof Context::gpr);
}

}  // namespace

ThreadContext::ThreadContext(const Arena& arena, Ledger& ledger, const Counting& counting)
    : arena_(arena), ledger_(ledger), counting_(counting) {
  Context& context = arena_.context();
  context.leave = Arena::address_of(reinterpret_cast<void*>(&ringfare_world_leave));
  context.hidden_totals = counting_.hidden_totals ? 1 : 0;
  context.one_by_one = host_has_xinuse() ? 1 : 0;
}

void ThreadContext::set_mode(CodeMode mode) {
  Lanes counted_otherwise{};
  ledger_.add_new_totals(counted_otherwise);
  Context& context = arena_.context();
  const bool wide = mode == CodeMode::Long64;
  context.hidden_totals = counting_.hidden_totals && wide ? 1 : 0;  // for the world switch
  context.guest_target = context.rcx_home = 0;  // 32-bit code writes the lower halves only
  std::ranges::fill(context.spill, 0);
}

void ThreadContext::enter(CodeMode mode) {
  Context& context = arena_.context();
  ringfare_world_enter(&context);
  if (counting_.hidden_totals && mode == CodeMode::Compat32) take_mask_totals(context.totals);
}

void ThreadContext::reload_segments(const Registers& registers) {
  arena_.context().loaded_base = Context::kUnknownBase;
  if (registers.mode() == CodeMode::Long64) return;
  segments_.forget();
  load_segments(registers);
}

/// What 64-bit code reaches through FS, and 32-bit code through GS, is in the host's GS.
void ThreadContext::load_segments(const Registers& registers) {
  Context& context = arena_.context();
  if (segments_.load(registers)) context.loaded_base = Context::kUnknownBase;
  if (registers.mode() == CodeMode::Long64) {
    context.fs_base = registers.fs.base;
    context.gs_base = registers.gs.base;
    return;
  }
  context.fs_base = registers.gs.base;
  const HostSelectors selectors{segments_.selectors().fs, segments_.selectors().gs};
  std::memcpy(&context.gs_base, &selectors, sizeof selectors);
}

/// In one piece where they are a hidden register: parts would wait for the whole or it for them.
void ThreadContext::copy_totals(Lanes& to, const Lanes& from) const {
  if (!counting_.hidden_totals) {
    to = from;
    return;
  }
  asm volatile("vmovdqa64 %1, %%zmm31\n\tvmovdqa64 %%zmm31, %0" : "=m"(to) : "m"(from));
}

void ThreadContext::load(const Thread& thread) {
  load_segments(thread.registers);
  Context& context = arena_.context();
  copy_registers(thread.registers.gpr.data(), context.gpr);
  context.rflags = thread.registers.rflags;
  context.vector_area = Arena::address_of(thread.registers.vector.bytes.data());
  copy_totals(context.totals, thread.totals);
}

void ThreadContext::store(Thread& thread) {
  const Context& context = arena_.context();
  Registers& registers = thread.registers;
  registers.rflags = context.rflags;
  if (registers.mode() == CodeMode::Long64) {
    copy_registers(context.gpr, registers.gpr.data());
    registers.fs.base = context.fs_base;
    registers.gs.base = context.gs_base;
  } else {
    for (std::size_t i = 0; i < 8; ++i)
      registers.gpr[i] = static_cast<std::uint32_t>(context.gpr[i]);
  }
  if (!counting_.counters) return;
  if (counting_.hidden_totals) {
    for (std::size_t lane = 0; lane < counting_.lanes; ++lane)
      counted_[lane] += context.totals[lane] - thread.totals[lane];
    copy_totals(thread.totals, context.totals);
  } else {
    ledger_.add_new_totals(thread.totals);
  }
}

void ThreadContext::check_counts() const {
  if (!counting_.hidden_totals) return;
  const Lanes derived = ledger_.derived_totals();
  if (std::equal(counted_.begin(), counted_.begin() + counting_.lanes, derived.begin())) return;
  throw UserError(
      "the guest has overwritten the emulator's counters: what it executed is not known any more, "
      "and there is no bill; a program that stores only to memory of its own can be priced");
}

}  // namespace ringfare::translator
