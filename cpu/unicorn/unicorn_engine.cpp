// SPDX-License-Identifier: MIT
#include "cpu/unicorn/unicorn_engine.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/canonical.hpp"
#include "cpu/decoder.hpp"
#include "cpu/fetch_fault.hpp"
#include "cpu/guarded_access.hpp"
#include "cpu/segments.hpp"
#include "cpu/unicorn/access_fault.hpp"
#include "cpu/unicorn/decoding.hpp"
#include "cpu/unicorn/engine_core.hpp"
#include "cpu/unicorn/host_int1.hpp"

namespace ringfare {
namespace {

using namespace unicorn;

constexpr Exception kInvalidOpcode{.vector = vector::kInvalidOpcode};

void add(Lanes& sum, const Lanes& price) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += price[lane];
}

}  // namespace

template <class Function>
void UnicornEngine::Core::add_hook(int type, Function* function) {
  uc_hook handle = 0;
  require(
      uc_hook_add(machine_.handle(), &handle, type, reinterpret_cast<void*>(function), this, 1, 0),
      "hook");
}

UnicornEngine::Core::Core(AddressSpace& memory, BlockObserver& observer)
    : memory_(memory),
      observer_(observer),
      code_(memory, observer),
      regions_(machine_, memory),
      stores_(memory) {
  add_hook(
      UC_HOOK_CODE, +[](uc_engine*, std::uint64_t address, std::uint32_t, void* core) {
        static_cast<Core*>(core)->guarded_instruction({address});
      });
  add_hook(
      UC_HOOK_MEM_WRITE,
      +[](uc_engine*, uc_mem_type, std::uint64_t address, int size, std::int64_t, void* core) {
        static_cast<Core*>(core)->stores_.note({address}, static_cast<std::size_t>(size));
      });
  add_hook(
      UC_HOOK_MEM_INVALID,
      +[](uc_engine*, uc_mem_type type, std::uint64_t address, int, std::int64_t, void* core) {
        return static_cast<Core*>(core)->on_bad_access(type, {address});
      });
  add_hook(
      UC_HOOK_INTR, +[](uc_engine*, std::uint32_t vector, void* core) {
        static_cast<Core*>(core)->on_exception(vector);
      });
  add_hook(
      UC_HOOK_INSN_INVALID,
      +[](uc_engine*, void* core) { return static_cast<Core*>(core)->on_invalid_instruction(); });
}

Stop UnicornEngine::Core::run(Thread& thread, Budget budget) {
  regions_.follow();
  stores_.forget_regions();
  machine_.load(thread.registers);
  code_.set_mode(thread.registers.mode());
  if (code_.is_mostly_stale()) {
    code_.drop_stale();
    precautions_.clear();
  }
  thread_ = &thread;
  totals_ = thread.totals;
  left_ = budget.instructions;
  singly_ = budget.instructions == 1;
  entry_ = nullptr;
  rip_ = {thread.registers.rip};
  stop_.reset();
  why_refused_ = {};
  faulted_ = filled_ = paused_ = at_segment_ = false;
  kept_x87_.reset();
  kept_flags_.reset();
  if (const auto why = refusal_of_mxcsr(machine_.mxcsr()); !why.empty()) refuse_at(rip_, why);
  if (const auto why = refusal_of_x87_control(machine_.x87_control()); !why.empty())
    refuse_at(rip_, why);
  if (const auto why = refusal_of_segments(thread.registers); !why.empty()) refuse_at(rip_, why);
  while (!stop_) {
    if (std::exchange(at_segment_, false) && !execute_segment_instruction()) continue;
    if (std::exchange(filled_, false)) regions_.follow();
    for (const GuestRange range : stale_) machine_.forget_code(range);
    stale_.clear();
    const GuestAddress from = rip_;
    const uc_err error = uc_emu_start(machine_.handle(), from.value, 0, 0, 0);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (stop_ || paused_ || at_segment_ || !stale_.empty()) continue;
    // Address 0 ends Unicorn's run, and where it cannot even fetch it asks nobody.
    const GuestAddress at{machine_.read(UC_X86_REG_RIP)};
    if (entry_ != nullptr && leads_nowhere(at)) {
      fault_at_branch();
      break;
    }
    if (entry_ != nullptr) finish_instruction();
    if (left_ == 0) {
      stop_before(at, BudgetSpent{});
      break;
    }
    CHECK(!begin_block(at), "unicorn stopped at {:#x}: {}", at.value, uc_strerror(error));
  }
  // Not earlier: Unicorn may go on with the faulting instruction until it really stops.
  if (faulted_ && kept_x87_) machine_.write(*kept_x87_);
  if (faulted_ && kept_flags_) machine_.write(UC_X86_REG_RFLAGS, *kept_flags_);
  machine_.store(thread.registers);
  thread.registers.rip = rip_.value;
  thread.totals = totals_;
  return *stop_;
}

void UnicornEngine::Core::invalidate(GuestRange range) {
  code_.forget(range);
  stale_.push_back(range);
}

std::vector<std::uint64_t> UnicornEngine::Core::executions() const {
  std::vector<std::uint64_t> all = executions_;
  all.resize(code_.size());
  return all;
}

void UnicornEngine::Core::guarded_instruction(GuestAddress at) {
  try {
    on_instruction(at);
  } catch (...) {
    failure_ = std::current_exception();
    uc_emu_stop(machine_.handle());
  }
}

/// Before every instruction, before every round of a REP, and again before an instruction whose
/// store hit the code under execution.
void UnicornEngine::Core::on_instruction(GuestAddress at) {
  if (!stop_ && !paused_ && entry_ != nullptr && leads_nowhere(at)) return fault_at_branch();
  stores_.clear();
  if (stop_ || at_segment_ || !stale_.empty()) return;
  if (paused_) {
    if (filled_) return;  // Unicorn has not stopped yet
    paused_ = false;
  } else if (entry_ != nullptr) {
    const bool again = at == address() && instruction().flow == Flow::Next;
    if (again && kept_flags_ && __builtin_cpu_is("amd") != 0)
      kept_flags_ = machine_.read(UC_X86_REG_RFLAGS);  // of the round before, not of the first
    if (again && !Interruption::pending()) return;
    if (!again) finish_instruction();
    kept_x87_.reset();
    kept_flags_.reset();
  }
  if (Interruption::pending()) return stop_before(at, Interrupted{Interruption::take()});
  if (left_ == 0) return stop_before(at, BudgetSpent{});
  if (entry_ == nullptr && !begin_block(at)) return;
  CHECK(at == address(), "unicorn is at {:#x}, not {:#x}", at.value, address().value);
  if (!is_unchanged()) return restart_here();
  if (filled_) return pause();
  switch (instruction().flow) {
    case Flow::Gate:
    case Flow::Emulated:
      return stop_at_last();
    case Flow::Segment:
      at_segment_ = true;
      rip_ = address();
      uc_emu_stop(machine_.handle());
      return;
    default:
      if (entry_precautions_ != nullptr) heed_precaution();
  }
}

/// A near branch to an address that is not canonical faults where it is.
bool UnicornEngine::Core::leads_nowhere(GuestAddress at) const {
  const Flow flow = instruction().flow;
  const bool branches =
      flow == Flow::IndirectCall || flow == Flow::IndirectJump || flow == Flow::Return;
  return branches && at != address() && !is_canonical(at);
}

/// Unicorn has executed it: its effects are taken back.
void UnicornEngine::Core::fault_at_branch() {
  constexpr std::uint64_t kSlot = 8;
  constexpr std::uint8_t kReturnAndRelease = 0xc2;
  std::uint64_t stack = machine_.read(Gpr::Rsp);
  if (instruction().flow == Flow::IndirectCall) stack += kSlot;
  if (instruction().flow == Flow::Return) {
    const auto bytes = code();
    const std::size_t opcode = prefix_count(bytes, code_.mode());
    std::uint16_t released = 0;
    if (bytes[opcode] == kReturnAndRelease)
      std::memcpy(&released, bytes.data() + opcode + 1, sizeof released);
    stack -= kSlot + released;
  }
  machine_.write(UC_X86_REG_RSP, stack);
  fault(general_protection());
}

/// Unicorn's run ends before the current instruction, to go on there.
void UnicornEngine::Core::pause() {
  rip_ = address();
  paused_ = true;
  uc_emu_stop(machine_.handle());
}

Exception UnicornEngine::Core::obstacle_fault(CodeMap::Obstacle obstacle, GuestAddress at) const {
  switch (obstacle) {
    case CodeMap::Obstacle::NoCode:
      return fetch_fault(memory_, at);
    case CodeMap::Obstacle::TooLong:
      return general_protection();
    default:
      return kInvalidOpcode;
  }
}

/// False where there is no instruction to execute, or where Unicorn has to start afresh.
bool UnicornEngine::Core::begin_block(GuestAddress at) {
  const std::uint64_t known = code_.made();
  const CodeMap::Entry* entry = singly_ ? &code_.instruction_at(at) : &code_.at(at);
  const bool is_new = code_.made() != known;
  index_ = offset_ = 0;
  if (entry->block.instructions.empty()) {
    stop_before(at, AtFault{obstacle_fault(entry->obstacle, at)});
    return false;
  }
  entry_ = entry;
  const auto& found = precautions(*entry);
  entry_precautions_ = found.empty() ? nullptr : &found;
  // Code that may be written behind Unicorn's back: by the kernel, or through another mapping.
  const Region* const region = memory_.find(at);
  if (is_new && (region->permissions.write || region->shared)) {
    restart_here();
    return false;
  }
  return true;
}

/// The instruction at `address()` retires.
void UnicornEngine::Core::finish_instruction() {
  --left_;
  offset_ += instruction().length;
  if (++index_ < entry_->block.instructions.size()) return;
  add(totals_, entry_->price);
  const BlockId id = entry_->block.id;
  if (id >= executions_.size()) executions_.resize(id + 1);
  ++executions_[id];
  entry_ = nullptr;
}

/// Accounts for the instructions of the block before the current one, and leaves the block.
void UnicornEngine::Core::cut_short() {
  if (entry_ == nullptr) return;
  if (index_ > 0) add(totals_, observer_.partial(entry_->block, index_));
  entry_ = nullptr;
}

bool UnicornEngine::Core::is_unchanged() const {
  return std::memcmp(AddressSpace::host(address()), code().data(), instruction().length) == 0;
}

/// The code here may have changed since Unicorn translated it or we decoded it.
void UnicornEngine::Core::restart_here() {
  const GuestAddress at = address();
  stale_.push_back({entry_->block.start, entry_->block.end()});
  if (!is_unchanged()) code_.forget(entry_->block.start);
  cut_short();
  rip_ = at;
  uc_emu_stop(machine_.handle());
}

void UnicornEngine::Core::stop_before(GuestAddress at, Stop stop) {
  cut_short();
  rip_ = at;
  stop_ = stop;
  uc_emu_stop(machine_.handle());
}

/// False where the run ends with it.
bool UnicornEngine::Core::execute_segment_instruction() {
  machine_.store(thread_->registers);
  thread_->registers.rip = rip_.value;
  if (const auto found = ringfare::execute_segment_instruction(*thread_, memory_, code())) {
    fault(*found);
    return false;
  }
  finish_instruction();
  for (const GuestRange range : memory_.take_changed_code()) invalidate(range);
  machine_.load(thread_->registers);
  code_.set_mode(thread_->registers.mode());
  rip_ = {thread_->registers.rip};
  if (const auto why = refusal_of_segments(thread_->registers); !why.empty()) refuse_at(rip_, why);
  if (!stop_ && left_ == 0) stop_before(rip_, BudgetSpent{});
  return !stop_;
}

/// At a gate or an emulated instruction: the last of its block, counted, not executed.
void UnicornEngine::Core::stop_at_last() {
  const GuestAddress at = address();
  const Instruction last = instruction();
  finish_instruction();
  if (last.flow == Flow::Gate)
    stop_before(at, AtGate{static_cast<Gate>(last.detail), last.vector, last.length});
  else
    stop_before(at, AtInstruction{static_cast<SystemInstruction>(last.detail), last.length});
}

/// The current instruction is not executed.
void UnicornEngine::Core::fault(const Exception& raised) {
  stores_.undo();
  faulted_ = true;
  stop_before(address(), AtFault{raised});
}

void UnicornEngine::Core::refuse(std::string_view why) {
  stores_.undo();
  refuse_at(address(), why);
}

void UnicornEngine::Core::refuse_at(GuestAddress at, std::string_view why) {
  why_refused_ = why;
  stop_before(at, AtFault{kInvalidOpcode, why});
}

/// The current instruction is executed, and RIP is behind it.
void UnicornEngine::Core::trap(const Exception& raised) {
  const GuestAddress behind{machine_.read(UC_X86_REG_RIP)};
  ++totals_[kInstructionLane];
  stop_before(behind, AtFault{raised});
}

/// TF is set: the current instruction is executed like any other, and RIP is behind it.
void UnicornEngine::Core::trap_after_step() {
  const GuestAddress behind{machine_.read(UC_X86_REG_RIP)};
  finish_instruction();
  stop_before(behind,
              AtFault{{.vector = vector::kDebug, .debug_status = debug_status::kSingleStep}});
}

bool UnicornEngine::Core::on_bad_access(uc_mem_type type, GuestAddress address) {
  if (stop_) return false;
  if (regions_.map(address)) return true;
  switch (type) {
    case UC_MEM_FETCH_PROT:
      return true;  // whether it is executed is seen before it is
    case UC_MEM_FETCH_UNMAPPED:
      return regions_.map_fetch_filler(address);
    default:
      break;
  }
  MemoryUse use = memory_use(machine_, code(), this->address(), code_.mode());
  if (type == UC_MEM_READ_UNMAPPED && is_overread(address, use) &&
      regions_.map_read_filler(address))
    return filled_ = true;
  use.writes |= type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT;
  fault(access_fault(memory_, address, use));
  return false;
}

void UnicornEngine::Core::on_exception(std::uint32_t raised) {
  if (stop_) return;
  CHECK(entry_ != nullptr, "exception {} outside a block", raised);
  switch (raised) {
    case vector::kDivideError:
    case vector::kBoundRange:
      return fault({.vector = static_cast<std::uint8_t>(raised)});
    case vector::kDebug:
      return trap_after_step();
    case vector::kBreakpoint:
    case vector::kOverflow:
      return trap({.vector = static_cast<std::uint8_t>(raised)});
    default:
      return fault(general_protection());
  }
}

bool UnicornEngine::Core::on_invalid_instruction() {
  if (stop_) return false;
  constexpr std::array kUndefined{ZYDIS_MNEMONIC_UD0, ZYDIS_MNEMONIC_UD1, ZYDIS_MNEMONIC_UD2};
  if (std::ranges::find(kUndefined, instruction().mnemonic) != kUndefined.end()) {
    fault(kInvalidOpcode);
  } else if (instruction().mnemonic == ZYDIS_MNEMONIC_INT1) {
    const bool behind = host_int1_traps_behind();
    if (behind) ++totals_[kInstructionLane];
    stop_before(behind ? address() + instruction().length : address(),
                AtFault{{.vector = vector::kDebug}});
  }
  if (!stop_) refuse("Unicorn does not know the instruction");
  return false;
}

UnicornEngine::UnicornEngine(AddressSpace& memory, BlockObserver& observer)
    : core_(std::make_unique<Core>(memory, observer)) {
  handle_guarded_accesses();
}

UnicornEngine::~UnicornEngine() = default;

Stop UnicornEngine::run(Thread& thread, Budget budget) {
  return core_->run(thread, budget);
}

void UnicornEngine::invalidate(GuestRange range) {
  core_->invalidate(range);
}

std::string_view UnicornEngine::why_refused() const {
  return core_->why_refused();
}

std::vector<std::uint64_t> UnicornEngine::executions() const {
  return core_->executions();
}

}  // namespace ringfare
