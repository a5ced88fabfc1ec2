// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstdint>

#include "emu/linux/abi/arguments.hpp"

namespace ringfare {

/// How `pass_to_host` hands one kind of argument to the host's kernel.
enum class Passing : std::uint8_t {
  Value,       // as it is
  Descriptor,  // translated
  Path,        // looked up
  Text,        // checked to its NUL
  Buffer,      // checked, its count cut to what is accessible
  Vector,      // each buffer checked
  Structure,   // checked, of fixed size
  Refused,     // means something else to us than to the host
};

struct PassingRow {
  ArgKind kind;
  Passing passing;
  std::uint32_t size = 0;  // of a structure
};

/// Kinds without a row are plain values, or refused where they point to something.
inline constexpr PassingRow kPassing[] = {
    {ArgKind::Fd, Passing::Descriptor},
    {ArgKind::DirectoryFd, Passing::Descriptor},
    {ArgKind::Path, Passing::Path},
    {ArgKind::String, Passing::Text},
    {ArgKind::Bytes, Passing::Buffer},
    {ArgKind::Dirents, Passing::Buffer},
    {ArgKind::SocketAddress, Passing::Buffer},
    {ArgKind::IoVector, Passing::Vector},
    {ArgKind::Stat, Passing::Structure, sizeof(struct stat)},
    {ArgKind::Statx, Passing::Structure, sizeof(struct statx)},
    {ArgKind::Statfs, Passing::Structure, sizeof(struct statfs)},
    {ArgKind::OffsetPointer, Passing::Structure, 8},
    {ArgKind::OffsetPointer64, Passing::Structure, 8},
    {ArgKind::Int32, Passing::Structure, 4},
    {ArgKind::Unsigned32, Passing::Structure, 4},
    {ArgKind::Int64, Passing::Structure, 8},
    {ArgKind::Pid, Passing::Refused},
    {ArgKind::Pointer, Passing::Refused},
    {ArgKind::FcntlArgument, Passing::Refused},
    {ArgKind::IoctlArgument, Passing::Refused},
};

constexpr PassingRow passing_of(const ArgSpec& spec) {
  for (const PassingRow& row : kPassing)
    if (row.kind == spec.kind) return row;
  const bool points = spec.direction != Direction::None;
  return {spec.kind, points ? Passing::Refused : Passing::Value};
}

/// Whether `pass_to_host` can serve a call with these arguments.
constexpr bool can_pass(const ArgList& args) {
  for (const ArgSpec& spec : args) {
    if (passing_of(spec).passing == Passing::Refused) return false;
    // A count behind a pointer is one the kernel changes.
    if (spec.count_from != kNoCount && args[spec.count_from].direction != Direction::None)
      return false;
  }
  return true;
}

}  // namespace ringfare
