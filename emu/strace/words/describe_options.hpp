// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emu/linux/state/descriptor_names.hpp"

namespace ringfare {

class CallFilter;

/// How strings are written: with escapes, octal or hex, those that are not ASCII in hex, or all in
/// hex.
enum class StringStyle : std::uint8_t { Escapes, HexEscapes, HexWhereNotAscii, Hex };
/// How named constants are written: "O_RDWR", 0x2, or 0x2 /* O_RDWR */.
enum class ConstantStyle : std::uint8_t { Names, Numbers, Both };
/// Descriptors, or all but these.
struct DescriptorSet {
  bool except = false;
  std::set<int> members = {};

  bool contains(int fd) const { return members.contains(fd) != except; }
};

struct DescribeOptions {
  std::size_t string_limit = 32;                   // strace -s
  bool verbose = false;                            // strace -v
  StringStyle strings = StringStyle::Escapes;      // strace -x, -xx
  ConstantStyle constants = ConstantStyle::Names;  // strace -X
  DescriptorDetails descriptors;                   // strace -y, -yy
  const DescriptorNames* descriptor_names =
      nullptr;                            // where `descriptors` or `paths` asks for them
  DescriptorSet read_dumps, write_dumps;  // strace -e read=, -e write=
  std::vector<std::string> paths;         // strace -P; empty: any
  // strace -e raw=, -e verbose=, -e abbrev=; without them: none, all, all.
  std::shared_ptr<const CallFilter> raw, dereferenced, abbreviated;
};

}  // namespace ringfare
