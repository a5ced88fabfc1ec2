// SPDX-License-Identifier: MIT
#include "tests/guests/run_in_rounds.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>

namespace ringfare::testing {
namespace {

/// KiB: less than a page for each, and a huge page, which a host may give at once. Turns that end
/// at places where none has ended before leave translations, up to the size of the code cache.
long most_growth(int count) {
  constexpr long kHugePage = 2048;
  return kHugePage + std::max(256, count);
}

[[noreturn]] void become(const std::vector<std::string>& arguments, int in, int out) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  dup2(in, 0);
  dup2(out, 1);
  closefrom(3);
  execv(pointers[0], pointers.data());
  _exit(126);
}

}  // namespace

RunInRounds::RunInRounds(const Launch& launch, const std::vector<std::string>& options) {
  const Launch whole = under_ringfare(launch, options);
  std::array<int, 2> in, out;
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  pid_ = fork();
  if (pid_ == 0) become(whole.arguments, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
}

RunInRounds::~RunInRounds() {
  if (!ended_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(to_);
  close(from_);
}

std::string RunInRounds::line() {
  std::string line;
  for (char byte = 0; read(from_, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

void RunInRounds::go_on() {
  EXPECT_EQ(write(to_, "\n", 1), 1);
}

int RunInRounds::wait_status() {
  int status = -1;
  waitpid(pid_, &status, 0);
  ended_ = true;
  return status;
}

std::filesystem::path RunInRounds::proc() const {
  return std::filesystem::path("/proc") / std::to_string(pid_);
}

std::size_t RunInRounds::descriptors() const {
  const auto all = std::filesystem::directory_iterator(proc() / "fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

long RunInRounds::resident() const {
  std::ifstream status(proc() / "status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return -1;
}

std::size_t RunInRounds::children() const {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string stat;
    if (!std::getline(file, stat)) continue;
    std::istringstream fields(stat.substr(stat.rfind(')') + 1));  // proc(5): state, parent
    char state = 0;
    pid_t parent = 0;
    if (fields >> state >> parent && parent == pid_) ++count;
  }
  return count;
}

bool RunInRounds::keeps_children(std::size_t count) const {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (children() != count) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

void expect_nothing_left(const Crowd& crowd) {
  constexpr int kRounds = 4;
  const auto said = [&](int rounds) {
    return std::to_string(crowd.count * rounds) + " " + crowd.what + ", sum " +
           std::to_string(crowd.sum * rounds);
  };
  RunInRounds run(
      {.arguments = {guest(crowd.program), std::to_string(crowd.count), std::to_string(kRounds)}},
      crowd.options);
  std::size_t descriptors = 0;
  long resident = 0;
  for (int round = 1; round < kRounds; ++round) {
    ASSERT_EQ(run.line(), said(round));
    EXPECT_TRUE(run.keeps_children(0)) << run.children() << " are left";
    if (round == kRounds - 1) break;
    descriptors = run.descriptors();
    resident = run.resident();
    run.go_on();
  }
  EXPECT_EQ(run.descriptors(), descriptors);
#ifndef __SANITIZE_ADDRESS__  // which keeps freed memory for a while
  EXPECT_LT(run.resident() - resident, most_growth(crowd.count))
      << "KiB were added by the third round";
#endif
  run.go_on();
  EXPECT_EQ(run.line(), said(kRounds));
  EXPECT_EQ(run.wait_status(), 0);
}

Crowd many_children(const std::string& kind, int count) {
  long sum = 0;
  for (int i = 0; i < count; ++i) sum += i % 100;
  return {.program = "many." + kind, .count = count, .what = "children", .sum = sum};
}

Crowd many_threads(const std::string& kind, int count) {
  const long sum = static_cast<long>(count) * (count - 1) / 2 + 3L * count;
  return {.program = "many_threads." + kind, .count = count, .what = "threads", .sum = sum};
}

}  // namespace ringfare::testing
