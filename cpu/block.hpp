// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// What an instruction does to the flow of control, as far as a block is concerned.
enum class Flow : std::uint8_t {
  Next,             // falls through
  Jump,             // direct jmp
  ConditionalJump,  // jcc, jrcxz, loop*
  Call,             // direct call
  IndirectJump,
  IndirectCall,
  Return,
  Gate,      // syscall, sysenter, int n
  Emulated,  // cpuid, rdtsc, ...: ours to execute
  Segment,   // loads, stores or asks about a segment, far transfers: the engine has it executed
  Flags,     // popf: may switch single-stepping on
  Refused,   // raises #UD for a guest: not decodable, or not shown to it by CPUID
};

/// Instructions an engine hands out because their result belongs to the modelled processor.
enum class SystemInstruction : std::uint8_t {
  Cpuid,
  Rdtsc,
  Rdtscp,
  Rdpid,
  Xgetbv,
  Rdrand,
  Rdseed,
};
inline constexpr std::size_t kSystemInstructions = 7;

enum class Gate : std::uint8_t { Syscall, Sysenter, Interrupt };

/// Instruction::detail of a ConditionalJump that is jrcxz or loop.
inline constexpr std::uint8_t kShortOnly = 1;

/// What an instruction has to do with FS or GS, whose bases are a thread's own.
enum class SegmentUse : std::uint8_t {
  None,
  FsMemory,  // its memory operand is relative to FS
  GsMemory,
  FsSelector,  // moves to or from the selector, or pushes it
  GsSelector,
  Base,  // RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE
};

struct Instruction {
  std::uint8_t length = 0;
  Flow flow = Flow::Next;
  /// Flow::Gate: the Gate; Flow::Emulated: the SystemInstruction; Flow::Next: the state components
  /// besides SSE that it may bring into use, numbered as in XCR0.
  std::uint8_t detail = 0;
  std::uint8_t vector = 0;            // Gate::Interrupt: n
  std::uint8_t rip_displacement = 0;  // offset of a RIP-relative operand's disp32; 0: has none
  SegmentUse segment = SegmentUse::None;
  std::uint16_t mnemonic = 0;  // ZydisMnemonic
  GuestAddress target;         // direct flows
};

using BlockId = std::uint32_t;

/// A decoded basic block: straight-line, immutable; only its last instruction may leave it. Ends at
/// the first instruction whose flow is not `Next`, or where the decoder's limit cuts it.
struct Block {
  BlockId id = 0;
  CodeMode mode = CodeMode::Long64;
  GuestAddress start;
  std::vector<Instruction> instructions;
  std::vector<std::uint8_t> bytes;  // the code as it was decoded

  GuestAddress end() const { return start + bytes.size(); }
};

/// What one execution of a block adds to `Thread::totals`.
using BlockPrice = Lanes;

/// Told once per block, when an engine translates it; answers what each execution of it adds.
class BlockObserver {
 public:
  virtual ~BlockObserver() = default;
  virtual BlockPrice translated(const Block& block) = 0;
  /// Prices of the first n instructions alone (n < size), for a block that a fault cuts short.
  virtual BlockPrice partial(const Block& block, std::size_t n) = 0;
};

}  // namespace ringfare
