// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cpu/state.hpp"

namespace ringfare {

/// Which bytes of an instruction are displacement and immediate: they do not matter for its price.
struct Encoding {
  std::uint8_t fixed = 0;              // prefixes, opcode, ModRM and SIB: the bytes in front
  std::uint8_t displacement = 0;       // offset of the displacement; equals `fixed`
  std::uint8_t displacement_size = 0;  // 0, 1, 2 or 4
  bool locked = false;                 // F0 prefix
  bool repeated = false;               // a string instruction with an F2 or F3 prefix
};

/// `code` is one complete instruction. SDM vol. 2, chapter 2 and appendix A.
Encoding encoding_of(std::span<const std::uint8_t> code, CodeMode mode = CodeMode::Long64);

/// The displacement, sign-extended; 0 where there is none.
std::int32_t displacement(std::span<const std::uint8_t> code, const Encoding& encoding);

/// Equal for instructions of one mode that differ in displacement and immediate only.
struct EncodingKey {
  std::array<std::uint64_t, 2> words{};

  bool operator==(const EncodingKey&) const = default;
  std::uint64_t hash() const {
    std::uint64_t h = words[0] * 0x9e3779b97f4a7c15 ^ (words[1] + 0x7f4a7c15) * 0xff51afd7ed558ccd;
    return h ^ h >> 29;
  }
};

EncodingKey encoding_key(std::span<const std::uint8_t> code, const Encoding& encoding,
                         CodeMode mode = CodeMode::Long64);

}  // namespace ringfare
