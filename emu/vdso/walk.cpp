// SPDX-License-Identifier: MIT
#include "emu/vdso/walk.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <utility>
#include <variant>

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"
#include "cpu/segments.hpp"
#include "emu/program/guest_layout.hpp"

namespace ringfare {
namespace {

constexpr GuestRange kWorkspace{VdsoWalk::kBuffer, {0x24000}};
constexpr GuestAddress kCaller{0x30000};  // return address: nothing is mapped there
constexpr std::size_t kMostInstructions = 100'000;

const GuestLayout& layout_of(Abi abi) {
  return abi == Abi::Amd64 ? kLayout64 : kLayout32;
}

}  // namespace

VdsoWalk::VdsoWalk(const Machine& machine, const VdsoOptions& options)
    : choice_(choose_engine(EngineKind::Automatic)),
      cpuid_(machine.cpu, host_cpuid, choice_.executes(Isa::Baseline)),
      clock_(machine.cpu.core_khz, machine.cpu.tsc_khz, SimulatedClock::kDefaultEpoch),
      emulated_(machine.cpu, cpuid_, clock_, random_),
      vdso_(memory_, layout_of(options.abi).mmap_top + kPageSize, options) {
  const Region workspace{.range = kWorkspace, .permissions = {.read = true, .write = true}};
  CHECK(memory_.map(workspace) == 0, "no memory for the call");
  engine_ = choice_.make(memory_, prices_, {});
  if (options.abi == Abi::I386)
    enter_compatibility_mode(thread_.registers, kLayout32.code, kLayout32.data);
}

std::uint8_t VdsoWalk::length_at(std::uint64_t rip) const {
  const auto instruction = decode_instruction(vdso_.code_at({rip}), {rip}, mode());
  CHECK(instruction, "no instruction at {:#x} of the vDSO", rip - vdso_.base().value);
  return instruction->length;
}

/// False where the function has returned.
bool VdsoWalk::step(Call& call) {
  Registers& registers = thread_.registers;
  const std::uint64_t at = registers.rip;
  if (at == kCaller.value) return false;
  Instruction done{.offset = at - vdso_.base().value, .length = length_at(at)};
  const Stop stop = engine_->run(thread_, {.instructions = 1});
  if (const auto* ours = std::get_if<AtInstruction>(&stop)) {
    vdso_.publish(clock_);
    CHECK(!emulated_.execute(*ours, registers), "the vDSO asks for what the processor lacks");
    done.apart = emulated_.price_of(ours->which);
    done.ends_block = true;
  } else if (const auto* gate = std::get_if<AtGate>(&stop)) {
    registers[Gpr::Rax] = static_cast<std::uint64_t>(-ENOSYS);
    registers.rip = gate->gate == Gate::Sysenter ? vdso_.base().value + vdso_.image().landing_pad()
                                                 : registers.rip + gate->length;
    done.gate = done.ends_block = true;
  } else if (const auto* fault = std::get_if<AtFault>(&stop)) {
    CHECK(vdso_.is_cue(fault->address), "a fault at {:#x} in the vDSO", fault->address.value);
    vdso_.publish(clock_);
    registers[Gpr::Rax] = vdso_.sequence();
    registers.rip += done.length;
    done.ends_block = true;
  } else {
    done.ends_block = registers.rip != at + done.length;
  }
  call.instructions.push_back(done);
  return true;
}

/// Arguments and return address as the ABI has them.
void VdsoWalk::place_call(const std::array<std::uint64_t, 3>& arguments) {
  constexpr std::uint64_t kStack = kWorkspace.end.value - 64;
  Registers& registers = thread_.registers;
  registers[Gpr::Rsp] = kStack;
  if (mode() == CodeMode::Long64) {
    registers[Gpr::Rdi] = arguments[0];
    registers[Gpr::Rsi] = arguments[1];
    registers[Gpr::Rdx] = arguments[2];
    registers[Gpr::Rsp] -= sizeof kCaller.value;  // the stack is aligned before the call
    CHECK(memory_.store(GuestAddress{registers[Gpr::Rsp]}, kCaller.value), "no stack");
    return;
  }
  std::uint64_t at = kStack;
  for (const std::uint64_t argument : arguments) {
    CHECK(memory_.store(GuestAddress{at}, static_cast<std::uint32_t>(argument)), "no stack");
    at += sizeof(std::uint32_t);
  }
  registers[Gpr::Rsp] -= sizeof(std::uint32_t);
  CHECK(memory_.store(GuestAddress{registers[Gpr::Rsp]}, static_cast<std::uint32_t>(kCaller.value)),
        "no stack");
}

VdsoWalk::Call VdsoWalk::call(std::uint64_t offset, const std::array<std::uint64_t, 3>& arguments,
                              const Before& before) {
  Registers& registers = thread_.registers;
  registers.rip = vdso_.base().value + offset;
  place_call(arguments);
  vdso_.publish(clock_);
  Call call;
  do {
    CHECK(call.instructions.size() < kMostInstructions, "the vDSO does not come back");
    if (before && registers.rip != kCaller.value) before(registers.rip - vdso_.base().value);
  } while (step(call));
  call.result = registers[Gpr::Rax];
  return call;
}

namespace {

/// A bill that grows instruction by instruction, a stage for each named step.
class StepBill {
 public:
  explicit StepBill(std::vector<VdsoImage::Step> steps) : steps_(std::move(steps)) {
    open_stage("entry");
  }

  void add(std::uint64_t offset, KernelStep step) {
    // Where a place has several names, the last one counts: the others have no code of their own.
    for (const VdsoImage::Step& named : steps_)
      if (named.offset == offset) open_stage(named.what);
    StageCost& stage = bill_.stages[stage_];
    stage.cycles += step.cycles;
    ++stage.instructions;
    bill_.total += step.cycles;
    step.stage = static_cast<std::uint16_t>(stage_);
    bill_.steps.push_back(std::move(step));
  }

  /// The bill, without stages in which nothing was executed.
  CrossingBill take() {
    for (std::size_t i = bill_.stages.size(); i-- > 0;) {
      if (bill_.stages[i].instructions != 0) continue;
      bill_.stages.erase(bill_.stages.begin() + static_cast<std::ptrdiff_t>(i));
      for (KernelStep& step : bill_.steps)
        if (step.stage > i) --step.stage;
    }
    return std::move(bill_);
  }

 private:
  void open_stage(const std::string& name) {
    const auto known = std::ranges::find(bill_.stages, name, &StageCost::name);
    stage_ = static_cast<std::size_t>(known - bill_.stages.begin());
    if (known != bill_.stages.end()) return;
    StageCost stage;
    stage.name = name;
    stage.side = "vdso";
    bill_.stages.push_back(std::move(stage));
  }

  std::vector<VdsoImage::Step> steps_;
  CrossingBill bill_;
  std::size_t stage_ = 0;
};

}  // namespace

CrossingBill VdsoWalk::bill(const Call& call, Pricer& pricer, bool intel_syntax) const {
  StepBill bill(vdso_.image().steps());
  const Syntax syntax = intel_syntax ? Syntax::Intel : Syntax::Att;
  for (auto first = call.instructions.begin(); first != call.instructions.end();) {
    auto end = std::find_if(first, call.instructions.end(), std::mem_fn(&Instruction::ends_block));
    if (end != call.instructions.end()) ++end;
    std::vector<std::uint8_t> bytes, lengths;
    for (auto i = first; i != end; ++i) {
      const auto code = vdso_.code_at(vdso_.base() + i->offset).first(i->length);
      bytes.insert(bytes.end(), code.begin(), code.end());
      lengths.push_back(i->length);
    }
    const RunCost cost = pricer.price(bytes, lengths, mode());
    for (auto i = first; i != end; ++i) {
      const GuestAddress address = vdso_.base() + i->offset;
      const auto code = vdso_.code_at(address).first(i->length);
      bill.add(i->offset, {.address = address.value,
                           .bytes = {code.begin(), code.end()},
                           .text = disassemble(code, address.value, syntax, mode()),
                           .effect = i->gate ? "into the kernel: not part of this" : "",
                           .cycles = cost.each[static_cast<std::size_t>(i - first)] + i->apart});
    }
    first = end;
  }
  return bill.take();
}

}  // namespace ringfare
