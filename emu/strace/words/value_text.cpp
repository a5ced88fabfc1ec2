// SPDX-License-Identifier: MIT
#include "emu/strace/words/value_text.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <bit>
#include <chrono>

#include "emu/linux/state/descriptor_names.hpp"
#include "emu/strace/words/names.hpp"

namespace ringfare {
namespace {

struct Escape {
  char character;
  std::string_view text;
};

constexpr Escape kEscapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\f', "\\f"}, {'\n', "\\n"},
                               {'\r', "\\r"}, {'\t', "\\t"},  {'\v', "\\v"}};

bool is_octal_digit(char c) {
  return c >= '0' && c <= '7';
}

/// What strace -x counts as ASCII: printable, and white space.
bool is_plain(char c) {
  return (c >= ' ' && c < '\177') || (c >= '\t' && c <= '\r');
}

/// A character as C writes it: an octal escape is as short as the next character allows.
std::string escaped(char c, bool before_digit, bool in_hex) {
  for (const Escape& escape : kEscapes)
    if (escape.character == c) return std::string(escape.text);
  if (c >= ' ' && c < '\177') return {c};
  const unsigned value = static_cast<unsigned char>(c);
  if (in_hex) return fmt::format("\\x{:02x}", value);
  return before_digit ? fmt::format("\\{:03o}", value) : fmt::format("\\{:o}", value);
}

}  // namespace

std::string quoted(std::string_view bytes, StringStyle style) {
  const bool plain = std::ranges::all_of(bytes, is_plain);
  if (style == StringStyle::Hex || (style == StringStyle::HexWhereNotAscii && !plain))
    return quoted_hex(bytes, bytes.size());
  std::string text = "\"";
  for (std::size_t i = 0; i < bytes.size(); ++i)
    text += escaped(bytes[i], i + 1 < bytes.size() && is_octal_digit(bytes[i + 1]),
                    style == StringStyle::HexEscapes);
  return text + '"';
}

std::string quoted(std::string_view bytes, std::size_t limit, StringStyle style) {
  return bytes.size() > limit ? quoted(bytes.substr(0, limit), style) + "..."
                              : quoted(bytes, style);
}

std::string quoted_hex(std::string_view bytes, std::size_t limit) {
  std::string text = "\"";
  for (const char c : bytes.substr(0, limit))
    text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return text + (bytes.size() > limit ? "\"..." : "\"");
}

std::string hex_text(std::uint64_t value) {
  return value == 0 ? "0" : fmt::format("{:#x}", value);
}

std::string address_text(std::uint64_t value) {
  return value == 0 ? "NULL" : fmt::format("{:#x}", value);
}

std::string octal_text(std::uint64_t value) {
  return fmt::format("0{:02o}", value);
}

std::string constant_text(const std::string& name, const std::string& number, ConstantStyle style) {
  if (style == ConstantStyle::Names || name == number) return name;
  return style == ConstantStyle::Numbers ? number : fmt::format("{} /* {} */", number, name);
}

std::string named(const NameTable& table, std::uint64_t value, ConstantStyle style) {
  const std::string text = named(table, value);
  if (style == ConstantStyle::Names) return text;
  // "0x80 /* O_??? */" has its number already.
  const bool unnamed = text[0] >= '0' && text[0] <= '9' && text.find('|') == text.npos;
  return style == ConstantStyle::Both && unnamed ? text
                                                 : constant_text(text, hex_text(value), style);
}

std::string descriptor_text(int fd, const DescribeOptions& options) {
  const std::string number = std::to_string(fd);
  if (!options.descriptors.any() || options.descriptor_names == nullptr) return number;
  const std::string name = options.descriptor_names->name(fd, options.descriptors);
  return name.empty() ? number : fmt::format("{}<{}>", number, name);
}

std::string mode_text(std::uint32_t mode, ConstantStyle style) {
  if (style != ConstantStyle::Names) return constant_text(mode_text(mode), octal_text(mode), style);
  const std::uint32_t permissions = mode & 0777;
  const std::uint32_t rest = mode & ~permissions;
  constexpr std::uint32_t kType = 0170000;
  if ((rest & kType) != 0 && named(names::kFileType, rest & kType)[0] == '0')
    return octal_text(mode);  // of no type there is
  return rest == 0 ? octal_text(permissions)
                   : named(names::kFileType, rest) + '|' + octal_text(permissions);
}

std::string device_text(std::uint64_t device, ConstantStyle style) {
  if (style != ConstantStyle::Names)
    return constant_text(device_text(device), hex_text(device), style);
  return fmt::format("makedev({}, {})", hex_text(major(device)), hex_text(minor(device)));
}

std::string date_text(std::int64_t seconds, std::uint64_t fraction, unsigned digits) {
  using namespace std::chrono;
  const sys_seconds moment{std::chrono::seconds(seconds)};
  const sys_days day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(moment - day);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  time.hours().count(), time.minutes().count(), time.seconds().count());
  if (fraction != 0) text += fmt::format(".{:0{}}", fraction, digits);
  return text + "+0000";
}

std::string signal_text(std::uint64_t number, ConstantStyle style) {
  return constant_text(signal_name(number), std::to_string(static_cast<int>(number)), style);
}

std::string signal_set_text(std::uint64_t mask, ConstantStyle style) {
  // A set with most signals in it is written as what is missing: ~[...].
  constexpr int kMost = 64 * 2 / 3;
  const bool inverted = std::popcount(mask) >= kMost;
  if (inverted) mask = ~mask;
  std::string text = inverted ? "~[" : "[";
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((mask >> bit & 1) == 0) continue;
    if (text.back() != '[') text += ' ';
    text += constant_text(short_signal_name(bit + 1), std::to_string(bit + 1), style);
  }
  return text + ']';
}

}  // namespace ringfare
