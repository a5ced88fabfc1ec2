// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/color.h>

#include <string>
#include <string_view>

namespace ringfare {

/// Colours for a terminal, or none.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}

  std::string name(std::string_view text) const {
    return styled(text, fmt::fg(fmt::terminal_color::cyan));
  }
  std::string price(std::string_view text) const {
    return styled(text, fmt::fg(fmt::terminal_color::yellow));
  }
  std::string failure(std::string_view text) const {
    return styled(text, fmt::fg(fmt::terminal_color::red));
  }
  std::string heading(std::string_view text) const { return styled(text, fmt::emphasis::bold); }
  std::string faint(std::string_view text) const { return styled(text, fmt::emphasis::faint); }

 private:
  std::string styled(std::string_view text, fmt::text_style style) const {
    return on_ ? fmt::format(style, "{}", text) : std::string(text);
  }

  bool on_;
};

}  // namespace ringfare
