// SPDX-License-Identifier: MIT
// Programs that nobody here wrote and that make threads, processes and signals of their own: what
// they do on the bare machine they do inside, on every engine.
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

const char* const kEngines[] = {"translator",
#ifdef RINGFARE_UNICORN
                                "unicorn"
#endif
};

std::string script(const std::string& name) {
  return std::string(RINGFARE_SOURCE_DIR) + "/guests/shell/" + name;
}

/// Shells name jobs by the numbers of their processes, which are the guest's own, in columns.
std::string without_numbers(const std::string& text) {
  std::string result;
  for (const char letter : text)
    if ((letter < '0' || letter > '9') && !(letter == ' ' && result.ends_with(' ')))
      result += letter;
  return result;
}

struct Row {
  std::string name;
  std::vector<std::string> arguments;
  bool is_long = false;  // for the faster engine alone
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

const std::string kPerl =
    "my $pid = open(my $pipe, '-|') // die; if (!$pid) { print \"line $_\\n\" for 1 .. 3; exit 2 } "
    "print \"got $_\" while <$pipe>; close $pipe; print $? >> 8, \"\\n\"; "
    "$SIG{ALRM} = sub { die \"alarm\\n\" }; eval { alarm 1; select undef, undef, undef, 9; }; "
    "print \"died: $@\"; print scalar(`/bin/busybox echo quoted`); "
    "my %h = map { $_ => $_ ** 2 } 1 .. 5; print join(',', map { $h{$_} } sort keys %h), \"\\n\"";
const std::string kPython =
    "import os, signal, subprocess, threading, queue\n"
    "q = queue.Queue()\n"
    "ts = [threading.Thread(target=lambda n=n: q.put(sum(range(n * 1000)))) for n in range(8)]\n"
    "[t.start() for t in ts]; [t.join() for t in ts]\n"
    "print(sorted(q.get() for _ in ts))\n"
    "print(subprocess.run(['/bin/busybox', 'tr', 'a-z', 'A-Z'], input=b'piped', "
    "capture_output=True).stdout)\n"
    "signal.signal(signal.SIGUSR1, lambda *_: print('signal'))\n"
    "os.kill(os.getpid(), signal.SIGUSR1)\n"
    "pid = os.fork()\n"
    "if pid == 0: os._exit(7)\n"
    "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    "try: 1 // 0\n"
    "except ZeroDivisionError as e: print(e)\n";

const std::vector<Row> kRows = {
    {"BusyboxPipes", {"/bin/busybox", "sh", script("pipes.sh")}},
    {"BusyboxJobs", {"/bin/busybox", "sh", script("jobs.sh")}},
    {"BashPipes", {"/bin/bash-static", script("pipes.sh")}},
    {"BashJobs", {"/bin/bash-static", script("jobs.sh")}},
    {"BashControl", {"/bin/bash-static", script("control.sh")}},
    {"ZshPipes", {"/bin/zsh-static", "-f", script("pipes.sh")}},
    {"Busybox32Pipes", {guest("busybox.i386"), "sh", script("pipes.sh")}},
    {"Busybox32Jobs", {guest("busybox.i386"), "sh", script("jobs.sh")}},
    {"BashOfTheHost",
     {"/bin/bash", "-c",
      "cat <(echo a) <(echo b); coproc { tr a-z A-Z; }; echo word >&${COPROC[1]}; "
      "exec {COPROC[1]}>&-; cat <&${COPROC[0]}; wait; set -o pipefail; false | cat; "
      "echo ${PIPESTATUS[*]} $?; mapfile -t lines < <(seq 3); echo ${lines[2]} <<<here"}},
    {"Go", {guest("everything.go")}},
    {"GoBusy", {guest("busy.go")}, true},
    {"Cpp", {guest("concurrency.glibc")}},
    {"Cpp32", {guest("concurrency.glibc-i386")}},
    {"Rust", {guest("everything.rust")}},
    {"Perl", {"/usr/bin/perl", "-e", kPerl}},
    {"Python", {"/usr/bin/python3", "-I", "-S", "-c", kPython}},
    {"Sqlite",
     {"/usr/bin/sqlite3", "-batch", "base",
      "create table t(a integer primary key, b text); begin; with recursive n(i) as (select 1 "
      "union all select i + 1 from n where i < 2000) insert into t select i, 'row ' || i from n; "
      "commit; select count(*), sum(a), max(b) from t; create index k on t(b); select a from t "
      "where b = 'row 77'; pragma integrity_check;"}},
};

class Programs : public ::testing::TestWithParam<Row> {};

TEST_P(Programs, DoAsOnTheBareMachine) {
  const Row& row = GetParam();
  if (!std::filesystem::exists(row.arguments.front()))
    GTEST_SKIP() << row.arguments.front() << " is not installed";
  const auto outcome = [&](const std::vector<std::string>& options) {
    const ScratchDirectory room;
    const Launch launch{.arguments = row.arguments, .directory = room.path()};
    return run(options.empty() ? launch : under_ringfare(launch, options));
  };
  const Outcome native = outcome({});
  EXPECT_NE(native.output, "");
  for (const char* engine : kEngines) {
    if (row.is_long && engine != kEngines[0]) break;
    SCOPED_TRACE(engine);
    const Outcome inside = outcome({"run", "-q", "--engine", engine});
    EXPECT_EQ(inside.output, native.output);
    EXPECT_EQ(without_numbers(inside.errors), without_numbers(native.errors));
    EXPECT_EQ(inside.ending(), native.ending());
  }
}

INSTANTIATE_TEST_SUITE_P(Guests, Programs, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(Script, IsStartedByItsFirstLine) {
  const ScratchDirectory room;
  const std::filesystem::path inner = room.path() / "inner", outer = room.path() / "outer";
  write_whole(inner, "#!/bin/busybox sh\necho inner \"$0\" \"$@\"; exit 6\n");
  write_whole(outer, "#! " + inner.string() + " one argument\n");
  for (const auto& file : {inner, outer})
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  const Launch launch{.arguments = {outer, "a", "b c"}, .directory = room.path()};
  const Outcome native = run(launch), inside = run(under_ringfare(launch));
  EXPECT_EQ(native.ending(), "exit 6");
  EXPECT_EQ(inside.output, native.output);
  EXPECT_EQ(inside.ending(), native.ending());
}

}  // namespace
}  // namespace ringfare::testing
