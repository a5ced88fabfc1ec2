// SPDX-License-Identifier: MIT
#include "models/pricing/core.hpp"

#include <algorithm>
#include <array>

namespace ringfare {
namespace {

// Widths: Intel Optimization Reference Manual, chapter 2 (4 until Skylake, 5 for Sunny Cove, 6 for
// Golden Cove); AMD Software Optimization Guides for families 17h and 19h (6 macro-operations, 5 in
// Zen 1). Move elimination: the same, and Intel erratum ICL065 (general registers switched off on
// Ice Lake). Locked operations, slow LEA and false dependencies: uops.info measurements.
// REP strings: Intel Optimization Reference Manual, "REP String Enhancement" (about 20 cycles for a
// short string); AMD publication 25112, table 6 (15 cycles and one per element).
constexpr std::uint16_t kSandyBridge =
    Trait::WideFusion | Trait::SlowLea | Trait::StackSynchronised | Trait::ScanReadsDestination;
constexpr std::uint16_t kIvyBridge = kSandyBridge | Trait::FreeMoves | Trait::FreeVectorMoves;
constexpr std::uint16_t kSkylake = kIvyBridge | Trait::QuickForwarding;
constexpr std::uint16_t kIceLake =
    Trait::WideFusion | Trait::StackSynchronised | Trait::FreeVectorMoves | Trait::QuickForwarding;
constexpr std::uint16_t kGoldenCove = kIceLake | Trait::FreeMoves;
constexpr std::uint16_t kZen = Trait::MacroOperations | Trait::FreeMoves | Trait::FreeVectorMoves;

constexpr CoreRow kCores[] = {
    {"sandybridge", 4, 18, 20, kSandyBridge},
    {"ivybridge", 4, 18, 20, kIvyBridge},
    {"haswell", 4, 18, 20, kIvyBridge},
    {"broadwell", 4, 18, 20, kIvyBridge},
    {"skylake", 4, 18, 20, kSkylake},  // and skylake-avx512
    {"cascadelake", 4, 18, 20, kSkylake},
    {"icelake", 5, 18, 20, kIceLake},
    {"tigerlake", 5, 18, 20, kIceLake},
    {"rocketlake", 5, 18, 20, kIceLake},
    {"alderlake", 6, 18, 20, kGoldenCove},
    {"sapphirerapids", 6, 18, 20, kGoldenCove},
    {"znver1", 5, 17, 15, kZen},
    {"znver2", 6, 17, 15, kZen},
    {"znver", 6, 8, 15, kZen | Trait::WideFusion},
    {"", 4, 18, 20, Trait::WideFusion | Trait::StackSynchronised},
};

// uops.info and Agner Fog's instruction tables: DIV and IDIV with a small quotient. LLVM's tables
// for these cores give one worst case for all widths.
constexpr DivisionRow kDivisions[] = {
    {"skylake", "DIV8", 23, 6, 10},     {"skylake", "DIV16", 23, 6, 10},
    {"skylake", "DIV32", 26, 6, 10},    {"skylake", "DIV64", 36, 21, 36},
    {"skylake", "IDIV8", 23, 6, 10},    {"skylake", "IDIV16", 23, 6, 10},
    {"skylake", "IDIV32", 26, 6, 10},   {"skylake", "IDIV64", 42, 24, 57},
    {"haswell", "DIV8", 23, 9, 10},     {"haswell", "DIV16", 24, 10, 10},
    {"haswell", "DIV32", 26, 10, 10},   {"haswell", "DIV64", 36, 21, 36},
    {"haswell", "IDIV8", 23, 8, 9},     {"haswell", "IDIV16", 23, 8, 9},
    {"haswell", "IDIV32", 26, 8, 9},    {"haswell", "IDIV64", 42, 24, 59},
    {"broadwell", "DIV32", 26, 10, 10}, {"broadwell", "DIV64", 36, 21, 36},
    {"broadwell", "IDIV32", 26, 8, 9},  {"broadwell", "IDIV64", 42, 24, 59},
    {"icelake", "DIV8", 15, 6, 4},      {"icelake", "DIV16", 15, 6, 4},
    {"icelake", "DIV32", 12, 6, 4},     {"icelake", "DIV64", 15, 10, 4},
    {"icelake", "IDIV8", 15, 6, 4},     {"icelake", "IDIV16", 15, 6, 4},
    {"icelake", "IDIV32", 12, 6, 4},    {"icelake", "IDIV64", 18, 10, 4},
};

constexpr std::string_view kClearing[] = {
    "PCMPGTBrr", "PCMPGTDrr", "PCMPGTWrr", "PSUBBrr",   "PSUBDrr",   "PSUBQrr",
    "PSUBWrr",   "PXORrr",    "SUB32rr",   "SUB64rr",   "VPSUBBYrr", "VPSUBBrr",
    "VPSUBDYrr", "VPSUBDrr",  "VPSUBQYrr", "VPSUBQrr",  "VPSUBWYrr", "VPSUBWrr",
    "VPXORDZrr", "VPXORYrr",  "VPXORrr",   "VXORPDYrr", "VXORPDrr",  "VXORPSYrr",
    "VXORPSrr",  "XOR32rr",   "XOR64rr",   "XORPDrr",   "XORPSrr",
};
static_assert(std::ranges::is_sorted(kClearing));

constexpr MoveRow kMoves[] = {
    {"MOV32rr", false},   {"MOV64rr", false},  {"MOVAPDrr", true},   {"MOVAPSrr", true},
    {"MOVDQArr", true},   {"MOVDQUrr", true},  {"MOVUPDrr", true},   {"MOVUPSrr", true},
    {"VMOVAPDYrr", true}, {"VMOVAPDrr", true}, {"VMOVAPSYrr", true}, {"VMOVAPSrr", true},
    {"VMOVDQAYrr", true}, {"VMOVDQArr", true}, {"VMOVDQUYrr", true}, {"VMOVDQUrr", true},
    {"VMOVUPSYrr", true}, {"VMOVUPSrr", true},
};
static_assert(std::ranges::is_sorted(kMoves, {}, &MoveRow::opcode));

/// Conditions: bit c for the code c of Jcc (SDM vol. 1, appendix B).
constexpr std::uint16_t kEvery = 0xffff;
constexpr std::uint16_t kCarryZeroOrSigned = 0xf0fc;
constexpr std::uint16_t kZeroOrSigned = 0xf030;

struct FusionRow {
  std::string_view prefix;
  std::uint16_t conditions;
  bool wide;  // not on every core
};

// Intel Optimization Reference Manual, table 2-25 (macro-fusible instructions).
constexpr FusionRow kFusion[] = {
    {"ADD", kCarryZeroOrSigned, true},
    {"AND", kEvery, true},
    {"CMP", kCarryZeroOrSigned, false},
    {"DEC", kZeroOrSigned, true},
    {"INC", kZeroOrSigned, true},
    {"SUB", kCarryZeroOrSigned, true},
    {"TEST", kEvery, false},
};

/// "rr", "rm", ... behind a mnemonic and its width; empty for another mnemonic.
std::string_view operand_letters(std::string_view opcode, std::string_view mnemonic) {
  std::string_view rest = opcode.substr(mnemonic.size());
  const std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789"));
  if (digits != "8" && digits != "16" && digits != "32" && digits != "64") return {};
  return rest.substr(digits.size());
}

}  // namespace

const CoreRow& core_row(std::string_view llvm_cpu) {
  return *std::ranges::find_if(
      kCores, [&](const CoreRow& row) { return llvm_cpu.starts_with(row.llvm_cpu); });
}

const DivisionRow* division_row(std::string_view llvm_cpu, std::string_view opcode) {
  for (const DivisionRow& row : kDivisions)
    if (llvm_cpu.starts_with(row.llvm_cpu) && row.opcode == opcode) return &row;
  return nullptr;
}

bool clears_by_itself(std::string_view opcode) {
  return std::ranges::binary_search(kClearing, opcode);
}

const MoveRow* move_row(std::string_view opcode) {
  const auto row = std::ranges::lower_bound(kMoves, opcode, {}, &MoveRow::opcode);
  return row != std::end(kMoves) && row->opcode == opcode ? row : nullptr;
}

std::uint16_t fusible_conditions(std::string_view opcode, bool widely) {
  for (const FusionRow& row : kFusion) {
    if (!opcode.starts_with(row.prefix) || (row.wide && !widely)) continue;
    const std::string_view letters = operand_letters(opcode, row.prefix);
    // A memory destination or memory with an immediate does not fuse.
    if (letters.empty() || letters.starts_with("mi") || (letters.starts_with("m") && row.wide))
      return 0;
    return row.conditions;
  }
  return 0;
}

}  // namespace ringfare
