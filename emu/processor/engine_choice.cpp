// SPDX-License-Identifier: MIT
#include "emu/processor/engine_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "cpu/base/failure.hpp"
#include "cpu/base/nearest.hpp"
#include "cpu/baseline.hpp"
#ifdef RINGFARE_UNICORN
#include "cpu/unicorn/unicorn_engine.hpp"
#endif

namespace ringfare {
namespace {

struct EngineRow {
  std::string_view name;
  EngineKind kind;
};
constexpr EngineRow kEngines[] = {{"auto", EngineKind::Automatic},
                                  {"translator", EngineKind::Translator},
                                  {"unicorn", EngineKind::Unicorn}};

struct IsaRow {
  std::string_view name;
  Isa isa;
};
constexpr IsaRow kIsas[] = {{"host", Isa::Host}, {"baseline", Isa::Baseline}};

template <class Rows>
const auto& row_named(const char* what, const Rows& rows, std::string_view name) {
  for (const auto& row : rows)
    if (row.name == name) return row;
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  throw UserError(fmt::format("unknown {} '{}'{}", what, name, suggestion(name, names)));
}

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
  return row_named("engine", kEngines, name).kind;
}

Isa isa_named(std::string_view name) {
  return row_named("instruction set", kIsas, name).isa;
}

std::string_view EngineChoice::name() const {
  return std::ranges::find(kEngines, kind, &EngineRow::kind)->name;
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
