// SPDX-License-Identifier: MIT
#include "cpu/translator/translator.hpp"

#include <Zydis/Mnemonic.h>
#include <cpuid.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "cpu/canonical.hpp"
#include "cpu/failure.hpp"
#include "cpu/segments.hpp"
#include "cpu/translator/entry_map.hpp"
#include "cpu/translator/faults.hpp"
#include "cpu/translator/host_segments.hpp"
#include "cpu/translator/indirect_table.hpp"
#include "cpu/translator/ledger.hpp"
#include "cpu/translator/target_profile.hpp"
#include "cpu/translator/writer.hpp"

namespace ringfare {
namespace {

using namespace translator;

constexpr unsigned long kHwcap2Fsgsbase = 1u << 1;  // <asm/hwcap2.h>

bool host_has_avx512vl() {
  unsigned eax, ebx, ecx, edx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  const bool f_and_vl = (ebx >> 16 & 1) != 0 && (ebx >> 31 & 1) != 0;
  if (!f_and_vl) return false;
  unsigned low, high;
  asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr unsigned kZmmState = 0xe0;  // opmask, ZMM_Hi256, Hi16_ZMM
  return (low & kZmmState) == kZmmState;
}

/// AVX, and XGETBV that tells what is in use (SDM vol. 1, 13.2).
bool host_has_xinuse() {
  unsigned eax, ebx, ecx, edx;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx >> 28 & 1) == 0) return false;
  return __get_cpuid_count(0xd, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax >> 2 & 1) != 0;
}

std::uint64_t longest_path(const Superblock& superblock) {
  std::uint64_t instructions = 0;
  for (const Block* block : superblock.path) instructions += block->instructions.size();
  return instructions;
}

bool host_has_avx512bw() {
  unsigned eax, ebx, ecx, edx;
  return host_has_avx512vl() && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
         (ebx >> 30 & 1) != 0;
}

/// The totals of 32-bit code, right behind the world switch: nothing in between uses mask
/// registers.
void take_mask_totals(Lanes& totals) {
  asm volatile(
      "kmovq %%k7, %0\n"
      "kmovq %%k6, %1\n"
      "kmovq %%k5, %2\n"
      "kmovq %%k4, %3\n"
      "kmovq %%k3, %4\n"
      "kmovq %%k2, %5\n"
      : "=m"(totals[0]), "=m"(totals[1]), "=m"(totals[2]), "=m"(totals[3]), "=m"(totals[4]),
        "=m"(totals[5]));
}

Counting counting_for(const TranslatorOptions& options, CodeMode mode) {
  const bool host_can = mode == CodeMode::Long64
                            ? host_has_avx512vl()
                            : options.lanes <= Writer::kMostMaskLanes && host_has_avx512bw();
  return {.counters = options.counts,
          .hidden_totals = options.counts && !options.memory_totals && host_can,
          .lanes = options.lanes,
          .paths = options.paths != nullptr && mode == CodeMode::Long64};
}

void copy_registers(const std::uint64_t* from, std::uint64_t* to) {
  std::memcpy(to, from, sizeof Context::gpr);
}

}  // namespace

/// The code cache and what drives it.
class Translator::Core final : private BoundaryTest, private Experience {
 public:
  Core(AddressSpace& memory, BlockObserver& observer, const TranslatorOptions& options)
      : memory_(memory),
        observer_(observer),
        options_(options),
        counting_(counting_for(options, CodeMode::Long64)),
        paths_(options.paths),
        code_(memory, observer),
        arena_(memory),
        writer_(arena_, counting_),
        ledger_(arena_, superblocks_),
        catcher_(arena_, writer_.leave_stub(), *this) {
    arena_.context().leave = Arena::address_of(reinterpret_cast<void*>(&ringfare_world_leave));
    arena_.context().hidden_totals = counting_.hidden_totals ? 1 : 0;
    arena_.context().one_by_one = host_has_xinuse() ? 1 : 0;
    forget_all();
  }

  Stop run(Thread& thread, Budget budget);
  void invalidate(GuestRange range);
  const Ledger& ledger() const { return ledger_; }
  void check_counts() const;
  std::size_t blocks() const { return code_.size(); }

 private:
  void set_mode(CodeMode mode);
  std::uint64_t entry_address(const std::byte* head) const;
  std::uint64_t reach() const { return code_.mode() == CodeMode::Long64 ? INT32_MAX : UINT32_MAX; }
  void load_segments(const Registers& registers);
  std::uint64_t retired() const;
  std::int32_t allowance(std::uint64_t left) const;
  void copy_totals(Lanes& to, const Lanes& from) const;
  void load(const Thread& thread);
  void store(Thread& thread);
  const Exit* gate_taken() const;
  std::optional<Stop> after_exit(Thread& thread);
  std::optional<Stop> after_traced(std::optional<Stop> stop, Thread& thread);
  void pop_flags(const Instruction& popf, Thread& thread);
  Stop stop_at(const Exit& exit, Thread& thread);
  Stop fetch_fault(GuestAddress address) const;
  bool steps_over_store(Thread& thread);
  Stop after_fault(Thread& thread);
  const Instruction& rewind_to(std::uint64_t pc, Thread& thread);
  void count_partly(const Superblock& superblock, std::size_t last_step, std::size_t instructions);
  void take_back(const Exit& exit);
  std::optional<Stop> execute_segment_instruction(const Exit& exit, Thread& thread);

  std::uint32_t superblock_at(GuestAddress address);
  std::uint32_t single_block_at(GuestAddress address);
  std::uint32_t translate(Tier tier, GuestAddress address, bool indirect = false);
  void learn(std::uint32_t index, GuestAddress target);
  void promote(std::uint32_t index);
  void replace(GuestAddress entry, Tier tier);
  void link(ExitId id, Superblock& to);
  void link_exits(const Superblock& from);
  void link_to(Superblock& made);
  void take_table_entry(std::uint32_t index);
  Follow usual_way(GuestAddress start) const override;
  std::vector<GuestAddress> usual_targets(GuestAddress start) const override;
  bool is_path_head(GuestAddress address) const override;
  void forget_changed_files();
  void kill(std::uint32_t index);
  void tell_paths(const Superblock& superblock);
  void flush_paths();
  void forget_all();
  const Superblock* superblock_of(std::uint64_t pc) const;
  const Point* point_at(const Superblock& superblock, std::uint64_t pc) const;
  bool is_boundary(std::uint64_t pc) const override;

  AddressSpace& memory_;
  BlockObserver& observer_;
  TranslatorOptions options_;
  Counting counting_;
  PathConsumer* const paths_;
  CodeMap code_;
  Arena arena_;
  Writer writer_;
  std::vector<Superblock> superblocks_;  // ascending by host address
  IndirectTable indirect_{arena_.table(), superblocks_};
  Ledger ledger_;
  Lanes counted_{};  // what was added to the totals of threads
  FaultCatcher catcher_;
  HostSegments segments_;
  EntryMap by_entry_;       // the one that runs
  EntryMap single_blocks_;  // for the last instructions of a budget
  std::unordered_map<GuestAddress, std::uint32_t> first_tier_;     // what usual_way knows
  std::unordered_map<GuestAddress, TargetProfile> targets_;        // what usual_targets knows
  std::unordered_map<GuestAddress, std::vector<ExitId>> waiting_;  // for a translation to link to
  PageIndex<std::uint32_t> on_page_;                               // superblocks
  bool singly_ = false;        // a budget of 1: superblocks are single instructions
  bool linking_ = true;        // off then: every superblock comes back here
  std::uint64_t longest_ = 0;  // the most instructions that a superblock executes
  std::uint64_t spent_ = 0;    // instructions executed under budgets, where nothing else counts
  // A store into guarded code is executed alone, with its page writable; translations made
  // meanwhile are not guarded and do not last.
  bool stepping_over_ = false;
  bool popped_flags_ = false;  // by the instruction just executed
  std::vector<std::uint32_t> unguarded_;
  std::vector<const CodeMap::Entry*> in_files_;  // blocks that write(2) can change
};

Stop Translator::Core::run(Thread& thread, Budget budget) {
  Context& context = arena_.context();
  if (thread.registers.mode() != code_.mode()) set_mode(thread.registers.mode());
  const bool singly = budget.instructions == 1;
  const bool limited = budget.instructions != Budget{}.instructions && !singly;
  if (limited != counting_.limited || singly != singly_) {
    counting_.limited = limited;
    writer_.set_mode(code_.mode(), counting_);
    forget_all();
    linking_ = !singly;
    singly_ = singly;
  }
  if (!in_files_.empty()) forget_changed_files();
  load(thread);
  const std::uint64_t start = limited ? retired() : 0;
  for (;;) {
    if (Interruption::pending()) {
      store(thread);
      return Interrupted{Interruption::take()};
    }
    if (!stepping_over_ && !unguarded_.empty())
      for (const std::uint32_t temporary : std::exchange(unguarded_, {})) kill(temporary);
    const std::uint64_t guest_flags = context.rflags;
    std::uint32_t index = superblock_at({thread.registers.rip});
    std::int32_t granted = 0;
    if (limited) {
      const std::uint64_t left = budget.instructions - (retired() - start);
      if (left == 0) {
        store(thread);
        return BudgetSpent{};
      }
      granted = allowance(left);
      if (longest_path(superblocks_[index]) > left) {
        granted = -1;
        index = single_block_at({thread.registers.rip});
        // Still too long for what is left: single-step it, and stop inside.
        if (longest_path(superblocks_[index]) > left) {
          if (!counting_.counters) {
            store(thread);
            return BudgetSpent{};
          }
          catcher_.step(left);
          context.rflags |= flag::kTrap;
        }
      }
      context.allowance = granted;
    }
    context.target = entry_address(superblocks_[index].head);
    context.reason = static_cast<std::uint32_t>(LeaveReason::Exit);
    const bool traced = (guest_flags & flag::kTrap) != 0;
    if (traced) {
      catcher_.step_once_for_guest();
    } else if (stepping_over_) {
      catcher_.step_once();
      context.rflags |= flag::kTrap;
    }
    popped_flags_ = false;
    ringfare_world_enter(&context);
    if (limited) spent_ += static_cast<std::uint32_t>(granted - context.allowance);
    if (counting_.hidden_totals && code_.mode() == CodeMode::Compat32)
      take_mask_totals(context.totals);
    if (paths_ != nullptr) flush_paths();
    if (const Exit* const exit = gate_taken(); exit != nullptr && !traced) {
      thread.registers.rip = exit->target.value;
      store(thread);
      return exit->gate;
    }
    auto stop = after_exit(thread);
    if (traced) stop = after_traced(stop, thread);
    if (singly && !stop && !stepping_over_) {
      store(thread);
      return BudgetSpent{};
    }
    if (stop) {
      store(thread);
      return *stop;
    }
  }
}

/// What the entry stub jumps to: for 32-bit code a far pointer (SDM vol. 2, JMP: m16:32).
std::uint64_t Translator::Core::entry_address(const std::byte* head) const {
  const std::uint64_t offset = Arena::address_of(head);
  if (code_.mode() == CodeMode::Long64) return offset;
  return offset | std::uint64_t{selector::kUserCode32} << 32;
}

/// What is translated is of one mode.
void Translator::Core::set_mode(CodeMode mode) {
  code_.set_mode(mode);
  const bool limited = counting_.limited;
  counting_ = counting_for(options_, mode);
  counting_.limited = limited;
  writer_.set_mode(mode, counting_);
  forget_all();
  Lanes counted_otherwise{};
  ledger_.add_new_totals(counted_otherwise);
  Context& context = arena_.context();
  const bool wide = mode == CodeMode::Long64;
  context.hidden_totals = counting_.hidden_totals && wide ? 1 : 0;  // for the world switch
  context.guest_target = context.rcx_home = 0;  // 32-bit code writes the lower halves only
  std::ranges::fill(context.spill, 0);
}

/// The guest has set TF: one instruction was executed, and a trap follows (SDM vol. 3, 17.3.1.4). A
/// store into guarded code is still to come then, and a fault or a gate goes before it.
std::optional<Stop> Translator::Core::after_traced(std::optional<Stop> stop, Thread& thread) {
  if (!popped_flags_) arena_.context().rflags |= flag::kTrap;
  const bool one_done = !stop || std::holds_alternative<BudgetSpent>(*stop);
  if (!one_done || stepping_over_) return stop;
  return AtFault{
      .vector = 1, .address = {thread.registers.rip}, .signal = SIGTRAP, .code = TRAP_TRACE};
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
  const Exit& exit = ledger_.exits()[context.exit];
  return exit.kind == ExitKind::Gate ? &exit : nullptr;
}

/// Nothing: translated code goes on at thread.registers.rip.
std::optional<Stop> Translator::Core::after_exit(Thread& thread) {
  Context& context = arena_.context();
  const bool stepped_over = std::exchange(stepping_over_, false);
  switch (static_cast<LeaveReason>(context.reason)) {
    case LeaveReason::Exit: {
      const Exit& exit = ledger_.exits()[context.exit];
      if (exit.kind == ExitKind::Segment) return execute_segment_instruction(exit, thread);
      thread.registers.rip = exit.target.value;
      if (exit.kind == ExitKind::Flags) {
        const Superblock& superblock = superblocks_[exit.superblock];
        pop_flags(superblock.path[exit.path_length - 1]->instructions.back(), thread);
        return std::nullopt;
      }
      if (exit.kind != ExitKind::Direct) return stop_at(exit, thread);
      if (linking_ && arena_.counters()[context.exit] == Writer::kOften) promote(exit.superblock);
      return std::nullopt;
    }
    case LeaveReason::IndirectMiss: {
      const GuestAddress target{context.guest_target};
      thread.registers.rip = target.value;
      const std::uint32_t index = superblock_at(target);
      if (linking_) take_table_entry(index);
      return std::nullopt;
    }
    case LeaveReason::IndirectExit: {
      const GuestAddress target{context.guest_target};
      thread.registers.rip = target.value;
      learn(ledger_.exits()[context.exit].superblock, target);
      return std::nullopt;
    }
    case LeaveReason::Fault:
      if (steps_over_store(thread)) return std::nullopt;
      return after_fault(thread);
    case LeaveReason::Stepped:
      rewind_to(catcher_.fault().pc, thread);
      if (stepped_over) return std::nullopt;
      return BudgetSpent{};
    case LeaveReason::Interrupted:
      rewind_to(catcher_.fault().pc, thread);
      return Interrupted{Interruption::take()};
  }
  CHECK(false, "leave reason {}", context.reason);
}

Stop Translator::Core::stop_at(const Exit& exit, Thread& thread) {
  thread.registers.rip = exit.target.value;
  const Superblock& superblock = superblocks_[exit.superblock];
  switch (exit.kind) {
    case ExitKind::Gate:
      return exit.gate;
    case ExitKind::Emulated: {
      const Instruction& ours = superblock.path[exit.path_length - 1]->instructions.back();
      return AtInstruction{static_cast<SystemInstruction>(ours.detail), ours.length};
    }
    case ExitKind::Refused:
      return AtFault{.vector = 6, .address = exit.target, .signal = SIGILL, .code = ILL_ILLOPN};
    case ExitKind::TooLong:
      return AtFault{.vector = 13, .address = {}, .signal = SIGSEGV, .code = SI_KERNEL};
    case ExitKind::NoCode:
      return fetch_fault(exit.target);
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
  const Superblock& superblock = superblocks_[exit.superblock];
  const std::size_t last = exit.path_length - 1;
  const Block& block = *superblock.path[last];
  thread.registers.rip = exit.target.value;
  store(thread);
  const auto code = std::span(block.bytes).last(block.instructions.back().length);
  if (const auto fault = ringfare::execute_segment_instruction(thread, memory_, code)) {
    take_back(exit);
    count_partly(superblock, last, block.instructions.size() - 1);
    return *fault;
  }
  if (thread.registers.mode() != code_.mode()) set_mode(thread.registers.mode());
  load(thread);
  return std::nullopt;
}

/// `exit` was taken once less.
void Translator::Core::take_back(const Exit& exit) {
  if (!counting_.counters) return;
  Context& context = arena_.context();
  --arena_.counters()[context.exit];
  if (counting_.hidden_totals)
    for (std::size_t lane = 0; lane < kLanes; ++lane) context.totals[lane] -= exit.price[lane];
}

/// #PF of an instruction fetch: at the first byte that is not executable. #GP where there can be no
/// code: behind the branch, as on AMD processors; Intel's raise it before (SDM vol. 3, 6.15).
Stop Translator::Core::fetch_fault(GuestAddress address) const {
  if (!is_canonical(address)) return AtFault{.vector = 13, .signal = SIGSEGV, .code = SI_KERNEL};
  GuestAddress at = address;
  const Region* region = memory_.find(at);
  while (region != nullptr && region->permissions.execute) {
    at = region->range.end;
    region = memory_.find(at);
  }
  constexpr std::uint32_t kPresent = 1, kUser = 4, kFetch = 16;
  return AtFault{.vector = 14,
                 .error_code = kUser | kFetch | (region != nullptr ? kPresent : 0),
                 .address = at,
                 .signal = SIGSEGV,
                 .code = region != nullptr ? SEGV_ACCERR : SEGV_MAPERR};
}

/// A store into a page with translated code: forgets what was translated there and lets the store
/// happen. False where the fault is the guest's.
bool Translator::Core::steps_over_store(Thread& thread) {
  constexpr std::uint8_t kPageFault = 14;
  constexpr std::uint32_t kPresentWrite = 3;
  const HostFault fault = catcher_.fault();
  if (fault.vector != kPageFault || (fault.error_code & kPresentWrite) != kPresentWrite)
    return false;
  if (!memory_.lift_guards({{fault.address}, {fault.address + 1}})) return false;
  rewind_to(fault.pc, thread);
  for (const GuestRange range : memory_.take_changed_code()) invalidate(range);
  stepping_over_ = true;
  return true;
}

Stop Translator::Core::after_fault(Thread& thread) {
  const HostFault& fault = catcher_.fault();
  constexpr std::uint8_t kDebug = 1, kBreakpoint = 3, kOverflow = 4, kPageFault = 14;
  const bool is_trap =
      fault.vector == kBreakpoint || fault.vector == kDebug || fault.vector == kOverflow;
  // A trap's saved RIP is behind the instruction, and so is the guest's.
  const Instruction& instruction = rewind_to(fault.pc - (is_trap ? 1 : 0), thread);
  if (is_trap) {
    thread.registers.rip += instruction.length;
    ++arena_.context().totals[kInstructionLane];
    ledger_.add_partial(Lanes{1});
  }
  // For the guest, nothing is where the emulator's own memory is. Of the kernel's half Linux says
  // that all is there.
  constexpr std::uint64_t kUserEnd = 0x7fff'ffff'f000;
  if (fault.vector == kPageFault && fault.address < kUserEnd &&
      memory_.find({fault.address}) == nullptr)
    return AtFault{.vector = fault.vector,
                   .error_code = fault.error_code & 0x16,  // W/R, U/S, I/D (SDM vol. 3, 4.7)
                   .address = {fault.address},
                   .signal = SIGSEGV,
                   .code = SEGV_MAPERR};
  const bool names_instruction = fault.signal == SIGILL || fault.signal == SIGFPE;
  return AtFault{.vector = fault.vector,
                 .error_code = fault.error_code,
                 .address = {names_instruction ? thread.registers.rip : fault.address},
                 .signal = fault.signal,
                 .code = fault.code};
}

/// The guest stopped inside a superblock, at or in the translation of the instruction at host
/// address `pc`: accounts for what was executed before it, and makes its registers those before it.
/// Answers the instruction.
const Instruction& Translator::Core::rewind_to(std::uint64_t pc, Thread& thread) {
  const Superblock* const superblock = superblock_of(pc);
  CHECK(superblock != nullptr, "no translation at host address {:#x}", pc);
  const Point* const point = point_at(*superblock, pc);
  CHECK(point != nullptr, "no guest instruction at host address {:#x}", pc);

  Context& context = arena_.context();
  context.loaded_base = Context::kUnknownBase;  // an instruction may use the host's GS meanwhile
  if (thread.registers.mode() == CodeMode::Compat32) {
    segments_.forget();
    load_segments(thread.registers);
  }
  const bool inside = Arena::address_of(superblock->begin) + point->host != pc;
  for (std::size_t slot = 0; inside && slot < point->parked.size(); ++slot)
    if (point->parked[slot] != Point::kNobody)
      context.gpr[point->parked[slot]] = context.spill[slot];
  if (inside ? point->rcx_home_inside : point->rcx_home_before)
    context.gpr[static_cast<std::size_t>(Gpr::Rcx)] = context.rcx_home;

  const Block& block = *superblock->path[point->step];
  GuestAddress rip = block.start;
  for (std::size_t i = 0; i < point->index; ++i) rip += block.instructions[i].length;
  thread.registers.rip = rip.value;
  count_partly(*superblock, point->step, point->index);
  return block.instructions[point->index];
}

/// Accounts for the blocks before `last_step` and the first `instructions` of the one there.
void Translator::Core::count_partly(const Superblock& superblock, std::size_t last_step,
                                    std::size_t instructions) {
  if (paths_ != nullptr && last_step > 0) {
    std::vector<BlockId> done;
    for (std::size_t step = 0; step < last_step; ++step) done.push_back(superblock.path[step]->id);
    paths_->cut_short(done);
  }
  if (!counting_.counters) return;
  Context& context = arena_.context();
  Lanes executed{};
  for (std::size_t step = 0; step < last_step; ++step) {
    const BlockId id = superblock.path[step]->id;
    ledger_.add_execution(id);
    for (std::size_t lane = 0; lane < kLanes; ++lane) executed[lane] += code_.entry(id).price[lane];
  }
  if (instructions > 0) {
    const BlockPrice partial = observer_.partial(*superblock.path[last_step], instructions);
    for (std::size_t lane = 0; lane < kLanes; ++lane) executed[lane] += partial[lane];
  }
  ledger_.add_partial(executed);
  if (counting_.hidden_totals)
    for (std::size_t lane = 0; lane < kLanes; ++lane) context.totals[lane] += executed[lane];
}

/// Instructions retired so far by whatever ran on this engine, up to a constant.
std::uint64_t Translator::Core::retired() const {
  if (!counting_.counters) return spent_;
  return counting_.hidden_totals ? arena_.context().totals[kInstructionLane]
                                 : ledger_.derived_totals()[kInstructionLane];
}

/// What linked code may spend of `left`: as long as something is left of it, no superblock can
/// execute more than `left`.
std::int32_t Translator::Core::allowance(std::uint64_t left) const {
  constexpr std::uint64_t kMost = (1u << 24) - 1;  // what shares a byte with the sign is 0
  return static_cast<std::int32_t>(std::min(left, kMost)) - static_cast<std::int32_t>(longest_);
}

/// What 64-bit code reaches through FS, and 32-bit code through GS, is in the host's GS.
void Translator::Core::load_segments(const Registers& registers) {
  Context& context = arena_.context();
  if (segments_.load(registers)) context.loaded_base = Context::kUnknownBase;
  if (registers.mode() == CodeMode::Long64) {
    context.fs_base = registers.fs.base;
    context.gs_base = registers.gs.base;
    return;
  }
  context.fs_base = registers.gs.base;
  const HostSelectors selectors{segments_.selectors().fs, segments_.selectors().gs};
  std::memcpy(&context.gs_base, &selectors, sizeof selectors);
}

/// In one piece where they are a hidden register: parts would wait for the whole or it for them.
void Translator::Core::copy_totals(Lanes& to, const Lanes& from) const {
  if (!counting_.hidden_totals) {
    to = from;
    return;
  }
  asm volatile("vmovdqa64 %1, %%zmm31\n\tvmovdqa64 %%zmm31, %0" : "=m"(to) : "m"(from));
}

void Translator::Core::load(const Thread& thread) {
  load_segments(thread.registers);
  Context& context = arena_.context();
  copy_registers(thread.registers.gpr.data(), context.gpr);
  context.rflags = thread.registers.rflags;
  context.vector_area = Arena::address_of(thread.registers.vector.bytes.data());
  copy_totals(context.totals, thread.totals);
}

void Translator::Core::store(Thread& thread) {
  const Context& context = arena_.context();
  Registers& registers = thread.registers;
  registers.rflags = context.rflags;
  if (registers.mode() == CodeMode::Long64) {
    copy_registers(context.gpr, registers.gpr.data());
    registers.fs.base = context.fs_base;
    registers.gs.base = context.gs_base;
  } else {
    for (std::size_t i = 0; i < 8; ++i)
      registers.gpr[i] = static_cast<std::uint32_t>(context.gpr[i]);
  }
  if (!counting_.counters) return;
  if (counting_.hidden_totals) {
    for (std::size_t lane = 0; lane < counting_.lanes; ++lane)
      counted_[lane] += context.totals[lane] - thread.totals[lane];
    copy_totals(thread.totals, context.totals);
  } else {
    ledger_.add_new_totals(thread.totals);
  }
}

/// Totals are kept twice, in a register the guest cannot reach and by counters that it can.
void Translator::Core::check_counts() const {
  if (!counting_.hidden_totals) return;
  const Lanes derived = ledger_.derived_totals();
  if (std::equal(counted_.begin(), counted_.begin() + counting_.lanes, derived.begin())) return;
  throw UserError(
      "the guest has overwritten the emulator's counters: what it executed is not known any more, "
      "and there is no bill; a program that stores only to memory of its own can be priced");
}

std::uint32_t Translator::Core::superblock_at(GuestAddress address) {
  if (const auto found = by_entry_.find(address)) return *found;
  if (!writer_.has_room(ledger_.exits().size())) forget_all();
  const std::uint32_t index = translate(linking_ ? Tier::First : Tier::Settled, address);
  by_entry_.set(address, index);
  first_tier_.emplace(address, index);
  if (!linking_) return index;
  link_exits(superblocks_[index]);
  link_to(superblocks_[index]);
  return index;
}

/// A translation of one block that is linked to nothing. A longer path does not stop at each of its
/// instructions: jumps inside it are no code at all.
std::uint32_t Translator::Core::single_block_at(GuestAddress address) {
  if (const auto found = single_blocks_.find(address)) return *found;
  if (!writer_.has_room(ledger_.exits().size())) forget_all();
  const std::uint32_t index = translate(Tier::Settled, address);
  single_blocks_.set(address, index);
  return index;
}

std::uint32_t Translator::Core::translate(Tier tier, GuestAddress address, bool indirect) {
  const auto index = static_cast<std::uint32_t>(superblocks_.size());
  const auto path = singly_                ? std::vector{Step{&code_.instruction_at(address)}}
                    : tier == Tier::Second ? select_path(code_, address, {.reach = reach()}, *this)
                                           : single_block(code_, address, usual_targets(address));
  superblocks_.push_back(writer_.write({tier, address, index, indirect}, path, ledger_.exits()));
  longest_ = std::max(longest_, longest_path(superblocks_.back()));
  if (paths_ != nullptr) tell_paths(superblocks_.back());
  for (const Step& step : path) {
    const GuestRange seen = CodeMap::seen(*step.entry);
    on_page_.add(seen, index);
    if (!stepping_over_) memory_.guard(seen);
    const Region* const region = memory_.find(seen.begin);
    if (region != nullptr && region->file != FileIdentity{}) in_files_.push_back(step.entry);
  }
  if (stepping_over_) unguarded_.push_back(index);
  return index;
}

/// An indirect branch of the first tier went to `target`.
void Translator::Core::learn(std::uint32_t index, GuestAddress target) {
  const GuestAddress entry = superblocks_[index].entry;
  TargetProfile& profile = targets_[entry];
  profile.add(target);
  if (profile.complete() && linking_) replace(entry, Tier::Settled);
}

/// A block is executed often: a path through it and what usually follows takes its place.
void Translator::Core::promote(std::uint32_t index) {
  const GuestAddress entry = superblocks_[index].entry;
  const auto now = by_entry_.find(entry);
  if (now && superblocks_[*now].tier != Tier::Second) replace(entry, Tier::Second);
}

/// Another translation takes the place of the one at `entry`.
void Translator::Core::replace(GuestAddress entry, Tier tier) {
  const auto now = by_entry_.find(entry);
  if (!now || !writer_.has_room(ledger_.exits().size())) return;
  Superblock& old = superblocks_[*now];
  const std::vector<ExitId> incoming = std::exchange(old.incoming, {});
  const bool in_table = old.indirect_head != nullptr;
  if (in_table) indirect_.remove(*now);
  const std::uint32_t index = translate(tier, entry, in_table);
  by_entry_.set(entry, index);
  Superblock& made = superblocks_[index];
  link_exits(made);
  for (const ExitId id : incoming) link(id, made);
  if (in_table) take_table_entry(index);
}

void Translator::Core::link(ExitId id, Superblock& to) {
  const Exit& exit = ledger_.exits()[id];
  exit.site.link(exit.rcx == RcxPlace::Register ? to.head : to.home_head);
  to.incoming.push_back(id);
}

void Translator::Core::link_exits(const Superblock& from) {
  for (ExitId id = from.first_exit; id < from.end_exit; ++id) {
    const Exit& exit = ledger_.exits()[id];
    if (exit.kind != ExitKind::Direct) continue;
    if (const auto to = by_entry_.find(exit.target))
      link(id, superblocks_[*to]);
    else
      waiting_[exit.target].push_back(id);
  }
}

void Translator::Core::link_to(Superblock& made) {
  const auto found = waiting_.find(made.entry);
  if (found == waiting_.end()) return;
  for (const ExitId id : found->second) link(id, made);
  waiting_.erase(found);
}

/// Indirect branches to the superblock's entry find it from now on.
void Translator::Core::take_table_entry(std::uint32_t index) {
  Superblock& superblock = superblocks_[index];
  if (superblock.indirect_head == nullptr) writer_.write_indirect_head(superblock);
  indirect_.add(index);
}

Follow Translator::Core::usual_way(GuestAddress start) const {
  const auto found = first_tier_.find(start);
  if (found == first_tier_.end()) return Follow::Stop;
  const Superblock& seen = superblocks_[found->second];
  const GuestAddress fall_through = seen.path.front()->end();
  std::uint64_t taken = 0, fallen = 0;
  for (ExitId id = seen.first_exit; id < seen.end_exit; ++id)
    (ledger_.exits()[id].target == fall_through ? fallen : taken) += arena_.counters()[id];
  if (taken == 0 && fallen == 0) return Follow::Stop;
  // A loop that mostly ends soon is still worth going round.
  const bool backward = seen.path.front()->instructions.back().target < fall_through;
  return taken * (backward ? 2 : 1) > fallen ? Follow::Taken : Follow::FallThrough;
}

std::vector<GuestAddress> Translator::Core::usual_targets(GuestAddress start) const {
  const auto found = targets_.find(start);
  if (found == targets_.end()) return {};
  auto usual = found->second.usual();
  // Checked as sign-extended imm32.
  const bool near =
      std::ranges::all_of(usual, [this](GuestAddress target) { return target.value <= reach(); });
  return near ? usual : std::vector<GuestAddress>{};
}

bool Translator::Core::is_path_head(GuestAddress address) const {
  const auto found = by_entry_.find(address);
  return found && superblocks_[*found].tier == Tier::Second;
}

void Translator::Core::invalidate(GuestRange range) {
  code_.forget(range);
  for (const std::uint32_t index : on_page_.take(range)) kill(index);
}

/// Code in shared files can change without a store of the guest's.
void Translator::Core::forget_changed_files() {
  std::erase_if(in_files_, [this](const CodeMap::Entry* entry) {
    const Block& block = entry->block;
    const GuestRange range{block.start, block.end()};
    const bool readable = memory_.readable(block.start, range.size());
    if (readable &&
        std::memcmp(AddressSpace::host(block.start), block.bytes.data(), block.bytes.size()) == 0)
      return false;
    invalidate(range);
    return true;
  });
}

/// Nothing leads to the superblock any more; what was counted in it stays.
void Translator::Core::kill(std::uint32_t index) {
  Superblock& superblock = superblocks_[index];
  if (std::exchange(superblock.dead, true)) return;
  by_entry_.erase(superblock.entry, index);
  single_blocks_.erase(superblock.entry, index);
  const auto first = first_tier_.find(superblock.entry);
  if (first != first_tier_.end() && first->second == index) first_tier_.erase(first);
  targets_.erase(superblock.entry);
  for (const ExitId id : std::exchange(superblock.incoming, {})) {
    const Exit& exit = ledger_.exits()[id];
    exit.site.link(exit.unlinked);
    waiting_[exit.target].push_back(id);
  }
  if (superblock.indirect_head != nullptr) indirect_.remove(index);
}

/// What the exits of `superblock` mean to whoever follows the paths.
void Translator::Core::tell_paths(const Superblock& superblock) {
  std::vector<BlockId> blocks;
  for (ExitId id = superblock.first_exit; id < superblock.end_exit; ++id) {
    blocks.clear();
    for (std::uint32_t step = 0; step < ledger_.exits()[id].path_length; ++step)
      blocks.push_back(superblock.path[step]->id);
    paths_->known(id, blocks);
  }
}

void Translator::Core::flush_paths() {
  Arena::PathRing& ring = arena_.path_ring();
  const std::uint64_t begin = Arena::address_of(ring.paths);
  const auto count = (std::exchange(ring.next, begin) - begin) / sizeof ring.paths[0];
  CHECK(count <= std::size(ring.paths), "{} notes of paths", count);
  if (count != 0) paths_->executed({ring.paths, count});
}

void Translator::Core::forget_all() {
  if (paths_ != nullptr) {
    arena_.path_ring().next = Arena::address_of(arena_.path_ring().paths);
    paths_->forget();
  }
  ledger_.close();
  superblocks_.clear();
  longest_ = 0;
  by_entry_.clear();
  single_blocks_.clear();
  first_tier_.clear();
  targets_.clear();
  waiting_.clear();
  on_page_.clear();
  unguarded_.clear();
  in_files_.clear();
  writer_.rewind();
  indirect_.clear(writer_.indirect_miss_stub());
}

const Superblock* Translator::Core::superblock_of(std::uint64_t pc) const {
  auto after = std::ranges::upper_bound(
      superblocks_, pc, {}, [](const Superblock& made) { return Arena::address_of(made.begin); });
  if (after == superblocks_.begin()) return nullptr;
  --after;
  return pc < Arena::address_of(after->end) ? &*after : nullptr;
}

const Point* Translator::Core::point_at(const Superblock& superblock, std::uint64_t pc) const {
  const auto offset = pc - Arena::address_of(superblock.begin);
  const auto after = std::ranges::upper_bound(superblock.points, offset, {}, &Point::host);
  return after == superblock.points.begin() ? nullptr : &*std::prev(after);
}

bool Translator::Core::is_boundary(std::uint64_t pc) const {
  const Superblock* const superblock = superblock_of(pc);
  if (superblock == nullptr) return false;
  const Point* const point = point_at(*superblock, pc);
  return point != nullptr && Arena::address_of(superblock->begin) + point->host == pc;
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
  if ((getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0) return {};
  return "the translator needs FSGSBASE (an Intel processor since 2012 or AMD since 2019, with "
         "Linux 5.9 or later); this host does not offer it";
}

Stop Translator::run(Thread& thread, Budget budget) {
  return core_->run(thread, budget);
}

void Translator::invalidate(GuestRange range) {
  core_->invalidate(range);
}

std::vector<std::uint64_t> Translator::executions() const {
  core_->check_counts();
  return core_->ledger().executions(core_->blocks());
}

Lanes Translator::derived_totals() const {
  return core_->ledger().derived_totals();
}

}  // namespace ringfare
