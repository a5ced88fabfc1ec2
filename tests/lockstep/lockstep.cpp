// SPDX-License-Identifier: MIT
#include "lockstep.hpp"

#include <fmt/format.h>

#include "known_differences.hpp"

namespace ringfare::lockstep {
namespace {

/// How many instructions lie before `offset`.
std::size_t index_at(const std::vector<Code>& instructions, std::uint64_t offset) {
  std::size_t index = 0;
  for (std::uint64_t at = 0; index < instructions.size() && at < offset; ++index)
    at += instructions[index].size();
  return index;
}

/// Instructions retired: what was executed, and the gate behind the block where it was reached.
std::string wrong_count(const Result& result, std::size_t executed) {
  const std::uint64_t expected = executed + (result.outcome.faulted ? 0 : 1);
  if (result.retired == expected) return {};
  return fmt::format("    {:<12} {} expected {}\n", "retired", result.retired, expected);
}

std::string titled(const char* title, const std::string& text) {
  return text.empty() ? text : fmt::format("  {}\n{}", title, text);
}

}  // namespace

Lockstep::Lockstep(CodeMode mode, TranslatorOptions options)
    : mode_(mode),
      translator_(ground_.memory, prices_, options),
      unicorn_(ground_.memory, prices_),
      on_translator_(ground_, translator_),
      on_unicorn_(ground_, unicorn_) {}

std::string Lockstep::compare(const Draft& block, const Snapshot& before) {
  const Code code = block.code();
  const auto instructions = block.instructions();
  const Result expected = native_.run(code, before);
  const std::size_t executed = index_at(instructions, expected.outcome.offset);
  faults_ += expected.outcome.faulted;

  const Result translated = on_translator_.run(code, before);
  std::string text = titled(
      "translator", differences(expected, translated, {}) + wrong_count(translated, executed));
  if (!block.on_unicorn() || beyond_unicorn(block, expected)) return text;
  ++blocks_on_unicorn_;
  const Result emulated = on_unicorn_.run(code, before);
  if (!unicorn_.why_refused().empty()) {
    ++refusals_;
    return text;
  }
  const Tolerance tolerance = tolerance_on_unicorn(block, expected);
  std::string unicorn =
      differences(expected, emulated, tolerance) + wrong_count(emulated, executed);
  if (on_unicorn_.totals() != on_translator_.totals())
    unicorn += "    totals are not the translator's\n";
  if (!unicorn.empty() && met_other_nan(block, before)) return text;
  return text + titled("unicorn", unicorn);
}

/// Whether some part of the block from its beginning leaves registers that differ in NaN payloads
/// only: what follows may make any difference of those.
bool Lockstep::met_other_nan(const Draft& block, const Snapshot& before) {
  Draft part{.mode = block.mode};
  for (const Item& item : block.items) {
    part.items.push_back(item);
    const Code code = part.code();
    const Result expected = native_.run(code, before), actual = on_unicorn_.run(code, before);
    Tolerance tolerance = tolerance_on_unicorn(part, expected);
    if (!differences(expected, actual, tolerance).empty()) return false;
    tolerance.nan_payloads = false;
    if (!differences(expected, actual, tolerance).empty()) return true;
  }
  return false;
}

/// Drops items as long as what remains still differs.
Draft Lockstep::shrink(Draft block, const Snapshot& before) {
  for (std::size_t i = block.items.size(); i-- > 0 && block.items.size() > 1;) {
    Draft without = block;
    without.items.erase(without.items.begin() + static_cast<std::ptrdiff_t>(i));
    if (!compare(without, before).empty()) block = std::move(without);
  }
  return block;
}

std::optional<std::string> Lockstep::run(std::uint64_t seed, std::uint64_t n) {
  Random random(seed * 0x100000001b3 + n);
  const Draft block = draw_block(random, mode_);
  const Snapshot before = draw_snapshot(random, mode_);
  if (compare(block, before).empty()) return std::nullopt;
  const Draft shortest = shrink(block, before);
  return fmt::format("seed {} block {}:\n{}{}", seed, n, shortest.text(),
                     compare(shortest, before));
}

}  // namespace ringfare::lockstep
