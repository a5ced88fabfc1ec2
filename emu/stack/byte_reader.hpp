// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace ringfare {

/// Reads numbers from bytes in the encodings of DWARF 4, 7.6, and of .eh_frame (Linux Standard
/// Base, Core, "DWARF Extensions"). A read beyond the end gives 0 and makes `ok` false.
class ByteReader {
 public:
  /// `address`: where the bytes lie in the guest.
  ByteReader(std::span<const std::byte> bytes, std::uint64_t address)
      : bytes_(bytes), address_(address) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ >= bytes_.size(); }
  std::size_t offset() const { return at_; }
  std::uint64_t address() const { return address_ + at_; }
  void go_to(std::size_t offset) { at_ = offset; }

  template <class T>
  T fixed() {
    T value{};
    if (at_ > bytes_.size() || bytes_.size() - at_ < sizeof(T)) {
      ok_ = false;
      at_ = bytes_.size();
      return value;
    }
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  std::uint64_t unsigned_leb() { return leb().first; }
  std::int64_t signed_leb() {
    const auto [value, bits] = leb();
    if (bits >= 64 || (value >> (bits - 1) & 1) == 0) return static_cast<std::int64_t>(value);
    return static_cast<std::int64_t>(value | ~std::uint64_t{0} << bits);
  }

  std::string string() {
    std::string text;
    while (ok_)
      if (const char c = fixed<char>(); c != 0)
        text += c;
      else
        break;
    return text;
  }

  /// A part of `size` bytes from here on.
  ByteReader part(std::uint64_t size) {
    const std::size_t left = at_ > bytes_.size() ? 0 : bytes_.size() - at_;
    if (size > left) ok_ = false;
    const std::size_t taken = size > left ? left : static_cast<std::size_t>(size);
    const ByteReader inner(bytes_.subspan(at_, taken), address());
    at_ += taken;
    return inner;
  }

  /// A pointer in the format of `encoding`. Nothing where the encoding says that there is none
  /// (DW_EH_PE_omit), that it must be fetched from memory (DW_EH_PE_indirect), or that it is
  /// relative to anything but the pointer's own address (DW_EH_PE_pcrel).
  std::optional<std::uint64_t> pointer(std::uint8_t encoding, bool wide) {
    constexpr std::uint8_t kOmitted = 0xff, kIndirect = 0x80, kBase = 0x70, kFromHere = 0x10;
    if (encoding == kOmitted) return std::nullopt;
    const std::uint64_t here = address();
    const std::uint64_t value = encoded(encoding & 0x0f, wide);
    const std::uint8_t base = encoding & kBase;
    if (!ok_ || (encoding & kIndirect) != 0 || (base != 0 && base != kFromHere))
      return std::nullopt;
    const std::uint64_t sum = value + (base == kFromHere ? here : 0);
    return wide ? sum : sum & 0xffffffff;
  }

 private:
  std::uint64_t encoded(std::uint8_t format, bool wide) {
    switch (format) {
      case 0x00:
        return wide ? fixed<std::uint64_t>() : fixed<std::uint32_t>();
      case 0x01:
        return unsigned_leb();
      case 0x02:
        return fixed<std::uint16_t>();
      case 0x03:
        return fixed<std::uint32_t>();
      case 0x09:
        return static_cast<std::uint64_t>(signed_leb());
      case 0x0a:
        return static_cast<std::uint64_t>(std::int64_t{fixed<std::int16_t>()});
      case 0x0b:
        return static_cast<std::uint64_t>(std::int64_t{fixed<std::int32_t>()});
      case 0x04:
      case 0x0c:
        return fixed<std::uint64_t>();
      default:
        ok_ = false;
        return 0;
    }
  }

  /// The bits of a number, and how many there are.
  std::pair<std::uint64_t, unsigned> leb() {
    std::uint64_t value = 0;
    unsigned bits = 0;
    while (ok_) {
      const auto byte = fixed<std::uint8_t>();
      if (bits < 64) value |= std::uint64_t{byte & 0x7fu} << bits;
      bits += 7;
      if ((byte & 0x80) == 0) break;
    }
    return {value, bits};
  }

  std::span<const std::byte> bytes_;
  std::uint64_t address_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace ringfare
