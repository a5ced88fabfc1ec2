// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/block.hpp"
#include "cpu/engine.hpp"
#include "cpu/translator/emitter.hpp"

namespace ringfare::translator {

/// Why a path through a superblock ends.
enum class ExitKind : std::uint8_t {
  Direct,    // to `target`
  Indirect,  // to wherever the guest says
  Gate,      // the last instruction of the path is a gate
  Emulated,  // ... or ours to execute
  Segment,   // ... and the engine's
  Flags,     // ... or popf
  Refused,   // the next instruction raises #UD
  TooLong,   // ... or #GP for its length
  NoCode,    // the next instruction cannot be fetched
};

using ExitId = std::uint32_t;

/// Where the guest's RCX is between two translated instructions. Checks of branch targets need the
/// register; it is fetched back when a guest instruction wants it.
enum class RcxPlace : std::uint8_t {
  Register,
  Both,
  Home,  // Context::rcx_home; the register holds anything
};

/// One way out of a superblock. Its counter stands in the arena under its id.
struct Exit {
  ExitKind kind = ExitKind::Direct;
  AtGate gate{};                 // Gate
  std::uint32_t superblock = 0;  // index
  std::uint32_t path_length =
      0;                // how many blocks of the superblock's path were executed to the end
  GuestAddress target;  // Direct: next block; else the address of the instruction concerned
  Lanes price{};        // of the path: what one execution adds to the totals
  RcxPlace rcx = RcxPlace::Register;
  JumpSite site;                  // Direct: the jump to link
  std::byte* unlinked = nullptr;  // Direct: where the jump goes while there is no translation
};

/// Where the translation of a guest instruction begins.
struct Point {
  static constexpr std::uint8_t kNobody = 0xff;

  std::uint32_t host;   // offset from Superblock::begin
  std::uint16_t step;   // index into Superblock::path
  std::uint16_t index;  // of the instruction in its block
  /// By slot of Context::spill: the register whose guest value it may hold while the instruction's
  /// sequence runs. It is the right value from the sequence's first store on.
  std::array<std::uint8_t, 3> parked{kNobody, kNobody, kNobody};
  bool rcx_home_before = false;  // the guest's RCX is in its home as the sequence begins ...
  bool rcx_home_inside = false;  // ... and behind its first host instruction, until its last
};

/// First: one block. Its direct exits watch how often they are taken and come back when that is
/// often; its indirect exit comes back every time and tells where it goes. Settled: one block whose
/// indirect exit has told enough. Second: a path chosen by what the first tier saw.
enum class Tier : std::uint8_t { First, Settled, Second };

/// A translated path through one or more basic blocks, entered at the top only.
struct Superblock {
  Tier tier = Tier::First;
  GuestAddress entry;
  std::vector<const Block*> path;
  std::byte* begin = nullptr;      // first host byte
  std::byte* head = nullptr;       // entry from direct branches, RCX in its register
  std::byte* home_head = nullptr;  // ... RCX in its home
  std::byte* end = nullptr;
  std::byte* indirect_head = nullptr;  // entry from indirect branches, made when first needed
  std::byte* indirect_end = nullptr;   // its last byte is before
  std::byte* cold_begin = nullptr;     // what is off the path: side exits, jumps not linked yet
  std::byte* cold_end = nullptr;
  std::array<JumpSite, 2> misses;  // where that one goes for other targets
  std::vector<Point> points;       // ascending by `host`
  ExitId first_exit = 0, end_exit = 0;
  std::vector<ExitId> incoming;  // direct exits linked here
  bool dead = false;             // changed or mapped anew: nothing leads to it any more
  /// Of a path that ends inside its only block: how many of its instructions are executed. Their
  /// prices count, the block does not.
  std::size_t cut = 0;
};

}  // namespace ringfare::translator
