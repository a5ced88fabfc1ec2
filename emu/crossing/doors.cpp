// SPDX-License-Identifier: MIT
#include "emu/crossing/doors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "cpu/base/failure.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"

namespace ringfare {
namespace {

constexpr CodeMode k32 = CodeMode::Compat32, k64 = CodeMode::Long64;

// Where the text of a static program usually begins, and a stack of its own.
constexpr std::uint64_t kText64 = 0x401000, kText32 = 0x8049000;
constexpr std::uint64_t kStack64 = 0x7ffe00001000, kStack32 = 0xbffff000;
/// The landing pad of __kernel_vsyscall lies 14 bytes behind its sysenter (2.6: seven nops and a
/// jump back).
constexpr std::uint64_t kLandingPad = 14;
constexpr std::uint8_t kDoorLength = 2;  // syscall, sysenter and int n alike

/// A user stack on which every word can be read, and is 0.
class EmptyStack final : public UserWindow {
 public:
  std::optional<std::uint64_t> load(std::uint64_t, unsigned) const override { return 0; }
};

Registers fresh_registers(const Doorway& door, const AskedCall& call) {
  Registers registers;
  const bool wide = door.mode == k64;
  registers.rip = wide ? kText64 : kText32;
  registers[Gpr::Rsp] = wide ? kStack64 : kStack32;
  if (door.gate == Gate::Sysenter) registers[Gpr::Rbp] = registers[Gpr::Rsp];
  if (!wide) {
    registers.cs = {.selector = selector::kUserCode32, .default_size = true};
    registers.ss.default_size = true;
    registers.ds = registers.es = registers.ss;
  }
  registers[Gpr::Rax] = static_cast<std::uint64_t>(door.speaks_amd64() ? call.amd64 : call.i386);
  return registers;
}

/// A run of instructions with their lengths.
struct Code {
  std::span<const std::uint8_t> bytes, lengths;
};

constexpr std::uint8_t kFunction[] = {0xe8, 0, 0, 0, 0, 0xc3};  // call, ret
constexpr std::uint8_t kFunctionLengths[] = {5, 1};

// call; push %ecx, %edx, %ebp; mov %esp,%ebp (sysenter) or %ecx,%ebp (syscall); the door stands
// here; pop %ebp, %edx, %ecx; ret
constexpr std::uint8_t kSysenterStub[] = {0xe8, 0,    0,    0,    0,    0x51, 0x52,
                                          0x55, 0x89, 0xe5, 0x5d, 0x5a, 0x59, 0xc3};
constexpr std::uint8_t kSyscallStub[] = {0xe8, 0,    0,    0,    0,    0x51, 0x52,
                                         0x55, 0x89, 0xcd, 0x5d, 0x5a, 0x59, 0xc3};
constexpr std::uint8_t kStubLengths[] = {5, 1, 1, 1, 2, 1, 1, 1, 1};

std::optional<Code> stub_of(const Doorway& door) {
  if (door.mode != k32 || door.gate == Gate::Interrupt) return std::nullopt;
  if (door.gate == Gate::Sysenter) return Code{kSysenterStub, kStubLengths};
  return Code{kSyscallStub, kStubLengths};
}

void put_stub_in_front(const Doorway& door, Pricer& pricer, CrossingBill& bill) {
  const auto stub = stub_of(door);
  if (!stub) return;
  const Cycles cycles = pricer.price(stub->bytes, stub->lengths, k32).total;
  bill.total += cycles;
  StageCost stage;
  stage.name = "__kernel_vsyscall";
  stage.side = "user";
  stage.cycles = cycles;
  stage.note = "the kernel's stub in user memory, around the door";
  bill.stages.insert(bill.stages.begin(), std::move(stage));
}

}  // namespace

CrossingBill cross_once(Crossings& crossings, const Doorway& door, const AskedCall& call) {
  Registers registers = fresh_registers(door, call);
  const EmptyStack stack;
  crossings.show_user(&stack);
  if (call.log != nullptr) crossings.log_to(call.log);
  crossings.set_landing_pad(registers.rip + kLandingPad);
  const Entered entered = crossings.enter(registers, door.gate, kDoorLength);
  if (entered.raised)
    throw UserError(
        fmt::format("the door '{}' raises exception {}", door.name, entered.raised->vector));
  const auto bytes = static_cast<std::int64_t>(call.charge.bytes_in + call.charge.bytes_out);
  CrossingBill bill = crossings.leave(registers, entered ? bytes : -ENOSYS, call.charge);
  crossings.show_user(nullptr);
  return bill;
}

const DoorBill* DoorComparison::find(std::string_view name, CodeMode mode) const {
  const auto found = std::ranges::find_if(
      bills, [&](const DoorBill& it) { return it.door.name == name && it.door.mode == mode; });
  return found == bills.end() ? nullptr : &*found;
}

const Way* DoorComparison::way(std::string_view name, CodeMode mode) const {
  const auto found =
      std::ranges::find_if(ways, [&](const Way& it) { return it.name == name && it.mode == mode; });
  return found == ways.end() ? nullptr : &*found;
}

const DoorBill* DoorComparison::interrupt(CodeMode mode) const {
  return find(doorway(Gate::Interrupt, mode).name, mode);
}

const DoorBill* DoorComparison::fast(CodeMode mode) const {
  const DoorBill* best = nullptr;
  for (const DoorBill& it : bills) {
    if (it.door.mode != mode || it.door.gate == Gate::Interrupt) continue;
    if (!best || it.bill.total < best->bill.total) best = &it;
  }
  return best;
}

DoorComparison compare_doors(const Machine& machine, const AskedCall& call) {
  Pricer pricer(machine.cpu);
  Crossings crossings(machine, pricer);
  DoorComparison out;
  const CodeMode own = machine.kernel.bits == 64 ? k64 : k32;
  out.function = pricer.price(kFunction, kFunctionLengths, own).total;
  for (const Doorway& door : all_doorways()) {
    const std::int64_t number = door.speaks_amd64() ? call.amd64 : call.i386;
    if (number < 0 || !crossings.has_door(door.gate, door.mode)) continue;
    DoorBill priced{door, cross_once(crossings, door, call)};
    put_stub_in_front(door, pricer, priced.bill);
    out.bills.push_back(std::move(priced));
  }
  return out;
}

}  // namespace ringfare
