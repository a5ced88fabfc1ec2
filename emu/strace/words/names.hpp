// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "emu/linux/abi/arguments.hpp"

namespace ringfare {

struct Name {
  std::uint64_t value;
  std::string_view text;
};

/// How a number reads as names: one of `choices` in the bits of `choice_mask`, then any of `flags`,
/// joined by "|". A row of `flags` may be several bits; earlier rows win.
struct NameTable {
  std::span<const Name> choices;
  std::uint64_t choice_mask;
  std::span<const Name> flags;
  std::string_view unknown;  // "SEEK_???"
};

/// "SEEK_SET", "O_RDWR|O_CREAT", "0x4d /* SEEK_??? */", "PROT_READ|0x100".
std::string named(const NameTable& table, std::uint64_t value);

/// The table for arguments of a kind; null where they are not names.
const NameTable* names_of(ArgKind kind);

namespace names {
extern const NameTable kOpenFlags, kDescriptorFlags, kFileType, kSealFlags, kIoctlRequests,
    kSignalActionFlags, kPollEvents, kEpollEvents, kSignalStackFlags, kStatfsType, kStatfsFlags,
    kStatxMask, kLockType, kWhence, kDirectoryEntryType, kInputFlags, kBaudRate, kOutputFlags,
    kControlFlags, kLocalFlags, kControlType, kRingFlags, kRingFeatures;
}

/// "ENOENT", or empty.
std::string_view error_name(int error);

/// "SIGINT", "SIGRT_3", "0", "99"; without the "SIG": "INT", "RT_3", "RTMIN".
std::string signal_name(std::uint64_t number);
std::string short_signal_name(unsigned number);

}  // namespace ringfare
