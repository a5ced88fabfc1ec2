// SPDX-License-Identifier: MIT
#include "cpu/base/debug_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

class Lines final : public LogTarget {
 public:
  void write(std::string_view line) override { text += line; }
  std::string text;
};

TEST(DebugLog, WritesTheCategoriesThatAreWanted) {
  Lines lines;
  DebugLog log(lines, log_categories("--debug-categories", "signals,loader"));
  log.write(LogCategory::Loader, "maps {:#x}", 0x401000);
  log.write(LogCategory::Prices, "never {}", 1);
  log.write(LogCategory::Signals, "sent");
  EXPECT_EQ(lines.text,
            "loader                  -      -  maps 0x401000\n"
            "signals                 -      -  sent\n");
}

TEST(DebugLog, SaysWhenAndOfWhom) {
  Lines lines;
  DebugLog log(lines, log_categories("", "all"));
  LogStamp stamp{.cycles = Cycles{174205}, .thread = 1001};
  {
    const DebugLog::Stamping stamping(&log, [&stamp] { return stamp; });
    log.write(LogCategory::Scheduler, "turn");
    stamp = {.cycles = Cycles{0}, .thread = std::nullopt};
    log.write(LogCategory::Translator, "superblock");
  }
  log.write(LogCategory::Translator, "over");
  EXPECT_EQ(lines.text,
            "scheduler         1742.05   1001  turn\n"
            "translator           0.00      -  superblock\n"
            "translator              -      -  over\n");
}

TEST(DebugLog, CostsNoFormattingWhereNobodyReads) {
  Lines lines;
  DebugLog log(lines, log_categories("", "loader"));
  const DebugLog::Stamping stamping(&log, []() -> LogStamp {
    ADD_FAILURE() << "asked for a stamp";
    return {};
  });
  log.write(LogCategory::Prices, "{}", 1);
  EXPECT_EQ(lines.text, "");
}

struct ListRow {
  const char* list;
  const char* categories;  // a letter for each of those that are wanted
  const char* error;       // or what is said instead
};

class Lists : public testing::TestWithParam<ListRow> {};

TEST_P(Lists, NameCategories) {
  const ListRow& row = GetParam();
  std::string names, error;
  try {
    const DebugLog::Categories wanted = log_categories("--debug-categories", row.list);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i]) names += kLogCategories[i].name.substr(0, 2);
  } catch (const UserError& caught) {
    error = caught.what();
  }
  EXPECT_EQ(names, row.categories);
  EXPECT_EQ(error, row.error);
}

INSTANTIATE_TEST_SUITE_P(
    Words, Lists,
    testing::Values(ListRow{"all", "lotrscsipr", ""}, ListRow{"loader", "lo", ""},
                    ListRow{"prices,scheduler", "scpr", ""}, ListRow{"signals,signals", "si", ""},
                    ListRow{"signal", "", "--debug-categories signal: did you mean 'signals'?"},
                    ListRow{"loader,", "",
                            "--debug-categories : give one of loader, translator, scheduler, "
                            "signals, prices, all"}));

}  // namespace
}  // namespace ringfare
