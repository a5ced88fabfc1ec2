// SPDX-License-Identifier: MIT
// What a trace's options ask of single calls: the data they move, the paths they are about.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "emu/linux/state/descriptor_names.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/strace/data_dump.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMaxPolled = 1024;

/// How a call hands over its data.
enum class Carrier : std::uint8_t { Buffer, Vector, Message, Messages };

/// A call that moves data of the descriptor it has first, to or from where its second argument
/// points.
struct Mover {
  std::string_view call;
  Carrier carrier;
  bool reads;
};

constexpr Mover kMovers[] = {
    {"read", Carrier::Buffer, true},
    {"pread64", Carrier::Buffer, true},
    {"recv", Carrier::Buffer, true},
    {"recvfrom", Carrier::Buffer, true},
    {"mq_timedreceive", Carrier::Buffer, true},
    {"readv", Carrier::Vector, true},
    {"preadv", Carrier::Vector, true},
    {"preadv2", Carrier::Vector, true},
    {"recvmsg", Carrier::Message, true},
    {"recvmmsg", Carrier::Messages, true},
    {"sendmmsg", Carrier::Messages, false},
    {"write", Carrier::Buffer, false},
    {"pwrite64", Carrier::Buffer, false},
    {"send", Carrier::Buffer, false},
    {"sendto", Carrier::Buffer, false},
    {"mq_timedsend", Carrier::Buffer, false},
    {"writev", Carrier::Vector, false},
    {"pwritev", Carrier::Vector, false},
    {"pwritev2", Carrier::Vector, false},
    {"vmsplice", Carrier::Vector, false},
    {"sendmsg", Carrier::Message, false},
};

}  // namespace

std::vector<std::string> CallDescription::dump(const CallRequest& request,
                                               std::int64_t result) const {
  const std::string name = call_name(request.abi, request.number);
  const auto mover = std::ranges::find(kMovers, name, &Mover::call);
  if (mover == std::end(kMovers) || result < 0) return {};
  const DescriptorSet& asked = mover->reads ? options_.read_dumps : options_.write_dumps;
  if (!asked.contains(static_cast<int>(request.args[0]))) return {};
  // As strace: of what is written, all that was offered.
  const std::uint64_t moved = static_cast<std::uint64_t>(result);
  const GuestAddress data{request.args[1]};
  switch (mover->carrier) {
    case Carrier::Buffer:
      return hex_dump(memory_, data, mover->reads ? moved : request.args[2]);
    case Carrier::Vector:
      return hex_dump_of_buffers(memory_, request.abi, data, request.args[2],
                                 mover->reads ? moved : kEveryByte);
    case Carrier::Message:
      return hex_dump_of_message(memory_, request.abi, data, mover->reads ? moved : kEveryByte);
    case Carrier::Messages:  // the result counts them
      return hex_dump_of_messages(memory_, request.abi, data, moved);
  }
  return {};
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

bool CallDescription::concerns_paths(const CallRequest& request) const {
  const auto wanted = [&](const std::string& path) {
    return !path.empty() && std::ranges::find(options_.paths, path) != options_.paths.end();
  };
  const auto open = [&](int fd) {
    return options_.descriptor_names != nullptr && wanted(options_.descriptor_names->path(fd));
  };
  const SyscallRow* const row = find_syscall(request.abi, request.number);
  if (row == nullptr) return false;
  for (std::size_t index = 0; index < row->args.size(); ++index) {
    const ArgSpec& spec = row->args[index];
    const std::uint64_t value = request.args[index];
    if (spec.kind == ArgKind::Path) {
      if (const auto path = memory_.read_string({value}); path && wanted(*path)) return true;
    } else if (spec.kind == ArgKind::Fd || spec.kind == ArgKind::DirectoryFd) {
      if (open(static_cast<int>(value))) return true;
    } else if (spec.kind == ArgKind::PollFds) {
      if (std::ranges::any_of(polled(memory_, {value}, request.args[spec.count_from]), open))
        return true;
    } else if (spec.kind == ArgKind::FdSet) {
      if (std::ranges::any_of(selected(memory_, {value}, request.args[spec.count_from]), open))
        return true;
    }
  }
  return false;
}

}  // namespace ringfare
