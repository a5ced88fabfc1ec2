// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/translator/arena.hpp"
#include "cpu/translator/emitter.hpp"
#include "cpu/translator/superblock.hpp"

namespace ringfare::translator {

/// How executed paths are counted. Every exit has a counter of its own; running totals are kept
/// beside it where the host has registers to hide them in, and derived from the counters elsewhere.
struct Counting {
  bool counters = true;
  /// 64-bit code: zmm31 holds Thread::totals, zmm29 the constant one. 32-bit code, which has no
  /// such register: k7 downwards hold a total each, k0 the constant one.
  bool hidden_totals = true;
  unsigned lanes = 2;
  bool paths = false;    // every path taken is noted in the ring
  bool limited = false;  // Context::allowance is kept
};

/// How many totals 32-bit code can hide.
inline constexpr unsigned kMostMaskLanes = 6;

/// Writes what stands at the exits of superblocks: it counts, sums up prices, notes the path, and
/// spends the allowance. None of it changes the guest's flags; RCX is as it was behind each piece,
/// but where its home is the guest's, or where a piece says otherwise.
class ExitAccounts {
 public:
  ExitAccounts(const Arena& arena, const Counting& counting) : arena_(arena), counting_(counting) {}

  void set_counting(const Counting& counting) { counting_ = counting; }
  const Counting& counting() const { return counting_; }

  /// A direct exit of the first tier that has been taken so often comes back once, linked or not.
  static constexpr std::int8_t kOften = 100;

  /// Starts an exit's counter at 0 and puts its price where its code finds it.
  void open(ExitId id, const Lanes& price);

  /// Fills the registers that hide the totals of 32-bit code. Whoever entered reads them back:
  /// Context::totals are not written with the guest's rights.
  void load_totals(Emitter& to);

  /// Counts an exit.
  void count(Emitter& to, RcxPlace rcx, ExitId id);
  /// The same; answers the jump taken at the moment it has been taken kOften times.
  JumpSite count_and_watch(Emitter& to, RcxPlace rcx, ExitId id);

  /// Notes an exit in the ring; RCX is anything then, and what it was in its home or spilled.
  void note_path(Emitter& to, RcxPlace rcx, ExitId id);
  /// Asks whether the ring is full: jumps then, and answers the place of the jump's 8-bit
  /// displacement, with RCX as behind `note_path`.
  std::byte* check_ring(Emitter& to, RcxPlace rcx);
  /// Behind `note_path`, or where `check_ring` has jumped.
  void restore_rcx(Emitter& to, RcxPlace rcx);

  /// Takes a path's instructions from the allowance; answers the jump taken where too little was
  /// left.
  JumpSite spend(Emitter& to, RcxPlace rcx, std::int32_t instructions);

  /// Bytes of a price in the arena: 16, 32 or 64, as a vector register holds the lanes in use.
  std::size_t price_size() const {
    return counting_.lanes <= 2 ? 16 : counting_.lanes <= 4 ? 32 : 64;
  }

 private:
  void add_price(Emitter& to, ExitId id);
  void add_up(Emitter& to, ExitId id);
  void count_in_rcx(Emitter& to, ExitId id);
  void carry_into_high_half(Emitter& to, ExitId id);
  void load_mask(Emitter& to, unsigned mask, const void* slot);
  void store_mask(Emitter& to, const void* slot, unsigned mask);
  void add_masks(Emitter& to, unsigned sum, unsigned other);
  std::byte* price_slot(ExitId id) const { return arena_.prices() + id * price_size(); }

  const Arena& arena_;
  Counting counting_;
};

/// `displacement` is the 8-bit one of a jump.
void link_short(std::byte* displacement, const std::byte* target);

}  // namespace ringfare::translator
