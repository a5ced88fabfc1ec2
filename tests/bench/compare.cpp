// SPDX-License-Identifier: MIT
// compare [ROUNDS [PROGRAM...]]: CPU-bound static programs on the bare machine, under ringfare
// without counts, with them, and with those of three machines at once, and under qemu-x86_64.
// Seconds natively, then how many times as long the others take:
//
//   program                    native   no counts      counts  3 machines        qemu
//   fib.musl                    0.41s        1.31        1.45        1.47        5.12
//   geometric mean                           1.20        1.25        1.26        4.90
//
// User time; they take turns, and the median of the rounds counts.
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
#include <string_view>
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

Words lua(const char* script, const char* argument) {
  return {guest("lua.glibc"), std::string(RINGFARE_SOURCE_DIR "/guests/lua/") + script, argument};
}

std::vector<Row> rows() {
  return {
      {"sort_crc_matrix.glibc", {guest("sort_crc_matrix.glibc"), "160"}},
      {"sort_crc_matrix.musl", {guest("sort_crc_matrix.musl"), "160"}},
      {"fib.musl", {guest("fib.musl"), "39"}},
      {"sha256.musl", {guest("sha256.musl"), "80000"}},
      {"virtual_calls.musl mono", {guest("virtual_calls.musl"), "mono", "300000"}},
      {"virtual_calls.musl poly", {guest("virtual_calls.musl"), "poly", "150000"}},
      {"lua.glibc calls", lua("calls.lua", "34")},
      {"lua.glibc floats", lua("floats.lua", "130000")},
      {"lua.glibc strings", lua("strings.lua", "1000")},
      {"lua.glibc queens", lua("queens.lua", "12")},
      {"sqlite.glibc", {guest("sqlite.glibc"), "150000"}},
      {"compress.glibc zstd", {guest("compress.glibc"), "zstd", "60"}},
      {"compress.glibc bzip2", {guest("compress.glibc"), "bzip2", "8"}},
      {"compress.glibc gzip", {guest("compress.glibc"), "gzip", "25"}},
      {"busybox awk",
       {"/bin/busybox", "awk", "BEGIN { for (i = 0; i < 3000000; i++) s += i % 7; print s }"}},
  };
}

struct Seconds {
  double user, system, wall;
  double cpu() const { return user + system; }
};

double seconds(const timeval& value) {
  return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
}

/// Of one run; output is thrown away.

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
  return {seconds(usage.ru_utime), seconds(usage.ru_stime), wall.count()};
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

const std::string kProgram = RINGFARE_BINARY_DIR "/ringfare";

/// The columns: what stands in front of a program's own command.
struct Column {
  const char* name;
  Words front;
};
const std::vector<Column> kColumns = {
    {"native", {}},
    {"no counts", {kProgram, "run", "-q", "--no-counts", "--"}},
    {"counts", {kProgram, "run", "-q", "--"}},
    {"3 machines", {kProgram, "run", "-q", "--also-cpu", "zen3", "--also-cpu", "ice-lake", "--"}},
    {"qemu", {"qemu-x86_64"}}};

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "an unknown processor";
}

/// Those of 32-bit programs.
std::vector<Column> for_i386(std::vector<Column> columns) {
  if (columns.back().front == Words{"qemu-x86_64"}) columns.back().front = {"qemu-i386"};
  return columns;
}

/// Another build of the same program, and this one.
std::vector<Column> two_builds(const std::string& before) {
  return {{"before", {before, "run", "-q", "--"}}, {"now", {kProgram, "run", "-q", "--"}}};
}

std::vector<Row> i386_rows() {
  const std::string busybox = guest("busybox.i386");
  std::vector<Row> rows = {
      {"fib.musl-i386", {guest("fib.musl-i386"), "41"}},
      {"sha256.musl-i386", {guest("sha256.musl-i386"), "80000"}},
      {"sort_crc_matrix.musl-i386", {guest("sort_crc_matrix.musl-i386"), "60"}},
      {"busybox.i386 awk",
       {busybox, "awk", "BEGIN { for (i = 0; i < 1500000; i++) s += i % 7; print s }"}},
      {"busybox.i386 sha1sum", {busybox, "sha1sum", kProgram}},
      {"busybox.i386 gzip", {busybox, "gzip", "-c", guest("lua.glibc")}},
      {"busybox.i386 seq", {busybox, "seq", "1", "1200000"}}};
  std::erase_if(rows, [](const Row& row) { return access(row.command[0].c_str(), X_OK) != 0; });
  return rows;
}

bool wanted(const Row& row, const Words& only) {
  return only.empty() || std::ranges::any_of(only, [&row](const std::string& word) {
           return std::string_view(row.name).find(word) != std::string_view::npos;
         });
}

/// Median user time in each column.
std::vector<double> times_of(const Row& row, const std::vector<Column>& columns, int rounds) {
  std::vector<std::vector<double>> times(columns.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < columns.size(); ++i)
      times[i].push_back(time_of(behind(columns[i].front, row.command)).user);
  std::vector<double> medians;
  for (const auto& values : times) medians.push_back(median(values));
  return medians;
}

void print_head(const std::vector<Column>& columns, int rounds) {
  fmt::print("{}, median of {}\n\n{:<26}{:>9}", processor(), rounds, "program", columns[0].name);
  for (std::size_t i = 1; i < columns.size(); ++i) fmt::print("{:>12}", columns[i].name);
  fmt::print("\n");
}

void compare_programs(const std::vector<Row>& rows, const std::vector<Column>& columns, int rounds,
                      const Words& only) {
  std::vector<double> logs(columns.size());
  int count = 0;
  for (const Row& row : rows) {
    if (!wanted(row, only)) continue;
    const std::vector<double> times = times_of(row, columns, rounds);
    ++count;
    fmt::print("{:<26}{:>8.2f}s", row.name, times[0]);
    for (std::size_t i = 1; i < times.size(); ++i) {
      logs[i] += std::log(times[i] / times[0]);
      fmt::print("{:>12.2f}", times[i] / times[0]);
    }
    fmt::print("\n");
    std::fflush(stdout);
  }
  if (count == 0) return;
  fmt::print("{:<26}{:>9}", "geometric mean", "");
  for (std::size_t i = 1; i < logs.size(); ++i) fmt::print("{:>12.2f}", std::exp(logs[i] / count));
  fmt::print("\n");
}

/// Wall time of the smallest program, and the processor time that one system call adds.
void compare_small_costs(const std::vector<Column>& columns, int rounds) {
  constexpr int kCalls = 200'000;
  fmt::print("\n{:<26}{:>14}{:>18}{:>18}\n", "", "start-up", "one getppid", "one-byte write");
  for (const Column& column : columns) {
    std::vector<double> start, start_cpu;
    for (int round = 0; round < rounds * 4; ++round) {
      const Seconds time = time_of(behind(column.front, {guest("hello.freestanding")}));
      start.push_back(time.wall);
      start_cpu.push_back(time.cpu());
    }
    fmt::print("{:<26}{:>11.2f} ms", column.name, median(start) * 1e3);
    for (const char* call : {"getppid", "write"}) {
      std::vector<double> calls;
      for (int round = 0; round < rounds; ++round) {
        const Words command{guest("calls.musl"), call, std::to_string(kCalls)};
        calls.push_back(time_of(behind(column.front, command)).cpu());
      }
      fmt::print("{:>15.0f} ns", (median(calls) - median(start_cpu)) / kCalls * 1e9);
    }
    fmt::print("\n");
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Words words(argv + 1, argv + argc);
  std::vector<Column> columns = kColumns;
  if (words.size() >= 2 && words[0] == "--before") {
    columns = two_builds(words[1]);
    words.erase(words.begin(), words.begin() + 2);
  }
  const int rounds = words.empty() ? 5 : std::atoi(words[0].c_str());
  if (rounds < 1) {
    fmt::print(stderr, "usage: compare [--before RINGFARE] [ROUNDS [PROGRAM...]]\n");
    return 125;
  }
  try {
    const Words only(words.begin() + std::min<std::ptrdiff_t>(std::ssize(words), 1), words.end());
    print_head(columns, rounds);
    compare_programs(rows(), columns, rounds, only);
    fmt::print("\n");
    compare_programs(i386_rows(), for_i386(columns), rounds, only);
    if (only.empty()) compare_small_costs(columns, rounds);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "compare: {}\n", error.what());
    return 1;
  }
}
