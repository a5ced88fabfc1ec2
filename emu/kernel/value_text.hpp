// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ringfare {

// Single values as strace writes them.

/// "hello\n" in quotes with C's escapes; with `limit`, `"hel"...`.
std::string quoted(std::string_view bytes);
std::string quoted(std::string_view bytes, std::size_t limit);
/// "\x0c\x50"
std::string quoted_hex(std::string_view bytes, std::size_t limit);

std::string hex_text(std::uint64_t value);      // 0x1f, 0
std::string address_text(std::uint64_t value);  // 0x1f, NULL
std::string octal_text(std::uint64_t value);    // 0644, 022, 000
std::string mode_text(std::uint32_t mode);      // S_IFREG|0644
std::string device_text(std::uint64_t device);  // makedev(0x88, 0)

/// 2026-01-01T00:00:00.000000005+0000: `fraction` of `digits` digits, left out where it is zero.
/// Always UTC, so that runs repeat.
std::string date_text(std::int64_t seconds, std::uint64_t fraction, unsigned digits);

/// [INT TERM], ~[RTMIN RT_1]
std::string signal_set_text(std::uint64_t mask);

}  // namespace ringfare
