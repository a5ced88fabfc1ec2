// SPDX-License-Identifier: MIT
#include "emu/strace/structures.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <utime.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <optional>

#include "emu/strace/clone_text.hpp"
#include "emu/strace/file_structures.hpp"
#include "emu/strace/ipc_structures.hpp"
#include "emu/strace/message_structures.hpp"
#include "emu/strace/netlink/messages.hpp"
#include "emu/strace/ring_structures.hpp"
#include "emu/strace/signal_text.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

template <class T>
Text number_text(const Pointee& p) {
  const auto value = at<T>(p);
  if (!value) return std::nullopt;
  return fmt::format("[{}]", *value);
}

template <class T>
Text number_list(const Pointee& p) {
  return array_text(
      p, p.available,
      [&](std::uint64_t i) -> Text {
        const auto value = at<T>(p, i);
        if (!value) return std::nullopt;
        return std::to_string(*value);
      },
      sizeof(T));
}

/// Of identities all bits set is -1.
template <class T>
Text identity_list(const Pointee& p) {
  return array_text(
      p, p.available,
      [&](std::uint64_t i) -> Text {
        const auto id = at<T>(p, i);
        if (!id) return std::nullopt;
        return *id == std::numeric_limits<T>::max() ? "-1" : std::to_string(*id);
      },
      sizeof(T));
}

Text descriptor_list(const Pointee& p) {
  return array_text(p, p.count.value_or(1), [&](std::uint64_t i) -> Text {
    const auto fd = at<int>(p, i);
    if (!fd) return std::nullopt;
    return descriptor_text(*fd, p.options);
  });
}

std::string text(const timespec& t) {
  return fmt::format("{{tv_sec={}, tv_nsec={}}}", t.tv_sec, static_cast<std::uint64_t>(t.tv_nsec));
}

std::string text(const timeval& t) {
  return fmt::format("{{tv_sec={}, tv_usec={}}}", t.tv_sec, static_cast<std::uint64_t>(t.tv_usec));
}

template <class T>
Text plain(const Pointee& p) {
  const auto value = at<T>(p);
  return value ? Text(text(*value)) : std::nullopt;
}

/// A date where there is one: not for the beginning of time, nor for what is no time.
std::string with_date(const std::string& text, std::int64_t seconds, std::uint64_t fraction,
                      unsigned digits) {
  constexpr std::int64_t kMostSeconds = std::int64_t{1} << 55;  // about the years an int can count
  const std::uint64_t whole = digits == 9 ? 1'000'000'000 : 1'000'000;
  const bool none = (seconds == 0 && fraction == 0) || fraction >= whole ||
                    seconds > kMostSeconds || seconds < -kMostSeconds;
  return none ? text : fmt::format("{} /* {} */", text, date_text(seconds, fraction, digits));
}

std::string file_time(const timespec& t) {
  if (t.tv_nsec == UTIME_NOW) return "UTIME_NOW";
  if (t.tv_nsec == UTIME_OMIT) return "UTIME_OMIT";
  return with_date(text(t), t.tv_sec, static_cast<std::uint64_t>(t.tv_nsec), 9);
}

std::string file_time(const timeval& t) {
  return with_date(text(t), t.tv_sec, static_cast<std::uint64_t>(t.tv_usec), 6);
}

template <class T>
Text time_pair(const Pointee& p) {
  const auto times = at<std::array<T, 2>>(p);
  if (!times) return std::nullopt;
  return fmt::format("[{}, {}]", file_time((*times)[0]), file_time((*times)[1]));
}

Text iovec_text(const Pointee& p) {
  return buffers_text(p, p.count.value_or(0), p.available);
}

/// The numbers of the bits that are set, among the first `bits`.
Text bit_numbers(const Pointee& p, std::uint64_t bits) {
  std::string list = "[";
  for (std::uint64_t bit = 0; bit < bits; ++bit) {
    const auto byte = p.memory.load<std::uint8_t>(p.address + bit / 8);
    if (!byte) return std::nullopt;
    if ((*byte >> bit % 8 & 1) == 0) continue;
    if (list.size() > 1) list += ' ';
    list += std::to_string(bit);
  }
  return list + ']';
}

Text fd_set_text(const Pointee& p) {
  if (static_cast<std::int32_t>(p.count.value_or(0)) < 0) return std::nullopt;
  return bit_numbers(p, std::min<std::uint64_t>(p.count.value_or(0), 1024));
}

Text cpu_mask_text(const Pointee& p) {
  return bit_numbers(p, std::min<std::uint64_t>(p.available, 1024) * 8);
}

std::string limit_text(std::uint64_t limit, bool compat, ConstantStyle style) {
  if (style != ConstantStyle::Names)
    return constant_text(limit_text(limit, compat, ConstantStyle::Names), std::to_string(limit),
                         style);
  if (limit == RLIM_INFINITY) return compat ? "RLIM_INFINITY" : "RLIM64_INFINITY";
  if (limit > 1024 && limit % 1024 == 0) return fmt::format("{}*1024", limit / 1024);
  return std::to_string(limit);
}

Text limits_text(const Pointee& p) {
  const auto limits = at<rlimit>(p);
  if (!limits) return std::nullopt;
  const bool compat = !p.image.empty();
  return fmt::format("{{rlim_cur={}, rlim_max={}}}",
                     limit_text(limits->rlim_cur, compat, p.options.constants),
                     limit_text(limits->rlim_max, compat, p.options.constants));
}

Text rusage_text(const Pointee& p) {
  const auto r = at<rusage>(p);
  if (!r) return std::nullopt;
  const std::string times =
      fmt::format("ru_utime={}, ru_stime={}", text(r->ru_utime), text(r->ru_stime));
  if (!p.options.verbose) return fmt::format("{{{}, ...}}", times);
  return fmt::format(
      "{{{}, ru_maxrss={}, ru_ixrss={}, ru_idrss={}, ru_isrss={}, ru_minflt={}, ru_majflt={}, "
      "ru_nswap={}, ru_inblock={}, ru_oublock={}, ru_msgsnd={}, ru_msgrcv={}, ru_nsignals={}, "
      "ru_nvcsw={}, ru_nivcsw={}}}",
      times, r->ru_maxrss, r->ru_ixrss, r->ru_idrss, r->ru_isrss, r->ru_minflt, r->ru_majflt,
      r->ru_nswap, r->ru_inblock, r->ru_oublock, r->ru_msgsnd, r->ru_msgrcv, r->ru_nsignals,
      r->ru_nvcsw, r->ru_nivcsw);
}

Text sysinfo_text(const Pointee& p) {
  const auto s = at<struct sysinfo>(p);
  if (!s) return std::nullopt;
  return fmt::format(
      "{{uptime={}, loads=[{}], totalram={}, freeram={}, sharedram={}, bufferram={}, "
      "totalswap={}, freeswap={}, procs={}, totalhigh={}, freehigh={}, mem_unit={}}}",
      s->uptime, fmt::join(s->loads, ", "), s->totalram, s->freeram, s->sharedram, s->bufferram,
      s->totalswap, s->freeswap, s->procs, s->totalhigh, s->freehigh, s->mem_unit);
}

std::string field(const char (&chars)[65]) {
  return quoted(std::string_view(chars, strnlen(chars, sizeof chars)));
}

Text utsname_text(const Pointee& p) {
  const auto u = at<utsname>(p);
  if (!u) return std::nullopt;
  const std::string start =
      fmt::format("sysname={}, nodename={}", field(u->sysname), field(u->nodename));
  if (!p.options.verbose) return fmt::format("{{{}, ...}}", start);
  return fmt::format("{{{}, release={}, version={}, machine={}, domainname={}}}", start,
                     field(u->release), field(u->version), field(u->machine), field(u->domainname));
}

Text tms_text(const Pointee& p) {
  const auto t = at<tms>(p);
  if (!t) return std::nullopt;
  return fmt::format("{{tms_utime={}, tms_stime={}, tms_cutime={}, tms_cstime={}}}", t->tms_utime,
                     t->tms_stime, t->tms_cutime, t->tms_cstime);
}

Text timezone_text(const Pointee& p) {
  const auto zone = at<struct timezone>(p);
  if (!zone) return std::nullopt;
  return fmt::format("{{tz_minuteswest={}, tz_dsttime={}}}", zone->tz_minuteswest,
                     zone->tz_dsttime);
}

Text time_value_text(const Pointee& p) {
  const auto time = at<std::int64_t>(p);
  if (!time) return std::nullopt;
  return fmt::format("[{} /* {} */]", *time, date_text(*time, 0, 0));
}

Text utimbuf_text(const Pointee& p) {
  const auto times = at<utimbuf>(p);
  if (!times) return std::nullopt;
  return fmt::format("{{actime={} /* {} */, modtime={} /* {} */}}", times->actime,
                     date_text(times->actime, 0, 0), times->modtime,
                     date_text(times->modtime, 0, 0));
}

template <class T, auto Interval, auto Value>
Text interval_text(const Pointee& p) {
  const auto timer = at<T>(p);
  if (!timer) return std::nullopt;
  return fmt::format("{{it_interval={}, it_value={}}}", text((*timer).*Interval),
                     text((*timer).*Value));
}

Text signal_set(const Pointee& p) {
  const std::uint64_t size = p.count.value_or(8);
  if (size > 8 || size == 0) return std::nullopt;
  // Only rt_sigpending(2), which writes it, takes less than a whole set.
  if (size < 8 && p.available != 0) return std::nullopt;
  std::optional<std::uint64_t> mask = size == 8 ? at<std::uint64_t>(p) : std::uint64_t{0};
  if (size < 8 &&
      !p.memory.read(p.address, std::as_writable_bytes(std::span(&*mask, 1)).first(size)))
    return std::nullopt;
  return mask ? Text(signal_set_text(*mask, p.options.constants)) : std::nullopt;
}

/// What pselect6(2) takes as its last argument: a set and its size.
Text signal_set_pointer(const Pointee& p) {
  std::uint64_t set = 0, size = 0;
  if (p.compat) {
    const auto words = p.memory.load<std::array<std::uint32_t, 2>>(p.address);
    if (!words) return std::nullopt;
    set = (*words)[0], size = (*words)[1];
  } else {
    const auto words = p.memory.load<std::array<std::uint64_t, 2>>(p.address);
    if (!words) return std::nullopt;
    set = (*words)[0], size = (*words)[1];
  }
  Pointee mask{.memory = p.memory, .options = p.options, .address = {set}, .count = size};
  const Text text = set == 0 ? Text("NULL") : signal_set(mask);
  return fmt::format("{{sigmask={}, sigsetsize={}}}", text.value_or(address_text(set)), size);
}

struct KernelSignalAction {  // struct sigaction of the system call, x86-64
  std::uint64_t handler, flags, restorer, mask;
};
constexpr std::uint64_t kRestorer = 0x04000000;

std::string handler_text(std::uint64_t handler, ConstantStyle style) {
  constexpr std::string_view kHandlers[] = {"SIG_DFL", "SIG_IGN"};
  if (handler >= std::size(kHandlers)) return hex_text(handler);
  return constant_text(std::string(kHandlers[handler]), hex_text(handler), style);
}

Text signal_action(const Pointee& p) {
  const auto action = at<KernelSignalAction>(p);
  if (!action) return std::nullopt;
  return fmt::format(
      "{{sa_handler={}, sa_mask={}, sa_flags={}{}}}",
      handler_text(action->handler, p.options.constants),
      signal_set_text(action->mask, p.options.constants),
      named(names::kSignalActionFlags, action->flags, p.options.constants),
      (action->flags & kRestorer) != 0 ? ", sa_restorer=" + address_text(action->restorer) : "");
}

Text signal_info(const Pointee& p) {
  const auto info = at<SignalInfo>(p);
  return info ? Text(signal_info_text(*info)) : std::nullopt;
}

Text signal_event(const Pointee& p) {
  struct Event {  // struct sigevent
    std::uint64_t value;
    std::int32_t signal, notify;
    std::int32_t rest[12];
  };
  const auto event = at<Event>(p);
  if (!event) return std::nullopt;
  constexpr std::string_view kNotify[] = {"SIGEV_SIGNAL", "SIGEV_NONE", "SIGEV_THREAD"};
  const auto notify = static_cast<std::uint32_t>(event->notify);
  const std::string how = notify == SIGEV_THREAD_ID     ? "SIGEV_THREAD_ID"
                          : notify < std::size(kNotify) ? std::string(kNotify[notify])
                                                        : hex_text(notify) + " /* SIGEV_??? */";
  const bool sends = notify == SIGEV_SIGNAL || notify == SIGEV_THREAD_ID;
  const std::string signal = sends ? signal_name(static_cast<std::uint64_t>(event->signal))
                                   : std::to_string(static_cast<std::uint32_t>(event->signal));
  return fmt::format(
      "{{sigev_value={{sival_int={}, sival_ptr={}}}, sigev_signo={}, "
      "sigev_notify={}{}}}",
      static_cast<std::int32_t>(event->value), address_text(event->value), signal, how,
      notify == SIGEV_THREAD_ID ? fmt::format(", sigev_notify_thread_id={}", event->rest[0]) : "");
}

Text signal_stack(const Pointee& p) {
  const auto stack = at<stack_t>(p);
  if (!stack) return std::nullopt;
  return fmt::format("{{ss_sp={}, ss_flags={}, ss_size={}}}",
                     address_text(reinterpret_cast<std::uint64_t>(stack->ss_sp)),
                     named(names::kSignalStackFlags, static_cast<std::uint32_t>(stack->ss_flags),
                           p.options.constants),
                     stack->ss_size);
}

Text wait_status(const Pointee& p) {
  const auto status = at<int>(p);
  if (!status) return std::nullopt;
  if (WIFEXITED(*status))
    return fmt::format("[{{WIFEXITED(s) && WEXITSTATUS(s) == {}}}]", WEXITSTATUS(*status));
  if (WIFSIGNALED(*status))
    return fmt::format("[{{WIFSIGNALED(s) && WTERMSIG(s) == {}{}}}]",
                       signal_name(static_cast<std::uint64_t>(WTERMSIG(*status))),
                       WCOREDUMP(*status) ? " && WCOREDUMP(s)" : "");
  if (WIFSTOPPED(*status))
    return fmt::format("[{{WIFSTOPPED(s) && WSTOPSIG(s) == {}}}]",
                       signal_name(static_cast<std::uint64_t>(WSTOPSIG(*status))));
  if (WIFCONTINUED(*status)) return "[{WIFCONTINUED(s)}]";
  return fmt::format("[{:#x}]", static_cast<unsigned>(*status));
}

/// mincore's answer: a byte for each page of the range.
Text page_vector(const Pointee& p) {
  return array_text(p, page_up(p.count.value_or(0)) / kPageSize, [&](std::uint64_t i) -> Text {
    const auto byte = at<std::uint8_t>(p, i);
    return byte ? Text(std::to_string(*byte)) : std::nullopt;
  });
}

/// How many pointers there are before a null pointer.
std::optional<std::uint64_t> vector_size(const AddressSpace& memory, GuestAddress vector) {
  for (std::uint64_t count = 0;; ++count) {
    const auto pointer = memory.load<std::uint64_t>(vector + count * sizeof(std::uint64_t));
    if (!pointer) return std::nullopt;
    if (*pointer == 0) return count;
  }
}

Text string_vector(const Pointee& p) {
  const auto count = p.image.empty() ? vector_size(p.memory, p.address)
                                     : std::optional(p.image.size() / sizeof(std::uint64_t) - 1);
  const auto one = [&](std::uint64_t i) -> Text {
    const auto pointer = at<std::uint64_t>(p, i);
    if (!pointer) return std::nullopt;
    const auto string = p.memory.read_string({*pointer});
    return string ? quoted(*string, p.options.string_limit, p.options.strings)
                  : address_text(*pointer);
  };
  return array_text(p, count.value_or(~std::uint64_t{0}), one, sizeof(std::uint64_t));
}

/// struct user_desc of <asm/ldt.h>.
Text user_descriptor(const Pointee& p) {
  const auto words = at<std::array<std::uint32_t, 4>>(p);
  if (!words) return std::nullopt;
  const auto [entry, base, limit, bits] = *words;
  const std::string address = address_text(base);
  return fmt::format(
      "{{entry_number={}, base_addr={}, limit={:#08x}, seg_32bit={}, contents={}, "
      "read_exec_only={}, limit_in_pages={}, seg_not_present={}, useable={}}}",
      static_cast<std::int32_t>(entry), address, limit, bits & 1, bits >> 1 & 3, bits >> 3 & 1,
      bits >> 4 & 1, bits >> 5 & 1, bits >> 6 & 1);
}

template <ArgKind kKind>
Text bytes_text(const Pointee& p) {
  const std::size_t limit = p.options.string_limit;
  std::string bytes(std::min<std::uint64_t>(p.available, limit + 1), '\0');
  if (p.address.value == 0 || !p.memory.read(p.address, std::as_writable_bytes(std::span(bytes))))
    return std::nullopt;
  return kKind == ArgKind::HexBytes ? quoted_hex(bytes, limit)
                                    : quoted(bytes, limit, p.options.strings);
}

Text socket_bytes(const Pointee& p) {
  if (!p.netlink) return bytes_text<ArgKind::Bytes>(p);
  return netlink::messages_text(
      {.memory = p.memory, .options = p.options, .at = p.address.value, .size = p.available},
      *p.netlink);
}

/// A string that ends with a NUL; its beginning where it is longer than the limit.
Text string_text(const Pointee& p) {
  const std::size_t limit = p.options.string_limit;
  if (const auto string = p.memory.read_string(p.address, limit + 1))
    return quoted(*string, p.options.strings);
  Pointee beginning = p;
  beginning.available = limit + 1;
  return bytes_text<ArgKind::Bytes>(beginning);
}

Text path_text(const Pointee& p) {
  if (const auto path = p.memory.read_string(p.address)) return quoted(*path, p.options.strings);
  constexpr std::size_t kLongest = 4095;  // PATH_MAX, with the NUL
  std::string beginning(kLongest, '\0');
  if (p.address.value == 0 ||
      !p.memory.read(p.address, std::as_writable_bytes(std::span(beginning))))
    return std::nullopt;
  return quoted(beginning, p.options.strings) + "...";
}

Text hex_pointee(const Pointee& p) {
  const auto value = p.memory.load<std::uint64_t>(p.address);
  return value ? Text(fmt::format("[{}]", hex_text(*value))) : std::nullopt;
}

struct StructureText {
  ArgKind kind;
  Text (*text)(const Pointee&);
  bool structure = true;  // false: bytes and numbers, which -e verbose=none shows, too
};

constexpr StructureText kStructures[] = {
    {ArgKind::Path, path_text, false},
    {ArgKind::String, string_text, false},
    {ArgKind::Bytes, bytes_text<ArgKind::Bytes>, false},
    {ArgKind::SocketBytes, socket_bytes, false},
    {ArgKind::HexBytes, bytes_text<ArgKind::HexBytes>, false},
    {ArgKind::Hex, hex_pointee, false},
    {ArgKind::Stat, stat_text},
    {ArgKind::Stat64, stat_text},
    {ArgKind::OldStat, stat_text},
    {ArgKind::Statx, statx_text},
    {ArgKind::Statfs, statfs_text},
    {ArgKind::Statfs64, statfs_text},
    {ArgKind::Dirents, old_dirents_text},
    {ArgKind::Dirents64, dirents_text},
    {ArgKind::IoVector, iovec_text},
    {ArgKind::PollFds, poll_text},
    {ArgKind::EpollEvents, epoll_text},
    {ArgKind::FdPair, fd_pair_text},
    {ArgKind::FdSet, fd_set_text},
    {ArgKind::CpuMask, cpu_mask_text},
    {ArgKind::Timespec, plain<timespec>},
    {ArgKind::RemainingTime, plain<timespec>},
    {ArgKind::Timespec64, plain<timespec>},
    {ArgKind::RemainingTime64, plain<timespec>},
    {ArgKind::TimespecPair, time_pair<timespec>},
    {ArgKind::TimespecPair64, time_pair<timespec>},
    {ArgKind::Timeval, plain<timeval>},
    {ArgKind::TimevalPair, time_pair<timeval>},
    {ArgKind::Timezone, timezone_text},
    {ArgKind::Time, time_value_text},
    {ArgKind::Tms, tms_text},
    {ArgKind::Utimbuf, utimbuf_text},
    {ArgKind::ItimerVal, interval_text<itimerval, &itimerval::it_interval, &itimerval::it_value>},
    {ArgKind::ItimerSpec,
     interval_text<itimerspec, &itimerspec::it_interval, &itimerspec::it_value>},
    {ArgKind::ItimerSpec64,
     interval_text<itimerspec, &itimerspec::it_interval, &itimerspec::it_value>},
    {ArgKind::Rlimit, limits_text},
    {ArgKind::OldRlimit, limits_text},
    {ArgKind::Rlimit64, limits_text},
    {ArgKind::Rusage, rusage_text},
    {ArgKind::Sysinfo, sysinfo_text},
    {ArgKind::Utsname, utsname_text},
    {ArgKind::CloneArgs, clone_arguments},
    {ArgKind::SignalSet, signal_set},
    {ArgKind::SignalSetPointer, signal_set_pointer},
    {ArgKind::SignalAction, signal_action},
    {ArgKind::OldSignalAction, signal_action},
    {ArgKind::SignalStack, signal_stack},
    {ArgKind::SignalInfo, signal_info},
    {ArgKind::SignalEvent, signal_event},
    {ArgKind::SocketAddress, socket_address},
    {ArgKind::MessageHeader, message_header},
    {ArgKind::MessageHeaders, message_headers},
    {ArgKind::StringVector, string_vector},
    {ArgKind::Gids, identity_list<std::uint32_t>},
    {ArgKind::Gids16, identity_list<std::uint16_t>},
    {ArgKind::OffsetPointer, number_text<std::int64_t>},
    {ArgKind::OffsetPointer64, number_text<std::int64_t>},
    {ArgKind::Int32, number_text<std::int32_t>},
    {ArgKind::Unsigned32, number_text<std::uint32_t>},
    {ArgKind::Unsigned16, number_text<std::uint16_t>},
    {ArgKind::Int64, number_text<std::int64_t>},
    {ArgKind::Unsigned64, number_text<std::uint64_t>},
    {ArgKind::WaitStatus, wait_status},
    {ArgKind::Termios, termios_text},
    {ArgKind::WindowSize, window_size},
    {ArgKind::FileLock, file_lock},
    {ArgKind::FoundLock, found_lock},
    {ArgKind::PageVector, page_vector},
    {ArgKind::UserDescriptor, user_descriptor},
    {ArgKind::SharedMemoryStatus, shared_memory_status},
    {ArgKind::SemaphoreOperations, semaphore_operations},
    {ArgKind::QueueStatus, queue_status},
    {ArgKind::QueueMessage, queue_message},
    {ArgKind::BufferAddresses, buffer_addresses},
    {ArgKind::RingParameters, ring_parameters},
    {ArgKind::Descriptors, descriptor_list},
};

const StructureText* find(ArgKind kind) {
  const auto row = std::ranges::find(kStructures, kind, &StructureText::kind);
  return row != std::end(kStructures) ? &*row : nullptr;
}

}  // namespace

bool is_no_structure(ArgKind kind) {
  const StructureText* const row = find(kind);
  return row != nullptr && !row->structure;
}

std::string structure_text(ArgKind kind, const Pointee& pointee) {
  const StructureText* const row = pointee.address.value != 0 ? find(kind) : nullptr;
  const Text text = row != nullptr ? row->text(pointee) : std::nullopt;
  return text.value_or(address_text(pointee.address.value));
}

std::string vector_size_text(const AddressSpace& memory, GuestAddress vector) {
  const auto count = vector_size(memory, vector);
  if (!count) return address_text(vector.value);
  return fmt::format("{:#x} /* {} {} */", vector.value, *count, *count == 1 ? "var" : "vars");
}

std::string poll_results(const Pointee& pointee) {
  std::string list;
  for (std::uint64_t i = 0; i < pointee.count.value_or(0); ++i) {
    const auto poll = at<pollfd>(pointee, i);
    if (!poll) break;
    if (poll->revents == 0) continue;
    list += fmt::format("{}{{fd={}, revents={}}}", list.empty() ? "" : ", ", poll->fd,
                        named(names::kPollEvents, static_cast<std::uint16_t>(poll->revents),
                              pointee.options.constants));
  }
  return '[' + list + ']';
}

}  // namespace ringfare
