// SPDX-License-Identifier: MIT
#include "emu/processor/engine_choice.hpp"

#include <algorithm>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"
#include "cpu/baseline.hpp"
#ifdef RINGFARE_UNICORN
#include "cpu/unicorn/unicorn_engine.hpp"
#endif

namespace ringfare {
namespace {

constexpr Choice<EngineKind> kEngines[] = {{"auto", EngineKind::Automatic},
                                           {"translator", EngineKind::Translator},
                                           {"unicorn", EngineKind::Unicorn}};

constexpr Choice<Isa> kIsas[] = {{"host", Isa::Host}, {"baseline", Isa::Baseline}};

#ifdef RINGFARE_UNICORN
std::unique_ptr<Engine> make_unicorn(AddressSpace& memory, BlockObserver& observer) {
  return std::make_unique<UnicornEngine>(memory, observer);
}
constexpr bool kHasUnicorn = true;
#else
std::unique_ptr<Engine> make_unicorn(AddressSpace&, BlockObserver&) {
  return nullptr;
}
constexpr bool kHasUnicorn = false;
#endif

}  // namespace

EngineKind engine_named(std::string_view name) {
  return choose("--engine", name, kEngines);
}

Isa isa_named(std::string_view name) {
  return choose("--isa", name, kIsas);
}

std::string_view EngineChoice::name() const {
  return std::ranges::find(kEngines, kind, &Choice<EngineKind>::value)->word;
}

Cpuid::Executes EngineChoice::executes(Isa isa) const {
  const bool all = kind == EngineKind::Translator && isa == Isa::Host;
  return all ? executes_everything : in_baseline;
}

std::unique_ptr<Engine> EngineChoice::make(AddressSpace& memory, BlockObserver& observer,
                                           const TranslatorOptions& options) const {
  if (kind == EngineKind::Unicorn) {
    if (!options.counts) throw UserError("--no-counts: only the translator can run without counts");
    return make_unicorn(memory, observer);
  }
  return std::make_unique<Translator>(memory, observer, options);
}

EngineChoice choose_engine(EngineKind wanted) {
  if (wanted == EngineKind::Unicorn && !kHasUnicorn)
    throw UserError(
        "--engine unicorn: this ringfare was built without Unicorn; install libunicorn-dev and "
        "build again");
  if (wanted != EngineKind::Automatic) return {.kind = wanted};
  std::string reason = Translator::why_not_here();
  const bool fall_back = !reason.empty() && kHasUnicorn;
  return {.kind = fall_back ? EngineKind::Unicorn : EngineKind::Translator,
          .reason = fall_back ? std::move(reason) : std::string{}};
}

}  // namespace ringfare
