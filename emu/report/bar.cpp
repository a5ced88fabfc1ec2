// SPDX-License-Identifier: MIT
#include "emu/report/bar.hpp"

#include <algorithm>

namespace ringfare {

std::string bar(Cycles from, Cycles length, Cycles whole, std::int64_t width) {
  std::string text(static_cast<std::size_t>(width), ' ');
  if (whole.hundredths <= 0 || length.hundredths <= 0) return text;
  const std::int64_t first = std::min(from.hundredths * width / whole.hundredths, width - 1);
  const std::int64_t last =
      std::clamp(((from + length).hundredths * width - 1) / whole.hundredths, first, width - 1);
  std::fill(text.begin() + first, text.begin() + last + 1, '#');
  return text;
}

}  // namespace ringfare
