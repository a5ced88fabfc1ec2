// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/guests/child_process.hpp"

// Mistakes on the command line: one line on standard error, nothing on standard output, 125.

namespace ringfare::testing {
namespace {

Outcome ringfare(const std::vector<std::string>& words) {
  Launch launch;
  launch.arguments = words;
  launch.arguments.insert(launch.arguments.begin(), RINGFARE_BINARY_DIR "/ringfare");
  return run(launch);
}

struct Mistake {
  std::vector<std::string> words;
  const char* message;
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  for (const std::string& word : mistake.words) *out << word << ' ';
}

class Usage : public ::testing::TestWithParam<Mistake> {};

TEST_P(Usage, IsOneLineAndExitStatus125) {
  const Outcome outcome = ringfare(GetParam().words);
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.errors, std::string("ringfare: ") + GetParam().message + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, Usage,
    ::testing::Values(
        Mistake{{"trcae"}, "unknown verb 'trcae'; did you mean 'trace'?"},
        Mistake{{"qqqqqq"}, "unknown verb 'qqqqqq'; 'ringfare --help' lists the verbs"},
        Mistake{{"--cpus"}, "unknown option '--cpus'; 'ringfare --help' lists the verbs"},
        Mistake{{"run"}, "run: name a program to run: ringfare run [OPTIONS] [--] PROG [ARGS...]"},
        Mistake{{"run", "--quite", "/bin/busybox"},
                "run: unknown option '--quite'; did you mean '--quiet'? ('ringfare run --help' "
                "lists the options)"},
        Mistake{{"run", "--cpu"},
                "run: option '--cpu' needs a value ('ringfare run --help' lists the options)"},
        Mistake{{"trace", "--stages=1", "/bin/busybox"},
                "trace: option '--stages' takes no value ('ringfare trace --help' lists the "
                "options)"},
        Mistake{{"run", "--color", "sometimes", "/bin/busybox"},
                "--color sometimes: give one of auto, always, never"},
        Mistake{{"run", "--mhz", "0", "/bin/busybox"},
                "--mhz 0: give a whole number from 1 to 100000"},
        Mistake{{"run", "--mhz", "-5", "/bin/busybox"},
                "--mhz -5: give a whole number from 1 to 100000"},
        Mistake{{"doors", "--mhz", "3e3"}, "--mhz 3e3: give a whole number from 1 to 100000"},
        Mistake{{"run", "--seed=-1", "/bin/busybox"},
                "--seed -1: give a whole number from 0 to 18446744073709551615"},
        Mistake{{"run", "--schedule-seed", "", "/bin/busybox"},
                "--schedule-seed : give a whole number from 0 to 18446744073709551615"},
        Mistake{{"run", "--max-instructions", "99999999999999999999", "/bin/busybox"},
                "--max-instructions 99999999999999999999: give a whole number from 0 to "
                "18446744073709551615"},
        Mistake{{"trace", "-s", "-1", "/bin/busybox"},
                "--string-limit -1: give a whole number from 0 to 1073741824"},
        Mistake{{"trace", "-a-1", "/bin/busybox"},
                "--columns -1: give a whole number from 0 to 10000"},
        Mistake{{"explain", "--bytes", "-1", "syscall", "write"},
                "--bytes -1: give a whole number from 0 to 2147479552"},
        Mistake{{"explain", "vsyscall"},
                "explain: no door 'vsyscall': give one of syscall, int80, sysenter, or vdso"},
        Mistake{{"explain", "--bits", "16", "syscall"}, "--bits 16: give one of auto, 32, 64"},
        Mistake{{"explain", "--bits", "16", "vdso"}, "--bits 16: give one of auto, 32, 64"},
        Mistake{{"vdso", "--abi", "x32"}, "--abi x32: give one of amd64, i386"},
        Mistake{{"help", "trcae"}, "unknown verb 'trcae'; did you mean 'trace'?"},
        Mistake{{"trace", "--syntax", "nasm", "/bin/busybox"},
                "--syntax nasm: give one of att, intel"},
        Mistake{{"trace", "-e", "trace=wirte", "/bin/busybox"},
                "-e trace: 'wirte': no such system call; did you mean 'write'?"},
        Mistake{{"trace", "-e", "inject=all", "/bin/busybox"},
                "-e inject=all: the guest's calls are not tampered with"},
        Mistake{{"trace", "-e", "status=happy", "/bin/busybox"},
                "-e status: 'happy': give some of successful, failed, unfinished, unavailable, "
                "detached, all, none"},
        Mistake{{"run", "--root", "/no such folder", "/bin/busybox"},
                "--root /no such folder: no such folder; name one with a system in it"},
        Mistake{{"run", "--bind", "/tmp", "/bin/busybox"},
                "--bind /tmp: give HOST:GUEST or HOST:GUEST:ro, and GUEST from the root on"},
        Mistake{{"run", "--bind", "/no such folder:/tmp", "/bin/busybox"},
                "--bind /no such folder:/tmp: /no such folder: No such file or directory; name "
                "what there is"},
        Mistake{{"trace", "-X", "vrebose", "/bin/busybox"}, "-X vrebose: did you mean 'verbose'?"},
        Mistake{{"trace", "-S", "cals", "/bin/busybox"}, "-S cals: did you mean 'calls'?"},
        Mistake{
            {"trace", "-p", "1", "/bin/busybox"},
            "--attach: a running process cannot be joined; name a program, and it is run from its "
            "first instruction on"},
        Mistake{{"trace", "-e", "colour=red", "/bin/busybox"},
                "-e colour=red: there is no 'colour'; give one of trace, abbrev, verbose, raw, "
                "signal, read, write, status, quiet, decode-fds"},
        Mistake{{"trace", "-e", "trace=read@64", "/bin/busybox"},
                "-e trace: 'read@64': calls are chosen by name, whichever ABI a program has; leave "
                "the '@' away"},
        Mistake{{"trace", "-e", "trace=9999", "/bin/busybox"},
                "-e trace: '9999': no system call of amd64 has this number"},
        Mistake{{"trace", "--raw=wirte", "/bin/busybox"},
                "-e raw: 'wirte': no such system call; did you mean 'write'?"},
        Mistake{{"trace", "-e", "signal=SIGINTT", "/bin/busybox"},
                "-e signal: 'SIGINTT': did you mean 'SIGINT'?"},
        Mistake{{"trace", "-e", "read=x", "/bin/busybox"},
                "-e read: 'x': give numbers of descriptors, like 3,5, or all, none"},
        Mistake{{"trace", "--quiet=exits", "/bin/busybox"},
                "-e quiet: 'exits': did you mean 'exit'?"},
        Mistake{{"trace", "--syscall-times=years", "/bin/busybox"},
                "--syscall-times=years: give one of s, ms, us, ns"},
        Mistake{{"trace", "-c", "-C", "/bin/busybox"},
                "-c and -C: -c is the table alone, -C the lines too; give one of them"},
        Mistake{{"trace", "-D", "/bin/busybox"},
                "--daemonize: the guest runs inside of ringfare, which is no other process's "
                "parent"},
        Mistake{{"trace", "-u", "root", "/bin/busybox"},
                "--user: the guest runs as whoever runs ringfare; run ringfare as that user"},
        Mistake{{"trace", "-w", "/bin/busybox"},
                "--summary-wall-clock: the table counts cycles of crossings; -T shows the time of "
                "each call"},
        Mistake{{"trace", "-b", "clone", "/bin/busybox"},
                "--detach-on clone: give execve, the only call there is for it"},
        Mistake{{"trace", "-I", "9", "/bin/busybox"},
                "--interruptible 9: give one of anywhere, waiting, never, never_tstp, 1, 2, 3, "
                "4"},
        Mistake{{"trace", "-e", "trace=/[/", "/bin/busybox"},
                "-e trace: '[': not a regular expression (POSIX extended, regex(7))"},
        Mistake{{"run", "no-such-program-anywhere"},
                "no-such-program-anywhere: not found in PATH; give its path"},
        Mistake{{"run", "-o", "/no/such/folder/file", "/bin/busybox"},
                "/no/such/folder/file: cannot be written: No such file or directory; name another "
                "file"},
        Mistake{{"run", "-q", "--bill", "/dev/full", "/bin/busybox", "true"},
                "/dev/full: not everything could be written: No space left on device; make room "
                "there, or name another file"},
        Mistake{{"trace", "--instructions", "-o", "/dev/full", "/bin/busybox", "true"},
                "/dev/full: not everything could be written: No space left on device; make room "
                "there, or name another file"},
        Mistake{{"vdso", "--dump", "/dev/full"},
                "/dev/full: not everything could be written: No space left on device; make room "
                "there, or name another file"},
        Mistake{{"run", "--debug-categories", "loader,signal", "/bin/busybox"},
                "--debug-categories signal: did you mean 'signals'?"},
        Mistake{{"run", "--debug-log", "/no/such/folder/log", "/bin/busybox"},
                "/no/such/folder/log: cannot be written: No such file or directory; name another "
                "file for --debug-log"},
        Mistake{{"trace", "--dump-at", "main", "/bin/busybox"},
                "--dump-at: name a file for it with --dump-translation FILE"},
        Mistake{{"run", "--dump-translation", "/dev/null", "--dump-at", "0xmain", "/bin/busybox"},
                "--dump-at 0xmain: give an address like 0x401000, or a function"},
        Mistake{{"run", "--dump-translation", "/dev/null", "--dump-count", "0", "/bin/busybox"},
                "--dump-count 0: give a whole number from 1 to 1000"},
        Mistake{{"explain"},
                "explain: name the door, and a call if you like: ringfare explain syscall write"},
        Mistake{{"explain", "syscall", "getpidd"},
                "explain: no system call 'getpidd'; did you mean 'getpid'?"},
        Mistake{{"models", "skylak"}, "models: no model 'skylak'; did you mean 'skylake'?"},
        Mistake{{"syscalls", "x"}, "syscalls: 'x' is not understood; it takes no words"}));

TEST(Usage, AProgramMustBeExecutable) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "program";
  EXPECT_EQ(ringfare({"trace", file}).errors,
            "ringfare: " + file +
                ": cannot be run: No such file or directory; give the path of a "
                "program\n");
  write_whole(file, read_whole("/bin/busybox"));
  const Outcome outcome = ringfare({"trace", file, "true"});
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_EQ(outcome.errors, "ringfare: " + file +
                                ": cannot be run: Permission denied; give a program that may be "
                                "executed (chmod +x)\n");
}

TEST(Usage, UnknownModelNamesTheNearest) {
  const Outcome outcome = ringfare({"run", "--cpu", "skylaek", "/bin/busybox", "true"});
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_NE(outcome.errors.find("did you mean 'skylake'"), std::string::npos) << outcome.errors;
}

TEST(Usage, UnknownMitigationNamesTheNearest) {
  const Outcome outcome = ringfare({"run", "--mitigations", "ptl", "/bin/busybox", "true"});
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_NE(outcome.errors.find("pti"), std::string::npos) << outcome.errors;
}

TEST(Usage, OptionsEndWhereTheGuestBegins) {
  const Outcome outcome = ringfare({"run", "-q", "/bin/busybox", "echo", "-q", "--cpu", "--", "x"});
  EXPECT_EQ(outcome.output, "-q --cpu -- x\n");
  EXPECT_EQ(outcome.errors, "");
}

/// A full disk behind standard output, as a shell would give it.
TEST(Usage, WhatStandardOutputDoesNotTakeIsAFailure) {
  for (const char* words :
       {"models", "models skylake", "syscalls", "doors", "explain syscall", "explain vdso", "vdso",
        "--help", "--version", "help trace", "run --help", "run -q --bill - /bin/busybox true"}) {
    const std::string command = std::string(RINGFARE_BINARY_DIR "/ringfare ") + words;
    const Outcome outcome = run({.arguments = {"/bin/sh", "-c", command + " >/dev/full"}});
    EXPECT_EQ(outcome.ending(), "exit 125") << words;
    EXPECT_EQ(outcome.errors,
              "ringfare: standard output: not everything could be written: No space left on "
              "device; make room there, or name another file\n")
        << words;
  }
}

TEST(Usage, ABillIsNotLostWithThePlaceForIt) {
  const Outcome outcome = ringfare({"run", "-o", "/dev/full", "/bin/busybox", "true"});
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_EQ(outcome.errors.find("ringfare: /bin/busybox true\n"), 0u) << outcome.errors;
  EXPECT_TRUE(outcome.errors.ends_with(
      "ringfare: /dev/full: not everything could be written: No space left on device; make room "
      "there, or name another file\n"))
      << outcome.errors;
}

/// The guest says that it runs before it is sent a signal, so nothing depends on time.
TEST(Usage, ARunThatAnotherProgramEndsHasABill) {
  const ScratchDirectory scratch;
  const std::string pipe = scratch.path() / "pipe";
  for (const char* engine : {"translator", "unicorn"})
    for (const auto& [signal, number] :
         {std::pair{"TERM", 15}, std::pair{"HUP", 1}, std::pair{"ABRT", 6}, std::pair{"XCPU", 24},
          std::pair{"VTALRM", 26}, std::pair{"PROF", 27}, std::pair{"PWR", 30}}) {
      std::filesystem::remove(pipe);
      const std::string script = fmt::format(
          "mkfifo {0}; {1} run --engine {2} /bin/busybox sh -c 'echo > {0}; while :; do :; done' & "
          "read line < {0}; kill -{3} $!; wait $!; exit $?",
          pipe, RINGFARE_BINARY_DIR "/ringfare", engine, signal);
      const Outcome outcome = run({.arguments = {"/bin/sh", "-c", script}});
      EXPECT_EQ(outcome.ending(), fmt::format("exit {}", 128 + number)) << engine << ' ' << signal;
      EXPECT_NE(outcome.errors.find("ringfare: /bin/busybox sh -c"), std::string::npos)
          << engine << ' ' << signal << outcome.errors;
    }
}

TEST(Usage, ACommandTakesTheBillOfAGuestWithChildren) {
  const ScratchDirectory scratch;
  const std::string file = scratch.path() / "bill";
  const Outcome outcome = ringfare(
      {"run", "-o", "|cat > " + file, "/bin/busybox", "sh", "-c", "/bin/true; (exit 3) | cat"});
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  EXPECT_EQ(outcome.errors, "");
  EXPECT_NE(read_whole(file).find("ringfare: /bin/busybox sh"), std::string::npos)
      << read_whole(file);
}

TEST(Usage, AFileOfEachThreadThatDoesNotTakeAllIsNamed) {
  const ScratchDirectory scratch;
  std::filesystem::create_symlink("/dev/full", scratch.path() / "t.1000");
  const std::string target = scratch.path() / "t";
  const Outcome outcome = ringfare({"trace", "-ff", "-o", target, "/bin/busybox", "true"});
  EXPECT_EQ(outcome.ending(), "exit 125");
  EXPECT_EQ(outcome.errors, "ringfare: " + target +
                                ".1000: not everything could be written: No space left on "
                                "device; make room there, or name another file\n");
}

TEST(Usage, AMinusIsStandardOutput) {
  const ScratchDirectory scratch;
  const auto here = [&](std::vector<std::string> words) {
    words.insert(words.begin(), RINGFARE_BINARY_DIR "/ringfare");
    return run({.arguments = words, .directory = scratch.path()});
  };
  const Outcome json = here({"run", "-q", "--bill", "-", "/bin/busybox", "true"});
  EXPECT_EQ(json.output.substr(0, 15), "{\n  \"program\": ") << json.output;
  EXPECT_EQ(json.errors, "");
  const Outcome both = here({"run", "-o", "-", "--bill", "-", "/bin/busybox", "true"});
  EXPECT_EQ(both.output.find("ringfare: /bin/busybox true\n"), 0u) << both.output;
  EXPECT_TRUE(both.output.ends_with("\n" + json.output)) << both.output;
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(Usage, OnlyTheTranslatorTranslates) {
  for (const std::string option : {"--perf-map", "--gdb-jit", "--dump-translation=/dev/null"}) {
    const Outcome outcome =
        ringfare({"run", "--engine", "unicorn", option, "/bin/busybox", "true"});
    EXPECT_EQ(outcome.ending(), "exit 125");
    EXPECT_NE(outcome.errors.find("unicorn"), std::string::npos) << outcome.errors;
  }
}

TEST(Usage, TheEnvironmentAsksForALogOfEveryVerb) {
  Launch launch;
  launch.arguments = {RINGFARE_BINARY_DIR "/ringfare", "explain", "syscall", "getpid"};
  launch.environment.push_back("RINGFARE_DEBUG_CATEGORIES=prices");
  const Outcome priced = run(launch);
  EXPECT_EQ(priced.ending(), "exit 0");
  EXPECT_NE(priced.errors.find("path of linux-6.1 through syscall, served: "), std::string::npos)
      << priced.errors;
  launch.environment.back() = "RINGFARE_DEBUG_CATEGORIES=price";
  EXPECT_EQ(run(launch).errors,
            "ringfare: RINGFARE_DEBUG_CATEGORIES price: did you mean 'prices'?\n");
}

TEST(Usage, HelpGoesToStandardOutput) {
  for (const char* verb : {"run", "trace", "explain", "doors", "models", "syscalls", "vdso"}) {
    const Outcome outcome = ringfare({verb, "--help"});
    EXPECT_EQ(ringfare({"help", verb}).output, outcome.output);
    EXPECT_EQ(outcome.ending(), "exit 0");
    EXPECT_NE(outcome.output.find(std::string("usage: ringfare ") + verb), std::string::npos);
    EXPECT_EQ(outcome.errors, "");
  }
}

}  // namespace
}  // namespace ringfare::testing
