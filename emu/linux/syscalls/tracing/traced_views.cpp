// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/tracing/traced_views.hpp"

#include <algorithm>
#include <cstring>

namespace ringfare {
namespace {

using Index = TracedRegisters::Index;

constexpr Index kOrder32[kWords32] = {
    Index::Rbx, Index::Rcx, Index::Rdx,    Index::Rsi, Index::Rdi, Index::Rbp,
    Index::Rax, Index::Ds,  Index::Es,     Index::Fs,  Index::Gs,  Index::OrigRax,
    Index::Rip, Index::Cs,  Index::Eflags, Index::Rsp, Index::Ss};

constexpr std::size_t kRegisters = 8, kFsaveRegisters = 28, kFxsaveRegisters = 32;

template <class T>
T field(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class T>
void set_field(std::span<std::byte> bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

/// Two bits of FSAVE's tag word (SDM vol. 1, 8.1.7): valid, zero, special.
unsigned tag_of(std::span<const std::byte> fxsave, std::size_t place) {
  const std::size_t at = kFxsaveRegisters + place * 16;
  const auto fraction = field<std::uint64_t>(fxsave, at);
  const unsigned exponent = field<std::uint16_t>(fxsave, at + 8) & 0x7fffu;
  constexpr unsigned kValid = 0, kZero = 1, kSpecial = 2;
  if (exponent == 0x7fff) return kSpecial;
  if (exponent == 0) return fraction == 0 ? kZero : kSpecial;
  return fraction >> 63 != 0 ? kValid : kSpecial;
}

}  // namespace

std::array<std::uint32_t, kWords32> narrow(const TracedRegisters& registers) {
  std::array<std::uint32_t, kWords32> words{};
  for (std::size_t i = 0; i < kWords32; ++i)
    words[i] = static_cast<std::uint32_t>(registers.words[kOrder32[i]]);
  return words;
}

void widen(std::span<const std::uint32_t> words, TracedRegisters& registers) {
  for (std::size_t i = 0; i < std::min(words.size(), kWords32); ++i) {
    std::uint64_t& to = registers.words[kOrder32[i]];
    if (static_cast<std::uint32_t>(to) == words[i]) continue;
    // A number below zero means that no call is made again.
    const bool is_signed = kOrder32[i] == Index::OrigRax || kOrder32[i] == Index::Rax;
    to = is_signed ? static_cast<std::uint64_t>(static_cast<std::int32_t>(words[i])) : words[i];
  }
}

Index index32(std::size_t word) {
  return kOrder32[word];
}

std::array<std::byte, 108> fsave_of(std::span<const std::byte> fxsave) {
  std::array<std::byte, 108> image{};
  const auto status = field<std::uint16_t>(fxsave, 2);
  const unsigned top = status >> 11 & 7u;
  const auto full = field<std::uint8_t>(fxsave, 4);
  unsigned tags = 0;
  for (unsigned i = 0; i < kRegisters; ++i) {
    const unsigned tag = (full >> i & 1u) != 0 ? tag_of(fxsave, (i - top) & 7u) : 3u;
    tags |= tag << 2 * i;
  }
  set_field<std::uint32_t>(image, 0, 0xffff0000u | field<std::uint16_t>(fxsave, 0));
  set_field<std::uint32_t>(image, 4, 0xffff0000u | status);
  set_field<std::uint32_t>(image, 8, 0xffff0000u | tags);
  set_field<std::uint32_t>(image, 12, field<std::uint32_t>(fxsave, 8));
  const std::uint32_t opcode = field<std::uint16_t>(fxsave, 6);
  set_field<std::uint32_t>(image, 16, opcode << 16 | field<std::uint16_t>(fxsave, 12));
  set_field<std::uint32_t>(image, 20, field<std::uint32_t>(fxsave, 16));
  set_field<std::uint32_t>(image, 24, 0xffff0000u | field<std::uint16_t>(fxsave, 20));
  for (std::size_t i = 0; i < kRegisters; ++i)
    std::memcpy(image.data() + kFsaveRegisters + i * 10, fxsave.data() + kFxsaveRegisters + i * 16,
                10);
  return image;
}

void load_fsave(std::span<const std::byte> fsave, std::span<std::byte> fxsave) {
  set_field(fxsave, 0, field<std::uint16_t>(fsave, 0));
  set_field(fxsave, 2, field<std::uint16_t>(fsave, 4));
  const auto tags = field<std::uint16_t>(fsave, 8);
  unsigned full = 0;
  for (unsigned i = 0; i < kRegisters; ++i)
    if ((tags >> 2 * i & 3u) != 3u) full |= 1u << i;
  set_field(fxsave, 4, static_cast<std::uint8_t>(full));
  set_field(fxsave, 6, field<std::uint16_t>(fsave, 18));
  set_field(fxsave, 8, field<std::uint32_t>(fsave, 12));
  set_field(fxsave, 12, static_cast<std::uint32_t>(field<std::uint16_t>(fsave, 16)));
  set_field(fxsave, 16, field<std::uint32_t>(fsave, 20));
  set_field(fxsave, 20, static_cast<std::uint32_t>(field<std::uint16_t>(fsave, 24)));
  for (std::size_t i = 0; i < kRegisters; ++i)
    std::memcpy(fxsave.data() + kFxsaveRegisters + i * 16, fsave.data() + kFsaveRegisters + i * 10,
                10);
}

}  // namespace ringfare
