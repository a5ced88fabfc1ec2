// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "emu/linux/abi/arguments.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

class Process;

/// A handler answers one call: it does the work and returns the value or -errno.
using CallHandler = std::int64_t (*)(Process&, const CallArguments&);

/// How much of a call the personality does: as Linux, with the limits of the note, an error that
/// Linux gives to some (the note says whom), or not at all (-ENOSYS).
enum class Support : std::uint8_t { Full, Partial, Refused, No };

/// The groups of `-e trace=%GROUP`, as in strace(1).
enum class CallGroup : std::uint16_t {
  File = 1,
  Descriptor = 2,
  Memory = 4,
  Process = 8,
  Signal = 16,
  Network = 32,
  Ipc = 64,
  Credentials = 128,
  Clock = 256,
  Pure = 512,
};

/// Parsed from letters: F D M P S N I C K U in the order of `CallGroup`.
class CallGroups {
 public:
  consteval CallGroups(const char* letters) {
    constexpr std::string_view kLetters = "FDMPSNICKU";
    for (const char letter : std::string_view(letters)) {
      const std::size_t bit = kLetters.find(letter);
      if (bit == kLetters.npos) throw "not a group of calls";
      bits_ = static_cast<std::uint16_t>(bits_ | 1u << bit);
    }
  }
  constexpr bool contains(CallGroup group) const {
    return (bits_ & static_cast<std::uint16_t>(group)) != 0;
  }

 private:
  std::uint16_t bits_ = 0;
};

struct CallGroupName {
  CallGroup group;
  std::string_view name;
};

inline constexpr CallGroupName kCallGroupNames[] = {
    {CallGroup::File, "file"},     {CallGroup::Descriptor, "desc"},
    {CallGroup::Memory, "memory"}, {CallGroup::Process, "process"},
    {CallGroup::Signal, "signal"}, {CallGroup::Network, "network"},
    {CallGroup::Ipc, "ipc"},       {CallGroup::Credentials, "creds"},
    {CallGroup::Clock, "clock"},   {CallGroup::Pure, "pure"},
};

inline constexpr std::int16_t kNoNumber = -1;

/// One system call. A call whose arguments differ between the ABIs has a row for each.
struct SyscallRow {
  std::int16_t amd64, i386;  // numbers of Linux 6.1, kNoNumber where the ABI lacks it
  std::string_view name;
  ArgList args;
  CallGroups groups;
  CallHandler handler = nullptr;
  Support support = Support::No;
  std::string_view note = {};
};

}  // namespace ringfare
