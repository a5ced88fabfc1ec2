// SPDX-License-Identifier: MIT
#include "cpu/translator/exit_accounts.hpp"

#include <cstring>
#include <iterator>

#include "cpu/base/failure.hpp"

namespace ringfare::translator {
namespace {

// Mask registers of 32-bit code: scratch, the constant one, the first total.
constexpr unsigned kScratchMask = 1, kMaskOfOne = 0, kLastMask = 7;

}  // namespace

void link_short(std::byte* displacement, const std::byte* target) {
  const auto distance = target - (displacement + 1);
  CHECK(distance >= 0 && distance < 128, "a short jump over {} bytes", distance);
  *displacement = static_cast<std::byte>(distance);
}

void ExitAccounts::open(ExitId id, const Lanes& price) {
  std::memcpy(price_slot(id), price.data(), price_size());
  arena_.counters()[id] = 0;
}

void ExitAccounts::load_totals(Emitter& to) {
  if (!counting_.hidden_totals) return;
  Context& context = arena_.context();
  for (unsigned lane = 0; lane < kMostMaskLanes; ++lane)
    load_mask(to, kLastMask - lane, &context.totals[lane]);
  load_mask(to, kMaskOfOne, &context.one[0]);
}

void ExitAccounts::load_mask(Emitter& to, unsigned mask, const void* slot) {
  to.bytes({0xc4, 0xe1, 0xf8, 0x90, static_cast<std::uint8_t>(mask << 3 | 5)});  // kmovq
  to.relative(slot, 0);
}

void ExitAccounts::store_mask(Emitter& to, const void* slot, unsigned mask) {
  to.bytes({0xc4, 0xe1, 0xf8, 0x91, static_cast<std::uint8_t>(mask << 3 | 5)});  // kmovq
  to.relative(slot, 0);
}

void ExitAccounts::add_masks(Emitter& to, unsigned sum, unsigned other) {
  to.bytes({0xc4, 0xe1, static_cast<std::uint8_t>(0x84 | (~sum & 0xf) << 3), 0x4a,  // kaddq
            static_cast<std::uint8_t>(0xc0 | sum << 3 | other)});
}

void ExitAccounts::add_price(Emitter& to, ExitId id) {
  if (to.mode() == CodeMode::Compat32) {
    for (unsigned lane = 0; lane < counting_.lanes; ++lane) {
      load_mask(to, kScratchMask, price_slot(id) + lane * sizeof(std::uint64_t));
      add_masks(to, kLastMask - lane, kScratchMask);
    }
    return;
  }
  // EVEX.L'L: vpaddq (x|y|z)mm31 += price; the width covers the lanes in use.
  const auto width = static_cast<std::uint8_t>(price_size() / 32 << 5);
  to.bytes({0x62, 0x61, 0x85, width, 0xd4, 0x3d});
  to.relative(price_slot(id), 0);
}

void ExitAccounts::note_path(Emitter& to, RcxPlace rcx, ExitId id) {
  const void* const next = &arena_.path_ring().next;
  if (rcx == RcxPlace::Register) to.store(&arena_.context().spill[2], Gpr::Rcx);
  to.load(Gpr::Rcx, next);
  to.bytes({0xc7, 0x01});  // mov dword [rcx], id
  to.raw(id);
  to.add(Gpr::Rcx, sizeof id);
  to.store(next, Gpr::Rcx);
}

std::byte* ExitAccounts::check_ring(Emitter& to, RcxPlace rcx) {
  const Arena::PathRing& ring = arena_.path_ring();
  if (rcx == RcxPlace::Register) to.store(&arena_.context().spill[2], Gpr::Rcx);
  to.load(Gpr::Rcx, &ring.next);
  to.wide();
  to.bytes({0x8d, 0x89});  // lea rcx, [rcx - end]
  to.raw(-static_cast<std::int32_t>(Arena::address_of(std::end(ring.paths))));
  to.bytes({0xe3, 0});  // jrcxz
  std::byte* const displacement = to.here() - 1;
  restore_rcx(to, rcx);
  return displacement;
}

JumpSite ExitAccounts::spend(Emitter& to, RcxPlace rcx, std::int32_t instructions) {
  const std::int32_t* const allowance = &arena_.context().allowance;
  if (rcx == RcxPlace::Register) to.store(&arena_.context().spill[2], Gpr::Rcx);
  to.load32(Gpr::Rcx, allowance);
  to.bytes({0x8d, 0x89});  // lea ecx, [rcx - instructions]
  to.raw(-instructions);
  to.store32(allowance, Gpr::Rcx);
  to.bytes({0x0f, 0xb6, 0x0d});  // movzx ecx, byte [the sign and what is beside it]
  to.relative(reinterpret_cast<const std::byte*>(allowance) + 3, 0);
  to.bytes({0xe3, 0});  // jrcxz
  std::byte* const enough = to.here() - 1;
  restore_rcx(to, rcx);
  const JumpSite spent = to.jump();
  link_short(enough, to.here());
  restore_rcx(to, rcx);
  return spent;
}

void ExitAccounts::restore_rcx(Emitter& to, RcxPlace rcx) {
  if (rcx == RcxPlace::Home) return;
  to.load(Gpr::Rcx,
          rcx == RcxPlace::Both ? &arena_.context().rcx_home : &arena_.context().spill[2]);
}

void ExitAccounts::count(Emitter& to, RcxPlace rcx, ExitId id) {
  if (!counting_.counters) return;
  if (counting_.hidden_totals && to.mode() == CodeMode::Compat32 && rcx == RcxPlace::Home) {
    add_price(to, id);
    count_in_rcx(to, id);
    return carry_into_high_half(to, id);
  }
  if (counting_.hidden_totals) return add_up(to, id);
  Context& context = arena_.context();
  if (rcx == RcxPlace::Register) to.store(&context.spill[2], Gpr::Rcx);
  count_in_rcx(to, id);
  if (to.mode() == CodeMode::Compat32) carry_into_high_half(to, id);
  if (rcx != RcxPlace::Home)
    to.load(Gpr::Rcx, rcx == RcxPlace::Both ? &context.rcx_home : &context.spill[2]);
}

void ExitAccounts::add_up(Emitter& to, ExitId id) {
  const void* const counter = &arena_.counters()[id];
  add_price(to, id);
  if (to.mode() == CodeMode::Compat32) {
    load_mask(to, kScratchMask, counter);
    add_masks(to, kScratchMask, kMaskOfOne);
    return store_mask(to, counter, kScratchMask);
  }
  to.bytes({0x62, 0x61, 0x95, 0x10, 0xd4, 0x35});  // vpaddq xmm30, xmm29, counter{1to2}
  to.relative(counter, 0);
  to.bytes({0x62, 0x61, 0xfd, 0x08, 0xd6, 0x35});  // vmovq counter, xmm30
  to.relative(counter, 0);
}

void ExitAccounts::count_in_rcx(Emitter& to, ExitId id) {
  const void* const counter = &arena_.counters()[id];
  to.load(Gpr::Rcx, counter);
  to.add(Gpr::Rcx, 1);
  to.store(counter, Gpr::Rcx);
}

/// Behind `count_in_rcx` of 32-bit code, which counts in the lower half.
void ExitAccounts::carry_into_high_half(Emitter& to, ExitId id) {
  const auto* const high = reinterpret_cast<const std::byte*>(&arena_.counters()[id]) + 4;
  constexpr std::uint8_t kAddSize = 3;
  to.bytes({0xe3, 2, 0xeb, static_cast<std::uint8_t>(2 * to.move_size() + kAddSize)});
  to.load(Gpr::Rcx, high);
  to.add(Gpr::Rcx, 1);
  to.store(high, Gpr::Rcx);
}

JumpSite ExitAccounts::count_and_watch(Emitter& to, RcxPlace rcx, ExitId id) {
  const void* const keep =
      rcx == RcxPlace::Register ? &arena_.context().spill[2] : &arena_.context().rcx_home;
  constexpr std::uint8_t kJumpSize = 5;
  if (counting_.hidden_totals) add_price(to, id);
  if (rcx == RcxPlace::Register) to.store(keep, Gpr::Rcx);
  count_in_rcx(to, id);
  to.add(Gpr::Rcx, -kOften);
  const bool restores = rcx != RcxPlace::Home;
  const auto skipped = static_cast<std::uint8_t>(kJumpSize + (restores ? to.move_size() : 0));
  to.bytes({0xe3, 2, 0xeb, skipped});  // jrcxz: often; jmp over it
  if (restores) to.load(Gpr::Rcx, keep);
  const JumpSite often = to.jump();
  if (restores) to.load(Gpr::Rcx, keep);
  return often;
}

}  // namespace ringfare::translator
