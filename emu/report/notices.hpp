// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdio>

#include "emu/bill/event.hpp"

namespace ringfare {

/// Warnings alone, one line each: "ringfare: warning: ...".
class Notices final : public Sink {
 public:
  explicit Notices(std::FILE* out) : out_(out) {}

  Interest interest(std::string_view) const override { return Interest::Nothing; }
  void on(Cycles, const Event& event) override {
    if (const auto* warning = std::get_if<WarningEvent>(&event))
      fmt::print(out_, "ringfare: {}\n", warning->text), std::fflush(out_);
  }

 private:
  std::FILE* out_;
};

}  // namespace ringfare
