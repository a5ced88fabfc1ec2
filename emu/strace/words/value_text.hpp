// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emu/strace/words/describe_options.hpp"
#include "emu/strace/words/names.hpp"

namespace ringfare {

// Single values as strace writes them.

/// "hello\n" in quotes with C's escapes; with `limit`, `"hel"...`.
std::string quoted(std::string_view bytes, StringStyle style = StringStyle::Escapes);
std::string quoted(std::string_view bytes, std::size_t limit,
                   StringStyle style = StringStyle::Escapes);
/// "\x0c\x50"
std::string quoted_hex(std::string_view bytes, std::size_t limit);

std::string hex_text(std::uint64_t value);      // 0x1f, 0
std::string address_text(std::uint64_t value);  // 0x1f, NULL
std::string octal_text(std::uint64_t value);    // 0644, 022, 000
// S_IFREG|0644, makedev(0x88, 0)
std::string mode_text(std::uint32_t mode, ConstantStyle style = ConstantStyle::Names);
std::string device_text(std::uint64_t device, ConstantStyle style = ConstantStyle::Names);

/// `name` for `number` in the style of named constants; a name that is the number stays alone.
std::string constant_text(const std::string& name, const std::string& number, ConstantStyle style);
std::string named(const NameTable& table, std::uint64_t value, ConstantStyle style);

/// 3, or 3</etc/passwd> where the options ask for it.
std::string descriptor_text(int fd, const DescribeOptions& options);

/// 2026-01-01T00:00:00.000000005+0000: `fraction` of `digits` digits, left out where it is zero.
/// Always UTC, so that runs repeat.
std::string date_text(std::int64_t seconds, std::uint64_t fraction, unsigned digits);

/// SIGINT, 2, 2 /* SIGINT */; [INT TERM], ~[RTMIN RT_1], [2 15]
std::string signal_text(std::uint64_t number, ConstantStyle style);
std::string signal_set_text(std::uint64_t mask, ConstantStyle style = ConstantStyle::Names);

}  // namespace ringfare
