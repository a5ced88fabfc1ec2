// SPDX-License-Identifier: MIT
#include "emu/strace/file_structures.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>

#include <array>

#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

std::string stamp(std::string_view name, const timespec& t) {
  const auto fraction = static_cast<std::uint64_t>(t.tv_nsec);
  return fmt::format("{}={} /* {} */, {}_nsec={}", name, t.tv_sec, date_text(t.tv_sec, fraction, 9),
                     name, t.tv_nsec);
}

struct EntryHead {  // struct linux_dirent64, getdents(2)
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
};
constexpr std::uint64_t kEntryName = 19;

struct KernelTermios {  // struct termios of the system call
  std::uint32_t input, output, control, local;
  std::uint8_t line, characters[19];
};

/// The delays of c_oflag: each of its fields has one name.
std::string output_delays(std::uint32_t output) {
  struct Field {
    std::string_view name;
    unsigned shift, mask;
  };
  constexpr Field kFields[] = {{"NL", 8, 1},  {"CR", 9, 3},  {"TAB", 11, 3},
                               {"BS", 13, 1}, {"VT", 14, 1}, {"FF", 15, 1}};
  std::string list;
  for (const Field& one : kFields)
    list +=
        fmt::format("{}{}{}", list.empty() ? "" : "|", one.name, output >> one.shift & one.mask);
  return list;
}

std::string with_flags(std::string start, const NameTable& table, std::uint32_t flags) {
  return flags == 0 ? start : start + '|' + named(table, flags);
}

std::string lock_fields(const struct flock& lock, ConstantStyle style) {
  return fmt::format("l_type={}, l_whence={}, l_start={}, l_len={}",
                     named(names::kLockType, static_cast<std::uint16_t>(lock.l_type), style),
                     named(names::kWhence, static_cast<std::uint16_t>(lock.l_whence), style),
                     lock.l_start, lock.l_len);
}

}  // namespace

Text stat_text(const Pointee& p) {
  const auto s = at<struct stat>(p);
  if (!s) return std::nullopt;
  const bool device = S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode);
  const std::string mode = fmt::format("st_mode={}", mode_text(s->st_mode, p.options.constants));
  const std::string size =
      device ? fmt::format("st_rdev={}", device_text(s->st_rdev, p.options.constants))
             : fmt::format("st_size={}", s->st_size);
  if (!p.options.verbose) return fmt::format("{{{}, {}, ...}}", mode, size);
  return fmt::format(
      "{{st_dev={}, st_ino={}, {}, st_nlink={}, st_uid={}, st_gid={}, st_blksize={}, "
      "st_blocks={}, {}, {}, {}, {}}}",
      device_text(s->st_dev, p.options.constants), s->st_ino, mode, s->st_nlink, s->st_uid,
      s->st_gid, s->st_blksize, s->st_blocks, size, stamp("st_atime", s->st_atim),
      stamp("st_mtime", s->st_mtim), stamp("st_ctime", s->st_ctim));
}

Text statx_text(const Pointee& p) {
  const auto s = at<struct statx>(p);
  if (!s) return std::nullopt;
  return fmt::format("{{stx_mask={}, stx_attributes={}, stx_mode={}, stx_size={}, ...}}",
                     named(names::kStatxMask, s->stx_mask, p.options.constants),
                     hex_text(s->stx_attributes), mode_text(s->stx_mode, p.options.constants),
                     s->stx_size);
}

Text statfs_text(const Pointee& p) {
  const auto s = at<struct statfs>(p);
  if (!s) return std::nullopt;
  return fmt::format(
      "{{f_type={}, f_bsize={}, f_blocks={}, f_bfree={}, f_bavail={}, f_files={}, f_ffree={}, "
      "f_fsid={{val=[{}, {}]}}, f_namelen={}, f_frsize={}, f_flags={}}}",
      named(names::kStatfsType, static_cast<std::uint64_t>(s->f_type), p.options.constants),
      s->f_bsize, s->f_blocks, s->f_bfree, s->f_bavail, s->f_files, s->f_ffree,
      hex_text(static_cast<std::uint32_t>(s->f_fsid.__val[0])),
      hex_text(static_cast<std::uint32_t>(s->f_fsid.__val[1])), s->f_namelen, s->f_frsize,
      named(names::kStatfsFlags, static_cast<std::uint64_t>(s->f_flags), p.options.constants));
}

/// struct linux_dirent of getdents(2): the type is its last byte.
Text old_dirents_text(const Pointee& p) {
  struct Head32 {
    std::uint32_t inode, offset;
    std::uint16_t length;
  };
  const std::uint64_t name_at = p.compat ? 10 : 18;
  std::uint64_t count = 0;
  std::string entries;
  for (std::uint64_t offset = 0; offset < p.available; ++count) {
    std::optional<EntryHead> head;
    if (!p.compat)
      head = p.memory.load<EntryHead>(p.address + offset);
    else if (const auto small = p.memory.load<Head32>(p.address + offset))
      head = EntryHead{small->inode, small->offset, small->length, 0};
    if (!head || head->length <= name_at) return std::nullopt;
    const auto name = p.memory.read_string(p.address + offset + name_at);
    const auto type = p.memory.load<std::uint8_t>(p.address + offset + head->length - 1);
    entries += fmt::format(
        "{}{{d_ino={}, d_off={}, d_reclen={}, d_name={}, d_type={}}}", count == 0 ? "" : ", ",
        head->inode, head->offset, head->length, quoted(name.value_or(""), p.options.strings),
        named(names::kDirectoryEntryType, type.value_or(0), p.options.constants));
    offset += head->length;
  }
  if (p.options.verbose) return '[' + entries + ']';
  return fmt::format("{:#x} /* {} entries */", p.address.value, count);
}

Text dirents_text(const Pointee& p) {
  std::uint64_t count = 0;
  std::string entries;
  for (std::uint64_t offset = 0; offset < p.available; ++count) {
    const auto head = p.memory.load<EntryHead>(p.address + offset);
    if (!head || head->length == 0) return std::nullopt;
    const auto name = p.memory.read_string(p.address + offset + kEntryName);
    entries += fmt::format("{}{{d_ino={}, d_off={}, d_reclen={}, d_type={}, d_name={}}}",
                           count == 0 ? "" : ", ", head->inode, head->offset, head->length,
                           named(names::kDirectoryEntryType, head->type, p.options.constants),
                           quoted(name.value_or(""), p.options.strings));
    offset += head->length;
  }
  if (p.options.verbose) return '[' + entries + ']';
  return fmt::format("{:#x} /* {} entries */", p.address.value, count);
}

Text poll_text(const Pointee& p) {
  return array_text(
      p, p.count.value_or(0),
      [&](std::uint64_t i) -> Text {
        const auto poll = at<pollfd>(p, i);
        if (!poll) return std::nullopt;
        if (poll->fd < 0) return fmt::format("{{fd={}}}", poll->fd);
        return fmt::format("{{fd={}, events={}}}", descriptor_text(poll->fd, p.options),
                           named(names::kPollEvents, static_cast<std::uint16_t>(poll->events),
                                 p.options.constants));
      },
      sizeof(pollfd));
}

Text epoll_text(const Pointee& p) {
  const auto one = [&](std::uint64_t i) -> Text {
    const auto event = at<epoll_event>(p, i);
    if (!event) return std::nullopt;
    const std::uint64_t data = event->data.u64;
    return fmt::format("{{events={}, data={{u32={}, u64={}}}}}",
                       named(names::kEpollEvents, event->events, p.options.constants),
                       static_cast<std::uint32_t>(data), data);
  };
  return p.count ? array_text(p, p.available, one) : one(0);
}

Text fd_pair_text(const Pointee& p) {
  const auto fds = at<std::array<int, 2>>(p);
  if (!fds) return std::nullopt;
  return fmt::format("[{}, {}]", descriptor_text((*fds)[0], p.options),
                     descriptor_text((*fds)[1], p.options));
}

Text termios_text(const Pointee& p) {
  constexpr std::uint32_t kDelays = 0xff00, kBaud = 0x100f, kSize = 0x30;  // termios(3)
  const auto t = at<KernelTermios>(p);
  if (!t) return std::nullopt;
  const std::string control =
      fmt::format("{}|CS{}", named(names::kBaudRate, t->control & kBaud, p.options.constants),
                  5 + (t->control & kSize) / 0x10);
  return fmt::format(
      "{{c_iflag={}, c_oflag={}, c_cflag={}, c_lflag={}, ...}}",
      named(names::kInputFlags, t->input, p.options.constants),
      with_flags(output_delays(t->output), names::kOutputFlags, t->output & ~kDelays),
      with_flags(control, names::kControlFlags, t->control & ~(kBaud | kSize)),
      named(names::kLocalFlags, t->local, p.options.constants));
}

Text window_size(const Pointee& p) {
  const auto size = at<std::array<std::uint16_t, 4>>(p);
  if (!size) return std::nullopt;
  return fmt::format("{{ws_row={}, ws_col={}, ws_xpixel={}, ws_ypixel={}}}", (*size)[0], (*size)[1],
                     (*size)[2], (*size)[3]);
}

Text file_lock(const Pointee& p) {
  const auto lock = at<struct flock>(p);
  return lock ? Text(fmt::format("{{{}}}", lock_fields(*lock, p.options.constants))) : std::nullopt;
}

Text found_lock(const Pointee& p) {
  const auto lock = at<struct flock>(p);
  if (!lock) return std::nullopt;
  return fmt::format("{{{}, l_pid={}}}", lock_fields(*lock, p.options.constants), lock->l_pid);
}

}  // namespace ringfare
