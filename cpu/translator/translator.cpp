// SPDX-License-Identifier: MIT
#include "cpu/translator/translator.hpp"

#include <Zydis/Mnemonic.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/canonical.hpp"
#include "cpu/fetch_fault.hpp"
#include "cpu/segments.hpp"
#include "cpu/translator/code_cache.hpp"
#include "cpu/translator/faults.hpp"
#include "cpu/translator/host_features.hpp"
#include "cpu/translator/rewind.hpp"
#include "cpu/translator/thread_context.hpp"

namespace ringfare {
namespace {

using namespace translator;

Counting counting_for(const TranslatorOptions& options, CodeMode mode) {
  const bool host_can = mode == CodeMode::Long64
                            ? host_has_avx512vl()
                            : options.lanes <= kMostMaskLanes && host_has_avx512bw();
  return {.counters = options.counts,
          .hidden_totals = options.counts && !options.memory_totals && host_can,
          .lanes = options.lanes,
          .paths = options.paths != nullptr && mode == CodeMode::Long64};
}

/// IRET, which pops the flags.
bool is_interrupt_return(const Instruction& instruction) {
  constexpr std::array kReturns{ZYDIS_MNEMONIC_IRET, ZYDIS_MNEMONIC_IRETD, ZYDIS_MNEMONIC_IRETQ};
  return std::ranges::find(kReturns, instruction.mnemonic) != kReturns.end();
}

}  // namespace

/// Drives the code cache.
class Translator::Core final {
 public:
  Core(AddressSpace& memory, BlockObserver& observer, const TranslatorOptions& options)
      : memory_(memory),
        options_(options),
        counting_(counting_for(options, CodeMode::Long64)),
        arena_(memory),
        cache_(memory, observer, arena_, counting_, options.paths, options.watchers),
        switcher_(arena_, cache_.ledger(), counting_),
        rewind_(arena_, cache_, switcher_, observer, counting_, options.paths),
        catcher_(arena_, cache_.leave_stub(), cache_) {}

  Stop run(Thread& thread, Budget budget);
  void invalidate(GuestRange range) { cache_.invalidate(range); }
  void leave_behind() { cache_.leave_behind(); }
  const CodeCache& cache() const { return cache_; }
  void check_counts() const { switcher_.check_counts(); }

 private:
  /// How translated code is entered.
  struct Entry {
    std::uint32_t superblock;
    std::int32_t allowance = 0;
  };

  Context& context() const { return arena_.context(); }
  void set_mode(CodeMode mode);
  void set_limits(const Budget& budget);
  [[noreturn]] static void refuse_evasion();
  std::uint64_t entry_address(const std::byte* head) const;
  void show_x87_pointer(Thread& thread) const;
  std::optional<Stop> target_fault(Thread& thread);
  std::uint64_t retired() const;
  std::int32_t allowance(std::uint64_t left) const;
  std::optional<Entry> entry_within(std::uint64_t left, const Thread& thread);
  std::optional<Stop> execute(const Entry& entry, Thread& thread);
  const Exit* gate_taken() const;
  bool is_behind_instruction() const;
  std::optional<Stop> after_exit(Thread& thread);
  std::optional<Stop> after_traced(std::optional<Stop> stop);
  void pop_flags(const Instruction& popf, Thread& thread);
  Stop stop_at(const Exit& exit, Thread& thread);
  bool steps_over_store(Thread& thread);
  bool is_at_int1(std::uint64_t pc) const;
  Stop after_fault(Thread& thread);
  std::optional<Stop> execute_segment_instruction(const Exit& exit, Thread& thread);
  void flush_paths();

  AddressSpace& memory_;
  const TranslatorOptions options_;
  Counting counting_;
  Arena arena_;
  CodeCache cache_;
  ThreadContext switcher_;
  Rewind rewind_;
  FaultCatcher catcher_;
  /// After so many budgets of 1, superblocks are single instructions.
  static constexpr std::uint64_t kSingleRuns = 16;
  /// So many instructions without a budget are worth code that keeps no allowance.
  static constexpr std::uint64_t kPatience = 1 << 24;
  bool singly_ = false;            // superblocks are single instructions
  std::uint64_t single_runs_ = 0;  // budgets of 1 in a row
  std::uint64_t patience_ = 0;     // what is left of kPatience
  std::uint64_t spent_ = 0;        // instructions executed under budgets, where nothing else counts
  bool stepping_over_ = false;     // a store into guarded code, with its page writable
  bool popped_flags_ = false;      // by the instruction just executed
};

Stop Translator::Core::run(Thread& thread, Budget budget) {
  if (thread.registers.mode() != cache_.mode()) set_mode(thread.registers.mode());
  set_limits(budget);
  cache_.forget_changed_files();
  if (counting_.limited) catcher_.look_in_from_time_to_time();
  switcher_.load(thread);
  const std::uint64_t start = counting_.limited ? retired() : 0;
  // Endless, but in code that keeps an allowance.
  const bool patient = counting_.limited && budget.instructions == Budget{}.instructions;
  if (patient) budget.instructions = patience_;
  std::optional<Stop> stop;
  while (!stop) {
    if (Interruption::pending()) {
      stop = Interrupted{Interruption::take()};
      break;
    }
    if (!stepping_over_) cache_.forget_unguarded();
    if (stepping_over_ && !singly_ && (context().rflags & flag::kTrap) == 0) {
      stop = execute({cache_.first_instruction_at({thread.registers.rip}), -1}, thread);
    } else if (!counting_.limited) {
      stop = execute({cache_.superblock_at({thread.registers.rip})}, thread);
    } else {
      const auto entry = entry_within(budget.instructions - (retired() - start), thread);
      stop = entry ? execute(*entry, thread) : BudgetSpent{};
    }
    if (counting_.limited && retired() - start > budget.instructions) refuse_evasion();
    if (singly_ && !stop && !stepping_over_) stop = BudgetSpent{};
  }
  switcher_.store(thread);
  if (!patient) return *stop;
  const bool spent = std::holds_alternative<BudgetSpent>(*stop);
  patience_ -= spent ? patience_ : std::min(patience_, retired() - start);
  return spent ? run(thread, {}) : *stop;
}

/// No superblock executes more than it was granted, unless the guest has written to the word from
/// which translated code takes it.
void Translator::Core::refuse_evasion() {
  throw UserError(
      "the guest has changed the count of instructions it may execute: its budget and its bill "
      "mean "
      "nothing any more; run it with --engine unicorn, whose counts it cannot reach");
}

/// Code of one kind lasts: whoever has had budgets may have another soon, and single instructions
/// between other budgets are cut out of their blocks.
void Translator::Core::set_limits(const Budget& budget) {
  const bool endless = budget.instructions == Budget{}.instructions;
  single_runs_ = budget.instructions == 1 ? single_runs_ + 1 : 0;
  if (!endless) patience_ = kPatience;
  const bool singly = single_runs_ > (counting_.limited ? kSingleRuns : 0);
  const bool limited = !singly && (!endless || (counting_.limited && patience_ != 0));
  if (limited == counting_.limited && singly == singly_) return;
  counting_.limited = limited;
  singly_ = singly;
  cache_.set_mode(cache_.mode(), counting_, singly_);
}

/// Nothing: the budget ends here.
std::optional<Translator::Core::Entry> Translator::Core::entry_within(std::uint64_t left,
                                                                      const Thread& thread) {
  if (left == 0) return std::nullopt;
  const GuestAddress rip{thread.registers.rip};
  const std::uint32_t usual = cache_.superblock_at(rip);
  const std::int32_t granted = allowance(left);
  if (longest_path(cache_.superblock(usual)) <= left) return Entry{usual, granted};
  const std::uint32_t single = cache_.single_block_at(rip);
  if (longest_path(cache_.superblock(single)) <= left) return Entry{single, -1};
  return Entry{cache_.cut_block_at(rip, left), -1};
}

/// Runs translated code until it comes back; nothing: it goes on at thread.registers.rip.
std::optional<Stop> Translator::Core::execute(const Entry& entry, Thread& thread) {
  const bool traced = (context().rflags & flag::kTrap) != 0;
  if (traced) catcher_.step_once_for_guest();
  popped_flags_ = false;
  context().allowance = entry.allowance;
  context().target = entry_address(cache_.superblock(entry.superblock).head);
  for (;;) {
    context().reason = static_cast<std::uint32_t>(LeaveReason::Exit);
    switcher_.enter(cache_.mode());
    show_x87_pointer(thread);
    if (context().reason != static_cast<std::uint32_t>(LeaveReason::Refresh) ||
        Interruption::pending())
      break;
    const auto behind = static_cast<std::uint32_t>(context().guest_target);
    context().target = entry_address(reinterpret_cast<const std::byte*>(std::uintptr_t{behind}));
    if (!traced) continue;
    catcher_.step_on();
    context().rflags |= flag::kTrap;
  }
  if (counting_.limited)
    spent_ += static_cast<std::uint32_t>(entry.allowance - context().allowance);
  if (options_.paths != nullptr) flush_paths();
  if (const Exit* const exit = gate_taken(); exit != nullptr && !traced) {
    thread.registers.rip = exit->target.value;
    return exit->gate;
  }
  if (traced && is_behind_instruction()) {
    stepping_over_ = false;
    cache_.set_lasting(true);
    thread.registers.rip = cache_.exit(context().exit).target.value;
    return after_traced(std::nullopt);
  }
  const auto stop = after_exit(thread);
  return traced ? after_traced(stop) : stop;
}

/// Whether an instruction was executed and the next one raises a fault, behind the trap.
bool Translator::Core::is_behind_instruction() const {
  const Context& context = arena_.context();
  if (context.reason != static_cast<std::uint32_t>(LeaveReason::Exit)) return false;
  const Exit& exit = cache_.exit(context.exit);
  const bool faults = exit.kind == ExitKind::Refused || exit.kind == ExitKind::TooLong ||
                      exit.kind == ExitKind::NoCode;
  return faults && exit.path_length != 0;
}

/// What the entry stub jumps to: for 32-bit code a far pointer (SDM vol. 2, JMP: m16:32).
std::uint64_t Translator::Core::entry_address(const std::byte* head) const {
  const std::uint64_t offset = Arena::address_of(head);
  if (cache_.mode() == CodeMode::Long64) return offset;
  return offset | std::uint64_t{selector::kUserCode32} << 32;
}

/// What is translated is of one mode.
void Translator::Core::set_mode(CodeMode mode) {
  const bool limited = counting_.limited;
  counting_ = counting_for(options_, mode);
  counting_.limited = limited;
  cache_.set_mode(mode, counting_, singly_);
  switcher_.set_mode(mode);
}

/// The guest has set TF: one instruction was executed, and a trap follows (SDM vol. 3, 17.3.1.4). A
/// store into guarded code is still to come then, and a fault or a gate goes before it.
std::optional<Stop> Translator::Core::after_traced(std::optional<Stop> stop) {
  if (!popped_flags_) context().rflags |= flag::kTrap;
  const bool one_done = !stop || std::holds_alternative<BudgetSpent>(*stop);
  if (!one_done || stepping_over_) return stop;
  return AtFault{{.vector = vector::kDebug, .debug_status = debug_status::kSingleStep}};
}

/// POPF of a user program leaves IOPL, IF and the virtual-8086 bits alone (SDM vol. 2B). RIP is
/// at it, and what it pops is readable.
void Translator::Core::pop_flags(const Instruction& popf, Thread& thread) {
  constexpr std::uint64_t kPopped = flag::kArithmetic | flag::kTrap | flag::kDirection |
                                    flag::kNestedTask | flag::kAlignmentCheck |
                                    flag::kIdentification;
  Context& context = arena_.context();
  std::uint64_t& rsp = context.gpr[static_cast<std::size_t>(Gpr::Rsp)];
  const unsigned size = popf.mnemonic == ZYDIS_MNEMONIC_POPF    ? 2
                        : popf.mnemonic == ZYDIS_MNEMONIC_POPFD ? 4
                                                                : 8;
  std::uint64_t popped = 0;
  std::memcpy(&popped, AddressSpace::host({rsp}), size);
  const std::uint64_t mask = size == 2 ? kPopped & 0xffff : kPopped;
  context.rflags = (context.rflags & ~mask) | (popped & mask);
  rsp += size;
  thread.registers.rip += popf.length;
  popped_flags_ = true;
}

/// The exit of a superblock that ended in a gate, if that is why translated code was left. What
/// comes back oftenest takes the short way.
const Exit* Translator::Core::gate_taken() const {
  const Context& context = arena_.context();
  if (context.reason != static_cast<std::uint32_t>(LeaveReason::Exit) || stepping_over_)
    return nullptr;
  const Exit& exit = cache_.exit(context.exit);
  return exit.kind == ExitKind::Gate ? &exit : nullptr;
}

/// Nothing: translated code goes on at thread.registers.rip.
std::optional<Stop> Translator::Core::after_exit(Thread& thread) {
  Context& context = arena_.context();
  const bool stepped_over = std::exchange(stepping_over_, false);
  if (stepped_over) cache_.set_lasting(true);
  switch (static_cast<LeaveReason>(context.reason)) {
    case LeaveReason::Exit: {
      const Exit& exit = cache_.exit(context.exit);
      if (exit.kind == ExitKind::Segment) return execute_segment_instruction(exit, thread);
      thread.registers.rip = exit.target.value;
      if (exit.kind == ExitKind::Flags) {
        const Superblock& superblock = cache_.superblock(exit.superblock);
        pop_flags(superblock.path[exit.path_length - 1]->instructions.back(), thread);
        return std::nullopt;
      }
      if (exit.kind != ExitKind::Direct) return stop_at(exit, thread);
      cache_.came_back(context.exit);
      return std::nullopt;
    }
    case LeaveReason::IndirectMiss: {
      if (const auto fault = target_fault(thread)) return fault;
      thread.registers.rip = context.guest_target;
      cache_.missed({context.guest_target});
      return std::nullopt;
    }
    case LeaveReason::IndirectExit: {
      if (const auto fault = target_fault(thread)) return fault;
      thread.registers.rip = context.guest_target;
      cache_.learn(cache_.exit(context.exit).superblock, {context.guest_target});
      return std::nullopt;
    }
    case LeaveReason::Fault:
      if (steps_over_store(thread)) return std::nullopt;
      return after_fault(thread);
    case LeaveReason::Stepped:
      rewind_.to(catcher_.fault().pc, thread);
      if (stepped_over) return std::nullopt;
      return BudgetSpent{};
    case LeaveReason::Interrupted:
      rewind_.to(catcher_.fault().pc, thread);
      if (!Interruption::pending()) return std::nullopt;  // somebody has only looked
      return Interrupted{Interruption::take()};
    case LeaveReason::Refresh:
      rewind_.to(static_cast<std::uint32_t>(context.guest_target), thread);
      return Interrupted{Interruption::take()};
  }
  CHECK(false, "leave reason {}", context.reason);
}

/// What is saved as x87 instruction pointer (SDM vol. 1, 10.5.1 and 13.4.1) is an address in a
/// translation where an x87 instruction was executed since it was loaded.
void Translator::Core::show_x87_pointer(Thread& thread) const {
  constexpr std::size_t kPointer = 8, kComponents = 512;
  constexpr std::uint64_t kX87 = 1;
  std::byte* const image = thread.registers.vector.bytes.data();
  std::uint64_t present = 0, pointer = 0;
  std::memcpy(&present, image + kComponents, sizeof present);
  std::uint32_t& in_environment = context().x87_environment[3];
  if (arena_.holds_code(in_environment))
    if (const auto address = cache_.guest_address(in_environment))
      in_environment = static_cast<std::uint32_t>(address->value);
  if ((present & kX87) == 0) return;
  std::memcpy(&pointer, image + kPointer, sizeof pointer);
  if (!arena_.holds_code(pointer)) return;
  const auto address = cache_.guest_address(pointer);
  if (address) std::memcpy(image + kPointer, &*address, sizeof *address);
}

/// A near branch to an address that is not canonical faults where it is, with the stack pointer as
/// it was (SDM vol. 2, CALL, JMP and RET; Intel).
std::optional<Stop> Translator::Core::target_fault(Thread& thread) {
  const Context& context = arena_.context();
  if (is_canonical({context.guest_target})) return std::nullopt;
  const Exit& exit = cache_.exit(context.exit);
  const Block& block = *cache_.superblock(exit.superblock).path[exit.path_length - 1];
  const Instruction& branch = block.instructions.back();
  rewind_.before_last(exit);
  thread.registers.rip = (block.end() - branch.length).value;
  std::uint64_t& rsp = arena_.context().gpr[static_cast<std::size_t>(Gpr::Rsp)];
  constexpr std::uint64_t kSlot = 8;
  if (branch.flow == Flow::IndirectCall) rsp += kSlot;
  if (branch.flow == Flow::Return) rsp -= kSlot + released_arguments(block);
  return AtFault{general_protection()};
}

Stop Translator::Core::stop_at(const Exit& exit, Thread& thread) {
  thread.registers.rip = exit.target.value;
  const Superblock& superblock = cache_.superblock(exit.superblock);
  switch (exit.kind) {
    case ExitKind::Gate:
      return exit.gate;
    case ExitKind::Emulated: {
      const Instruction& ours = superblock.path[exit.path_length - 1]->instructions.back();
      return AtInstruction{static_cast<SystemInstruction>(ours.detail), ours.length};
    }
    case ExitKind::Refused:
      return AtFault{{.vector = vector::kInvalidOpcode}};
    case ExitKind::TooLong:
      return AtFault{general_protection()};
    case ExitKind::NoCode:
      return AtFault{fetch_fault(memory_, exit.target)};
    case ExitKind::Segment:
    case ExitKind::Flags:
    case ExitKind::Direct:
    case ExitKind::Indirect:
      break;
  }
  CHECK(false, "exit of kind {} does not stop", static_cast<int>(exit.kind));
}

/// At an instruction that is counted already.
std::optional<Stop> Translator::Core::execute_segment_instruction(const Exit& exit,
                                                                  Thread& thread) {
  const Superblock& superblock = cache_.superblock(exit.superblock);
  const Block& block = *superblock.path[exit.path_length - 1];
  thread.registers.rip = exit.target.value;
  switcher_.store(thread);
  const auto code = std::span(block.bytes).last(block.instructions.back().length);
  if (const auto fault = ringfare::execute_segment_instruction(thread, memory_, code)) {
    rewind_.before_last(exit);
    return AtFault{*fault};
  }
  if (thread.registers.mode() != cache_.mode()) set_mode(thread.registers.mode());
  switcher_.load(thread);
  popped_flags_ = is_interrupt_return(block.instructions.back());
  return std::nullopt;
}

/// A store into a page with translated code: forgets what was translated there and lets the store
/// happen. False where the fault is the guest's.
bool Translator::Core::steps_over_store(Thread& thread) {
  constexpr std::uint32_t kPresentWrite = page_fault_error::kPresent | page_fault_error::kWrite;
  const HostFault fault = catcher_.fault();
  const GuestAddress address = fault.raised.address;
  if (fault.raised.vector != vector::kPageFault ||
      (fault.raised.error_code.value_or(0) & kPresentWrite) != kPresentWrite)
    return false;
  if (!memory_.lift_guards({address, address + 1})) return false;
  rewind_.to(fault.pc, thread);
  for (const GuestRange range : memory_.take_changed_code()) cache_.invalidate(range);
  stepping_over_ = true;
  cache_.set_lasting(false);
  return true;
}

bool Translator::Core::is_at_int1(std::uint64_t pc) const {
  const Superblock* const superblock = cache_.superblock_of(pc);
  const Point* const point = superblock != nullptr ? cache_.point_at(*superblock, pc) : nullptr;
  if (point == nullptr || Arena::address_of(superblock->begin) + point->host != pc) return false;
  return superblock->path[point->step]->instructions[point->index].mnemonic == ZYDIS_MNEMONIC_INT1;
}

Stop Translator::Core::after_fault(Thread& thread) {
  const HostFault& fault = catcher_.fault();
  // A trap's saved RIP is behind the instruction, and so is the guest's. Where a hypervisor has
  // passed INT1 on it may be at it.
  const bool behind = is_trap(fault.raised.vector) && !is_at_int1(fault.pc);
  const Instruction& instruction = rewind_.to(fault.pc - (behind ? 1 : 0), thread);
  if (behind) rewind_.past(instruction, thread);
  AtFault at{fault.raised};
  // For the guest, nothing is where the emulator's own memory is. Of the kernel's half the host
  // says that all is there.
  constexpr GuestAddress kUserEnd{0x7fff'ffff'f000};
  constexpr std::uint32_t kOfAbsentPage =
      page_fault_error::kWrite | page_fault_error::kUser | page_fault_error::kFetch;
  if (at.vector == vector::kPageFault && at.address < kUserEnd &&
      memory_.find(at.address) == nullptr)
    at.error_code = at.error_code.value_or(0) & kOfAbsentPage;
  return at;
}

/// Instructions retired so far by whatever ran on this engine, up to a constant.
std::uint64_t Translator::Core::retired() const {
  if (!counting_.counters) return spent_;
  return counting_.hidden_totals ? arena_.context().totals[kInstructionLane]
                                 : cache_.ledger().derived_totals()[kInstructionLane];
}

/// What linked code may spend of `left`: as long as something is left of it, no superblock can
/// execute more than `left`.
std::int32_t Translator::Core::allowance(std::uint64_t left) const {
  constexpr std::uint64_t kMost = (1u << 24) - 1;  // what shares a byte with the sign is 0
  return static_cast<std::int32_t>(std::min(left, kMost)) -
         static_cast<std::int32_t>(cache_.longest());
}

void Translator::Core::flush_paths() {
  Arena::PathRing& ring = arena_.path_ring();
  const std::uint64_t begin = Arena::address_of(ring.paths);
  const auto count = (std::exchange(ring.next, begin) - begin) / sizeof ring.paths[0];
  CHECK(count <= std::size(ring.paths), "{} notes of paths", count);
  if (count != 0) options_.paths->executed({ring.paths, count});
}

Translator::Translator(AddressSpace& memory, BlockObserver& observer, TranslatorOptions options) {
  if (const std::string lacking = why_not_here(); !lacking.empty()) throw UserError(lacking);
  core_ = std::make_unique<Core>(memory, observer, options);
}

Translator::~Translator() = default;

std::string Translator::why_no_wall() {
  if (Arena::host_has_protection_keys()) return {};
  return "this host has no protection keys, so a guest that pokes at addresses it has not mapped "
         "can reach the emulator's own memory";
}

std::string Translator::why_not_here() {
  if (host_has_fsgsbase()) return {};
  return "the translator needs FSGSBASE (an Intel processor since 2012 or AMD since 2019, with "
         "Linux 5.9 or later); this host does not offer it";
}

Stop Translator::run(Thread& thread, Budget budget) {
  return core_->run(thread, budget);
}

void Translator::invalidate(GuestRange range) {
  core_->invalidate(range);
}

void Translator::leave_behind() {
  core_->leave_behind();
}

std::vector<std::uint64_t> Translator::executions() const {
  core_->check_counts();
  return core_->cache().ledger().executions(core_->cache().blocks());
}

Lanes Translator::derived_totals() const {
  return core_->cache().ledger().derived_totals();
}

}  // namespace ringfare
