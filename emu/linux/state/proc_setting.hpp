// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emu/linux/state/positioned_file.hpp"

namespace ringfare {

/// What files below /proc/PID keep that can be written, and that changes nothing here.
struct ProcSettings {
  int oom_score_adjustment = 0;
  std::uint64_t coredump_filter = 0x33, timer_slack = 50'000;
};

/// One value of a process's or thread's that is read and written as text: a row says how.
struct SettingRow {
  std::string_view path;  // below /proc/PID/
  std::string (*read)(Process& process, int thread);
  /// 0 or -errno.
  int (*write)(Process& process, int thread, std::string_view text);
};

/// Null where the file is no such value.
const SettingRow* find_setting(std::string_view path);

/// Its open file.
class SettingFile : public PositionedFile {
 public:
  SettingFile(const SettingRow& row, int thread) : row_(row), thread_(thread) {}
  std::int64_t read_at(Process& process, std::uint64_t address, std::uint64_t size,
                       std::uint64_t offset) override;
  std::int64_t write_at(Process& process, std::uint64_t address, std::uint64_t size,
                        std::uint64_t offset) override;

 private:
  const SettingRow& row_;
  int thread_;
};

}  // namespace ringfare
