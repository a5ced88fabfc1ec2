// SPDX-License-Identifier: MIT
// What a guest can reach: never the emulator, and of the host no more than the options say.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

namespace fs = std::filesystem;

class Names : public ::testing::TestWithParam<const char*> {};

/// Every spelling of its own entries in /proc leads the guest where it leads it on the bare
/// machine.
TEST_P(Names, LeadToTheGuest) {
  const Launch launch{.arguments = {guest(GetParam())}};
  for (const char* const engine : {"translator", "unicorn"}) {
    const ScratchDirectory directory;
    Launch here = launch;
    here.directory = directory.path();
    const Outcome bare = run(here);
    const Outcome inside = run(under_ringfare(here, {"run", "-q", "--engine", engine}));
    EXPECT_EQ(inside.output, bare.output) << engine << '\n' << inside.errors;
    EXPECT_EQ(inside.ending(), bare.ending()) << engine;
    EXPECT_EQ(bare.output.find("SOMEBODY"), std::string::npos) << "the guest judges wrongly";
  }
}
INSTANTIATE_TEST_SUITE_P(Guests, Names, ::testing::Values("names.glibc"));

/// Whether the host lets this user have namespaces.
bool host_has_namespaces() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

class Confinement : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!host_has_namespaces()) GTEST_SKIP() << "this host allows no user namespaces";
  }

  Outcome reach(const std::vector<std::string>& options, const std::vector<std::string>& what,
                const fs::path& directory) {
    std::vector<std::string> all{"run", "-q"};
    all.insert(all.end(), options.begin(), options.end());
    Launch launch{.arguments = {guest("confined_files.glibc")}, .directory = directory};
    launch.arguments.insert(launch.arguments.end(), what.begin(), what.end());
    return run(under_ringfare(launch, all));
  }
};

TEST_F(Confinement, NoNetworkIsNoSocket) {
  const Outcome inside =
      reach({"--no-network"},
            {"socket", "inet", "socket", "inet6", "socket", "netlink", "socket", "unix"}, ".");
  EXPECT_EQ(inside.output,
            "socket inet: EAFNOSUPPORT\nsocket inet6: EAFNOSUPPORT\n"
            "socket netlink: EAFNOSUPPORT\nsocket unix: ok\n")
      << inside.errors;
}

TEST_F(Confinement, ReadOnlyChangesNothing) {
  const ScratchDirectory directory;
  write_whole(directory.path() / "there", "host\n");
  const Outcome inside =
      reach({"--read-only"}, {"read", "there", "write", "there", "write", "new"}, directory.path());
  EXPECT_EQ(inside.output, "read there: host\nwrite there: EROFS\nwrite new: EROFS\n")
      << inside.errors;
  EXPECT_EQ(read_whole(directory.path() / "there"), "host\n");
}

TEST_F(Confinement, WhatIsBoundLiesElsewhere) {
  const ScratchDirectory host, guests;
  write_whole(host.path() / "file", "bound\n");
  const std::string at = guests.path().string();
  const Outcome inside = reach({"--read-only", "--bind", host.path().string() + ":" + at},
                               {"read", at + "/file", "write", at + "/new"}, "/");
  EXPECT_EQ(inside.output, "read " + at + "/file: bound\nwrite " + at + "/new: written\n")
      << inside.errors;
  EXPECT_EQ(read_whole(host.path() / "new"), "guest\n");
  const Outcome kept = reach({"--bind", host.path().string() + ":" + at + ":ro"},
                             {"read", at + "/file", "write", at + "/other"}, "/");
  EXPECT_EQ(kept.output, "read " + at + "/file: bound\nwrite " + at + "/other: EROFS\n")
      << kept.errors;
}

TEST_F(Confinement, AFolderBecomesTheRoot) {
  const ScratchDirectory root;
  for (const char* const folder : {"proc", "dev", "etc"})
    fs::create_directory(root.path() / folder);
  write_whole(root.path() / "etc/passwd", "of the root\n");
  fs::copy_file("/bin/busybox", root.path() / "busybox");
  const Launch launch{.arguments = {"/busybox", "sh", "-c",
                                    "busybox cat /etc/passwd; cat /../../etc/passwd; pwd; "
                                    "echo x > /new; ls /"}};
  const Outcome inside = run(under_ringfare(launch, {"run", "-q", "--root", root.path().string()}));
  EXPECT_EQ(inside.output.substr(0, 12), "of the root\n") << inside.errors;
  EXPECT_EQ(read_whole(root.path() / "new"), "x\n");
}

TEST_F(Confinement, AnUntrustedProgramSeesACopy) {
  const ScratchDirectory directory;
  write_whole(directory.path() / "there", "host\n");
  const Outcome inside = reach(
      {"--confine"},
      {"read", "there",       "write",        "there",    "read",           "there",    "write",
       "new",  "read",        "new",          "list",     "/root",          "list",     "/home",
       "read", "/etc/shadow", "write",        "/etc/new", "write",          "/tmp/own", "socket",
       "inet", "read",        "/proc/1/comm", "read",     "/proc/self/comm"},
      directory.path());
  EXPECT_NE(inside.output.find("read there: host\nwrite there: written\nread there: guest\n"
                               "write new: written\nread new: guest\nlist /root: empty\n"),
            std::string::npos)
      << inside.output << inside.errors;
  // Root may read what hides it, which is empty.
  EXPECT_EQ(inside.output.find("read /etc/shadow: root"), std::string::npos) << inside.output;
  EXPECT_NE(inside.output.find("write /etc/new: EROFS\nwrite /tmp/own: written\n"
                               "socket inet: EAFNOSUPPORT\nread /proc/1/comm: init\n"
                               "read /proc/self/comm: confined_files."),
            std::string::npos)
      << inside.output;
  EXPECT_EQ(read_whole(directory.path() / "there"), "host\n");
  EXPECT_FALSE(fs::exists(directory.path() / "new"));
  EXPECT_FALSE(fs::exists("/tmp/own"));
  EXPECT_NE(inside.errors.find("stand around the guest"), std::string::npos) << inside.errors;
}

/// landlock(7)
bool host_has_landlock() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1u) > 0;
}

/// A host that allows no namespaces, as far as the program can tell: user_namespaces(7) has limits.
Launch without_namespaces(Launch launch) {
  std::vector<std::string> all{
      "/usr/bin/unshare",
      "--user",
      "--map-root-user",
      "/bin/sh",
      "-c",
      "cd /proc/sys/user && for each in user mnt net ipc; do"
      " echo 0 > max_${each}_namespaces; done; cd \"$OLDPWD\"; exec \"$@\"",
      "sh"};
  all.insert(all.end(), launch.arguments.begin(), launch.arguments.end());
  launch.arguments = all;
  return launch;
}

TEST_F(Confinement, WithoutNamespacesLandlockStands) {
  if (!host_has_landlock()) GTEST_SKIP() << "this host has no Landlock";
  const ScratchDirectory directory;
  write_whole(directory.path() / "there", "host\n");
  const Launch launch{
      .arguments = {guest("confined_files.glibc"), "read", "there", "write", "there", "write",
                    "/dev/null", "read", "/etc/shadow", "write", "/tmp/own", "list", "/root",
                    "socket", "inet", "read", "/proc/1/comm"},
      .directory = directory.path()};
  const Outcome inside =
      run(without_namespaces(under_ringfare(launch, {"run", "-q", "--confine"})));
  EXPECT_EQ(inside.output,
            "read there: host\nwrite there: EACCES\nwrite /dev/null: written\n"
            "read /etc/shadow: EACCES\nwrite /tmp/own: EACCES\nlist /root: EACCES\n"
            "socket inet: EAFNOSUPPORT\nread /proc/1/comm: init\n")
      << inside.errors;
  EXPECT_NE(inside.errors.find("without a copy of the current folder"), std::string::npos)
      << inside.errors;
  EXPECT_EQ(read_whole(directory.path() / "there"), "host\n");
}

TEST_F(Confinement, WithoutNamespacesThereIsNoOtherRoot) {
  const Launch launch{.arguments = {guest("hello.musl")}};
  const Outcome inside =
      run(without_namespaces(under_ringfare(launch, {"run", "-q", "--root", "/"})));
  EXPECT_EQ(inside.ending(), "exit 125");
  EXPECT_TRUE(inside.errors.starts_with("ringfare: --root: this host allows no namespaces"))
      << inside.errors;
}

TEST(ConfinementOptions, MistakesAreOneLine) {
  const Launch launch{.arguments = {guest("hello.musl")}};
  const auto refused = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all{"run", "-q"};
    all.insert(all.end(), options.begin(), options.end());
    const Outcome inside = run(under_ringfare(launch, all));
    EXPECT_EQ(inside.ending(), "exit 125") << inside.output;
    EXPECT_EQ(std::ranges::count(inside.errors, '\n'), 1) << inside.errors;
  };
  refused({"--root", "/no such folder"});
  refused({"--bind", "/tmp"});
  refused({"--bind", "/no such folder:/tmp"});
  refused({"--bind", "/tmp:relative"});
}

}  // namespace
}  // namespace ringfare::testing
