// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu/block.hpp"
#include "cpu/translator/superblock.hpp"

namespace ringfare::translator {

/// Where an instruction that does not leave its block is being translated.
struct CopyPlace {
  Emitter& emitter;
  Context& context;
  Superblock& superblock;  // its last point is the instruction's
  GuestAddress address;    // of the guest instruction
};

/// Translates one straight-line guest instruction by the first rule whose condition it meets.
void translate_instruction(const CopyPlace& place, const Instruction& instruction,
                           std::span<const std::uint8_t> bytes);

/// Whether the instruction stores the pointers to the last x87 instruction.
bool shows_x87_pointers(const Instruction& instruction);

/// Whether the translation of the instruction works with RCX besides what the guest does with it.
bool borrows_rcx(const CopyPlace& place, const Instruction& instruction,
                 std::span<const std::uint8_t> bytes);

/// Loads the target of an indirect jump or call into RCX.
void load_indirect_target(const CopyPlace& place, const Instruction& instruction,
                          std::span<const std::uint8_t> bytes);

/// Pushes a return address as a guest call does: the stack pointer moves only when the store is
/// done.
void push_return_address(Emitter& emitter, GuestAddress address);

}  // namespace ringfare::translator
