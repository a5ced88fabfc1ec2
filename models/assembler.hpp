// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/base/failure.hpp"
#include "cpu/base/quantity.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// One instruction of the assembled path.
struct AssembledInstruction {
  KernelAddress address;
  std::uint8_t length = 0;
  std::uint16_t stage = 0;  // index into KernelText::stages
  SourcePosition at;        // line of the model file
};

/// The active stages of a kernel, assembled together at `base`.
struct KernelText {
  KernelAddress base;
  std::vector<std::uint8_t> code;
  std::vector<const StageModel*> stages;           // active ones with assembly, in file order
  std::vector<AssembledInstruction> instructions;  // ascending by address
  std::map<std::string, KernelAddress, std::less<>> labels;
};

/// Assembles with LLVM MC (AT&T) code of `bits` bits, 64 or 32. `symbols` are absolute symbols the
/// text may use; labels of all stages are visible to all. Throws UserError pointing into the model
/// file for every mistake: bad mnemonic or operand, unknown symbol, .include/.incbin and other
/// directives that read files or allocate without bound.
KernelText assemble(const std::vector<const StageModel*>& stages, KernelAddress base,
                    const std::map<std::string, std::uint64_t, std::less<>>& symbols,
                    unsigned bits = 64);

}  // namespace ringfare
