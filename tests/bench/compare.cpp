// SPDX-License-Identifier: MIT
// compare [ROUNDS]: CPU-bound static programs on the bare machine, under ringfare with its counts
// on, and under qemu-x86_64.
//
//   program                    native  ringfare   ratio      qemu   ratio
//   fib.musl 40                 0.41s     0.62s    1.51     2.10s    5.12
//   geometric mean                                  1.40              4.90
//
// User time; the three take turns, and the median of the rounds counts.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

struct Row {
  const char* name;
  Words command;
};

std::string guest(const char* name) {
  return std::string(RINGFARE_BINARY_DIR "/guests/") + name;
}

std::vector<Row> rows() {
  return {
      {"sort_crc_matrix.glibc", {guest("sort_crc_matrix.glibc"), "160"}},
      {"sort_crc_matrix.musl", {guest("sort_crc_matrix.musl"), "160"}},
      {"fib.musl", {guest("fib.musl"), "39"}},
      {"sha256.musl", {guest("sha256.musl"), "80000"}},
      {"virtual_calls.musl mono", {guest("virtual_calls.musl"), "mono", "300000"}},
      {"virtual_calls.musl poly", {guest("virtual_calls.musl"), "poly", "150000"}},
      {"lua.glibc queens",
       {guest("lua.glibc"), RINGFARE_SOURCE_DIR "/guests/lua/queens.lua", "12"}},
      {"busybox awk",
       {"/bin/busybox", "awk", "BEGIN { for (i = 0; i < 3000000; i++) s += i % 7; print s }"}},
  };
}

/// User seconds of one run; output is thrown away.
struct Seconds {
  double user, wall;
};

Seconds time_of(const Words& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, 1);
    execvp(arguments[0], arguments.data());
    _exit(126);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) throw std::runtime_error("cannot fork");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(fmt::format("{} failed", fmt::join(words, " ")));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {static_cast<double>(usage.ru_utime.tv_sec) +
              static_cast<double>(usage.ru_utime.tv_usec) / 1e6,
          wall.count()};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Words behind(Words front, const Words& command) {
  front.insert(front.end(), command.begin(), command.end());
  return front;
}

const Words kRingfare = {RINGFARE_BINARY_DIR "/ringfare", "run", "-q", "--"};
const Words kQemu = {"qemu-x86_64"};

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "an unknown processor";
}

void compare_programs(int rounds) {
  fmt::print("{}, median of {}\n\n", processor(), rounds);
  fmt::print("{:<26}{:>9}{:>10}{:>8}{:>10}{:>8}\n", "program", "native", "ringfare", "ratio",
             "qemu", "ratio");
  double ringfare_logs = 0, qemu_logs = 0;
  const std::vector<Row> table = rows();
  for (const Row& row : table) {
    std::vector<double> native, ringfare, qemu;
    for (int round = 0; round < rounds; ++round) {
      native.push_back(time_of(row.command).user);
      ringfare.push_back(time_of(behind(kRingfare, row.command)).user);
      qemu.push_back(time_of(behind(kQemu, row.command)).user);
    }
    const double base = median(native), ours = median(ringfare), theirs = median(qemu);
    ringfare_logs += std::log(ours / base);
    qemu_logs += std::log(theirs / base);
    fmt::print("{:<26}{:>8.2f}s{:>9.2f}s{:>8.2f}{:>9.2f}s{:>8.2f}\n", row.name, base, ours,
               ours / base, theirs, theirs / base);
    std::fflush(stdout);
  }
  const auto count = static_cast<double>(table.size());
  fmt::print("{:<26}{:>9}{:>10}{:>8.2f}{:>10}{:>8.2f}\n", "geometric mean", "", "",
             std::exp(ringfare_logs / count), "", std::exp(qemu_logs / count));
}

/// Wall time of the smallest program, and what one system call adds.
void compare_small_costs(int rounds) {
  constexpr int kCalls = 200'000;
  struct Engine {
    const char* name;
    Words front;
  };
  fmt::print("\n{:<26}{:>14}{:>18}\n", "", "start-up", "one getppid");
  for (const Engine& engine : {Engine{"native", {}}, {"ringfare", kRingfare}, {"qemu", kQemu}}) {
    std::vector<double> start, calls;
    for (int round = 0; round < rounds * 4; ++round)
      start.push_back(time_of(behind(engine.front, {guest("hello.freestanding")})).wall);
    for (int round = 0; round < rounds; ++round) {
      const Words command{guest("calls.musl"), "getppid", std::to_string(kCalls)};
      calls.push_back(time_of(behind(engine.front, command)).wall);
    }
    fmt::print("{:<26}{:>11.2f} ms{:>15.0f} ns\n", engine.name, median(start) * 1e3,
               (median(calls) - median(start)) / kCalls * 1e9);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  if (rounds < 1) {
    fmt::print(stderr, "usage: compare [ROUNDS]\n");
    return 125;
  }
  try {
    compare_programs(rounds);
    compare_small_costs(rounds);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "compare: {}\n", error.what());
    return 1;
  }
}
