// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"
#include "cpu/translator/translator.hpp"
#include "emu/processor/cpuid.hpp"

namespace ringfare {

/// The engines, and which instruction sets a guest is shown.
enum class EngineKind : std::uint8_t { Automatic, Translator, Unicorn };
enum class Isa : std::uint8_t {
  Host,      // all that the host has and the engine executes
  Baseline,  // what every engine executes: the same run on each
};

/// By their names on the command line; throw UserError naming the nearest one.
EngineKind engine_named(std::string_view name);
Isa isa_named(std::string_view name);

/// One engine, decided upon: never Automatic.
struct EngineChoice {
  EngineKind kind = EngineKind::Translator;
  std::string reason;  // why not the translator, where nobody asked for another; or empty

  std::string_view name() const;
  /// What CPUID may show a guest of this engine.
  Cpuid::Executes executes(Isa isa) const;
  std::unique_ptr<Engine> make(AddressSpace& memory, BlockObserver& observer,
                               const TranslatorOptions& options) const;
};

/// Automatic: the translator where the host can run it, else Unicorn. Throws UserError where the
/// engine cannot run here.
EngineChoice choose_engine(EngineKind wanted);

}  // namespace ringfare
