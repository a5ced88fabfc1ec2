// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cpu/translator/translator.hpp"
#include "cpu/unicorn/unicorn_engine.hpp"
#include "generator.hpp"
#include "ground.hpp"
#include "native.hpp"

namespace ringfare::lockstep {

/// Runs random blocks of one mode from random states on the bare host, the translator and Unicorn.
class Lockstep {
 public:
  explicit Lockstep(CodeMode mode, TranslatorOptions options = {.lanes = 4});

  /// Block number `n` of the series `seed`: nothing where all agree; else the seed, the shortest
  /// block that still differs, and what differs.
  std::optional<std::string> run(std::uint64_t seed, std::uint64_t n);

  std::uint64_t blocks_on_unicorn() const { return blocks_on_unicorn_; }
  std::uint64_t refusals() const { return refusals_; }
  std::uint64_t faults() const { return faults_; }

 private:
  std::string compare(const Draft& block, const Snapshot& before);
  bool met_other_nan(const Draft& block, const Snapshot& before);
  Draft shrink(Draft block, const Snapshot& before);

  CodeMode mode_;
  Ground ground_;
  CutPrices prices_;
  Native native_;
  Translator translator_;
  UnicornEngine unicorn_;
  Guest on_translator_, on_unicorn_;
  std::uint64_t blocks_on_unicorn_ = 0, refusals_ = 0, faults_ = 0;
};

}  // namespace ringfare::lockstep
