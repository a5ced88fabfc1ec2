// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cpu/block.hpp"
#include "cpu/state.hpp"

struct ZydisDecodedInstruction_;
struct ZydisDecodedOperand_;

namespace ringfare {

/// Who pays for an instruction that CPU files price by name.
enum class Charge : std::uint8_t {
  ByName,      // wherever it is executed, the price of its key
  OnPaths,     // on kernel paths the price of its key; in programs it is an ordinary instruction
  ByExecutor,  // in programs whoever executes it in the engine's place adds the price
};

/// Operands that decide the key of an instruction.
enum class PricedOperands : std::uint8_t {
  Any,
  ToCr3,
  ToControl,  // another control register
  FromCr3,
  FromControl,
  ToSs,
  ToFsOrGs,
  ToDsOrEs,
  FromSegment,
};

/// One instruction and the key of its price: the only place that joins the two.
struct PricedInstruction {
  std::uint16_t mnemonic;  // ZydisMnemonic, or kLkgs
  std::string_view key;    // of models/price_keys.hpp; "" for a door, whose steps have keys
  Charge charge = Charge::ByName;
  PricedOperands operands = PricedOperands::Any;
  std::optional<SystemInstruction> emulated = {};  // what an engine calls it
};

/// LKGS, for which the decoder has no mnemonic (FRED specification, chapter 10).
inline constexpr std::uint16_t kLkgs = 0xffff;

/// A model-specific register that is dearer or cheaper to write than others.
struct PricedMsr {
  std::uint32_t number;
  std::string_view key;
};

/// All rows, for whoever checks them.
std::span<const PricedInstruction> priced_instructions();
std::span<const PricedMsr> priced_msrs();

/// The key of an instruction on a kernel path; "" where it has none: an ordinary one, or a door.
std::string_view path_price_key(const ZydisDecodedInstruction_& instruction,
                                const ZydisDecodedOperand_* operands);
std::string_view path_price_key(std::uint16_t mnemonic);

/// The key of an instruction of a program; "" where its executor charges for it, nothing where it
/// is an ordinary one.
std::optional<std::string_view> program_price_key(const ZydisDecodedInstruction_& instruction,
                                                  const ZydisDecodedOperand_* operands);
/// The same for one complete instruction in `code`.
std::optional<std::string_view> program_price_key(std::span<const std::uint8_t> code,
                                                  CodeMode mode);

/// The key of an instruction that engines hand out.
std::string_view price_key(SystemInstruction instruction);

/// The key of WRMSR where ECX holds `msr`.
std::string_view wrmsr_price_key(std::uint32_t msr);

}  // namespace ringfare
