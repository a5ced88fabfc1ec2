// SPDX-License-Identifier: MIT
// The same program under the host's strace and under `ringfare trace`: the same calls with the same
// arguments and results, less what cannot be the same (addresses, pids, times, the machine).
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

struct Program {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> options = {};
};

void PrintTo(const Program& program, std::ostream* out) {
  *out << program.name;
}

/// Files every program finds: made anew for each run.
void furnish(const std::filesystem::path& directory) {
  write_whole(directory / "a", "some text\nmore text\n");
  std::filesystem::create_directory(directory / "d");
  write_whole(directory / "d/inner", "x\n");
  std::filesystem::create_symlink("a", directory / "l");
}

struct Replacement {
  std::regex pattern;
  std::string text;
};

const std::vector<Replacement>& replacements() {
  static const std::vector<Replacement> kReplacements = {
      {std::regex(" <[0-9.]+cy>$"), ""},
      {std::regex(" <\\d+\\.(\\d+)>$"), " <SECONDS>"},
      {std::regex(" +="), " ="},
      {std::regex("0x[0-9a-f]{6,16}"), "ADDRESS"},
      {std::regex(R"(^( > .*\()\+0x0\))"), "$1)"},  // a function without a name
      {std::regex(R"(^((wait4|waitid|clone3?|v?fork)\(.*\) =) [1-9]\d*$)"), "$1 PID"},
      {std::regex(R"(^((clone3?)\(.*\) =) [1-9]\d* (=> .*)$)"), "$1 PID $3"},
      {std::regex(R"((parent_tid=\[|(si_)?pid=|^wait4\(|^kill\()[1-9]\d*)"), "$1PID"},
      {std::regex(R"(^set_tid_address\(.*)"), "set_tid_address"},
      {std::regex(R"(^(get(p|pp|t)id\(\)) .*)"), "$1"},
      {std::regex(R"(^uname\(.*)"), "uname"},
      {std::regex(R"(^sysinfo\(.*)"), "sysinfo"},
      {std::regex(R"(^sched_getaffinity\(.*)"), "sched_getaffinity"},
      {std::regex(R"x(^(getrandom\()"[^"]*")x"), "$1BYTES"},
      {std::regex(R"(tv_(sec|nsec|usec)=\d+)"), "tv_$1=TIME"},
      {std::regex(R"(st_([amc]time(_nsec)?)=[^,}]*)"), "st_$1=TIME"},
      {std::regex(R"(st_(dev|ino)=(makedev\([^)]*\)|\d+))"), "st_$1=FILE"},
      {std::regex(R"(f_(blocks|bfree|bavail|files|ffree)=\d+)"), "f_$1=FREE"},
      {std::regex(R"(htons\([1-9]\d*\))"), "htons(PORT)"},
      {std::regex(R"(:\[\d+(->\d+)?\])"), ":[NUMBER]"},
      {std::regex(R"(/tmp/ringfare-test-[A-Za-z0-9]{6})"), "/DIRECTORY"},
      {std::regex(R"(/tmp/tmpfile_\w+)"), "/TEMPORARY"},
  };
  return kReplacements;
}

/// Calls that a vDSO answers where there is one, the memory it makes the loader take, and rseq(2),
/// which the modelled kernel does without.
bool may_differ(const std::string& line) {
  static const std::regex kLine(R"(^(clock_gettime|gettimeofday|time|getcpu|rseq)\(.*|)"
                                R"(mmap\(NULL, \d+, (PROT_READ\|PROT_WRITE|0x3).*, -1, 0\).*)");
  return std::regex_match(line, kLine);
}

/// What options have put before the call.
std::string beginning(const std::string& line) {
  static const std::regex kBeginning(
      R"(^((\d\d:\d\d:\d\d|\d{10})(\.\d+)? (\(\+ +\d+\.\d+\) )?| +\d+\.\d+ )?)"
      R"((\[ *\d+\] )?(\[[0-9a-f?]{16}\] )?)");
  std::smatch match;
  return std::regex_search(line, match, kBeginning) ? match.str() : "";
}

std::string without_digits(const std::string& beginning) {
  static const std::regex kTime(R"( *[0-9]+([.:][0-9]+)+|[0-9]{10}|\[[0-9a-f]{16})");
  return std::regex_replace(beginning, kTime, "NUMBER");
}

std::string normalized(const std::string& beginning, std::string line) {
  for (const Replacement& one : replacements())
    line = std::regex_replace(line, one.pattern, one.text);
  return without_digits(beginning) + line;
}

std::vector<std::string> normalized_lines(const std::string& trace) {
  std::vector<std::string> lines;
  std::istringstream input(trace);
  for (std::string line; std::getline(input, line);) {
    const std::string begins = beginning(line), call = line.substr(begins.size());
    if (!may_differ(call)) lines.push_back(normalized(begins, call));
  }
  return lines;
}

bool strace_works() {
  static const bool works = [] {
    const Outcome outcome = run({.arguments = {"/usr/bin/strace", "-o", "/dev/null", "/bin/true"}});
    return outcome.ending() == "exit 0";
  }();
  return works;
}

class AsStrace : public ::testing::TestWithParam<Program> {
 protected:
  /// The lines of a trace by `tracer`, whose last option takes the file to write.
  static std::vector<std::string> lines(std::vector<std::string> tracer) {
    ScratchDirectory directory, place;
    furnish(directory.path());
    const std::string file = (place.path() / "trace").string();
    tracer.insert(tracer.end(), {"-o", file});
    for (const auto& more : {GetParam().options, GetParam().command})
      tracer.insert(tracer.end(), more.begin(), more.end());
    run({.arguments = tracer, .directory = directory.path()});
    return normalized_lines(read_whole(file));
  }
};

TEST_P(AsStrace, EveryLine) {
  if (access("/usr/bin/strace", X_OK) != 0) GTEST_SKIP() << "strace is not installed";
  if (!strace_works()) GTEST_SKIP() << "strace may not trace here (ptrace(2) is not permitted)";
  if (access(GetParam().command.front().c_str(), X_OK) != 0)
    GTEST_SKIP() << GetParam().command.front() << " is not installed";
  const auto native = lines({"/usr/bin/strace"});
  const auto ours = lines({RINGFARE_BINARY_DIR "/ringfare", "trace"});
  EXPECT_FALSE(GetParam().options.empty() && native.size() < 3);
  for (std::size_t i = 0; i < std::min(native.size(), ours.size()); ++i)
    ASSERT_EQ(ours[i], native[i]) << "line " << i + 1;
  EXPECT_EQ(ours.size(), native.size());
}

/// The lines that tell of calls of another width than before: on the terminal, not in files.
std::vector<std::string> width_lines(const std::vector<std::string>& tracer,
                                     const std::string& program) {
  Launch launch{.arguments = tracer};
  launch.arguments.push_back(program);
  std::istringstream trace(run(launch).errors);
  std::vector<std::string> lines;
  for (std::string line; std::getline(trace, line);)
    if (line.ends_with("bit mode. ]"))
      lines.push_back(std::regex_replace(line, std::regex(R"((pid|PID)[ =]+\d+)"), "$1 N"));
  return lines;
}

TEST(TerminalTrace, TellsOfCallsOfAnotherWidth) {
  if (access("/usr/bin/strace", X_OK) != 0) GTEST_SKIP() << "strace is not installed";
  if (!strace_works()) GTEST_SKIP() << "strace may not trace here (ptrace(2) is not permitted)";
  for (const char* name : {"hello.musl", "hello.musl-i386", "widths.musl"})
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{}, {"-f"}, {"-q"}, {"-o", "/dev/null"}, {"-e", "trace=none"}}) {
      const std::string program = guest(name);
      if (access(program.c_str(), X_OK) != 0) continue;
      std::vector<std::string> strace{"/usr/bin/strace"},
          ours{RINGFARE_BINARY_DIR "/ringfare", "trace"};
      strace.insert(strace.end(), options.begin(), options.end());
      ours.insert(ours.end(), options.begin(), options.end());
      EXPECT_EQ(width_lines(ours, program), width_lines(strace, program)) << name;
    }
}

/// Lines that depend on who of several runs when: waits of the C library, and when it is told that
/// a child has ended.
bool depends_on_turns(const std::string& line) {
  static const std::regex kLine(
      R"(^(futex\(|rt_sigreturn\(|--- SIGCHLD |.* = \? ERESTART|.* = -1 EINTR).*)");
  return std::regex_match(line, kLine);
}

/// -ff: a file for each thread and process, in the order of their numbers.
class AsStraceOfEach : public ::testing::TestWithParam<Program> {
 protected:
  static std::vector<std::vector<std::string>> traces(std::vector<std::string> tracer) {
    ScratchDirectory directory, place;
    furnish(directory.path());
    tracer.insert(tracer.end(), {"-ff", "-o", (place.path() / "trace").string()});
    for (const auto& more : {GetParam().options, GetParam().command})
      tracer.insert(tracer.end(), more.begin(), more.end());
    run({.arguments = tracer, .directory = directory.path()});
    std::map<int, std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(place.path()))
      files[std::stoi(file.path().extension().string().substr(1))] = read_whole(file.path());
    std::vector<std::vector<std::string>> all;
    for (const auto& [number, text] : files) {
      all.push_back(normalized_lines(text));
      std::erase_if(all.back(), depends_on_turns);
    }
    return all;
  }
};

TEST_P(AsStraceOfEach, EveryLineOfEach) {
  if (access("/usr/bin/strace", X_OK) != 0) GTEST_SKIP() << "strace is not installed";
  if (!strace_works()) GTEST_SKIP() << "strace may not trace here (ptrace(2) is not permitted)";
  const auto native = traces({"/usr/bin/strace"});
  const auto ours = traces({RINGFARE_BINARY_DIR "/ringfare", "trace"});
  EXPECT_GE(native.size(), 2u);
  ASSERT_EQ(ours.size(), native.size());
  for (std::size_t i = 0; i < native.size(); ++i) EXPECT_EQ(ours[i], native[i]) << "file " << i;
}

std::string name_of(const ::testing::TestParamInfo<Program>& row) {
  return row.param.name;
}

const std::string kBusybox = "/bin/busybox";

INSTANTIATE_TEST_SUITE_P(
    Several, AsStraceOfEach,
    ::testing::Values(Program{"Subshell", {kBusybox, "sh", "-c", "(exit 3); echo $?; (cat a)"}},
                      Program{"Pipe", {kBusybox, "sh", "-c", "cat a | sort -r | head -n 1"}},
                      Program{"Substitution",
                              {"/bin/sh", "-c", "x=$(/bin/cat a); echo \"$x\"; exit 4"}},
                      Program{"Loop", {kBusybox, "sh", "-c", "for f in a d; do ls $f; done"}},

                      Program{"Threads", {guest("handover.glibc")}},
                      Program{"ThreadsMusl", {guest("handover.musl")}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Coreutils, AsStrace,
    ::testing::Values(
        Program{"True", {"/bin/true"}}, Program{"Ls", {"/bin/ls"}},
        Program{"Cat", {"/bin/cat", "a"}}, Program{"Cp", {"/bin/cp", "a", "b"}},
        Program{"Mv", {"/bin/mv", "a", "b"}}, Program{"Rm", {"/bin/rm", "a"}},
        Program{"Mkdir", {"/bin/mkdir", "new"}}, Program{"RmdirOfAFullOne", {"/bin/rmdir", "d"}},
        Program{"Ln", {"/bin/ln", "-s", "a", "new"}},
        Program{"Head", {"/usr/bin/head", "-n1", "a"}},
        Program{"Tail", {"/usr/bin/tail", "-n1", "a"}}, Program{"Wc", {"/usr/bin/wc", "a"}},
        Program{"Sort", {"/usr/bin/sort", "a"}}, Program{"Cut", {"/usr/bin/cut", "-c1-3", "a"}},
        Program{"Touch", {"/usr/bin/touch", "new"}}, Program{"Chmod", {"/bin/chmod", "600", "a"}},
        Program{"Readlink", {"/bin/readlink", "-f", "l"}},
        Program{"Sha256", {"/usr/bin/sha256sum", "a"}},
        Program{"Truncate", {"/usr/bin/truncate", "-s", "100", "a"}},
        Program{"Mkfifo", {"/usr/bin/mkfifo", "new"}},
        Program{"CatNames", {"/bin/cat", "a"}, {"-y"}},
        Program{"CatDetails", {"/bin/cat", "a", "/dev/null"}, {"-yy"}},
        Program{"CatNumbers", {"/bin/cat", "a"}, {"-X", "raw"}},
        Program{"CatBoth", {"/bin/cat", "a"}, {"-X", "verbose"}},
        Program{"CatHex", {"/bin/cat", "a"}, {"-xx"}},
        Program{"CatLongStrings", {"/bin/cat", "a"}, {"-s", "100"}},
        Program{"CatFailed", {"/bin/cat", "missing"}, {"-Z"}},
        Program{"CatFiles", {"/bin/cat", "a"}, {"-e", "trace=%file"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Options, AsStrace,
    ::testing::Values(
        Program{"Numbers", {"/bin/cat", "a"}, {"-n"}},
        Program{"NumbersInLong", {kBusybox, "cat", "a"}, {"--syscall-number"}},
        Program{"Addresses", {kBusybox, "cat", "a"}, {"-i"}},
        Program{"NumbersAndAddresses", {"/bin/ls"}, {"-n", "--instruction-pointer"}},
        Program{"Stacks", {"/bin/cat", "a"}, {"-k", "-e", "trace=openat,read,close"}},
        Program{"StacksAtTheEnd", {"/bin/ls"}, {"--stack-traces", "-e", "trace=exit_group"}},
        Program{"Paths", {"/bin/cat", "a", "l"}, {"-P", "a"}},
        Program{"SeveralPaths", {"/bin/cp", "a", "b"}, {"-P", "a", "--trace-path=b"}},
        Program{"PathsOfDescriptors", {"/bin/cat", "l"}, {"-P", "a", "-y"}},
        Program{"ReadData", {"/bin/cat", "a"}, {"-e", "read=3", "-e", "trace=read"}},
        Program{"WrittenData", {kBusybox, "cat", "a"}, {"--write=1", "--trace=write"}},
        Program{"AllData", {kBusybox, "sed", "s/o/x/", "a"}, {"-e", "read=all", "-e", "write=all"}},
        Program{
            "DataOfVectors", {guest("descriptors.musl")}, {"-e", "write=all", "-e", "read=all"}},
        Program{"RawArguments", {"/bin/cat", "a"}, {"-e", "raw=close,read"}},
        Program{"NothingDereferenced", {"/bin/ls"}, {"-e", "verbose=none"}},
        Program{"StatusDereferenced", {"/bin/ls"}, {"--verbose=%%stat"}},
        Program{"NothingAbbreviated", {"/bin/cat", "a"}, {"-e", "abbrev=none"}},
        Program{"InFull", {"/bin/cat", "a"}, {"--no-abbrev"}},
        Program{"HexEscapes", {"/bin/cat", "a"}, {"--strings-in-hex=non-ascii-chars"}},
        Program{"HexStrings", {"/bin/cat", "a"}, {"--strings-in-hex=non-ascii"}},
        Program{"AllHex", {kBusybox, "cat", "a"}, {"--strings-in-hex"}},
        Program{"Devices", {"/bin/cat", "/dev/null", "a"}, {"--decode-fds=dev"}},
        Program{"OnlyPaths", {"/bin/cat", "/dev/null", "a"}, {"-e", "decode-fds=path"}},
        Program{"NoPaths", {"/bin/cat", "/dev/null"}, {"-e", "decode-fds=!path"}},
        Program{"FailedCalls", {"/bin/ls", "missing"}, {"--status=failed"}},
        Program{"SuccessfulCalls", {"/bin/ls"}, {"-z"}},
        Program{"UnfinishedCalls", {"/bin/ls"}, {"-e", "status=unfinished"}},
        Program{"TheLastOfTwo", {"/bin/ls", "missing"}, {"-z", "-Z"}},
        Program{"Quiet", {"/bin/ls"}, {"-q"}}, Program{"QuietTwice", {"/bin/ls"}, {"-qq"}},
        Program{"QuietEnd", {"/bin/ls"}, {"--quiet=exit"}},
        Program{"TimeOfDay", {"/bin/ls"}, {"-t"}}, Program{"Microseconds", {"/bin/ls"}, {"-tt"}},
        Program{"SecondsOfUnix", {"/bin/ls"}, {"-ttt"}},
        Program{"Nanoseconds", {"/bin/ls"}, {"--absolute-timestamps=unix,ns"}},
        Program{"SinceTheLineBefore", {"/bin/ls"}, {"-r"}},
        Program{"BothTimes", {"/bin/ls"}, {"-r", "-t"}}, Program{"Durations", {"/bin/ls"}, {"-T"}},
        Program{"LongDurations", {"/bin/ls"}, {"--syscall-times=ns"}},
        Program{"ColumnOfResults", {"/bin/cat", "a"}, {"-a", "60"}},
        Program{"GroupsOfStatus", {"/bin/ls", "-l"}, {"-e", "trace=%%stat"}},
        Program{"GroupsWithoutPercent", {"/bin/ls"}, {"-e", "trace=memory"}},
        Program{"CallsByNumber", {"/bin/ls"}, {"-e", "trace=3,257"}},
        Program{"CallsByPattern", {"/bin/ls"}, {"-e", "trace=/^get"}},
        Program{"OtherCalls", {"/bin/ls"}, {"-e", "trace=!%memory,openat"}},
        Program{"CallsThatMayNotBe", {"/bin/ls"}, {"-e", "trace=?nosuchcall,close"}},
        Program{"NoCalls", {"/bin/ls"}, {"-e", "trace=none"}},
        Program{"NoSignals", {kBusybox, "sh", "-c", "kill -USR1 $$"}, {"-e", "signal=none"}},
        Program{"SomeSignals",
                {kBusybox, "sh", "-c", "trap : USR1 USR2; kill -USR1 $$; kill -USR2 $$"},
                {"--signal=!USR1"}},
        Program{"Detached", {kBusybox, "sh", "-c", "exec /bin/ls"}, {"-b", "execve"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Busybox, AsStrace,
    ::testing::Values(Program{"Cat", {kBusybox, "cat", "a"}},
                      Program{"Md5", {kBusybox, "md5sum", "a"}},
                      Program{"Awk", {kBusybox, "awk", "{print $1}", "a"}},
                      Program{"Find", {kBusybox, "find", "."}},
                      Program{"Tar", {kBusybox, "tar", "cf", "t.tar", "d"}},
                      Program{"Gzip", {kBusybox, "gzip", "-k", "a"}},
                      Program{"Sort", {kBusybox, "sort", "a"}},
                      Program{"Shell", {kBusybox, "sh", "-c", "test -f a && echo $((1 + 2))"}},
                      Program{"Usage", {kBusybox, "vi", "--nosuch"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Guests, AsStrace,
                         ::testing::Values(Program{"Hello", {guest("hello.glibc")}},
                                           Program{"HelloMusl", {guest("hello.musl")}},
                                           Program{"Files", {guest("files.musl"), "."}},
                                           Program{"Descriptors", {guest("descriptors.glibc")}},
                                           Program{"DescriptorsMusl", {guest("descriptors.musl")}}),
                         name_of);

/// "calls32.glibc-i386" makes each call of i386 by its number.
const std::string kCalls32 = guest("calls32.glibc-i386");

INSTANTIATE_TEST_SUITE_P(I386Guests, AsStrace,
                         ::testing::Values(Program{"Hello", {guest("hello.glibc-i386")}},
                                           Program{"HelloMusl", {guest("hello.musl-i386")}},
                                           Program{"HelloKlibc", {guest("hello.klibc-i386")}},
                                           Program{"Listing", {guest("listing.klibc-i386")}},
                                           Program{"Files", {guest("files.musl-i386"), "."}},
                                           Program{"OldFiles", {kCalls32, "files"}},
                                           Program{"Messages", {kCalls32, "messages"}},
                                           Program{"Locks", {kCalls32, "offsets"}},
                                           Program{"Identities", {kCalls32, "identities"}}),
                         name_of);

}  // namespace
}  // namespace ringfare::testing
