// SPDX-License-Identifier: MIT
#include "emu/report/trace_text.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>

#include "emu/report/count_table.hpp"
#include "emu/report/notices.hpp"

namespace ringfare {
namespace {

/// A FILE that keeps what is written to it.
class Paper {
 public:
  Paper() : file_(open_memstream(&text_, &size_)) {}
  ~Paper() {
    std::fclose(file_);
    std::free(text_);
  }
  std::FILE* file() { return file_; }
  std::string text() {
    std::fflush(file_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

bool everything(std::string_view) {
  return true;
}

CrossingBill small_bill() {
  CrossingBill bill;
  bill.stages = {{.name = "syscall", .side = "gate", .cycles = Cycles{4400}},
                 {.name = "swapgs", .side = "entry", .cycles = Cycles{2525}, .instructions = 1}};
  bill.steps = {
      {.text = "RCX <- RIP", .effect = "rcx = 0x401002", .cycles = Cycles{4400}, .stage = 0},
      {.address = 0xffffffff81a00000,
       .bytes = {0x0f, 0x01, 0xf8},
       .text = "swapgs",
       .effect = "gs.base <-> kernel_gs_base",
       .cycles = Cycles{2525},
       .stage = 1}};
  bill.total = Cycles{6925};
  return bill;
}

CallEvent write_event(const CrossingBill& bill) {
  return {.name = "write",
          .call = "write(1, \"hi\\n\", 3)",
          .result = "3",
          .entered = {},
          .bill = bill};
}

TEST(TraceText, PadsTheResultToStracesColumn) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {}, everything);
  const CrossingBill bill = small_bill();
  trace.on({}, write_event(bill));
  EXPECT_EQ(paper.text(), "write(1, \"hi\\n\", 3)                     = 3 <69.25cy>\n");
}

TEST(TraceText, LongCallsKeepOneSpace) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {}, everything);
  const CrossingBill bill = small_bill();
  CallEvent event = write_event(bill);
  event.call = "write(1, \"0123456789012345678901234567890123456789\", 40)";
  event.result = "-1 EBADF (Bad file descriptor)";
  event.failed = true;
  trace.on({}, event);
  EXPECT_EQ(paper.text(),
            "write(1, \"0123456789012345678901234567890123456789\", 40) = -1 EBADF (Bad file "
            "descriptor) <69.25cy>\n");
}

TEST(TraceText, ShowsSignalsAndEnds) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {}, everything);
  trace.on({}, SignalEvent{"SIGSEGV", "{si_signo=SIGSEGV, si_addr=0x10}"});
  trace.on({}, ExitEvent{.killed_by = SIGSEGV, .signal = "SIGSEGV"});
  trace.on({}, ExitEvent{.status = 3});
  EXPECT_EQ(paper.text(),
            "--- SIGSEGV {si_signo=SIGSEGV, si_addr=0x10} ---\n"
            "+++ killed by SIGSEGV +++\n"
            "+++ exited with 3 +++\n");
}

TEST(TraceText, SaysWhoseALineIsWhereThereAreSeveral) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.numbers = TraceText::Numbers::WhereSeveral},
                  everything);
  const CrossingBill bill = small_bill();
  CallEvent event = write_event(bill);
  event.origin = {.thread = 1001, .several = true};
  trace.on({}, event);
  event.origin = {.thread = 1000};
  trace.on({}, event);
  trace.on({}, ExitEvent{.status = 0, .origin = {.thread = 1001, .several = true}});
  EXPECT_EQ(paper.text(),
            "[pid  1001] write(1, \"hi\\n\", 3)         = 3 <69.25cy>\n"
            "write(1, \"hi\\n\", 3)                     = 3 <69.25cy>\n"
            "[pid  1001] +++ exited with 0 +++\n");
}

TEST(TraceText, SaysWhoseEveryLineIsInAFileOfAll) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.numbers = TraceText::Numbers::Always}, everything);
  trace.on({}, ExitEvent{.status = 0, .origin = {.thread = 1000}});
  EXPECT_EQ(paper.text(), "1000  +++ exited with 0 +++\n");
}

TEST(TraceText, GoesOnWithACallThatHasWaited) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.numbers = TraceText::Numbers::WhereSeveral},
                  everything);
  const CrossingBill bill = small_bill();
  trace.on({}, WaitEvent{.name = "write", .begun = "write(1, "});
  trace.on({}, ExitEvent{.status = 0, .origin = {.thread = 1001, .several = true}});
  CallEvent event = write_event(bill);
  event.begun = "write(1, ";
  trace.on({}, event);
  EXPECT_EQ(paper.text(),
            "write(1,  <unfinished ...>\n"
            "[pid  1001] +++ exited with 0 +++\n"
            "<... write resumed>\"hi\\n\", 3)           = 3 <69.25cy>\n");
}

TEST(TraceText, KeepsACallThatHasWaitedWholeWhereNothingComesBetween) {
  using Numbers = TraceText::Numbers;
  for (const Numbers numbers : {Numbers::Never, Numbers::WhereSeveral}) {
    Paper paper;
    TraceText trace(paper.file(), Paint(false), {.numbers = numbers}, everything);
    const CrossingBill bill = small_bill();
    trace.on({}, WaitEvent{.name = "write", .begun = "write(1, "});
    CallEvent event = write_event(bill);
    event.begun = "write(1, ";
    trace.on({}, event);
    EXPECT_EQ(paper.text(), "write(1, \"hi\\n\", 3)                     = 3 <69.25cy>\n");
  }
}

TEST(TraceText, TellsOfAWaitThatNeverEnds) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.numbers = TraceText::Numbers::WhereSeveral},
                  everything);
  trace.on({}, WaitEvent{.name = "pause", .begun = "pause("});
  trace.finish();
  EXPECT_EQ(paper.text(), "pause( <unfinished ...>\n");
}

TEST(TraceText, BeginsLinesWithNumbersAndAddresses) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.call_numbers = true, .addresses = true},
                  everything);
  const CrossingBill bill = small_bill();
  CallEvent event = write_event(bill);
  event.origin = {.call_number = 1, .next_address = 0x401002};
  trace.on({}, event);
  event.origin = {.wide = false, .call_number = 4, .next_address = 0x8048002};
  trace.on({}, event);
  trace.on({}, ExitEvent{.status = 0, .origin = {.call_number = 231}});
  EXPECT_EQ(paper.text(),
            "[   1] [0000000000401002] write(1, \"hi\\n\", 3) = 3 <69.25cy>\n"
            "[   4] [08048002] write(1, \"hi\\n\", 3)   = 3 <69.25cy>\n"
            "[ 231] [????????????????] +++ exited with 0 +++\n");
}

TEST(TraceText, SaysWhoBegins) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.numbers = TraceText::Numbers::WhereSeveral},
                  everything);
  trace.on({}, StartEvent{.origin = {.thread = 1001, .several = true}});
  EXPECT_EQ(paper.text(), "ringfare: Process 1001 attached\n");
}

TEST(TraceText, PutsDataBelowTheLine) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {}, everything);
  const CrossingBill bill = small_bill();
  CallEvent event = write_event(bill);
  event.below = {" | one", " | two"};
  event.priced = false;
  trace.on({}, event);
  EXPECT_EQ(paper.text(), "write(1, \"hi\\n\", 3)                     = 3\n | one\n | two\n");
}

TEST(TraceText, ShowsOnlyTheSignalsAskedFor) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.signals = {false, {"SIGINT"}}}, everything);
  trace.on({}, SignalEvent{.name = "SIGINT", .details = "{}"});
  trace.on({}, SignalEvent{.name = "SIGTERM", .details = "{}"});
  EXPECT_EQ(paper.text(), "--- SIGINT {} ---\n");
}

TEST(TraceText, LeavesOutWhatIsNotAskedFor) {
  Paper paper;
  TraceText trace(paper.file(), Paint(false), {.exits = false},
                  [](std::string_view call) { return call == "read"; });
  const CrossingBill bill = small_bill();
  EXPECT_EQ(trace.interest("write"), Interest::Nothing);
  EXPECT_EQ(trace.interest("read"), Interest::Text);
  trace.on({}, write_event(bill));
  trace.on({}, ExitEvent{.status = 0});
  EXPECT_EQ(paper.text(), "");
}

TEST(TraceText, ColoursOnlyWhenAsked) {
  Paper paper;
  TraceText trace(paper.file(), Paint(true), {}, everything);
  const CrossingBill bill = small_bill();
  trace.on({}, write_event(bill));
  EXPECT_NE(paper.text().find("\x1b["), std::string::npos);
}

TEST(Waterfall, ListsStagesWithTheirPlaceOnTheWay) {
  EXPECT_EQ(waterfall(small_bill(), Detail::Stages, Paint(false)),
            "    side     stage                        insns    cycles        at\n"
            "    gate     syscall                          0        44         0  "
            "|#####################           |\n"
            "    entry    swapgs                           1     25.25        44  "
            "|                    ############|\n"
            "             total                                  69.25\n");
}

TEST(Waterfall, ListsInstructionsUnderTheirStage) {
  const std::string text = waterfall(small_bill(), Detail::Instructions, Paint(false));
  EXPECT_NE(text.find("ffffffff81a00000  0f 01 f8"), std::string::npos);
  EXPECT_NE(text.find("gs.base <-> kernel_gs_base"), std::string::npos);
  EXPECT_LT(text.find("RCX <- RIP"), text.find("entry    swapgs"));
}

TEST(CountTable, AddsUpByCallDearestFirst) {
  Paper paper;
  CountTable table(paper.file(), everything);
  const CrossingBill bill = small_bill();
  CallEvent event = write_event(bill);
  event.name = "access";
  event.failed = true;
  table.on({}, event);
  event.failed = false;
  event.name = "write";
  table.on({}, event);
  table.on({}, event);
  table.finish();
  EXPECT_EQ(paper.text(),
            "% cycles       cycles  cycles/call     calls    errors syscall\n"
            "-------- ------------ ------------ --------- --------- ----------------\n"
            "   66.67        138.5        69.25         2           write\n"
            "   33.33        69.25        69.25         1         1 access\n"
            "-------- ------------ ------------ --------- --------- ----------------\n"
            "  100.00       207.75        69.25         3         1 total\n");
}

TEST(Notices, ShowWarningsAlone) {
  Paper paper;
  Notices notices(paper.file());
  notices.on({}, WarningEvent{"warning: so"});
  notices.on({}, ExitEvent{.status = 0});
  EXPECT_EQ(paper.text(), "ringfare: warning: so\n");
}

}  // namespace
}  // namespace ringfare
