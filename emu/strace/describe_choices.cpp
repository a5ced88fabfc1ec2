// SPDX-License-Identifier: MIT
// What a trace's options ask of single calls: the data they move, the paths they are about.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "emu/linux/state/descriptor_names.hpp"
#include "emu/strace/data_dump.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMaxPolled = 1024;

}  // namespace

std::vector<std::string> CallDescription::dump(const Call& call, std::int64_t result) const {
  if (call.told() == nullptr || !call.told()->traits.moves || result < 0) return {};
  const ArgSpec& spec = call.told()->args[1];
  const CallArguments& args = call.told_args();
  const bool reads = spec.direction == Direction::Out;
  const DescriptorSet& asked = reads ? options_.read_dumps : options_.write_dumps;
  if (!asked.contains(static_cast<int>(args[0]))) return {};
  // As strace: of what is written, all that was offered.
  const auto moved = static_cast<std::uint64_t>(result);
  const GuestAddress data{args[1]};
  const Abi abi = call.request.abi;
  switch (spec.kind) {
    case ArgKind::IoVector:
      return hex_dump_of_buffers(memory_, abi, data, args[2], reads ? moved : kEveryByte);
    case ArgKind::MessageHeader:
      return hex_dump_of_message(memory_, abi, data, reads ? moved : kEveryByte);
    case ArgKind::MessageHeaders:  // the result counts them
      return hex_dump_of_messages(memory_, abi, data, moved);
    default:
      return hex_dump(memory_, data, reads ? moved : args[2]);
  }
}

namespace {

/// Descriptors in poll's array or in a set of select's.
std::vector<int> polled(const AddressSpace& memory, GuestAddress at, std::uint64_t count) {
  std::vector<int> all;
  for (std::uint64_t i = 0; i < std::min(count, kMaxPolled); ++i)
    if (const auto one = memory.load<pollfd>(at + i * sizeof(pollfd))) all.push_back(one->fd);
  return all;
}

std::vector<int> selected(const AddressSpace& memory, GuestAddress at, std::uint64_t count) {
  std::vector<int> all;
  for (std::uint64_t fd = 0; fd < std::min(count, kMaxPolled); ++fd)
    if (memory.load<std::uint8_t>(at + fd / 8).value_or(0) >> fd % 8 & 1)
      all.push_back(static_cast<int>(fd));
  return all;
}

}  // namespace

bool CallDescription::concerns_paths(const Call& call) const {
  const auto wanted = [&](const std::string& path) {
    return !path.empty() && std::ranges::find(options_.paths, path) != options_.paths.end();
  };
  const auto open = [&](int fd) {
    return options_.descriptor_names != nullptr && wanted(options_.descriptor_names->path(fd));
  };
  const SyscallRow* const row = call.told();
  if (row == nullptr) return false;
  for (std::size_t index = 0; index < row->args.size(); ++index) {
    const ArgSpec& spec = row->args[index];
    const std::uint64_t value = call.told_args()[index];
    if (spec.kind == ArgKind::Path) {
      if (const auto path = memory_.read_string({value}); path && wanted(*path)) return true;
    } else if (spec.kind == ArgKind::Fd || spec.kind == ArgKind::DirectoryFd) {
      if (open(static_cast<int>(value))) return true;
    } else if (spec.kind == ArgKind::PollFds) {
      if (std::ranges::any_of(polled(memory_, {value}, call.told_args()[spec.count_from]), open))
        return true;
    } else if (spec.kind == ArgKind::FdSet) {
      if (std::ranges::any_of(selected(memory_, {value}, call.told_args()[spec.count_from]), open))
        return true;
    }
  }
  return false;
}

}  // namespace ringfare
