// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "emu/linux/abi/arguments.hpp"
#include "emu/linux/abi/call_request.hpp"
#include "emu/linux/abi/call_traits.hpp"

namespace ringfare {

class Process;

/// A handler answers one call: it does the work and returns the value or -errno.
using CallHandler = std::int64_t (*)(Process&, const CallArguments&);

/// How much of a call the personality does: as Linux, with the limits of the note, an error that
/// Linux gives to some (the note says whom), or not at all (-ENOSYS).
enum class Support : std::uint8_t { Full, Partial, Refused, No };

/// Who answers a call, and how well.
struct CallAnswer {
  CallHandler handler = nullptr;
  Support support = Support::No;
  std::string_view note = {};
};

inline constexpr std::int16_t kNoNumber = -1;

/// One system call. A call whose arguments differ between the ABIs has a row for each.
struct SyscallRow {
  std::int16_t amd64, i386;  // numbers of Linux 6.1, kNoNumber where the ABI lacks it
  std::string_view name;
  ArgList args;
  CallTraits traits;
  CallAnswer answer = {};
};

constexpr std::int16_t number_of(const SyscallRow& row, Abi abi) {
  return abi == Abi::Amd64 ? row.amd64 : row.i386;
}

}  // namespace ringfare
