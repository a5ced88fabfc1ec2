// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <memory>
#include <span>

#include "snapshot.hpp"

namespace ringfare::lockstep {

/// Runs blocks on the bare host, in this very process: what they do to registers, data and stack is
/// what hardware does. 32-bit code is reached by a far jump. The memory of `layout.hpp` must be
/// mapped.
class Native {
 public:
  Native();
  ~Native();
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;

  Result run(std::span<const std::uint8_t> code, const Snapshot& before);

 private:
  static void on_signal(int signal, siginfo_t* info, void* context);
  std::byte* code_;
  std::unique_ptr<std::byte[]> signal_stack_;
};

/// Puts a snapshot's memory in place, and takes it from there.
void place_memory(const Snapshot& snapshot);
void take_memory(Snapshot& snapshot);

}  // namespace ringfare::lockstep
