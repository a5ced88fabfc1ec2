// SPDX-License-Identifier: MIT
#include "emu/strace/clone_text.hpp"

#include <fmt/format.h>
#include <sched.h>

#include "emu/strace/argument_text.hpp"
#include "emu/strace/structures.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

/// clone(2): the ABIs do not agree on the order of the last two.
struct Places {
  std::size_t flags, stack, parent, child, tls;
};

Places places(Abi abi) {
  if (abi == Abi::I386) return {.flags = 0, .stack = 1, .parent = 2, .child = 4, .tls = 3};
  return {.flags = 0, .stack = 1, .parent = 2, .child = 3, .tls = 4};
}

/// "[1001]": what the call has written there.
std::string number_at(const AddressSpace& memory, std::uint64_t address, bool succeeded) {
  const auto number = memory.load<std::int32_t>({address});
  return succeeded && number ? fmt::format("[{}]", *number) : address_text(address);
}

/// struct clone_args in its first version (clone(2)); the fields of later ones are not shown.
struct CloneArguments {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};
static_assert(sizeof(CloneArguments) == 64);  // CLONE_ARGS_SIZE_VER0

}  // namespace

Text clone_arguments(const Pointee& p) {
  const auto args = at<CloneArguments>(p);
  if (!args) return std::nullopt;
  const ConstantStyle style = p.options.constants;
  std::string text = "{flags=" + named(*names_of(ArgKind::CloneFlags), args->flags, style);
  if ((args->flags & CLONE_PIDFD) != 0) text += ", pidfd=" + address_text(args->pidfd);
  if ((args->flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) != 0)
    text += ", child_tid=" + address_text(args->child_tid);
  if ((args->flags & CLONE_PARENT_SETTID) != 0)
    text += ", parent_tid=" + address_text(args->parent_tid);
  text += ", exit_signal=";
  text += args->exit_signal == 0 ? "0" : signal_text(args->exit_signal, style);
  text += fmt::format(", stack={}, stack_size={}", address_text(args->stack),
                      args->stack_size == 0 ? "0" : fmt::format("{:#x}", args->stack_size));
  if ((args->flags & CLONE_SETTLS) != 0) text += ", tls=" + address_text(args->tls);
  return text + '}';
}

std::string clone_results(const AddressSpace& memory, GuestAddress arguments) {
  const auto args = memory.load<CloneArguments>(arguments);
  if (!args) return "";
  std::string text;
  if ((args->flags & CLONE_PIDFD) != 0) text = "pidfd=" + number_at(memory, args->pidfd, true);
  if ((args->flags & CLONE_PARENT_SETTID) != 0)
    text +=
        (text.empty() ? "" : ", ") + ("parent_tid=" + number_at(memory, args->parent_tid, true));
  return text.empty() ? "" : " => {" + text + '}';
}

std::string clone_text(const AddressSpace& memory, const DescribeOptions& options, const Call& call,
                       bool succeeded) {
  const Abi abi = call.request.abi;
  const CallArguments& args = call.told_args();
  const Places at = places(abi);
  const std::uint64_t flags = args[at.flags];
  std::string text = fmt::format("child_stack={}, flags={}", address_text(args[at.stack]),
                                 argument_text(ArgKind::CloneFlags, flags, options));
  if ((flags & (CLONE_PARENT_SETTID | CLONE_PIDFD)) != 0)
    text += fmt::format(", {}={}", (flags & CLONE_PIDFD) != 0 ? "pidfd" : "parent_tid",
                        number_at(memory, args[at.parent], succeeded));
  if ((flags & CLONE_SETTLS) != 0) {
    const std::uint64_t tls = args[at.tls];
    text +=
        ", tls=" + (abi == Abi::Amd64 ? address_text(tls)
                                      : structure_text(ArgKind::UserDescriptor, {.memory = memory,
                                                                                 .options = options,
                                                                                 .address = {tls},
                                                                                 .count = {},
                                                                                 .available = 16}));
  }
  if ((flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) != 0)
    text += ", child_tidptr=" + address_text(args[at.child]);
  return text;
}

}  // namespace ringfare
