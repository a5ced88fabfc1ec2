// SPDX-License-Identifier: MIT
#include "emu/strace/data_dump.hpp"

#include <fmt/format.h>
#include <limits.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace ringfare {
namespace {

constexpr std::size_t kBytesPerLine = 16;

/// "68 65 6c 6c 6f 0a 20 20  ..." with a gap in the middle, as wide as that of a full line.
std::string columns(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < kBytesPerLine; ++i) {
    text += i < bytes.size() ? fmt::format("{:02x} ", std::to_integer<unsigned>(bytes[i])) : "   ";
    if (i + 1 == kBytesPerLine / 2) text += ' ';
  }
  return text;
}

std::string characters(std::span<const std::byte> bytes) {
  std::string text(kBytesPerLine, ' ');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = std::to_integer<char>(bytes[i]);
    text[i] = c >= ' ' && c < '\177' ? c : '.';
  }
  return text;
}

/// A word of the guest's structures.
std::uint64_t word(const AddressSpace& memory, Abi abi, GuestAddress at, std::size_t index) {
  if (abi == Abi::Amd64) return memory.load<std::uint64_t>(at + 8 * index).value_or(0);
  return memory.load<std::uint32_t>(at + 4 * index).value_or(0);
}

}  // namespace

std::vector<std::string> hex_dump(const AddressSpace& memory, GuestAddress data,
                                  std::uint64_t size) {
  std::vector<std::string> lines;
  for (std::uint64_t at = 0; at < size; at += kBytesPerLine) {
    std::array<std::byte, kBytesPerLine> bytes;
    const auto row = std::span(bytes).first(std::min<std::uint64_t>(kBytesPerLine, size - at));
    if (!memory.read(data + at, row)) break;
    lines.push_back(fmt::format(" | {:05x}  {} {} |", at, columns(row), characters(row)));
  }
  return lines;
}

std::vector<std::string> hex_dump_of_buffers(const AddressSpace& memory, Abi abi,
                                             GuestAddress vector, std::uint64_t count,
                                             std::uint64_t size) {
  std::vector<std::string> lines;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, IOV_MAX) && size != 0; ++i) {
    const GuestAddress data{word(memory, abi, vector, 2 * i)};
    const std::uint64_t length = std::min(word(memory, abi, vector, 2 * i + 1), size);
    size -= length;
    if (length == 0) continue;
    lines.push_back(fmt::format(" * {} bytes in buffer {}", length, i));
    for (std::string& line : hex_dump(memory, data, length)) lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> hex_dump_of_message(const AddressSpace& memory, Abi abi,
                                             GuestAddress header, std::uint64_t size) {
  // struct msghdr: name, its length (and padding), the vector, its length.
  constexpr std::size_t kVector = 2, kCount = 3;
  return hex_dump_of_buffers(memory, abi, {word(memory, abi, header, kVector)},
                             word(memory, abi, header, kCount), size);
}

std::vector<std::string> hex_dump_of_messages(const AddressSpace& memory, Abi abi,
                                              GuestAddress headers, std::uint64_t count) {
  // struct mmsghdr: struct msghdr (7 words) and a 32-bit length, padded to a word.
  constexpr std::size_t kCount = 3, kLength = 7, kWords = 8;
  const std::size_t word_size = abi == Abi::Amd64 ? 8 : 4;
  std::vector<std::string> lines;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, IOV_MAX); ++i) {
    const GuestAddress header = headers + i * kWords * word_size;
    const auto length = memory.load<std::uint32_t>(header + kLength * word_size).value_or(0);
    lines.push_back(
        fmt::format(" = {} buffers in vector {}", word(memory, abi, header, kCount), i));
    for (std::string& line : hex_dump_of_message(memory, abi, header, length))
      lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace ringfare
