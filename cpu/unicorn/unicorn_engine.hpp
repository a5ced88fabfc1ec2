// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string_view>

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"

namespace ringfare {

/// The second engine: Unicorn, with a hook before every instruction that follows what it does.
/// Slow, but independent of the host's processor; stops, registers and totals are those of the
/// translator. What Unicorn does not execute as a processor does raises #UD and says so in the
/// stop; a guest is to be shown the features of `in_baseline` and no others. One instance at a time
/// takes the signals that ask the program to end.
class UnicornEngine final : public Engine {
 public:
  UnicornEngine(AddressSpace& memory, BlockObserver& observer);
  ~UnicornEngine() override;

  Stop run(Thread& thread, Budget budget) override;
  void invalidate(GuestRange range) override;
  std::vector<std::uint64_t> executions() const override;

  /// Why the last run ended in a refusal; empty otherwise.
  std::string_view why_refused() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace ringfare
