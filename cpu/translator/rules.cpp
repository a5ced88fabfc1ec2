// SPDX-License-Identifier: MIT
#include "cpu/translator/rules.hpp"

#include <Zydis/Mnemonic.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"
#include "cpu/translator/host_segments.hpp"

namespace ringfare::translator {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Opcodes and prefixes, SDM vol. 2, appendix A.
constexpr std::uint8_t kLoad = 0x8b, kLea = 0x8d, kMoveToSelector = 0x8e, kTwoByteOpcode = 0x0f;
constexpr std::uint8_t kFsPrefix = 0x64, kGsPrefix = 0x65, kRexW = 0x48;
/// Prefixes that say where a memory operand is.
constexpr std::array<std::uint8_t, 7> kAddressPrefixes{0x2e,      0x3e,      0x26, 0x36,
                                                       kFsPrefix, kGsPrefix, 0x67};

// What is emitted around a guest instruction, by its name in Intel's syntax.
template <std::size_t N>
using Code = std::array<std::uint8_t, N>;
constexpr Code<3> kMovRcxFromRcx{kRexW, kLoad, 0x09};             // mov rcx, [rcx]
constexpr Code<3> kMovzxEaxAl{0x0f, 0xb6, 0xc0};                  // movzx eax, al
constexpr Code<3> kMovzxEaxFromTable{0x0f, 0xb6, 0x80};           // movzx eax, byte [rax + disp32]
constexpr Code<5> kWrgsbaseRax{0xf3, kRexW, 0x0f, 0xae, 0xd8};    // wrgsbase rax
constexpr Code<5> kRdgsbaseRax{0xf3, kRexW, 0x0f, 0xae, 0xc8};    // rdgsbase rax
constexpr Code<2> kMovGsFromMemory{kMoveToSelector, 5 << 3 | 5};  // mov gs, [disp32]
constexpr Code<1> kPushImm32{0x68};                               // push imm32, sign-extended
constexpr Code<4> kMovHighHalf{0xc7, 0x44, 0x24, 0xfc};           // mov dword [rsp - 4], imm32
constexpr Code<4> kMovLowHalf{0xc7, 0x44, 0x24, 0xf8};            // mov dword [rsp - 8], imm32
constexpr Code<5> kLowerRsp{kRexW, kLea, 0x64, 0x24, 0xf8};       // lea rsp, [rsp - 8]

constexpr std::array kXsaveFamily{ZYDIS_MNEMONIC_XSAVE,    ZYDIS_MNEMONIC_XSAVE64,
                                  ZYDIS_MNEMONIC_XSAVEC,   ZYDIS_MNEMONIC_XSAVEC64,
                                  ZYDIS_MNEMONIC_XSAVEOPT, ZYDIS_MNEMONIC_XSAVEOPT64,
                                  ZYDIS_MNEMONIC_XRSTOR,   ZYDIS_MNEMONIC_XRSTOR64};

bool is_xsave(const CopyPlace&, const Instruction& insn, Bytes) {
  return std::ranges::find(kXsaveFamily, insn.mnemonic) != kXsaveFamily.end();
}

GuestAddress operand_address(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  std::int32_t displacement;
  std::memcpy(&displacement, bytes.data() + insn.rip_displacement, sizeof displacement);
  return place.address + insn.length + static_cast<std::uint64_t>(std::int64_t{displacement});
}

bool within_reach(const Emitter& emitter, GuestAddress target) {
  constexpr std::int64_t kMargin = 4096;  // the copy may start a little later than here
  const auto distance = static_cast<std::int64_t>(target.value - Arena::address_of(emitter.here()));
  return distance > INT32_MIN + kMargin && distance < INT32_MAX - kMargin;
}

bool is_rip_relative_near(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  return insn.rip_displacement != 0 &&
         within_reach(place.emitter, operand_address(place, insn, bytes));
}

bool is_rip_relative(const CopyPlace&, const Instruction& insn, Bytes) {
  return insn.rip_displacement != 0;
}

bool always(const CopyPlace&, const Instruction&, Bytes) {
  return true;
}

void copy(const CopyPlace& place, const Instruction&, Bytes bytes) {
  place.emitter.bytes(bytes);
}

/// Same bytes, displacement counted from the copy.
void rebase(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  const auto target = operand_address(place, insn, bytes);
  std::byte* const at = place.emitter.here();
  place.emitter.bytes(bytes);
  const auto displacement =
      static_cast<std::int32_t>(target.value - Arena::address_of(place.emitter.here()));
  std::memcpy(at + insn.rip_displacement, &displacement, sizeof displacement);
}

/// Makes the base of the only memory operand `base`: mod=10 with the disp32 it had room for,
/// zeroed. The register's encoding is below 8 and needs no SIB, so only REX.B or VEX.B must be
/// cleared.
void set_base(std::span<std::uint8_t> bytes, std::size_t displacement_offset, Gpr base) {
  std::uint8_t& modrm = bytes[displacement_offset - 1];
  modrm = static_cast<std::uint8_t>(0x80 | (modrm & 0x38) | static_cast<unsigned>(base));
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(displacement_offset), 4, std::uint8_t{0});
  const std::size_t opcode = prefix_count(bytes, CodeMode::Long64);
  if (rex_prefix(bytes, CodeMode::Long64) != 0) bytes[opcode - 1] &= 0xfe;  // REX.B
  if (bytes[opcode] == 0xc4) bytes[opcode + 1] |= 0x20;                     // VEX.B is inverted
}

/// Keeps `reg` in a spill slot while the current instruction's sequence uses it.
void park(const CopyPlace& place, Gpr reg, std::size_t slot) {
  place.emitter.store(&place.context.spill[slot], reg);
  place.superblock.points.back().parked[slot] = static_cast<std::uint8_t>(reg);
}

/// Emits `operation` RCX, <the memory or register operand of the instruction>, whose opcode has
/// `opcode_length` bytes. Returns where that opcode is. 66, F2 and F3 do not matter to the
/// instructions this is for; segment and address-size prefixes do.
std::size_t operand_into_rcx(const CopyPlace& place, const Instruction& insn, Bytes bytes,
                             std::size_t opcode_length, std::uint8_t operation) {
  Emitter& emitter = place.emitter;
  std::array<std::uint8_t, 16> made{};
  std::size_t out = 0;
  const std::size_t in = prefix_count(bytes, emitter.mode());
  const std::uint8_t rex =
      static_cast<std::uint8_t>(kRexW | (rex_prefix(bytes, emitter.mode()) & 0x3));
  for (const std::uint8_t byte : bytes.first(in))
    if (std::ranges::find(kAddressPrefixes, byte) != kAddressPrefixes.end()) made[out++] = byte;
  if (insn.rip_displacement != 0 && !is_rip_relative_near(place, insn, bytes)) {
    emitter.move_imm64(Gpr::Rcx, operand_address(place, insn, bytes).value);
    if (operation == kLoad) emitter.bytes(kMovRcxFromRcx);
    return in;
  }
  const std::size_t modrm = in + opcode_length;
  if (emitter.mode() == CodeMode::Long64) made[out++] = rex;
  made[out++] = operation;
  made[out++] =
      static_cast<std::uint8_t>((bytes[modrm] & 0xc7) | static_cast<unsigned>(Gpr::Rcx) << 3);
  const Bytes tail = bytes.subspan(modrm + 1);
  std::ranges::copy(tail, made.begin() + static_cast<std::ptrdiff_t>(out));
  std::byte* const at = emitter.here();
  emitter.bytes(Bytes(made.data(), out + tail.size()));
  if (insn.rip_displacement != 0) {
    const auto displacement = static_cast<std::int32_t>(operand_address(place, insn, bytes).value -
                                                        Arena::address_of(emitter.here()));
    std::memcpy(at + out, &displacement, sizeof displacement);
  }
  return in;
}

/// Data beyond the reach of a disp32: its address goes through a register the instruction leaves
/// alone, parked meanwhile.
void rebase_far(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  const std::uint16_t used = registers_used(bytes);
  constexpr std::array kCandidates{Gpr::Rbx, Gpr::Rsi, Gpr::Rdi, Gpr::Rdx, Gpr::Rcx, Gpr::Rax};
  const auto* const free = std::ranges::find_if(
      kCandidates, [used](Gpr reg) { return (used >> static_cast<unsigned>(reg) & 1) == 0; });
  CHECK(free != kCandidates.end(), "no free register for {}",
        disassemble(bytes, place.address.value, Syntax::Att));
  park(place, *free, 0);
  place.emitter.move_imm64(*free, operand_address(place, insn, bytes).value);
  std::array<std::uint8_t, 15> changed{};
  std::ranges::copy(bytes, changed.begin());
  set_base(changed, insn.rip_displacement, *free);
  place.emitter.bytes(Bytes(changed.data(), bytes.size()));
  place.emitter.load(*free, &place.context.spill[0]);
}

/// XSAVE and its kin work on the components CPUID shows, whatever mask EDX:EAX asks for: the image
/// has the size the guest made room for, and hidden state stays hidden.
void mask_components(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  Emitter& emitter = place.emitter;
  Context& context = place.context;
  park(place, Gpr::Rcx, 0);
  const std::size_t opcode = operand_into_rcx(place, insn, bytes, 2, kLea);
  park(place, Gpr::Rax, 1);
  park(place, Gpr::Rdx, 2);
  // Low 2 GiB: the table's address is a disp32, and neither load touches the flags.
  emitter.bytes(kMovzxEaxAl);
  emitter.bytes(kMovzxEaxFromTable);
  emitter.raw(static_cast<std::uint32_t>(Arena::address_of(context.low_components)));
  emitter.move_imm32(Gpr::Rdx, 0);
  const bool wide = opcode > 0 && (bytes[opcode - 1] & 0xf8) == 0x48;  // REX.W: the 64-bit image
  if (wide) emitter.bytes({kRexW});
  emitter.bytes(
      {kTwoByteOpcode, bytes[opcode + 1],
       static_cast<std::uint8_t>((bytes[opcode + 2] & 0x38) | static_cast<unsigned>(Gpr::Rcx))});
  emitter.load(Gpr::Rdx, &context.spill[2]);
  emitter.load(Gpr::Rax, &context.spill[1]);
  emitter.load(Gpr::Rcx, &context.spill[0]);
}

/// What becomes of an instruction that meets a condition.
struct Rule {
  bool (*applies)(const CopyPlace&, const Instruction&, Bytes);
  void (*emit)(const CopyPlace&, const Instruction&, Bytes);
};

/// First match wins.
constexpr Rule kRules[] = {
    // xsave MEM  ->  keep RCX, RAX, RDX; lea rcx, MEM; EDX:EAX := EDX:EAX & what CPUID shows;
    // xsave [rcx]; give them back. A guest must not see components that CPUID hides from it.
    {is_xsave, mask_components},
    // op [rip + A]  ->  op [rip + B]. The same bytes; B leads from the copy to the same data.
    {is_rip_relative_near, rebase},
    // op [rip + A]  ->  keep R; mov r, ADDRESS; op [r]; give R back. The data is further from the
    // copy than 32 bits reach; R is a register the instruction does not use.
    {is_rip_relative, rebase_far},
    // op  ->  op. Everything else does in the copy what it does in its place.
    {always, copy},
};

void translate_flat(const CopyPlace& place, const Instruction& instruction, Bytes bytes) {
  // Most instructions: neither a RIP-relative operand nor state that CPUID hides.
  if (instruction.rip_displacement == 0 && !is_xsave(place, instruction, bytes))
    return copy(place, instruction, bytes);
  for (const Rule& rule : kRules)
    if (rule.applies(place, instruction, bytes)) return rule.emit(place, instruction, bytes);
}

// The guest's FS base is the host's GS base; its GS base is in the context.

struct Rewritten {
  std::array<std::uint8_t, 15> code{};
  std::size_t size;

  explicit Rewritten(Bytes bytes) : size(bytes.size()) { std::ranges::copy(bytes, code.begin()); }
  operator Bytes() const { return {code.data(), size}; }
};

/// All FS prefixes: of several segment prefixes the last one counts.
Rewritten fs_to_gs(Bytes bytes, CodeMode mode) {
  Rewritten made(bytes);
  for (std::uint8_t& byte : std::span(made.code).first(prefix_count(bytes, mode)))
    if (byte == kFsPrefix) byte = kGsPrefix;
  return made;
}

constexpr std::size_t kScratch = 2;  // of Context::spill

void set_host_base(const CopyPlace& place, const void* from) {
  Emitter& emitter = place.emitter;
  emitter.store(&place.context.spill[kScratch], Gpr::Rax);
  emitter.load(Gpr::Rax, from);
  emitter.bytes(kWrgsbaseRax);
  emitter.load(Gpr::Rax, &place.context.spill[kScratch]);
}

void keep_host_base(const CopyPlace& place, void* slot) {
  Emitter& emitter = place.emitter;
  emitter.store(&place.context.spill[kScratch], Gpr::Rax);
  emitter.bytes(kRdgsbaseRax);
  emitter.store(slot, Gpr::Rax);
  if (slot == &place.context.fs_base) emitter.store(&place.context.loaded_base, Gpr::Rax);
  emitter.load(Gpr::Rax, &place.context.spill[kScratch]);
}

void fs_memory(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  translate_flat(place, insn, fs_to_gs(bytes, place.emitter.mode()));
}

void gs_memory(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  set_host_base(place, &place.context.gs_base);
  translate_flat(place, insn, bytes);
  set_host_base(place, &place.context.fs_base);
}

void write_gs_base(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  set_host_base(place, &place.context.gs_base);
  translate_flat(place, insn, bytes);
  keep_host_base(place, &place.context.gs_base);
  set_host_base(place, &place.context.fs_base);
}

void read_gs_base(const CopyPlace& place, Bytes bytes) {
  const std::uint8_t rex = rex_prefix(bytes, CodeMode::Long64);
  const std::uint8_t rm = bytes.back() & 7;
  place.emitter.bytes({static_cast<std::uint8_t>(0x40 | (rex & 8) | (rex & 1) << 2), kLoad,
                       static_cast<std::uint8_t>(rm << 3 | 5)});
  place.emitter.relative(&place.context.gs_base, 0);
}

void segment_base(const CopyPlace& place, const Instruction& insn, Bytes bytes) {
  if (insn.mnemonic == ZYDIS_MNEMONIC_RDGSBASE) return read_gs_base(place, bytes);
  if (insn.mnemonic == ZYDIS_MNEMONIC_WRGSBASE) return write_gs_base(place, insn, bytes);
  Rewritten made(bytes);
  made.code[made.size - 1] |= 0x08;  // /0 -> /1, /2 -> /3: FS becomes GS
  place.emitter.bytes(made);
  if (insn.mnemonic == ZYDIS_MNEMONIC_WRFSBASE) keep_host_base(place, &place.context.fs_base);
}

// 32-bit code: the guest's GS is the host's, and for its FS the host's GS is loaded meanwhile.

/// `which` of HostSelectors, which stand where 64-bit code has the guest's GS base.
void load_host_selector(const CopyPlace& place, std::size_t which) {
  const auto* const selector = reinterpret_cast<const std::byte*>(&place.context.gs_base) + which;
  place.emitter.bytes(kMovGsFromMemory);
  place.emitter.relative(selector, 0);
}

template <class Emit>
void with_fs_in_gs(const CopyPlace& place, Bytes bytes, Emit emit) {
  load_host_selector(place, offsetof(HostSelectors, fs));
  emit(fs_to_gs(bytes, place.emitter.mode()));
  load_host_selector(place, offsetof(HostSelectors, gs));
}

/// What becomes of an instruction of 64-bit code by what it has to do with FS or GS.
struct SegmentRule {
  SegmentUse use;
  void (*emit)(const CopyPlace&, const Instruction&, Bytes);
};

constexpr SegmentRule kSegmentRules[] = {
    // Nothing: by `kRules`.
    {SegmentUse::None, translate_flat},
    // op fs:MEM  ->  op gs:MEM.
    {SegmentUse::FsMemory, fs_memory},
    // op gs:MEM  ->  wrgsbase GUEST_GS; op gs:MEM; wrgsbase GUEST_FS.
    {SegmentUse::GsMemory, gs_memory},
    // Selectors are the engine's (Flow::Segment).
    {SegmentUse::FsSelector, translate_flat},
    {SegmentUse::GsSelector, translate_flat},
    // rdfsbase R  ->  rdgsbase r. wrfsbase R  ->  wrgsbase r, and it is kept.
    // rdgsbase R  ->  mov r, [GUEST_GS].
    // wrgsbase R  ->  wrgsbase r; it is kept; wrgsbase GUEST_FS.
    {SegmentUse::Base, segment_base},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kSegmentRules); ++i)
    if (static_cast<std::size_t>(kSegmentRules[i].use) != i) return false;
  return true;
}
static_assert(in_order(), "rows are found by their use");

}  // namespace

void translate_instruction(const CopyPlace& place, const Instruction& instruction, Bytes bytes) {
  if (place.emitter.mode() == CodeMode::Compat32) {
    if (instruction.segment != SegmentUse::FsMemory)
      return translate_flat(place, instruction, bytes);
    return with_fs_in_gs(place, bytes,
                         [&](Bytes changed) { translate_flat(place, instruction, changed); });
  }
  kSegmentRules[static_cast<std::size_t>(instruction.segment)].emit(place, instruction, bytes);
}

bool shows_x87_pointers(const Instruction& instruction) {
  constexpr std::array kSaves{ZYDIS_MNEMONIC_FNSTENV,  ZYDIS_MNEMONIC_FNSAVE,
                              ZYDIS_MNEMONIC_FXSAVE,   ZYDIS_MNEMONIC_FXSAVE64,
                              ZYDIS_MNEMONIC_XSAVE,    ZYDIS_MNEMONIC_XSAVE64,
                              ZYDIS_MNEMONIC_XSAVEC,   ZYDIS_MNEMONIC_XSAVEC64,
                              ZYDIS_MNEMONIC_XSAVEOPT, ZYDIS_MNEMONIC_XSAVEOPT64};
  return std::ranges::find(kSaves, instruction.mnemonic) != kSaves.end();
}

bool borrows_rcx(const CopyPlace& place, const Instruction& instruction, Bytes bytes) {
  return is_xsave(place, instruction, bytes) ||
         (instruction.rip_displacement != 0 && !is_rip_relative_near(place, instruction, bytes));
}

void load_indirect_target(const CopyPlace& place, const Instruction& instruction, Bytes bytes) {
  if (place.emitter.mode() == CodeMode::Compat32) {
    const auto load = [&](Bytes code) { operand_into_rcx(place, instruction, code, 1, kLoad); };
    if (instruction.segment != SegmentUse::FsMemory) return load(bytes);
    return with_fs_in_gs(place, bytes, load);
  }
  switch (instruction.segment) {
    case SegmentUse::FsMemory:
      operand_into_rcx(place, instruction, fs_to_gs(bytes, place.emitter.mode()), 1, kLoad);
      return;
    case SegmentUse::GsMemory:
      set_host_base(place, &place.context.gs_base);
      operand_into_rcx(place, instruction, bytes, 1, kLoad);
      set_host_base(place, &place.context.fs_base);
      return;
    default:
      operand_into_rcx(place, instruction, bytes, 1, kLoad);
  }
}

void push_return_address(Emitter& emitter, GuestAddress address) {
  if (address.value <= INT32_MAX || emitter.mode() == CodeMode::Compat32) {
    emitter.bytes(kPushImm32);
    emitter.raw(static_cast<std::uint32_t>(address.value));
    return;
  }
  emitter.bytes(kMovHighHalf);
  emitter.raw(static_cast<std::uint32_t>(address.value >> 32));
  emitter.bytes(kMovLowHalf);
  emitter.raw(static_cast<std::uint32_t>(address.value));
  emitter.bytes(kLowerRsp);
}

}  // namespace ringfare::translator
