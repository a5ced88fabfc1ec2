// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// Exception vectors (SDM vol. 3, table 6-1).
namespace vector {
inline constexpr std::uint8_t kDivideError = 0, kDebug = 1, kBreakpoint = 3, kOverflow = 4,
                              kBoundRange = 5, kInvalidOpcode = 6, kDeviceNotAvailable = 7,
                              kDoubleFault = 8, kInvalidTss = 10, kNotPresent = 11, kStack = 12,
                              kProtection = 13, kPageFault = 14, kX87Error = 16,
                              kAlignmentCheck = 17, kSimdError = 19, kControlProtection = 21;
}

/// Bits of a page fault's error code (SDM vol. 3, figure 4-12).
namespace page_fault_error {
inline constexpr std::uint32_t kPresent = 1u << 0, kWrite = 1u << 1, kUser = 1u << 2,
                               kFetch = 1u << 4;
}

/// Bits of DR6 (SDM vol. 3, figure 17-1).
namespace debug_status {
inline constexpr std::uint64_t kBreakpoints = 0xf, kSingleStep = 1u << 14;
}

/// Whether the processor pushes an error code (SDM vol. 3, table 6-1).
constexpr bool pushes_error_code(std::uint8_t raised) {
  return raised == vector::kDoubleFault ||
         (raised >= vector::kInvalidTss && raised <= vector::kPageFault) ||
         raised == vector::kAlignmentCheck || raised == vector::kControlProtection;
}

/// Whether it comes behind its instruction, which has been executed: a trap, not a fault.
constexpr bool is_trap(std::uint8_t raised) {
  return raised == vector::kDebug || raised == vector::kBreakpoint || raised == vector::kOverflow;
}

/// An exception as a processor raises it (SDM vol. 3, chapter 6). What raised #MF or #XM stands in
/// the status words of the x87 and SSE state.
struct Exception {
  std::uint8_t vector = 0;
  std::optional<std::uint32_t> error_code = {};  // nothing where the processor pushes none
  GuestAddress address = {};                     // #PF: the address accessed, as in CR2
  std::uint64_t debug_status = 0;                // #DB: its causes, as in DR6

  bool operator==(const Exception&) const = default;
};

/// #GP with an error code of 0: no segment is to blame.
constexpr Exception general_protection() {
  return {.vector = vector::kProtection, .error_code = 0};
}

/// #PF of user mode at `address`; `error`: the bits of its error code besides U/S.
constexpr Exception page_fault(GuestAddress address, std::uint32_t error) {
  return {.vector = vector::kPageFault,
          .error_code = page_fault_error::kUser | error,
          .address = address};
}

}  // namespace ringfare
