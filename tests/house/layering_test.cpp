// SPDX-License-Identifier: MIT
// Who may include whom, read from the #include lines themselves; and a test of that test.
#include "tests/house/layering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/guests/child_process.hpp"

namespace ringfare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Layering, NobodyLooksUp) {
  EXPECT_THAT(layering_faults(inclusions(RINGFARE_SOURCE_DIR)), IsEmpty());
}

TEST(Layering, LooksAtTheSources) {
  std::set<std::string> files;
  for (const Inclusion& it : inclusions(RINGFARE_SOURCE_DIR)) files.insert(it.file);
  EXPECT_GT(files.size(), 300u);
}

TEST(Layering, FoldersStayReadable) {
  EXPECT_THAT(crowded_folders(RINGFARE_SOURCE_DIR), IsEmpty());
}

/// What git tracks in the root, or, in sources without git, all that is there but build folders.
std::vector<std::string> root_entries() {
  const testing::Outcome listed =
      testing::run({.arguments = {"/usr/bin/git", "-C", RINGFARE_SOURCE_DIR, "ls-files"},
                    .environment = {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory",
                                    "GIT_CONFIG_VALUE_0=*"}});
  std::vector<std::string> entries;
  if (listed.ending() == "exit 0") {
    std::istringstream lines(listed.output);
    for (std::string line; std::getline(lines, line);)
      entries.push_back(line.substr(0, line.find('/')));
    return entries;
  }
  for (const auto& entry : std::filesystem::directory_iterator(RINGFARE_SOURCE_DIR))
    if (const std::string name = entry.path().filename().string(); !name.starts_with("build"))
      entries.push_back(name);
  return entries;
}

TEST(Layout, TheRootHoldsOnlyWhatBelongsThere) {
  const std::vector<std::string> entries = root_entries();
  EXPECT_GE(entries.size(), 10u);
  EXPECT_THAT(strangers(entries), IsEmpty());
}

TEST(Layout, AStrangerIsNoticed) {
  EXPECT_THAT(strangers({"cpu", "file", ".ci", "README.md", "src"}), ElementsAre("file", "src"));
}

/// One wrong #include, and a part of what has to be said of it.
struct WrongInclude {
  std::string name, file, header, says;
};

class WrongIncludes : public ::testing::TestWithParam<WrongInclude> {};

TEST_P(WrongIncludes, IsNoticed) {
  const WrongInclude& row = GetParam();
  EXPECT_THAT(layering_faults({{row.file, 7, row.header}}),
              ElementsAre(::testing::AllOf(HasSubstr(row.file + ":7: includes " + row.header),
                                           HasSubstr(row.says))));
}

INSTANTIATE_TEST_SUITE_P(
    Layering, WrongIncludes,
    ::testing::Values(
        WrongInclude{"cpu_models", "cpu/memory.cpp", "models/machine.hpp", "models lies above cpu"},
        WrongInclude{"base_cpu", "cpu/base/failure.hpp", "cpu/state.hpp",
                     "cpu lies above cpu/base"},
        WrongInclude{"gate_ring0", "cpu/gate/iret.cpp", "cpu/ring0/ring0.hpp", "lies above"},
        WrongInclude{"models_emu", "models/machine.cpp", "emu/bill/bill.hpp", "lies above"},
        WrongInclude{"abi_state", "emu/linux/abi/call.hpp", "emu/linux/state/process.hpp",
                     "lies above"},
        WrongInclude{"state_handlers", "emu/linux/state/process.cpp",
                     "emu/linux/syscalls/syscall_rows.hpp", "lies above"},
        WrongInclude{"state_strace", "emu/linux/state/process.cpp", "emu/strace/words/names.hpp",
                     "lies above"},
        WrongInclude{"syscalls_compat", "emu/linux/syscalls/file.cpp",
                     "emu/linux/compat/compat_call.hpp", "lies above"},
        WrongInclude{"crossing_vdso", "emu/crossing/doors.cpp", "emu/vdso/walk.hpp", "lies above"},
        WrongInclude{"bill_report", "emu/bill/bill_ledger.cpp", "emu/report/bill_text.hpp",
                     "lies above"},
        WrongInclude{"session_report", "emu/session/run_state.hpp", "emu/report/trace_text.hpp",
                     "lies above"},
        WrongInclude{"session_cli", "emu/session/session.cpp", "emu/cli/options/options.hpp",
                     "lies above"},
        WrongInclude{"engines", "cpu/unicorn/machine.cpp", "cpu/translator/translator.hpp",
                     "engines do not know each other"},
        WrongInclude{"engines_too", "cpu/translator/rules.cpp", "cpu/unicorn/machine.hpp",
                     "engines do not know each other"},
        WrongInclude{"linux_engine", "emu/linux/state/process.cpp", "cpu/engine.hpp",
                     "Linux knows no engine"},
        WrongInclude{"linux_choice", "emu/linux/scheduler.cpp", "emu/processor/engine_choice.hpp",
                     "Linux knows no engine"},
        WrongInclude{"linux_unicorn", "emu/linux/syscalls/exec.cpp",
                     "cpu/unicorn/unicorn_engine.hpp", "Linux knows no engine"},
        WrongInclude{"linux_prices", "emu/linux/syscalls/file.cpp", "models/pricing/pricer.hpp",
                     "Linux knows no price"},
        WrongInclude{"strace_handlers", "emu/strace/describe.cpp",
                     "emu/linux/syscalls/syscall_rows.hpp", "never handlers"},
        WrongInclude{"report_memory", "emu/report/waterfall.cpp", "cpu/memory.hpp",
                     "never guest memory"},
        WrongInclude{"report_session", "emu/report/trace_text.cpp", "emu/session/session.hpp",
                     "never the session"},
        WrongInclude{"tests", "emu/cli/run.cpp", "tests/guests/child_process.hpp",
                     "nothing includes tests/"},
        WrongInclude{"llvm", "emu/cli/run.cpp", "llvm/MC/MCInst.h", "place elsewhere"},
        WrongInclude{"json", "emu/bill/account.cpp", "nlohmann/json.hpp", "place elsewhere"},
        WrongInclude{"cpu_signals", "cpu/segments.cpp", "csignal", "place elsewhere"},
        WrongInclude{"cpu_signal_h", "cpu/unicorn/unicorn_engine.cpp", "signal.h",
                     "place elsewhere"},
        WrongInclude{"cpu_frames", "cpu/translator/translator.cpp", "ucontext.h",
                     "place elsewhere"},
        WrongInclude{"cpu_linux", "cpu/memory.cpp", "linux/mman.h", "place elsewhere"},
        WrongInclude{"new_folder", "emu/kernel/process.cpp", "string", "emu/kernel is no layer"},
        WrongInclude{"of_new_folder", "emu/cli/run.cpp", "emu/new/thing.hpp",
                     "emu/new is no layer"}),
    [](const auto& row) { return row.param.name; });

TEST(Layering, ARightIncludeIsNoFault) {
  EXPECT_THAT(layering_faults({{"emu/session/run_state.hpp", 1, "emu/bill/bill.hpp"},
                               {"emu/cli/options/options.hpp", 2, "boost/program_options.hpp"},
                               {"cpu/memory.cpp", 3, "sys/mman.h"},
                               {"cpu/translator/faults.cpp", 4, "ucontext.h"},
                               {"cpu/interruption.hpp", 5, "csignal"},
                               {"emu/linux/traps.cpp", 6, "csignal"}}),
              IsEmpty());
}

}  // namespace
}  // namespace ringfare
