// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/vdso/vdso.hpp"

namespace ringfare {

/// A call of a function of the vDSO that has come back.
struct VdsoCall {
  std::string name;  // of the system call it stands for: "clock_gettime"
  std::array<std::uint64_t, 6> arguments{};
  std::int64_t result = 0;
  Lanes entered{};                   // the thread's totals at its first instruction
  std::chrono::nanoseconds began{};  // CLOCK_REALTIME then
};

/// Notices each call of the vDSO's functions, at no cost to the guest. The symbols it looks up lead
/// to addresses where nothing is mapped, and the fault there begins the call; the return address on
/// the stack is replaced by another such address, and the fault there ends it. The functions, their
/// addresses and their prices stay what they are.
class VdsoProbe {
 public:
  /// Changes the symbol table that the guest sees.
  VdsoProbe(AddressSpace& memory, const Vdso& vdso);

  /// The fetch of an instruction at `at` has failed: whether that was the beginning of a call,
  /// which is then under way at `now` (CLOCK_REALTIME).
  bool enter(GuestAddress at, Thread& thread, std::chrono::nanoseconds now);
  /// Whether it was the end of one: the thread is then back with the caller.
  std::optional<VdsoCall> leave(GuestAddress at, Thread& thread);
  /// The guest is about to look at its own stack (a signal handler may): the return addresses are
  /// put back, and the ends of the calls under way are not noticed.
  void abandon();

 private:
  static constexpr std::uint64_t kDistance = 16;

  struct Function {
    std::string name;
    GuestAddress address;
  };
  struct Open {
    VdsoCall call;
    std::uint64_t return_address = 0;
  };

  GuestAddress end() const { return first_ + functions_.size() * kDistance; }
  std::optional<std::uint64_t> load_word(GuestAddress at) const;
  bool store_word(GuestAddress at, std::uint64_t value);
  std::array<std::uint64_t, 6> arguments_of(const Registers& registers) const;

  AddressSpace& memory_;
  Abi abi_;
  GuestAddress first_;  // no user memory lies from here on
  std::vector<Function> functions_;
  std::map<std::uint64_t, Open> open_;  // calls under way, by where their return address lies
};

}  // namespace ringfare
