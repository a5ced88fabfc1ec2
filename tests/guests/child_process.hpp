// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ringfare::testing {

/// How to start a program: everything it can see is stated here.
struct Launch {
  std::vector<std::string> arguments;  // argv, the program's path first
  std::string input;                   // bytes on standard input
  bool terminal = false;               // standard input is a terminal instead, and says nothing
  std::filesystem::path directory = ".";
  std::vector<std::string> environment = {"HOME=/", "LC_ALL=C", "PATH=/usr/bin:/bin", "TZ=UTC0"};
};

/// What came out of it.
struct Outcome {
  std::string output, errors;
  int wait_status = 0;  // as from waitpid(2)

  /// "exit 3" or "signal 11".
  std::string ending() const;
};

/// Runs to the end; a program that takes longer than four minutes is killed.
Outcome run(const Launch& launch);

/// The same launch with our program in front of it.
Launch under_ringfare(Launch launch, const std::vector<std::string>& options = {"run", "-q"});

/// A guest built by guests/CMakeLists.txt, such as "hello.musl".
std::string guest(const std::string& name);

/// A fresh directory, removed with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_whole(const std::filesystem::path& path);
void write_whole(const std::filesystem::path& path, const std::string& bytes);

}  // namespace ringfare::testing
