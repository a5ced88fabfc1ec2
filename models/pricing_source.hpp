// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "models/pricing_encoding.hpp"
#include "models/pricing_form.hpp"

namespace ringfare {

/// Where forms come from: what one processor makes of one instruction.
class FormSource {
 public:
  virtual ~FormSource() = default;

  /// `code` is one complete instruction.
  virtual Form build(std::span<const std::uint8_t> code, const Encoding& encoding) const = 0;
};

}  // namespace ringfare
