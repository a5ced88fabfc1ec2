// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <bitset>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// What a line of the debug log is about.
enum class LogCategory : std::uint8_t { Loader, Translator, Scheduler, Signals, Prices };

struct LogCategoryRow {
  std::string_view name, meaning;
};
/// By LogCategory.
inline constexpr LogCategoryRow kLogCategories[] = {
    {"loader", "what is mapped for a program, its auxiliary vector, the vDSO"},
    {"translator", "each superblock as it is written, linked, dropped; when all are forgotten"},
    {"scheduler", "turns of threads, what they wait for, who is woken, made and ended"},
    {"signals", "exceptions that become signals, signals sent, taken, handled, returned from"},
    {"prices", "each basic block and each kernel path at the moment it gets its price"},
};

/// Says of a line when and of whom, as far as that is known.
struct LogStamp {
  std::optional<Cycles> cycles;  // simulated, since the start
  std::optional<int> thread;     // gettid(2)
};

/// "1742.05", as lines show cycles.
std::string log_text(Cycles cycles);

/// Where lines go.
class LogTarget {
 public:
  virtual ~LogTarget() = default;
  /// `line` ends in a newline. Never throws: whoever writes is in the middle of something.
  virtual void write(std::string_view line) = 0;
};

/// What the emulator does, in words for those who work on it:
///
///     category          cycles thread  what
///     loader                 -      -  maps 0x401000-0x402000 r-x /tmp/prog, offset 0x1000
///     translator             -   1000  superblock 0 at 0x401000: first tier, 1 block, ...
///     signals          1742.25   1000  SIGUSR1 (code 0) is sent to the process: it is pending
///
/// The same inputs give the same lines: nothing in them is of the host. Whoever has something to
/// say holds a pointer to the log, which is null where nobody wants to read it.
class DebugLog {
 public:
  using Categories = std::bitset<std::size(kLogCategories)>;

  /// `target` is kept by reference.
  DebugLog(LogTarget& target, Categories wanted) : target_(target), wanted_(wanted) {}

  bool wants(LogCategory category) const { return wanted_[static_cast<std::size_t>(category)]; }

  template <class... Values>
  void write(LogCategory category, fmt::format_string<Values...> text, Values&&... values) {
    if (wants(category)) write_line(category, fmt::format(text, std::forward<Values>(values)...));
  }

  /// While it lives, the lines of a log are stamped.
  class Stamping {
   public:
    /// `log` may be null.
    Stamping(DebugLog* log, std::function<LogStamp()> stamp) : log_(log) {
      if (log_ != nullptr) log_->stamp_ = std::move(stamp);
    }
    ~Stamping() {
      if (log_ != nullptr) log_->stamp_ = {};
    }
    Stamping(const Stamping&) = delete;
    Stamping& operator=(const Stamping&) = delete;

   private:
    DebugLog* const log_;
  };

 private:
  void write_line(LogCategory category, std::string_view text);

  LogTarget& target_;
  const Categories wanted_;
  std::function<LogStamp()> stamp_;
};

/// The categories a list names: "signals,scheduler"; "all" is all of them. Throws UserError that
/// begins with `option` and names the nearest.
DebugLog::Categories log_categories(std::string_view option, std::string_view list);

}  // namespace ringfare
