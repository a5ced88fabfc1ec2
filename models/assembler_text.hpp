// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/base/failure.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// The assembly of several stages as one text that is safe to hand to an assembler: comments are
/// blanked, `.rept` is written out, directives outside a short list are refused.
struct AssemblyText {
  struct Line {
    std::uint16_t stage;  // index into the stages given
    SourcePosition at;    // line of the model file
  };

  std::string text;
  std::vector<Line> lines;  // lines[n - 1] is where line n of `text` comes from
};

/// Throws UserError pointing into the model file.
AssemblyText assembly_text(const std::vector<const StageModel*>& stages);

}  // namespace ringfare
