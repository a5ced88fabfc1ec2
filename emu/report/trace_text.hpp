// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <set>

#include "emu/bill/event.hpp"
#include "emu/report/held_line.hpp"
#include "emu/report/name_set.hpp"
#include "emu/report/waterfall.hpp"

namespace ringfare {

struct Report;
struct ReportInputs;

/// One line per system call, as strace writes it, with its price:
///
///     write(1, "hi\n", 3)                     = 3 <1284cy>
///     openat(AT_FDCWD, "/none", O_RDONLY)     = -1 ENOENT (No such file or directory) <1720.5cy>
///     --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10} ---
///     +++ exited with 0 +++
class TraceText final : public Sink {
 public:
  /// Calls are shown by how they ended (strace -e status=).
  struct Statuses {
    bool successful = true, failed = true, unfinished = true;

    bool all() const { return successful && failed && unfinished; }
  };

  /// Whether lines begin with the number of the thread they are about, as those of strace -f:
  /// "[pid  1001] " while there are several threads, or "1001  " in a file that all share.
  enum class Numbers : std::uint8_t { Never, WhereSeveral, Always };

  struct Options {
    std::optional<Detail> opened;  // what each line is followed by
    bool prices = true;            // "<1284cy>" behind the results
    bool modes = true;             // "Process PID=1001 runs in 32 bit mode" lines: not in files
    bool attachments = true;       // "Process 1001 attached" lines, where lines have numbers
    bool exits = true;             // "+++ exited" lines
    LineStamp::Style stamp;
    std::optional<unsigned> durations;  // simulated time of each call, digits (strace -T)
    bool call_numbers = false;          // strace -n
    bool addresses = false;             // strace -i
    bool commands = false;              // "1001<cat>" (strace -Y)
    std::size_t result_column = 40;     // strace -a
    Statuses statuses;
    NameSet signals;
    Numbers numbers = Numbers::Never;
    std::function<std::FILE*(int)> file_of = nullptr;  // of a thread, where each has its own
  };

  /// `shows` decides by name which calls are shown.
  TraceText(std::FILE* out, Paint paint, Options options,
            std::function<bool(std::string_view)> shows);

  Interest interest(std::string_view call) const override;
  void on(Cycles now, const Event& event) override;
  void finish() override;

 private:
  void line(const CallEvent& event);
  void line(const WaitEvent& event);
  void line(const SignalEvent& event);
  void line(const WarningEvent& event);
  void line(const StartEvent& event);
  void line(const ModeEvent& event);
  void line(const ProcessEvent& event);
  void line(const ExitEvent& event);

  std::string beginning(const Origin& origin, std::chrono::nanoseconds realtime);
  bool tells_waits() const;
  std::string call_text(const CallEvent& event);
  void print_unfinished(const HeldLine::Line& line);
  void break_off();
  std::FILE* file(const Origin& origin) const;

  std::FILE* out_;
  Paint paint_;

  Options options_;
  HeldLine held_{options_.stamp};      // the line of a call that waits
  std::chrono::nanoseconds latest_{};  // when the latest call was over
  std::function<bool(std::string_view)> shows_;
  std::set<int> waiting_;  // threads with a wait that is printed, or held back
};

Report trace_report(const ReportInputs& inputs);

}  // namespace ringfare
