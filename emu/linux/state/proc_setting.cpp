// SPDX-License-Identifier: MIT
#include "emu/linux/state/proc_setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

std::string_view without_newline(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

/// A number as the kernel reads it; -EINVAL, -ERANGE.
template <class T>
int parse(std::string_view text, T& value) {
  text = without_newline(text);
  int base = 10;
  if (text.starts_with("0x")) text.remove_prefix(2), base = 16;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error == std::errc::result_out_of_range) return -ERANGE;
  return error != std::errc() || end != text.data() + text.size() ? -EINVAL : 0;
}

std::string read_command(Process& process, int thread) {
  const Task* const task = process.find_task(thread);
  return (task != nullptr ? task->name : process.name) + "\n";
}
int write_command(Process& process, int thread, std::string_view text) {
  constexpr std::size_t kLongest = 15;  // TASK_COMM_LEN - 1
  Task* const task = process.find_task(thread);
  if (task == nullptr) return -ESRCH;
  text = text.substr(0, std::min(text.find('\0'), kLongest));
  task->name = text;
  if (thread == process.pid()) process.set_name(std::string(text));
  return 0;
}

// proc(5): the kernel's choice of whom to kill is among -1000 and 1000; half of it is the memory.
std::string read_adjustment(Process& process, int) {
  return fmt::format("{}\n", process.proc_settings.oom_score_adjustment);
}
int write_adjustment(Process& process, int, std::string_view text) {
  int value = 0;
  if (const int error = parse(text, value); error != 0) return error;
  if (value < -1000 || value > 1000) return -EINVAL;
  process.proc_settings.oom_score_adjustment = value;
  return 0;
}
std::string read_old_adjustment(Process& process, int) {
  const int value = process.proc_settings.oom_score_adjustment;
  return fmt::format("{}\n", value == 1000 ? 15 : value * 17 / 1000);
}
int write_old_adjustment(Process& process, int, std::string_view text) {
  int value = 0;
  if (const int error = parse(text, value); error != 0) return error;
  if (value < -17 || value > 15) return -EINVAL;
  process.proc_settings.oom_score_adjustment = value == 15 ? 1000 : value * 1000 / 17;
  return 0;
}

std::string read_filter(Process& process, int) {
  return fmt::format("{:08x}\n", process.proc_settings.coredump_filter);
}
int write_filter(Process& process, int, std::string_view text) {
  return parse(text, process.proc_settings.coredump_filter);
}

std::string read_slack(Process& process, int) {
  return fmt::format("{}\n", process.proc_settings.timer_slack);
}
int write_slack(Process& process, int, std::string_view text) {
  return parse(text, process.proc_settings.timer_slack);
}

std::string read_group(Process& process, int) {
  return fmt::format("/autogroup-{} nice {}\n", process.session(), process.nice());
}
int write_group(Process&, int, std::string_view text) {
  int value = 0;
  const int error = parse(text, value);
  return error != 0 ? error : value < -20 || value > 19 ? -EINVAL : 0;
}

std::string read_nothing(Process&, int) {
  return {};
}
int write_clear(Process&, int, std::string_view text) {
  int value = 0;
  const int error = parse(text, value);
  return error != 0 ? error : value < 1 || value > 5 ? -EINVAL : 0;
}

std::string read_groups_allowed(Process&, int) {
  return "allow\n";
}
std::string read_identity_map(Process&, int) {
  return fmt::format("{:10} {:10} {:10}\n", 0, 0, 4294967295u);
}
int write_identity(Process&, int, std::string_view) {
  return -EPERM;
}

constexpr SettingRow kSettings[] = {
    {"comm", read_command, write_command},
    {"oom_score_adj", read_adjustment, write_adjustment},
    {"oom_adj", read_old_adjustment, write_old_adjustment},
    {"coredump_filter", read_filter, write_filter},
    {"timerslack_ns", read_slack, write_slack},
    {"autogroup", read_group, write_group},
    {"clear_refs", read_nothing, write_clear},
    {"setgroups", read_groups_allowed, write_identity},
    {"uid_map", read_identity_map, write_identity},
    {"gid_map", read_identity_map, write_identity},
    {"projid_map", read_identity_map, write_identity},
};

}  // namespace

const SettingRow* find_setting(std::string_view path) {
  const auto row = std::ranges::find(kSettings, path, &SettingRow::path);
  return row == std::end(kSettings) ? nullptr : row;
}

std::int64_t SettingFile::read_at(Process& process, std::uint64_t address, std::uint64_t size,
                                  std::uint64_t offset) {
  const std::string text = row_.read(process, thread_);
  if (offset >= text.size()) return 0;
  const auto piece = std::string_view(text).substr(offset, size);
  if (!process.user.space().write({address}, std::as_bytes(std::span(piece)))) return -EFAULT;
  process.user.count_out(piece.size());
  return static_cast<std::int64_t>(piece.size());
}

std::int64_t SettingFile::write_at(Process& process, std::uint64_t address, std::uint64_t size,
                                   std::uint64_t) {
  constexpr std::uint64_t kMost = 4096;
  std::string text(std::min(size, kMost), '\0');
  if (!process.user.space().read({address}, std::as_writable_bytes(std::span(text))))
    return -EFAULT;
  process.user.count_in(text.size());
  const int error = row_.write(process, thread_, text);
  return error != 0 ? error : static_cast<std::int64_t>(size);
}

}  // namespace ringfare
