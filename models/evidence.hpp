// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cpu/base/failure.hpp"
#include "cpu/base/quantity.hpp"

namespace ringfare {

/// How we know a number (docs/models.md).
enum class Evidence : std::uint8_t { Measured, Vendor, Published, Fitted, Assumed };

std::string_view to_string(Evidence evidence);

/// A number of cycles with the evidence for it and its source.
struct Price {
  Cycles cycles;
  Evidence evidence = Evidence::Assumed;
  std::string source;
  SourcePosition at;
};

}  // namespace ringfare
