// SPDX-License-Identifier: MIT
#include "emu/strace/argument_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ioctl.h>

#include <algorithm>
#include <limits>

#include "cpu/memory.hpp"
#include "emu/linux/state/descriptor_names.hpp"
#include "emu/strace/ioctl_names.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

using Options = DescribeOptions;

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

std::string signed_int(std::uint64_t value, const Options&) {
  return std::to_string(static_cast<int>(low(value)));
}
std::string unsigned_int(std::uint64_t value, const Options&) {
  return std::to_string(low(value));
}
std::string signed_long(std::uint64_t value, const Options&) {
  return std::to_string(static_cast<std::int64_t>(value));
}
std::string unsigned_long(std::uint64_t value, const Options&) {
  return std::to_string(value);
}
std::string hex(std::uint64_t value, const Options&) {
  return hex_text(value);
}
std::string page_offset(std::uint64_t value, const Options&) {
  return hex_text(value * kPageSize);
}
std::string octal(std::uint64_t value, const Options&) {
  return octal_text(low(value) & 0xffff);  // umode_t
}

std::string descriptor(std::uint64_t value, const Options& options) {
  return descriptor_text(static_cast<int>(low(value)), options);
}

std::string directory(std::uint64_t value, const Options& options) {
  const int fd = static_cast<int>(value);
  if (fd != AT_FDCWD) return descriptor_text(fd, options);
  const std::string name = constant_text("AT_FDCWD", std::to_string(fd), options.constants);
  if (!options.descriptors.path || options.descriptor_names == nullptr) return name;
  const std::string path = options.descriptor_names->directory();
  return path.empty() ? name : fmt::format("{}<{}>", name, path);
}

std::string identity(std::uint64_t value, const Options&) {
  const std::uint32_t id = low(value);
  return id == std::numeric_limits<std::uint32_t>::max() ? "-1" : std::to_string(id);
}
std::string small_identity(std::uint64_t value, const Options&) {
  return low(value) == 0xffff ? "-1" : std::to_string(low(value) & 0xffff);
}

std::string signal(std::uint64_t value, const Options& options) {
  return signal_text(low(value), options.constants);
}
std::string old_signal_mask(std::uint64_t value, const Options& options) {
  return signal_set_text(low(value), options.constants);
}

std::string node_mode(std::uint64_t value, const Options& options) {
  return mode_text(low(value) & 0xffff, options.constants);
}
std::string device(std::uint64_t value, const Options& options) {
  return device_text(low(value), options.constants);
}

/// "IPC_CREAT|0600"
template <ArgKind kKind>
std::string ipc_flags(std::uint64_t value, const Options& options) {
  constexpr std::uint32_t kMode = 0777;
  const std::string mode = octal_text(low(value) & kMode);
  std::uint32_t flags = low(value) & ~kMode;
  if (const std::uint32_t pages = flags >> 26; kKind == ArgKind::SharedMemoryFlags && pages != 0) {
    flags &= (1u << 26) - 1;
    const std::string shift = constant_text("SHM_HUGE_SHIFT", "26", options.constants);
    const std::string names =
        flags == 0 ? "" : named(*names_of(kKind), flags, options.constants) + '|';
    return fmt::format("{}{}<<{}|{}", names, pages, shift, mode);
  }
  return flags == 0 ? mode : named(*names_of(kKind), flags, options.constants) + '|' + mode;
}

std::string ioctl_name(std::uint64_t request) {
  struct Direction {
    unsigned bits;
    std::string_view name;
  };
  constexpr Direction kDirections[] = {{0, "_IOC_NONE"},
                                       {_IOC_WRITE, "_IOC_WRITE"},
                                       {_IOC_READ, "_IOC_READ"},
                                       {_IOC_READ | _IOC_WRITE, "_IOC_READ|_IOC_WRITE"}};
  for (const Name& name : names::kIoctlRequests.choices)  // one name, where there are more
    if (name.value == request) return std::string(name.text);
  std::string names;
  for (const Name& name : std::ranges::equal_range(ioctl_names(), request, {}, &Name::value))
    names += (names.empty() ? "" : " or ") + std::string(name.text);
  if (!names.empty()) return names;
  const auto code = static_cast<std::uint32_t>(request);
  const auto direction =
      std::ranges::find(kDirections, static_cast<unsigned>(_IOC_DIR(code)), &Direction::bits);
  return fmt::format("_IOC({}, {}, {}, {})", direction->name, hex_text(_IOC_TYPE(code)),
                     hex_text(_IOC_NR(code)), hex_text(_IOC_SIZE(code)));
}

std::string ioctl_request(std::uint64_t value, const Options& options) {
  return constant_text(ioctl_name(low(value)), hex_text(low(value)), options.constants);
}

/// clone's flags carry the signal of its end in the low byte.
std::string clone_names(std::uint64_t value) {
  const std::uint64_t flags = value & ~std::uint64_t{0xff}, signal = value & 0xff;
  if (signal == 0) return named(*names_of(ArgKind::CloneFlags), flags);
  if (flags == 0) return signal_name(signal);
  return named(*names_of(ArgKind::CloneFlags), flags) + '|' + signal_name(signal);
}

std::string clone_flags(std::uint64_t value, const Options& options) {
  return constant_text(clone_names(value), hex_text(value), options.constants);
}

struct ArgumentText {
  ArgKind kind;
  std::string (*text)(std::uint64_t value, const Options& options);
};

constexpr ArgumentText kArguments[] = {
    {ArgKind::Int, signed_int},
    {ArgKind::Unsigned, unsigned_int},
    {ArgKind::Long, signed_long},
    {ArgKind::UnsignedLong, unsigned_long},
    {ArgKind::Hex, hex},
    {ArgKind::Size, unsigned_long},
    {ArgKind::Offset, signed_long},
    {ArgKind::OffsetLow, unsigned_int},
    {ArgKind::OffsetHigh, unsigned_int},
    {ArgKind::PageOffset, page_offset},
    {ArgKind::Fd, descriptor},
    {ArgKind::DirectoryFd, directory},
    {ArgKind::Pid, signed_int},
    {ArgKind::Uid, identity},
    {ArgKind::Gid, identity},
    {ArgKind::Uid16, small_identity},
    {ArgKind::Gid16, small_identity},
    {ArgKind::Signal, signal},
    {ArgKind::Mode, octal},
    {ArgKind::FcntlArgument, hex},
    {ArgKind::IoctlRequest, ioctl_request},
    {ArgKind::IoctlArgument, hex},
    {ArgKind::CloneFlags, clone_flags},
    {ArgKind::OldSignalMask, old_signal_mask},
    {ArgKind::Device, device},
    {ArgKind::NodeMode, node_mode},
    {ArgKind::SharedMemoryFlags, ipc_flags<ArgKind::SharedMemoryFlags>},
    {ArgKind::SemaphoreGetFlags, ipc_flags<ArgKind::SemaphoreGetFlags>},
};

}  // namespace

std::string argument_text(ArgKind kind, std::uint64_t value, const DescribeOptions& options) {
  const auto row = std::ranges::find(kArguments, kind, &ArgumentText::kind);
  if (row != std::end(kArguments)) return row->text(value, options);
  const NameTable* const table = names_of(kind);
  return table != nullptr ? named(*table, low(value), options.constants) : address_text(value);
}

}  // namespace ringfare
