// SPDX-License-Identifier: MIT
#include "emu/strace/describe.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "emu/linux/abi/compat_layouts.hpp"
#include "emu/linux/abi/restart.hpp"
#include "emu/linux/state/descriptor_names.hpp"
#include "emu/strace/argument_text.hpp"
#include "emu/strace/call_filter.hpp"
#include "emu/strace/call_text.hpp"
#include "emu/strace/clone_text.hpp"
#include "emu/strace/message_structures.hpp"
#include "emu/strace/result_text.hpp"
#include "emu/strace/structures.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

/// All arguments as numbers (-e raw=).
std::string raw_arguments(const Call& call) {
  const SyscallRow* const row = call.told();
  const std::size_t count = row != nullptr ? row->args.size() : call.told_args().size();
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "" : ", ") + hex_text(call.told_args()[i]);
  return text;
}

/// 110 of "[110]", a length as the call got it.
std::uint64_t length_in(std::string_view text) {
  std::uint64_t length = ~std::uint64_t{0};
  if (text.starts_with('[')) std::from_chars(text.data() + 1, text.data() + text.size(), length);
  return length;
}

std::optional<std::uint32_t> length_before(std::string_view text) {
  if (!text.starts_with('[')) return std::nullopt;
  return static_cast<std::uint32_t>(length_in(text));
}

/// Whether the guest's structure is not as amd64 lays it out.
bool is_compat(const Call& call, ArgKind kind) {
  return call.request.abi == Abi::I386 && layout_differs(kind);
}

/// Whether a socket moves what is pointed to.
bool is_socket_data(ArgKind kind) {
  return kind == ArgKind::SocketBytes || kind == ArgKind::MessageHeader ||
         kind == ArgKind::MessageHeaders;
}

/// Whether the command of fcntl(2) takes struct flock, not struct flock64.
bool has_small_lock(std::uint64_t command) {
  return command == F_GETLK || command == F_SETLK || command == F_SETLKW;
}

/// The argument, with its sign where it has one.
std::uint64_t extended(const Call& call, ArgKind kind, std::size_t index) {
  const std::uint64_t value = call.told_args()[index];
  const bool is_signed = kind == ArgKind::Long || kind == ArgKind::Offset;
  if (call.request.abi == Abi::Amd64 || !is_signed) return value;
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)});
}

/// Whether two arguments are the halves of one offset.
bool is_split_offset(const Call& call, const ArgSpec& first, const ArgSpec& second) {
  const bool halves = (first.kind == ArgKind::OffsetLow && second.kind == ArgKind::OffsetHigh) ||
                      (first.kind == ArgKind::OffsetHigh && second.kind == ArgKind::OffsetLow);
  return halves && call.request.abi == Abi::I386;
}

/// Whether strace writes the arguments by name (clone).
bool names_arguments(const Call& call) {
  return call.told() != nullptr && call.told()->traits.named_args;
}

}  // namespace

/// How much the pointer of `spec` stands for: another argument's value, or what that points to.
std::uint64_t CallDescription::count(const Call& call, const ArgSpec& spec) const {
  const std::uint64_t value = call.told_args()[spec.count_from];
  const SyscallRow* const row = call.told();
  if (row == nullptr) return value;
  const ArgSpec& counting = row->args[spec.count_from];
  const bool half = counting.kind == ArgKind::Unsigned || counting.kind == ArgKind::Int;
  if (counting.direction == Direction::None) return half ? value & 0xffffffff : value;
  return memory_.load<std::uint32_t>({value}).value_or(0);
}

std::optional<int> CallDescription::netlink_protocol(const Call& call) const {
  if (options_.descriptor_names == nullptr) return std::nullopt;
  return options_.descriptor_names->netlink_protocol(static_cast<int>(call.told_args()[0]));
}

std::string CallDescription::pointed(const Call& call, const ArgSpec& spec, std::size_t index,
                                     std::uint64_t available) const {
  Pointee p{.memory = memory_,
            .options = options_,
            .address = {call.told_args()[index]},
            .count = std::nullopt,
            .available = available};
  p.compat = call.request.abi == Abi::I386 &&
             (spec.kind == ArgKind::MessageHeader || spec.kind == ArgKind::MessageHeaders ||
              spec.kind == ArgKind::Dirents || spec.kind == ArgKind::SignalSetPointer);
  if (spec.count_from != kNoCount) p.count = count(call, spec);
  if (is_socket_data(spec.kind)) p.netlink = netlink_protocol(call);
  if (!dereferenced_ && !is_no_structure(spec.kind)) return address_text(p.address.value);
  std::vector<std::byte> image;
  const bool lock = spec.kind == ArgKind::FileLock || spec.kind == ArgKind::FoundLock;
  if (lock && call.request.abi == Abi::I386) {
    image = widened(memory_, file_lock_layout(!has_small_lock(call.told_args()[1])), p.address);
    if (image.empty()) return address_text(p.address.value);
    p.image = image;
  } else if (!p.compat && is_compat(call, spec.kind) && p.address.value != 0) {
    image = widened(memory_, spec.kind, p.address, p.count.value_or(0));
    if (image.empty()) return address_text(p.address.value);
    p.image = image;
  }
  return structure_text(spec.kind, p);
}

/// "{mask=[CHLD]}": what rt_sigreturn(2) restores; "" for other calls.
std::string CallDescription::restored_mask(const Call& call) const {
  if (call.told() == nullptr || !call.told()->traits.restores_mask) return "";
  // From the stack pointer behind the handler's return to the mask of ucontext_t: struct
  // rt_sigframe, on amd64 8 + 8 + 24 + 256 bytes; on i386 12 + 128 + 4 + 4 + 12 + 88.
  const std::uint64_t offset = call.request.abi == Abi::Amd64 ? 296 : 248;
  const auto mask =
      structure_text(ArgKind::SignalSet, {.memory = memory_,
                                          .options = options_,
                                          .address = {call.request.stack_pointer + offset},
                                          .count = 8,
                                          .available = 8});
  return fmt::format("{{mask={}}}", mask);
}

/// strace's -e raw=, verbose= and abbrev= for this call.
void CallDescription::choose_style(const Call& call) {
  const auto in = [&](const auto& filter, bool otherwise) {
    return filter ? filter->shows(call.told_name()) : otherwise;
  };
  raw_ = in(options_.raw, false);
  dereferenced_ = in(options_.dereferenced, true);
  options_.verbose = always_verbose_ || !in(options_.abbreviated, true);
}

void CallDescription::before(const Call& call) {
  entered_.fill({});
  choose_style(call);
  if (raw_) return;
  if (const CallText* const row = call_text_of(call.told_name())) {
    if (row->length == 0) return;
    const auto length = memory_.load<std::uint32_t>({call.told_args()[row->length]});
    if (length) entered_[row->length] = fmt::format("[{}]", *length);
    return;
  }
  entered_[0] = restored_mask(call);
  std::size_t vectors = 0;
  for (const auto& [index, spec] : call.shape()) {
    // A descriptor may be closed or mean something else when the call is back.
    if (spec.kind == ArgKind::Fd || spec.kind == ArgKind::DirectoryFd)
      entered_[index] = argument_text(spec.kind, call.told_args()[index], options_);
    const bool text = spec.kind == ArgKind::Path || spec.kind == ArgKind::String;
    if (spec.direction == Direction::Out || (spec.direction == Direction::None && !text)) continue;
    const bool counts_bytes = spec.count_from != kNoCount && spec.kind != ArgKind::IoVector &&
                              spec.kind != ArgKind::MessageHeaders;
    const std::uint64_t available = spec.kind == ArgKind::RingParameters ? 0
                                    : counts_bytes                       ? count(call, spec)
                                                                         : ~std::uint64_t{0};
    entered_[index] = pointed(call, spec, index, available);
    // Of execve's two vectors strace shows the environment only by its size.
    if (spec.kind == ArgKind::StringVector && ++vectors == 2 && !options_.verbose)
      entered_[index] = vector_size_text(memory_, {call.told_args()[index]});
  }
}

/// What the kernel wrote, or the address where it wrote nothing.
std::string CallDescription::written(const Call& call, const ArgSpec& spec, std::size_t index,
                                     std::int64_t result) const {
  const bool remaining =
      spec.kind == ArgKind::RemainingTime || spec.kind == ArgKind::RemainingTime64;
  const CallShape& shape = call.shape();
  const bool waits = shape.size() > 1 && shape[1].spec.kind == ArgKind::WaitStatus;
  if (waits && result == 0) return address_text(call.told_args()[index]);  // nobody has ended
  if (spec.kind == ArgKind::IoVector && is_error(result))
    return pointed(call, spec, index, kUnreadBuffers);
  const bool interrupted = result == -EINTR || result == -restart::kResume;
  const bool filled = remaining ? interrupted : !is_error(result);
  if (!filled) return address_text(call.told_args()[index]);
  auto available = static_cast<std::uint64_t>(result);
  if (spec.count_from != kNoCount) {
    const SyscallRow* const row = call.told();
    const bool told = row != nullptr && row->args[spec.count_from].direction != Direction::None;
    if (told) available = std::min(count(call, spec), length_in(entered_[spec.count_from]));
  }
  return pointed(call, spec, index, available);
}

std::string CallDescription::begun(const Call& call) const {
  std::string text = std::string(call.told_name()) + '(';
  if (raw_) return text + raw_arguments(call);
  if (names_arguments(call)) {
    const std::string all = clone_text(memory_, options_, call, false);
    return text + all.substr(0, all.find(", p"));  // parent_tid or pidfd
  }
  if (const CallText* const row = call_text_of(call.told_name()))
    return text + arguments_text(*row, {memory_, options_, call, std::nullopt});
  const CallShape& shape = call.shape();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto& [index, spec] = shape[i];
    const bool halves = i + 1 < shape.size() && is_split_offset(call, spec, shape[i + 1].spec);
    if (spec.direction == Direction::Out || spec.kind == ArgKind::MessageHeaders || halves) break;
    text += !entered_[index].empty()
                ? entered_[index]
                : argument_text(spec.kind, extended(call, spec.kind, index), options_);
    if (i + 1 < shape.size()) text += ", ";
  }
  return text;
}

std::string CallDescription::after(const Call& call, std::int64_t result) {
  std::string text = std::string(call.told_name()) + '(';
  if (raw_) return text + raw_arguments(call) + ')';
  if (names_arguments(call))
    return text + clone_text(memory_, options_, call, !is_error(result)) + ')';
  if (const CallText* const row = call_text_of(call.told_name()))
    return text +
           arguments_text(*row,
                          {memory_, options_, call, result, length_before(entered_[row->length])}) +
           ')';
  bool first = true;
  const CallShape& shape = call.shape();
  if (shape.empty()) text += entered_[0];
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto& [index, spec] = shape[i];
    if (!first) text += ", ";
    first = false;
    if (i + 1 < shape.size() && is_split_offset(call, spec, shape[i + 1].spec)) {
      const bool low_first = spec.kind == ArgKind::OffsetLow;
      const std::uint64_t low = call.told_args()[index + (low_first ? 0 : 1)];
      const std::uint64_t high = call.told_args()[index + (low_first ? 1 : 0)];
      text += std::to_string(static_cast<std::int64_t>(high << 32 | (low & 0xffffffff)));
      ++i;
      continue;
    }
    const bool entered = !entered_[index].empty();
    const bool sent = spec.kind == ArgKind::MessageHeaders && spec.direction == Direction::In;
    if (sent && result > 0) {
      text += structure_text(spec.kind, {.memory = memory_,
                                         .options = options_,
                                         .address = {call.told_args()[index]},
                                         .count = static_cast<std::uint64_t>(result),
                                         .available = kAllWasSent,
                                         .compat = call.request.abi == Abi::I386,
                                         .netlink = netlink_protocol(call)});
    } else if (spec.direction == Direction::Out) {
      text += written(call, spec, index, result);
    } else if (entered) {
      text += entered_[index];
      if (spec.kind == ArgKind::RingParameters && !is_error(result)) {
        text.resize(text.size() - entered_[index].size());
        text += pointed(call, spec, index, 1);
      }
      if (spec.kind == ArgKind::CloneArgs && !is_error(result))
        text += clone_results(memory_, {call.told_args()[index]});
      // Of the calls that move offsets strace shows only sendfile's new one.
      const bool moves =
          (spec.kind == ArgKind::OffsetPointer || spec.kind == ArgKind::OffsetPointer64) &&
          call.told()->traits.tells_offset;
      const bool length = spec.kind == ArgKind::Int32;
      if (spec.direction != Direction::InOut || (!moves && !length) || is_error(result)) continue;
      const std::string now = written(call, spec, index, result);
      if (now == entered_[index]) continue;
      if (length && now.starts_with('[') && text.ends_with(']')) {  // [110 => 24]
        text.pop_back();
        text += " => " + now.substr(1);
      } else {
        text += " => " + now;
      }
    } else {
      text += argument_text(spec.kind, extended(call, spec.kind, index), options_);
    }
  }
  return text + ')';
}

std::string CallDescription::result(const Call& call, std::int64_t result) const {
  std::string text = result_text(call, result);
  if (is_error(result)) return text;
  if (raw_ && text != "?") return hex_text(static_cast<std::uint64_t>(result));
  if (const CallText* const row = call_text_of(call.told_name()); row && row->result)
    if (std::string told = row->result({memory_, options_, call, result}, result); !told.empty())
      return told;
  const ResultKind kind = call.shape().returns();
  if (kind == ResultKind::Descriptor) text = descriptor_text(static_cast<int>(result), options_);
  for (const auto& [index, spec] : call.shape()) {
    if (spec.kind == ArgKind::UserDescriptor && kind == ResultKind::ThreadArea)
      return text + fmt::format(" (entry_number={})",
                                memory_.load<std::uint32_t>({call.told_args()[index]}).value_or(0));
    if (spec.kind == ArgKind::PollFds) return text + poll_note(call, result);
    if (spec.kind == ArgKind::FdSet) return text + select_note(call, result);
  }
  return text;
}

std::string CallDescription::poll_note(const Call& call, std::int64_t result) const {
  if (result == 0) return " (Timeout)";
  return fmt::format(" ({}{})",
                     poll_results({.memory = memory_,
                                   .options = options_,
                                   .address = {call.told_args()[0]},
                                   .count = call.told_args()[1],
                                   .available = 0}),
                     time_left(call, 2));
}

/// ", left {tv_sec=0, tv_nsec=5}": what the call wrote over its timeout, argument `index`.
std::string CallDescription::time_left(const Call& call, std::size_t index) const {
  const CallShape& shape = call.shape();
  if (shape[index].spec.direction != Direction::InOut || call.told_args()[index] == 0) return "";
  return ", left " + pointed(call, shape[index].spec, index, 0);
}

std::string CallDescription::select_note(const Call& call, std::int64_t result) const {
  if (result == 0) return " (Timeout)";
  constexpr std::string_view kSets[] = {"in", "out", "except"};
  std::string note;
  const CallShape& shape = call.shape();
  for (std::size_t i = 0; i < std::size(kSets); ++i) {
    const std::string set = pointed(call, shape[i + 1].spec, i + 1, 0);
    if (set == "NULL" || set == "[]") continue;
    note += fmt::format("{}{} {}", note.empty() ? "" : ", ", kSets[i], set);
  }
  const std::string left = time_left(call, 4);
  if (note.empty() && !left.empty()) return fmt::format(" ({})", left.substr(2));
  return note.empty() ? note : fmt::format(" ({}{})", note, left);
}

}  // namespace ringfare
