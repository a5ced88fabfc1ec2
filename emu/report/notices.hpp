// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>

#include "emu/bill/event.hpp"

namespace ringfare {

struct Report;
struct ReportInputs;

/// Warnings alone, one line each:
///
///     ringfare: note: the translator engine runs the guest
///     ringfare: stopped after 1000 instructions, as --max-instructions says
class Notices final : public Sink {
 public:
  explicit Notices(std::FILE* out) : out_(out) {}

  Interest interest(std::string_view) const override { return Interest::Nothing; }
  void on(Cycles now, const Event& event) override;

 private:
  std::FILE* out_;
};

Report notices_report(const ReportInputs& inputs);

}  // namespace ringfare
