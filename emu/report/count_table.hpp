// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include "emu/event.hpp"

namespace ringfare {

/// The table of `strace -c`, counted in cycles:
///
///     % cycles       cycles  cycles/call     calls    errors syscall
///     -------- ------------ ------------ --------- --------- ----------------
///        61.20         1284         1284         1           write
///        38.80          814          407         2         1 access
///     -------- ------------ ------------ --------- --------- ----------------
///       100.00         2098       699.33         3         1 total
class CountTable final : public Sink {
 public:
  CountTable(std::FILE* out, std::function<bool(std::string_view)> counts);

  Interest interest(std::string_view call) const override;
  void on(Cycles now, const Event& event) override;
  void finish() override;

 private:
  std::FILE* out_;
  std::function<bool(std::string_view)> counts_;
  std::map<std::string, Bill::Call> calls_;
};

}  // namespace ringfare
