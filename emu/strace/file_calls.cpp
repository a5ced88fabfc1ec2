// SPDX-License-Identifier: MIT
// Files and what waits for them: fanotify_mark(2), io_submit(2), sync_file_range(2),
// close_range(2).
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "cpu/memory.hpp"
#include "emu/strace/argument_text.hpp"
#include "emu/strace/call_families.hpp"
#include "emu/strace/structures.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Values of linux/fanotify.h, linux/fs.h, linux/close_range.h.
constexpr Name kFanotifyInit[] = {{0x1, "FAN_CLOEXEC"},
                                  {0x2, "FAN_NONBLOCK"},
                                  {0x10, "FAN_UNLIMITED_QUEUE"},
                                  {0x20, "FAN_UNLIMITED_MARKS"},
                                  {0x40, "FAN_ENABLE_AUDIT"},
                                  {0x80, "FAN_REPORT_PIDFD"},
                                  {0x100, "FAN_REPORT_TID"},
                                  {0x200, "FAN_REPORT_FID"},
                                  {0x400, "FAN_REPORT_DIR_FID"},
                                  {0x800, "FAN_REPORT_NAME"},
                                  {0x1000, "FAN_REPORT_TARGET_FID"}};
constexpr Name kFanotifyClass[] = {
    {0x0, "FAN_CLASS_NOTIF"}, {0x4, "FAN_CLASS_CONTENT"}, {0x8, "FAN_CLASS_PRE_CONTENT"}};
constexpr Name kFanotifyMark[] = {{0x1, "FAN_MARK_ADD"},
                                  {0x2, "FAN_MARK_REMOVE"},
                                  {0x4, "FAN_MARK_DONT_FOLLOW"},
                                  {0x8, "FAN_MARK_ONLYDIR"},
                                  {0x10, "FAN_MARK_MOUNT"},
                                  {0x20, "FAN_MARK_IGNORED_MASK"},
                                  {0x40, "FAN_MARK_IGNORED_SURV_MODIFY"},
                                  {0x80, "FAN_MARK_FLUSH"},
                                  {0x100, "FAN_MARK_FILESYSTEM"},
                                  {0x200, "FAN_MARK_EVICTABLE"},
                                  {0x400, "FAN_MARK_IGNORE"}};
constexpr Name kFanotifyEvents[] = {{0x1, "FAN_ACCESS"},
                                    {0x2, "FAN_MODIFY"},
                                    {0x4, "FAN_ATTRIB"},
                                    {0x8, "FAN_CLOSE_WRITE"},
                                    {0x10, "FAN_CLOSE_NOWRITE"},
                                    {0x20, "FAN_OPEN"},
                                    {0x40, "FAN_MOVED_FROM"},
                                    {0x80, "FAN_MOVED_TO"},
                                    {0x100, "FAN_CREATE"},
                                    {0x200, "FAN_DELETE"},
                                    {0x400, "FAN_DELETE_SELF"},
                                    {0x800, "FAN_MOVE_SELF"},
                                    {0x1000, "FAN_OPEN_EXEC"},
                                    {0x4000, "FAN_Q_OVERFLOW"},
                                    {0x8000, "FAN_FS_ERROR"},
                                    {0x10000, "FAN_OPEN_PERM"},
                                    {0x20000, "FAN_ACCESS_PERM"},
                                    {0x40000, "FAN_OPEN_EXEC_PERM"},
                                    {0x8000000, "FAN_EVENT_ON_CHILD"},
                                    {0x10000000, "FAN_RENAME"},
                                    {0x40000000, "FAN_ONDIR"}};
constexpr Name kSyncRange[] = {{0x1, "SYNC_FILE_RANGE_WAIT_BEFORE"},
                               {0x2, "SYNC_FILE_RANGE_WRITE"},
                               {0x4, "SYNC_FILE_RANGE_WAIT_AFTER"}};
constexpr Name kCloseRange[] = {{0x2, "CLOSE_RANGE_UNSHARE"}, {0x4, "CLOSE_RANGE_CLOEXEC"}};

constexpr NameTable kClasses{kFanotifyClass, kAll, {}, "FAN_CLASS_???"};
constexpr NameTable kInitFlags{{}, 0, kFanotifyInit, "FAN_???"};
constexpr NameTable kMarkFlags{{}, 0, kFanotifyMark, "FAN_MARK_???"};
constexpr NameTable kMarkEvents{{}, 0, kFanotifyEvents, "FAN_???"};
constexpr NameTable kSyncRanges{{}, 0, kSyncRange, "SYNC_FILE_RANGE_???"};
constexpr NameTable kCloseRanges{{}, 0, kCloseRange, "CLOSE_RANGE_???"};

std::string group_flags(const ToldCall& call, std::size_t index) {
  const std::uint32_t kind = call.low(index) & 0xc, flags = call.low(index) & ~0xcu;
  if (call.style() == ConstantStyle::Numbers) return hex_text(call.low(index));
  const std::string first = named(kClasses, kind, call.style());
  return flags == 0 ? first : fmt::format("{}|{}", first, named(kInitFlags, flags, call.style()));
}

std::string mark_directory(const ToldCall& call, std::size_t index) {
  constexpr std::int32_t kNowhere = -1;
  if (static_cast<std::int32_t>(call.low(index)) == kNowhere)
    return constant_text("FAN_NOFD", "-1", call.style());
  return told::directory(call, index);
}
std::string file_flags(const ToldCall& call, std::size_t index) {
  return named(names::kOpenFlags, call.low(index), call.style());
}
/// Offsets are two arguments each on i386.
std::string sync_rest(const ToldCall& call, std::size_t) {
  const auto offset = [&](std::size_t index) {
    return call.compat() ? static_cast<std::int64_t>(std::uint64_t{call.low(index * 2)} << 32 |
                                                     call.low(index * 2 - 1))
                         : static_cast<std::int64_t>(call[index]);
  };
  return fmt::format("{}, {}, {}", offset(1), offset(2),
                     named(kSyncRanges, call.low(call.compat() ? 5 : 3), call.style()));
}

/// The mask is 64 bits, two arguments on i386.
std::string mark_rest(const ToldCall& call, std::size_t) {
  const std::size_t next = call.compat() ? 4 : 3;
  const std::uint64_t mask =
      call.compat() ? std::uint64_t{call.low(3)} << 32 | call.low(2) : call[2];
  return fmt::format("{}, {}, {}", named(kMarkEvents, mask, call.style()),
                     mark_directory(call, next), told::path(call, next + 1));
}

constexpr Name kResolve[] = {{0x1, "RESOLVE_NO_XDEV"},     {0x2, "RESOLVE_NO_MAGICLINKS"},
                             {0x4, "RESOLVE_NO_SYMLINKS"}, {0x8, "RESOLVE_BENEATH"},
                             {0x10, "RESOLVE_IN_ROOT"},    {0x20, "RESOLVE_CACHED"}};
constexpr NameTable kResolveFlags{{}, 0, kResolve, "RESOLVE_???"};

/// What a structure has beyond the fields that are known: ", /* bytes 24..31 */ "\x01..."", where
/// it is not all zero.
std::string later_bytes(const ToldCall& call, std::uint64_t at, std::uint64_t known,
                        std::uint64_t size) {
  if (size <= known) return "";
  std::string bytes(std::min<std::uint64_t>(size, kPageSize) - known, '\0');
  if (!call.memory.read({at + known}, std::as_writable_bytes(std::span(bytes)))) return ", ???";
  if (std::ranges::all_of(bytes, [](char c) { return c == 0; })) return "";
  return fmt::format(", /* bytes {}..{} */ {}", known, known + bytes.size() - 1,
                     quoted_hex(bytes, bytes.size()));
}

/// struct open_how: the mode where the flags make a file.
std::string how(const ToldCall& call, std::size_t index) {
  constexpr std::uint64_t kMakes = 0x400040, kSize = 24;  // O_CREAT, __O_TMPFILE
  const auto words = call.load<std::array<std::uint64_t, 3>>(call[index]);
  if (!words || call[3] < kSize) return told::address(call, index);
  const auto [flags, mode, resolve] = *words;
  const bool makes = (flags & kMakes) != 0;
  return fmt::format("{{flags={}{}, resolve={}{}}}", named(names::kOpenFlags, flags, call.style()),
                     makes || mode != 0 ? ", mode=" + octal_text(mode) : "",
                     named(kResolveFlags, resolve, call.style()),
                     later_bytes(call, call[index], kSize, call[3]));
}

std::string interest_operation(const ToldCall& call, std::size_t index) {
  return argument_text(ArgKind::EpollOperation, call[index], call.options);
}
/// Nothing is read for EPOLL_CTL_DEL.
std::string interest(const ToldCall& call, std::size_t index) {
  constexpr std::uint32_t kDelete = 2;
  if (call.low(1) == kDelete) return told::address(call, index);
  return structure_text(ArgKind::EpollEvents, call.pointee(call[index]));
}

constexpr CallText kCalls[] = {
    {"epoll_ctl", {told::descriptor, interest_operation, told::descriptor, interest}},
    {"openat2", {told::directory, told::path, how, told::unsigned_long}},
    {"fanotify_mark", {told::descriptor, told::names<kMarkFlags>, mark_rest}},
    {"fanotify_init", {group_flags, file_flags}},
    {"sync_file_range", {told::descriptor, sync_rest}},
    {"close_range", {told::unsigned_int, told::unsigned_int, told::names<kCloseRanges>}},
    {"umask", {told::octal}},
};

}  // namespace

std::span<const CallText> calls_on_files() {
  return kCalls;
}

}  // namespace ringfare
