// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "cpu/base/failure.hpp"
#include "cpu/state.hpp"
#include "cpu/translator/arena.hpp"

namespace ringfare::translator {

/// A place whose rel32 displacement can be set later.
struct JumpSite {
  std::byte* displacement = nullptr;

  void link(const std::byte* target) const {
    const auto offset = static_cast<std::int32_t>(target - (displacement + 4));
    std::memcpy(displacement, &offset, sizeof offset);
  }
  /// Where the jump goes.
  const std::byte* target() const {
    std::int32_t offset = 0;
    std::memcpy(&offset, displacement, sizeof offset);
    return displacement + sizeof offset + offset;
  }
};

/// Writes the few host instructions translated code needs besides copies of the guest's own. None
/// of them changes RFLAGS. Memory operands are addresses in the arena, reached RIP-relative by
/// 64-bit code and absolutely by 32-bit code, whose registers have 32 bits. Encodings: SDM vol. 2.
class Emitter {
 public:
  Emitter(std::byte* begin, std::byte* end) : begin_(begin), cursor_(begin), end_(end) {}

  CodeMode mode() const { return mode_; }
  void set_mode(CodeMode mode) { mode_ = mode; }
  /// A whole general register is meant, named by R, X and B bits: the REX prefix it takes.
  void wide(std::uint8_t rxb = 0) {
    if (mode_ == CodeMode::Long64) bytes({static_cast<std::uint8_t>(0x48 | rxb)});
  }
  /// Bytes of a move between a register and a slot.
  std::uint8_t move_size() const { return mode_ == CodeMode::Long64 ? 7 : 6; }

  std::byte* here() const { return cursor_; }
  std::size_t room() const { return static_cast<std::size_t>(end_ - cursor_); }
  void rewind() { cursor_ = begin_; }

  void bytes(std::span<const std::uint8_t> code) {
    std::memcpy(cursor_, code.data(), code.size());
    cursor_ += code.size();
  }
  void bytes(std::initializer_list<std::uint8_t> code) {
    bytes(std::span<const std::uint8_t>(code.begin(), code.size()));
  }

  void store(const void* slot, Gpr reg) { move(0x89, slot, reg); }
  void load(Gpr reg, const void* slot) { move(0x8b, slot, reg); }

  void load32(Gpr reg, const void* slot) {  // zero-extends; the low eight registers
    bytes({0x8b, static_cast<std::uint8_t>(static_cast<unsigned>(reg) << 3 | 5)});
    relative(slot, 0);
  }

  void store32(const void* slot, Gpr reg) {  // the low eight registers
    bytes({0x89, static_cast<std::uint8_t>(static_cast<unsigned>(reg) << 3 | 5)});
    relative(slot, 0);
  }

  void store_imm32(const void* slot, std::uint32_t value) {
    bytes({0xc7, 0x05});
    relative(slot, 4);
    raw(value);
  }
  void move_imm64(Gpr reg, std::uint64_t value) {
    const auto n = static_cast<unsigned>(reg);
    bytes({static_cast<std::uint8_t>(0x48 | n >> 3), static_cast<std::uint8_t>(0xb8 | (n & 7))});
    raw(value);
  }
  void move_imm32(Gpr reg, std::uint32_t value) {  // zero-extends
    const auto n = static_cast<unsigned>(reg);
    if (n >= 8) bytes({0x41});
    bytes({static_cast<std::uint8_t>(0xb8 | (n & 7))});
    raw(value);
  }
  void move(Gpr to, Gpr from) {
    const auto t = static_cast<unsigned>(to), f = static_cast<unsigned>(from);
    wide(static_cast<std::uint8_t>((f >> 3) << 2 | t >> 3));
    bytes({0x89, static_cast<std::uint8_t>(0xc0 | (f & 7) << 3 | (t & 7))});
  }
  void add(Gpr reg, std::int8_t value) {  // lea value(reg), reg
    const auto n = static_cast<unsigned>(reg);
    CHECK((n & 7) != 4, "rsp has another encoding");
    wide(static_cast<std::uint8_t>((n >> 3) << 2 | n >> 3));
    bytes({0x8d, static_cast<std::uint8_t>(0x40 | (n & 7) << 3 | (n & 7)),
           static_cast<std::uint8_t>(value)});
  }

  JumpSite jump() {
    bytes({0xe9});
    return site();
  }
  void jump(const std::byte* target) { jump().link(target); }
  JumpSite jump_if(std::uint8_t condition) {
    bytes({0x0f, static_cast<std::uint8_t>(0x80 | condition)});
    return site();
  }
  void jump_through(const void* slot) {  // jmp *slot(%rip)
    bytes({0xff, 0x25});
    relative(slot, 0);
  }

  template <class T>
  void raw(T value) {
    std::memcpy(cursor_, &value, sizeof value);
    cursor_ += sizeof value;
  }
  /// disp32 to `slot` of an instruction that has `behind` more bytes after it.
  void relative(const void* slot, std::ptrdiff_t behind) {
    if (mode_ == CodeMode::Compat32)
      return raw(static_cast<std::uint32_t>(Arena::address_of(slot)));
    const auto* const next = cursor_ + 4 + behind;
    raw(static_cast<std::int32_t>(static_cast<const std::byte*>(slot) - next));
  }

 private:
  JumpSite site() {
    const JumpSite made{cursor_};
    cursor_ += 4;
    return made;
  }
  void move(std::uint8_t opcode, const void* slot, Gpr reg) {
    const auto n = static_cast<unsigned>(reg);
    wide(static_cast<std::uint8_t>((n >> 3) << 2));
    bytes({opcode, static_cast<std::uint8_t>((n & 7) << 3 | 5)});
    relative(slot, 0);
  }

  CodeMode mode_ = CodeMode::Long64;
  std::byte* begin_;
  std::byte* cursor_;
  std::byte* end_;
};

}  // namespace ringfare::translator
