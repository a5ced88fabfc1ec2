// SPDX-License-Identifier: MIT
#include "ground.hpp"

#include <csignal>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "emu/linux/traps.hpp"
#include "native.hpp"

namespace ringfare::lockstep {
namespace {

constexpr std::uint8_t kSyscall[] = {0x0f, 0x05}, kInterrupt[] = {0xcd, 0x80};
static_assert(sizeof kSyscall == sizeof kInterrupt);

/// The bare machine tells of an exception by a signal; so here Linux's choice is compared as well.
Outcome outcome_of(const Stop& stop, const Registers& registers, const AddressSpace& memory,
                   GuestAddress code) {
  Outcome outcome{.offset = registers.rip - code.value};
  const auto* const fault = std::get_if<AtFault>(&stop);
  if (fault == nullptr) {
    CHECK(std::holds_alternative<AtGate>(stop), "stop {}", stop.index());
    return outcome;
  }
  const SignalInfo info = trap_signal(*fault, registers, memory);
  const bool names_instruction = info.signal == SIGFPE || info.signal == SIGILL;
  outcome.faulted = true;
  outcome.vector = fault->vector;
  outcome.error_code = fault->error_code.value_or(0);
  outcome.address = names_instruction ? 0 : info.as<SignalInfo::Fault>().address;
  outcome.signal = info.signal;
  outcome.code = info.code;
  return outcome;
}

}  // namespace

Ground::Ground() {
  const Permissions data{.read = true, .write = true};
  const Permissions code{.read = true, .write = true, .execute = true};
  for (const GuestRange range : {kData, kStack})
    CHECK(memory.map({.range = range, .permissions = data}) == 0, "map");
  CHECK(memory.map({.range = {kCode, kCode + kCodeSize}, .permissions = code}) == 0, "map");
}

BlockPrice CutPrices::translated(const Block& block) {
  const std::size_t n = block.instructions.size();
  return {n, 3 * n, 7, 11 * block.bytes.size()};
}

BlockPrice CutPrices::partial(const Block&, std::size_t n) {
  return {n, 3 * n};
}

Result Guest::run(std::span<const std::uint8_t> code, const Snapshot& before) {
  if (used_ + code.size() + sizeof kSyscall > kCodeSize) {
    engine_.invalidate({kCode, kCode + kCodeSize});
    used_ = 0;
  }
  const GuestAddress at = kCode + used_;
  used_ += code.size() + sizeof kSyscall;
  CHECK(ground_.memory.write(at, std::as_bytes(code)), "code");
  const std::span gate = before.registers.mode() == CodeMode::Long64 ? kSyscall : kInterrupt;
  CHECK(ground_.memory.write(at + code.size(), std::as_bytes(gate)), "code");

  place_memory(before);
  Thread thread;
  thread.vendor = __builtin_cpu_is("amd") != 0 ? Vendor::Amd : Vendor::Intel;  // as the host does
  thread.registers = before.registers;
  thread.registers.rip = at.value;
  const Stop stop = engine_.run(thread, {});
  totals_ = thread.totals;
  Result result{.outcome = outcome_of(stop, thread.registers, ground_.memory, at), .after = before};
  result.after.registers = thread.registers;
  result.retired = thread.totals[kInstructionLane];
  take_memory(result.after);
  return result;
}

}  // namespace ringfare::lockstep
