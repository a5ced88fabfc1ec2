// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {

/// A run of ours whose guest waits for a line between its rounds, and can be looked at meanwhile.
class RunInRounds {
 public:
  /// `launch` is of the guest; its input and directory are not used.
  RunInRounds(const Launch& launch, const std::vector<std::string>& options);
  ~RunInRounds();
  RunInRounds(const RunInRounds&) = delete;
  RunInRounds& operator=(const RunInRounds&) = delete;

  /// What the guest says next; empty at the end.
  std::string line();
  void go_on();
  /// Waits for the end: as from waitpid(2).
  int wait_status();

  std::size_t descriptors() const;
  long resident() const;  // KiB
  /// How many processes of the host's have it as their parent, zombies among them.
  std::size_t children() const;
  /// So many and no more: a process that has passed its turn on needs a moment to be gone.
  bool keeps_children(std::size_t count) const;

 private:
  std::filesystem::path proc() const;

  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  bool ended_ = false;
};

/// `program` makes `count` of something in each of its rounds, and says so with a sum.
struct Crowd {
  std::string program;
  int count = 0;
  std::string what;
  long sum = 0;
  std::vector<std::string> options = {"run", "-q"};
};

/// Four rounds, of which the first two make what is needed only once; after the third nothing has
/// been added on the host: no child, no descriptor, no memory.
void expect_nothing_left(const Crowd& crowd);

/// `many`, whose child i ends with i % 100, and `many_threads`, whose thread i ends with i + 3.
Crowd many_children(const std::string& kind, int count);
Crowd many_threads(const std::string& kind, int count);

}  // namespace ringfare::testing
