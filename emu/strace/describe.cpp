// SPDX-License-Identifier: MIT
#include "emu/strace/describe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "emu/linux/abi/compat_layouts.hpp"
#include "emu/linux/abi/restart.hpp"
#include "emu/linux/state/descriptor_names.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/strace/call_filter.hpp"
#include "emu/strace/call_shape.hpp"
#include "emu/strace/clone_text.hpp"
#include "emu/strace/message_structures.hpp"
#include "emu/strace/names.hpp"
#include "emu/strace/structures.hpp"
#include "emu/strace/value_text.hpp"

namespace ringfare {
namespace {

enum class ResultStyle { Decimal, Hex, Octal, None, Date };

struct ResultRow {
  std::string_view call;
  ResultStyle style;
};

constexpr ResultRow kResults[] = {
    {"brk", ResultStyle::Hex},    {"mmap", ResultStyle::Hex},        {"mmap2", ResultStyle::Hex},
    {"mremap", ResultStyle::Hex}, {"shmat", ResultStyle::Hex},       {"umask", ResultStyle::Octal},
    {"exit", ResultStyle::None},  {"exit_group", ResultStyle::None}, {"time", ResultStyle::Date},
};

ResultStyle result_style(std::string_view name) {
  const auto row = std::ranges::find(kResults, name, &ResultRow::call);
  return row != std::end(kResults) ? row->style : ResultStyle::Decimal;
}

constexpr std::string_view kOpeners[] = {
    "open",      "openat",       "openat2",        "creat",        "dup",           "dup2",
    "dup3",      "socket",       "accept",         "accept4",      "epoll_create",  "epoll_create1",
    "eventfd",   "eventfd2",     "timerfd_create", "inotify_init", "inotify_init1", "signalfd",
    "signalfd4", "memfd_create", "pidfd_open",     "pidfd_getfd",  "io_uring_setup"};

/// Whether the result is a new descriptor.
bool returns_descriptor(const CallRequest& request) {
  const SyscallRow* const row = find_syscall(request.abi, request.number);
  if (row == nullptr) return false;
  if (row->name == "fcntl" || row->name == "fcntl64")
    return request.args[1] == F_DUPFD || request.args[1] == F_DUPFD_CLOEXEC;
  return std::ranges::find(kOpeners, row->name) != std::end(kOpeners);
}

/// fcntl's results that are flags: "0x1 (flags FD_CLOEXEC)".
std::string flags_result(const NameTable& table, std::int64_t result,
                         std::string_view what = "flags") {
  const auto flags = static_cast<std::uint64_t>(result);
  return flags == 0 && table.choices.empty()
             ? "0"
             : fmt::format("{} ({} {})", hex_text(flags), what, named(table, flags));
}

std::string ioctl_request(std::uint64_t request) {
  struct Direction {
    unsigned bits;
    std::string_view name;
  };
  constexpr Direction kDirections[] = {{0, "_IOC_NONE"},
                                       {_IOC_WRITE, "_IOC_WRITE"},
                                       {_IOC_READ, "_IOC_READ"},
                                       {_IOC_READ | _IOC_WRITE, "_IOC_READ|_IOC_WRITE"}};
  for (const Name& name : names::kIoctlRequests.choices)
    if (name.value == request) return std::string(name.text);
  const auto code = static_cast<std::uint32_t>(request);
  const auto direction =
      std::ranges::find(kDirections, static_cast<unsigned>(_IOC_DIR(code)), &Direction::bits);
  return fmt::format("_IOC({}, {}, {}, {})", direction->name, hex_text(_IOC_TYPE(code)),
                     hex_text(_IOC_NR(code)), hex_text(_IOC_SIZE(code)));
}

/// clone's flags carry the signal of its end in the low byte.
std::string clone_flags(std::uint64_t value) {
  const std::uint64_t flags = value & ~std::uint64_t{0xff}, signal = value & 0xff;
  if (signal == 0) return named(*names_of(ArgKind::CloneFlags), flags);
  if (flags == 0) return signal_name(signal);
  return named(*names_of(ArgKind::CloneFlags), flags) + '|' + signal_name(signal);
}

std::string directory_text(std::uint64_t value, const DescribeOptions& options) {
  const int fd = static_cast<int>(value);
  if (fd != AT_FDCWD) return descriptor_text(fd, options);
  const std::string name = constant_text("AT_FDCWD", std::to_string(fd), options.constants);
  if (!options.descriptors.path || options.descriptor_names == nullptr) return name;
  return fmt::format("{}<{}>", name, options.descriptor_names->directory());
}

/// "IPC_CREAT|0600"
std::string ipc_flags_text(const NameTable& table, std::uint32_t value, ConstantStyle style) {
  constexpr std::uint32_t kMode = 0777;
  const std::string mode = octal_text(value & kMode);
  const std::uint32_t flags = value & ~kMode;
  return flags == 0 ? mode : named(table, flags, style) + '|' + mode;
}

std::string identity_text(std::uint32_t id) {
  return id == std::numeric_limits<std::uint32_t>::max() ? "-1" : std::to_string(id);
}

/// All that the call takes, as numbers.
std::string raw_arguments(const CallRequest& request) {
  const SyscallRow* const row = find_syscall(request.abi, request.number);
  const std::size_t count = row != nullptr ? row->args.size() : request.args.size();
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + hex_text(request.args[i]);
  return text;
}

/// A value that is no pointer to anything worth reading.
std::string value_text(ArgKind kind, std::uint64_t value, const DescribeOptions& options) {
  const auto low = static_cast<std::uint32_t>(value);
  switch (kind) {
    case ArgKind::Fd:
      return descriptor_text(static_cast<int>(low), options);
    case ArgKind::Int:
    case ArgKind::Pid:
      return std::to_string(static_cast<int>(low));
    case ArgKind::Unsigned:
    case ArgKind::OffsetLow:
    case ArgKind::OffsetHigh:
      return std::to_string(low);
    case ArgKind::Long:
    case ArgKind::Offset:
      return std::to_string(static_cast<std::int64_t>(value));
    case ArgKind::UnsignedLong:
    case ArgKind::Size:
      return std::to_string(value);
    case ArgKind::PageOffset:
      return hex_text(value * kPageSize);
    case ArgKind::DirectoryFd:
      return directory_text(value, options);
    case ArgKind::Uid:
    case ArgKind::Gid:
      return identity_text(low);
    case ArgKind::Uid16:
    case ArgKind::Gid16:
      return low == 0xffff ? "-1" : std::to_string(low & 0xffff);
    case ArgKind::Signal:
      return signal_text(low, options.constants);
    case ArgKind::OldSignalMask:
      return signal_set_text(low, options.constants);
    case ArgKind::Mode:
      return octal_text(low);
    case ArgKind::SharedMemoryFlags:
    case ArgKind::SemaphoreGetFlags:
      return ipc_flags_text(*names_of(kind), low, options.constants);
    case ArgKind::NodeMode:
      return mode_text(low, options.constants);
    case ArgKind::Device:
      return device_text(low, options.constants);
    case ArgKind::IoctlRequest:
      return constant_text(ioctl_request(low), hex_text(low), options.constants);
    case ArgKind::CloneFlags:
      return constant_text(clone_flags(value), hex_text(value), options.constants);
    case ArgKind::Hex:
    case ArgKind::FcntlArgument:
    case ArgKind::IoctlArgument:
      return hex_text(value);
    default:
      break;
  }
  const NameTable* const table = names_of(kind);
  return table != nullptr ? named(*table, low, options.constants) : address_text(value);
}

std::string bytes_text(const Pointee& p, ArgKind kind) {
  const std::size_t limit = p.options.string_limit;
  std::string bytes(std::min<std::uint64_t>(p.available, limit + 1), '\0');
  if (p.address.value == 0 || !p.memory.read(p.address, std::as_writable_bytes(std::span(bytes))))
    return address_text(p.address.value);
  return kind == ArgKind::HexBytes ? quoted_hex(bytes, limit)
                                   : quoted(bytes, limit, p.options.strings);
}

/// A terminated string; of one that goes on beyond the limit its beginning.
std::string string_text(const Pointee& p) {
  if (p.address.value == 0) return "NULL";
  const std::size_t limit = p.options.string_limit;
  if (const auto string = p.memory.read_string(p.address, limit + 1))
    return quoted(*string, p.options.strings);
  Pointee beginning = p;
  beginning.available = limit + 1;
  return bytes_text(beginning, ArgKind::Bytes);
}

std::string path_text(const Pointee& p) {
  const auto path = p.memory.read_string(p.address);
  return path ? quoted(*path, p.options.strings) : address_text(p.address.value);
}

std::string hex_pointee(const Pointee& p) {
  const auto value = p.memory.load<std::uint64_t>(p.address);
  return value ? fmt::format("[{}]", hex_text(*value)) : address_text(p.address.value);
}

constexpr std::uint64_t kI386SetThreadArea = 243;

/// Whether the guest's structure is not as amd64 lays it out. Of the two calls that list a
/// directory only the older one differs.
bool is_compat(const CallRequest& request, ArgKind kind) {
  if (request.abi == Abi::Amd64 || !layout_differs(kind)) return false;
  return kind != ArgKind::Dirents || call_name(request.abi, request.number) == "getdents";
}

/// Whether the command of fcntl(2) takes struct flock, not struct flock64.
bool has_small_lock(std::uint64_t command) {
  return command == F_GETLK || command == F_SETLK || command == F_SETLKW;
}

/// The argument, with its sign where it has one.
std::uint64_t extended(const CallRequest& request, ArgKind kind, std::size_t index) {
  const std::uint64_t value = request.args[index];
  const bool is_signed = kind == ArgKind::Long || kind == ArgKind::Offset;
  if (request.abi == Abi::Amd64 || !is_signed) return value;
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)});
}

/// The amd64 kind of a structure that i386 has twice.
ArgKind wide_kind(ArgKind kind) {
  switch (kind) {
    case ArgKind::Stat64:
    case ArgKind::OldStat:
      return ArgKind::Stat;
    case ArgKind::Statfs64:
      return ArgKind::Statfs;
    case ArgKind::OldSignalAction:
      return ArgKind::SignalAction;
    default:
      return kind;
  }
}

/// Whether two arguments are the halves of one offset.
bool is_split_offset(const CallRequest& request, const ArgSpec& first, const ArgSpec& second) {
  const bool halves = (first.kind == ArgKind::OffsetLow && second.kind == ArgKind::OffsetHigh) ||
                      (first.kind == ArgKind::OffsetHigh && second.kind == ArgKind::OffsetLow);
  return halves && request.abi == Abi::I386;
}

/// As strace words the codes of an interrupted call.
std::string restart_text(std::int64_t code) {
  if (code == restart::kIfAsked) return "? ERESTARTSYS (To be restarted if SA_RESTART is set)";
  if (code == restart::kAlways) return "? ERESTARTNOINTR (To be restarted)";
  if (code == restart::kIfNoHandler) return "? ERESTARTNOHAND (To be restarted if no handler)";
  return "? ERESTART_RESTARTBLOCK (Interrupted by signal)";
}

}  // namespace

std::string call_name(Abi abi, std::uint64_t number) {
  const SyscallRow* const row = find_syscall(abi, number);
  return row != nullptr ? std::string(row->name) : fmt::format("syscall_{:#x}", number);
}

std::string describe_result(const CallRequest& request, std::int64_t result) {
  const std::string name = call_name(request.abi, request.number);
  const ResultStyle style = result_style(name);
  if (style == ResultStyle::None) return "?";
  if (is_restart(result)) return restart_text(-result);
  if (is_error(result)) {
    const int error = static_cast<int>(-result);
    return fmt::format("-1 {} ({})", error_name(error), std::strerror(error));
  }
  const auto value = static_cast<std::uint64_t>(result);
  if (style == ResultStyle::Hex) return hex_text(value);
  if (style == ResultStyle::Octal) return octal_text(value);
  if (style == ResultStyle::Date) return fmt::format("{} ({})", result, date_text(result, 0, 0));
  if (name == "fcntl" || name == "fcntl64") {
    const auto command = static_cast<int>(request.args[1]);
    if (command == F_GETFD) return flags_result(names::kDescriptorFlags, result);
    if (command == F_GETFL) return flags_result(names::kOpenFlags, result);
    if (command == F_GET_SEALS) return flags_result(names::kSealFlags, result, "seals");
  }
  if (name == "rt_sigtimedwait") return fmt::format("{} ({})", result, signal_name(value));
  return std::to_string(result);
}

/// How much the pointer of `spec` stands for: another argument's value, or what that points to.
std::uint64_t CallDescription::count(const CallRequest& request, const ArgSpec& spec) const {
  const std::uint64_t value = request.args[spec.count_from];
  const SyscallRow* const row = find_syscall(request.abi, request.number);
  if (row == nullptr || row->args[spec.count_from].direction == Direction::None) return value;
  return memory_.load<std::uint32_t>({value}).value_or(0);
}

std::string CallDescription::pointed(const CallRequest& request, const ArgSpec& spec,
                                     std::size_t index, std::uint64_t available) const {
  Pointee p{.memory = memory_,
            .options = options_,
            .address = {request.args[index]},
            .count = std::nullopt,
            .available = available};
  p.compat = request.abi == Abi::I386 &&
             (spec.kind == ArgKind::MessageHeader || spec.kind == ArgKind::MessageHeaders);
  if (spec.count_from != kNoCount) p.count = count(request, spec);
  switch (spec.kind) {
    case ArgKind::Path:
      return path_text(p);
    case ArgKind::String:
      return string_text(p);
    case ArgKind::Bytes:
    case ArgKind::HexBytes:
      return bytes_text(p, spec.kind);
    case ArgKind::Hex:
      return hex_pointee(p);
    default:
      break;
  }
  if (!dereferenced_) return address_text(p.address.value);
  std::vector<std::byte> image;
  const bool lock = spec.kind == ArgKind::FileLock || spec.kind == ArgKind::FoundLock;
  if (lock && request.abi == Abi::I386) {
    image = widened(memory_, file_lock_layout(!has_small_lock(request.args[1])), p.address);
    if (image.empty()) return address_text(p.address.value);
    p.image = image;
  } else if (!p.compat && is_compat(request, spec.kind) && p.address.value != 0) {
    image = widened(memory_, spec.kind, p.address, p.count.value_or(0));
    if (image.empty()) return address_text(p.address.value);
    p.image = image;
  }
  return structure_text(wide_kind(spec.kind), p);
}

/// "{mask=[CHLD]}": what rt_sigreturn(2) restores; "" for other calls.
std::string CallDescription::restored_mask(const CallRequest& request) const {
  if (call_name(request.abi, request.number) != "rt_sigreturn") return "";
  // From the stack pointer behind the handler's return to the mask of ucontext_t: struct
  // rt_sigframe, on amd64 8 + 8 + 24 + 256 bytes; on i386 12 + 128 + 4 + 4 + 12 + 88.
  const std::uint64_t offset = request.abi == Abi::Amd64 ? 296 : 248;
  const auto mask = structure_text(ArgKind::SignalSet, {.memory = memory_,
                                                        .options = options_,
                                                        .address = {request.stack_pointer + offset},
                                                        .count = 8,
                                                        .available = 8});
  return fmt::format("{{mask={}}}", mask);
}

/// strace's -e raw=, verbose= and abbrev= for this call.
void CallDescription::choose_style(const CallRequest& request) {
  const auto in = [&](const auto& filter, bool otherwise) {
    return filter ? filter->shows(call_name(request.abi, request.number)) : otherwise;
  };
  raw_ = in(options_.raw, false);
  dereferenced_ = in(options_.dereferenced, true);
  options_.verbose = always_verbose_ || !in(options_.abbreviated, true);
}

void CallDescription::before(const CallRequest& request) {
  entered_.fill({});
  choose_style(request);
  if (raw_) return;
  entered_[0] = restored_mask(request);
  std::size_t vectors = 0;
  for (const auto& [index, spec] : call_shape(request)) {
    // A descriptor may be closed or mean something else when the call is back.
    if (spec.kind == ArgKind::Fd || spec.kind == ArgKind::DirectoryFd)
      entered_[index] = value_text(spec.kind, request.args[index], options_);
    const bool text = spec.kind == ArgKind::Path || spec.kind == ArgKind::String;
    if (spec.direction == Direction::Out || (spec.direction == Direction::None && !text)) continue;
    const bool counts_bytes = spec.count_from != kNoCount && spec.kind != ArgKind::IoVector &&
                              spec.kind != ArgKind::MessageHeaders;
    const std::uint64_t available = spec.kind == ArgKind::RingParameters ? 0
                                    : counts_bytes                       ? count(request, spec)
                                                                         : ~std::uint64_t{0};
    entered_[index] = pointed(request, spec, index, available);
    // Of execve's two vectors strace shows the environment only by its size.
    if (spec.kind == ArgKind::StringVector && ++vectors == 2 && !options_.verbose)
      entered_[index] = vector_size_text(memory_, {request.args[index]});
  }
}

/// What the kernel wrote, or the address where it wrote nothing.
std::string CallDescription::written(const CallRequest& request, const ArgSpec& spec,
                                     std::size_t index, std::int64_t result) const {
  const bool remaining =
      spec.kind == ArgKind::RemainingTime || spec.kind == ArgKind::RemainingTime64;
  const bool filled = remaining ? result == -EINTR : !is_error(result);
  if (!filled) return address_text(request.args[index]);
  auto available = static_cast<std::uint64_t>(result);
  if (spec.count_from != kNoCount) {
    const SyscallRow* const row = find_syscall(request.abi, request.number);
    const bool told = row != nullptr && row->args[spec.count_from].direction != Direction::None;
    if (told) available = count(request, spec);
  }
  return pointed(request, spec, index, available);
}

std::string CallDescription::begun(const CallRequest& request) const {
  std::string text = call_name(request.abi, request.number) + '(';
  if (raw_) return text + raw_arguments(request);
  if (text == "clone(") {
    const std::string all =
        clone_text(memory_, options_, request,
                   value_text(ArgKind::CloneFlags, request.args[0], options_), false);
    return text + all.substr(0, all.find(", p"));  // parent_tid or pidfd
  }
  const auto shape = call_shape(request);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto& [index, spec] = shape[i];
    const bool halves = i + 1 < shape.size() && is_split_offset(request, spec, shape[i + 1].spec);
    if (spec.direction == Direction::Out || spec.kind == ArgKind::MessageHeaders || halves) break;
    text += !entered_[index].empty()
                ? entered_[index]
                : value_text(spec.kind, extended(request, spec.kind, index), options_);
    if (i + 1 < shape.size()) text += ", ";
  }
  return text;
}

std::string CallDescription::after(const CallRequest& request, std::int64_t result) {
  std::string text = call_name(request.abi, request.number) + '(';
  if (raw_) return text + raw_arguments(request) + ')';
  if (text == "clone(")
    return text +
           clone_text(memory_, options_, request,
                      value_text(ArgKind::CloneFlags, request.args[0], options_),
                      !is_error(result)) +
           ')';
  bool first = true;
  const auto shape = call_shape(request);
  if (shape.empty()) text += entered_[0];
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto& [index, spec] = shape[i];
    if (!first) text += ", ";
    first = false;
    if (i + 1 < shape.size() && is_split_offset(request, spec, shape[i + 1].spec)) {
      const bool low_first = spec.kind == ArgKind::OffsetLow;
      const std::uint64_t low = request.args[index + (low_first ? 0 : 1)];
      const std::uint64_t high = request.args[index + (low_first ? 1 : 0)];
      text += std::to_string(static_cast<std::int64_t>(high << 32 | (low & 0xffffffff)));
      ++i;
      continue;
    }
    const bool entered = !entered_[index].empty();
    const bool sent = spec.kind == ArgKind::MessageHeaders && spec.direction == Direction::In;
    if (sent && result > 0) {
      text += structure_text(spec.kind, {.memory = memory_,
                                         .options = options_,
                                         .address = {request.args[index]},
                                         .count = static_cast<std::uint64_t>(result),
                                         .available = kAllWasSent,
                                         .compat = request.abi == Abi::I386});
    } else if (spec.direction == Direction::Out) {
      text += written(request, spec, index, result);
    } else if (entered) {
      text += entered_[index];
      if (spec.kind == ArgKind::RingParameters && !is_error(result)) {
        text.resize(text.size() - entered_[index].size());
        text += pointed(request, spec, index, 1);
      }
      if (spec.kind == ArgKind::CloneArgs && !is_error(result))
        text += clone_results(memory_, {request.args[index]});
      // Of the calls that move offsets strace shows only sendfile's new one.
      const bool moves =
          (spec.kind == ArgKind::OffsetPointer || spec.kind == ArgKind::OffsetPointer64) &&
          text.starts_with("sendfile");
      if (spec.direction != Direction::InOut || !moves || is_error(result)) continue;
      const std::string now = written(request, spec, index, result);
      if (now != entered_[index]) text += " => " + now;
    } else {
      text += value_text(spec.kind, extended(request, spec.kind, index), options_);
    }
  }
  return text + ')';
}

std::string CallDescription::result(const CallRequest& request, std::int64_t result) const {
  std::string text = describe_result(request, result);
  if (is_error(result)) return text;
  if (raw_ && text != "?") return hex_text(static_cast<std::uint64_t>(result));
  if (returns_descriptor(request)) text = descriptor_text(static_cast<int>(result), options_);
  for (const auto& [index, spec] : call_shape(request)) {
    if (spec.kind == ArgKind::UserDescriptor && request.number == kI386SetThreadArea)
      return text + fmt::format(" (entry_number={})",
                                memory_.load<std::uint32_t>({request.args[index]}).value_or(0));
    if (spec.kind == ArgKind::PollFds) return text + poll_note(request, result);
    if (spec.kind == ArgKind::FdSet) return text + select_note(request, result);
  }
  return text;
}

std::string CallDescription::poll_note(const CallRequest& request, std::int64_t result) const {
  if (result == 0) return " (Timeout)";
  return fmt::format(" ({}{})",
                     poll_results({.memory = memory_,
                                   .options = options_,
                                   .address = {request.args[0]},
                                   .count = request.args[1],
                                   .available = 0}),
                     time_left(request, 2));
}

/// ", left {tv_sec=0, tv_nsec=5}": what the call wrote over its timeout, argument `index`.
std::string CallDescription::time_left(const CallRequest& request, std::size_t index) const {
  const auto shape = call_shape(request);
  if (shape[index].spec.direction != Direction::InOut || request.args[index] == 0) return "";
  return ", left " + pointed(request, shape[index].spec, index, 0);
}

std::string CallDescription::select_note(const CallRequest& request, std::int64_t result) const {
  if (result == 0) return " (Timeout)";
  constexpr std::string_view kSets[] = {"in", "out", "except"};
  std::string note;
  const auto shape = call_shape(request);
  for (std::size_t i = 0; i < std::size(kSets); ++i) {
    const std::string set = pointed(request, shape[i + 1].spec, i + 1, 0);
    if (set == "NULL" || set == "[]") continue;
    note += fmt::format("{}{} {}", note.empty() ? "" : ", ", kSets[i], set);
  }
  const std::string left = time_left(request, 4);
  if (note.empty() && !left.empty()) return fmt::format(" ({})", left.substr(2));
  return note.empty() ? note : fmt::format(" ({}{})", note, left);
}

}  // namespace ringfare
