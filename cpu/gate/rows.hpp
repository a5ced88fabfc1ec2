// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "cpu/gate/gate.hpp"

namespace ringfare {

/// The rows of each door; each table lives in the file of its functions.
std::span<const MicroStep> interrupt_steps();
std::span<const MicroStep> iret_steps();
std::span<const MicroStep> syscall_steps();
std::span<const MicroStep> sysret_steps();
std::span<const MicroStep> sysenter_steps();
std::span<const MicroStep> sysexit_steps();
std::span<const MicroStep> fred_steps();
std::span<const MicroStep> eretu_steps();

inline constexpr Fault kUndefined{vector::kInvalidOpcode, ErrorCode::None},
    kGeneralProtection{vector::kProtection, ErrorCode::Zero},
    kPageFault{vector::kPageFault, ErrorCode::Zero};

constexpr bool canonical(std::uint64_t address) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(address << 16) >> 16) == address;
}

// Segments that fast doors load: fixed attributes, no descriptor is read.
constexpr Segment flat_code(std::uint64_t selector, std::uint8_t dpl, bool code64) {
  return {.selector = static_cast<std::uint16_t>(selector),
          .dpl = dpl,
          .long_mode = code64,
          .default_size = !code64};
}
constexpr Segment flat_stack(std::uint64_t selector, std::uint8_t dpl) {
  return {.selector = static_cast<std::uint16_t>(selector), .dpl = dpl, .default_size = true};
}

/// Whether each step has its door, a key, a clause and words, and a fault exactly if it checks.
constexpr bool says_everything(std::span<const MicroStep> rows, Door door) {
  return std::ranges::all_of(rows, [&](const MicroStep& s) {
    return s.door == door && !s.key.empty() && !s.clause.empty() && !s.what.empty() &&
           (s.passes != nullptr) == (s.fault.vector != 0);
  });
}

/// Whether each key is charged whatever the vendor and mode: steps differ, what is paid does not.
constexpr bool all_pay_the_same(std::span<const MicroStep> rows) {
  const auto covers = [](const MicroStep& s, Vendors vendor, Modes mode) {
    return (s.vendors == Vendors::All || s.vendors == vendor) &&
           (s.modes == Modes::All || s.modes == mode);
  };
  for (const MicroStep& a : rows)
    for (const Vendors vendor : {Vendors::Intel, Vendors::Amd})
      for (const Modes mode : {Modes::Legacy, Modes::Long})
        if (!std::ranges::any_of(rows, [&](const MicroStep& b) {
              return b.key == a.key && covers(b, vendor, mode);
            }))
          return false;
  return true;
}

}  // namespace ringfare
