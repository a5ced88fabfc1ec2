// SPDX-License-Identifier: MIT
#include "emu/crossing/register_sources.hpp"

#include "emu/crossing/doorway.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kLow32 = 0xffffffff;

/// A register comes from what it equals, if what it was computed from allows it.
std::optional<Source> source_of(Gpr r, const Passage& passage) {
  const std::uint64_t now = passage.after[r];
  const Provenance from = passage.origins.gpr[static_cast<std::size_t>(r)];
  if (r == Gpr::Rax) {
    if (!passage.result)
      return from & origin::kUnrepeatable ? std::nullopt : std::optional(Source::Answer);
    return now == *passage.result ? std::optional(Source::Result) : std::nullopt;
  }
  if (passage.gate == Gate::Sysenter && (r == Gpr::Rcx || r == Gpr::Rsp) &&
      now == passage.before[Gpr::Rbp])
    return Source::UserRbp;
  constexpr Provenance kGuests = origin::kUserRegister | origin::kPointer | origin::kUserMemory;
  if (r != Gpr::Rsp && !(from & kGuests))
    return from & origin::kUnrepeatable ? std::nullopt : std::optional(Source::Fixed);
  const auto pointer = sixth_argument(passage.gate, passage.before.mode());
  if (pointer && r == Gpr::Rbp && (from & origin::kUserMemory)) {
    const KernelAddress place{passage.before[*pointer] & kLow32};
    const auto word = passage.memory.load(place, 4, PageTable::Kernel);
    return word && word->bits == now ? std::optional(Source::SixthWord) : std::nullopt;
  }
  return now == passage.before[r] ? std::optional(Source::Kept) : std::nullopt;
}

}  // namespace

IntegerRegisters IntegerRegisters::of(const Registers& r) {
  return {r.gpr, r.rip, r.rflags, r.cs, r.ss, r.ds, r.es, r.gs};
}

void IntegerRegisters::apply(Registers& r) const {
  r.gpr = gpr;
  r.rip = rip;
  r.rflags = rflags;
  r.cs = cs;
  r.ss = ss;
  r.ds = ds;
  r.es = es;
  r.gs = gs;
}

std::optional<Sources> sources_of(const Passage& passage) {
  Sources sources{};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto source = source_of(static_cast<Gpr>(i), passage);
    if (!source) return std::nullopt;
    sources[i] = *source;
  }
  const bool same_data =
      passage.after.ds == passage.before.ds && passage.after.es == passage.before.es;
  return same_data ? std::optional(sources) : std::nullopt;
}

}  // namespace ringfare
