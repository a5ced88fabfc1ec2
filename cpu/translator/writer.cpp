// SPDX-License-Identifier: MIT
#include "cpu/translator/writer.hpp"

#include <Zydis/Mnemonic.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"
#include "cpu/translator/host_features.hpp"

namespace ringfare::translator {
namespace {

constexpr std::size_t kRoom = 64 * 1024;  // more than the largest superblock takes

std::span<const std::uint8_t> bytes_of(const Block& block, std::size_t offset,
                                       const Instruction& instruction) {
  return std::span(block.bytes).subspan(offset, instruction.length);
}

/// The condition code of a jcc: the low nibble of its opcode's last byte (SDM vol. 2, B.1.4.7).
/// Behind the prefixes: 70+cc with 8 bits of displacement, or 0F 80+cc (SDM vol. 2, Jcc).
std::uint8_t condition_of(std::span<const std::uint8_t> jcc) {
  constexpr std::uint8_t kTwoBytes = 0x0f, kShort = 0x70;
  const auto opcode = std::ranges::find_if(
      jcc, [](std::uint8_t byte) { return byte == kTwoBytes || (byte & 0xf0) == kShort; });
  return (*opcode == kTwoBytes ? opcode[1] : opcode[0]) & 0xf;
}

}  // namespace

std::uint32_t released_arguments(const Block& block) {
  constexpr std::uint8_t kReturnImm16 = 0xc2;
  const auto bytes = std::span(block.bytes).last(block.instructions.back().length);
  if (bytes.size() < 3 || bytes[bytes.size() - 3] != kReturnImm16) return 0;
  return static_cast<std::uint32_t>(bytes[bytes.size() - 2] | bytes[bytes.size() - 1] << 8);
}

namespace {

bool goes_round_through_check(const std::vector<Step>& path) {
  return path.back().follow == Follow::Stop &&
         std::ranges::any_of(path, [](const Step& step) { return !step.expected.empty(); });
}

}  // namespace

/// A superblock being written.
struct Writer::Draft {
  const std::vector<Step>& path;
  Superblock& superblock;
  std::uint32_t index;
  std::vector<Exit>& exits;
  RcxPlace rcx = RcxPlace::Register;
  Lanes price{};               // of the path up to here
  std::uint32_t executed = 0;  // blocks of the path up to here
  std::int32_t instructions = 0;
};

Writer::Writer(Arena& arena, const Counting& counting)
    : arena_(arena),
      accounts_(arena, counting),
      hot_(arena.hot_begin(), arena.hot_end()),
      cold_(arena.cold_begin(), arena.cold_end()) {
  write_stubs();
}

bool Writer::has_room(std::size_t exits) const {
  return hot_.room() > kRoom && cold_.room() > kRoom && exits + 256 < Arena::kExits;
}

void Writer::set_mode(CodeMode mode, const Counting& counting) {
  accounts_.set_counting(counting);
  hot_.set_mode(mode);
  cold_.set_mode(mode);
}

void Writer::rewind() {
  hot_.rewind();
  cold_.rewind();
  write_stubs();
}

void Writer::write_stubs() {
  Context& context = arena_.context();
  const auto rcx = static_cast<std::size_t>(Gpr::Rcx);

  leave_stub_ = cold_.here();  // first, so that its place is the same in both modes
  cold_.store(&context.gpr[rcx], Gpr::Rcx);
  if (hot_.mode() == CodeMode::Compat32) write_compatibility_exit();
  cold_.move_imm32(Gpr::Rcx, static_cast<std::uint32_t>(Arena::address_of(&context)));
  cold_.jump_through(&context.leave);
  cold_.set_mode(hot_.mode());

  entry_stub_ = cold_.here();
  if (hot_.mode() == CodeMode::Compat32) {
    write_compatibility_entry();
  } else {
    cold_.load(Gpr::Rcx, &context.gpr[rcx]);
    cold_.jump_through(&context.target);
  }
  context.entry_stub = Arena::address_of(entry_stub_);

  // Indirect branches arrive with the target in the context and RCX in its home.
  miss_stub_ = cold_.here();
  cold_.store_imm32(&context.reason, static_cast<std::uint32_t>(LeaveReason::IndirectMiss));
  const JumpSite fetch_rcx_after_miss = cold_.jump();
  told_stub_ = cold_.here();
  cold_.store_imm32(&context.reason, static_cast<std::uint32_t>(LeaveReason::IndirectExit));
  fetch_rcx_after_miss.link(cold_.here());
  leave_from_home_stub_ = cold_.here();
  cold_.load(Gpr::Rcx, &context.rcx_home);
  cold_.jump(leave_stub_);
  stubs_end_ = cold_.here();
}

/// From 64-bit code, where the world switch ends, to 32-bit code: `target` is a far pointer.
void Writer::write_compatibility_entry() {
  Context& context = arena_.context();
  cold_.set_mode(CodeMode::Long64);
  accounts_.load_totals(cold_);
  cold_.load(Gpr::Rcx, &context.gpr[static_cast<std::size_t>(Gpr::Rcx)]);
  cold_.bytes({0xff, 0x2d});  // jmp far m16:32
  cold_.relative(&context.target, 0);
  cold_.set_mode(CodeMode::Compat32);
}

/// Back to 64-bit code, which follows.
void Writer::write_compatibility_exit() {
  cold_.bytes({0xea});  // jmp far ptr16:32
  cold_.raw(static_cast<std::uint32_t>(Arena::address_of(cold_.here()) + 6));
  cold_.raw(selector::kUserCode);
  cold_.set_mode(CodeMode::Long64);
}

Superblock Writer::write(const Order& order, const std::vector<Step>& path,
                         std::vector<Exit>& exits) {
  Superblock made;
  made.tier = order.tier;
  made.entry = order.entry;
  made.first_exit = static_cast<ExitId>(exits.size());
  const bool begins_home = order.indirect || goes_round_through_check(path);
  made.cold_begin = cold_.here();
  if (order.indirect) write_check(hot_, made, begins_home ? hot_.move_size() : std::uint8_t{0});
  made.begin = hot_.here();
  write_heads(made, begins_home);
  Draft draft{path, made, order.index, exits, begins_home ? RcxPlace::Home : RcxPlace::Register};
  for (std::size_t step = 0; step < path.size(); ++step) write_block(draft, step);
  made.end = hot_.here();
  made.cold_end = cold_.here();
  made.end_exit = static_cast<ExitId>(exits.size());
  return made;
}

/// The two entries; behind the second, RCX is where the path begins with it.
void Writer::write_heads(Superblock& made, bool begins_home) {
  const void* const home = &arena_.context().rcx_home;
  (begins_home ? made.head : made.home_head) = hot_.here();
  if (begins_home)
    hot_.store(home, Gpr::Rcx);
  else
    hot_.load(Gpr::Rcx, home);
  (begins_home ? made.home_head : made.head) = hot_.here();
}

void Writer::write_block(Draft& draft, std::size_t step) {
  const CodeMap::Entry& entry = *draft.path[step].entry;
  const Block& block = entry.block;
  draft.superblock.path.push_back(&block);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < block.instructions.size(); ++i) {
    const Instruction& instruction = block.instructions[i];
    const auto bytes = bytes_of(block, offset, instruction);
    const CopyPlace place{hot_, arena_.context(), draft.superblock, block.start + offset};
    draft.superblock.points.push_back(
        {.host = static_cast<std::uint32_t>(hot_.here() - draft.superblock.begin),
         .step = static_cast<std::uint16_t>(step),
         .index = static_cast<std::uint16_t>(i)});
    const bool leaves_rcx = settle_rcx(draft, place, instruction, bytes);
    if (instruction.flow != Flow::Next) break;
    arena_.context().components |= instruction.detail;
    if (shows_x87_pointers(instruction)) write_refresh();
    translate_instruction(place, instruction, bytes);
    if (!leaves_rcx) draft.rcx = RcxPlace::Register;
    offset += instruction.length;
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) draft.price[lane] += entry.price[lane];
  if (!block.instructions.empty()) draft.executed = static_cast<std::uint32_t>(step + 1);
  draft.instructions += static_cast<std::int32_t>(block.instructions.size());
  write_terminator(draft, step);
}

/// Fetches RCX back where the guest's instruction reads it. Whether it leaves it as it is.
bool Writer::settle_rcx(Draft& draft, const CopyPlace& place, const Instruction& instruction,
                        std::span<const std::uint8_t> bytes) {
  if (draft.rcx == RcxPlace::Register) return true;
  const RegisterUse use = register_use(bytes, static_cast<unsigned>(Gpr::Rcx), hot_.mode());
  const bool leaves_it = use == RegisterUse::None || use == RegisterUse::Reads;
  if (draft.rcx == RcxPlace::Both) return leaves_it;
  Point& point = draft.superblock.points.back();
  point.rcx_home_before = true;
  const bool wanted = use == RegisterUse::Reads || use == RegisterUse::Changes;
  if (wanted || borrows_rcx(place, instruction, bytes)) {
    hot_.load(Gpr::Rcx, &arena_.context().rcx_home);
    draft.rcx = RcxPlace::Both;
  } else {
    point.rcx_home_inside = true;
  }
  return leaves_it;
}

/// Makes RCX free for us.
void Writer::send_rcx_home(Draft& draft, Emitter& to) {
  if (draft.rcx == RcxPlace::Register) to.store(&arena_.context().rcx_home, Gpr::Rcx);
  draft.rcx = RcxPlace::Home;
  draft.superblock.points.back().rcx_home_inside = true;
}

void Writer::write_terminator(Draft& draft, std::size_t step) {
  const auto& [entry, follow, expected] = draft.path[step];
  const Block& block = entry->block;
  if (entry->obstacle == CodeMap::Obstacle::Refused)
    return write_stop(draft, ExitKind::Refused, block.end());
  if (entry->obstacle == CodeMap::Obstacle::TooLong)
    return write_stop(draft, ExitKind::TooLong, block.end());
  if (entry->obstacle == CodeMap::Obstacle::NoCode)
    return write_stop(draft, ExitKind::NoCode, block.end());

  const Instruction& last = block.instructions.back();
  const GuestAddress address = block.end() - last.length;
  switch (last.flow) {
    case Flow::Next:
      if (follow == Follow::Stop) write_direct_exit(draft, hot_, block.end());
      return;
    case Flow::Jump:
      if (follow == Follow::Stop) write_direct_exit(draft, hot_, last.target);
      return;
    case Flow::ConditionalJump:
      return write_condition(draft, step);
    case Flow::Call:
      push_return_address(hot_, block.end());
      if (follow == Follow::Stop) write_direct_exit(draft, hot_, last.target);
      return;
    case Flow::Return:
    case Flow::IndirectJump:
    case Flow::IndirectCall:
      return write_indirect(draft, step);
    case Flow::Gate:
      write_stop(draft, ExitKind::Gate, address);
      draft.exits.back().gate = {static_cast<Gate>(last.detail), last.vector, last.length};
      return;
    case Flow::Emulated:
      return write_stop(draft, ExitKind::Emulated, address);
    case Flow::Segment:
      return write_stop(draft, ExitKind::Segment, address);
    case Flow::Flags:
      write_stack_probe(last);
      return write_stop(draft, ExitKind::Flags, address);
    case Flow::Refused:
      break;
  }
  CHECK(false, "block at {:#x} ends in an instruction that is not run", block.start.value);
}

/// Out and in again: the x87 instruction pointer is an address of the host's until then.
void Writer::write_refresh() {
  constexpr std::ptrdiff_t kStore = 10, kJump = 5;
  constexpr std::uint8_t kX87 = 0xd9, kStoreEnvironment = 0x35, kLoadEnvironment = 0x25;
  static const bool by_xsave = host_saves_x87_pointers();
  const auto environment = [this](std::uint8_t operation) {
    hot_.bytes({kX87, operation});
    hot_.relative(arena_.context().x87_environment, 0);
  };
  if (!by_xsave) environment(kStoreEnvironment);
  const std::byte* const behind = hot_.here() + 2 * kStore + kJump;
  hot_.store_imm32(&arena_.context().guest_target,
                   static_cast<std::uint32_t>(Arena::address_of(behind)));
  hot_.store_imm32(&arena_.context().reason, static_cast<std::uint32_t>(LeaveReason::Refresh));
  hot_.jump(leave_stub(RcxPlace::Register));
  CHECK(hot_.here() == behind, "{} bytes more", hot_.here() - behind);
  if (!by_xsave) environment(kLoadEnvironment);
}

/// Reads what POPF is about to pop, so that it faults here if at all: cmp [rsp], rsp of the same
/// size. The flags are lost anyway.
void Writer::write_stack_probe(const Instruction& popf) {
  constexpr std::uint8_t kOperandSize = 0x66, kWide = 0x48;
  if (popf.mnemonic == ZYDIS_MNEMONIC_POPF)
    hot_.bytes({kOperandSize});
  else if (popf.mnemonic == ZYDIS_MNEMONIC_POPFQ)
    hot_.bytes({kWide});
  hot_.bytes({0x39, 0x24, 0x24});
}

void Writer::write_condition(Draft& draft, std::size_t step) {
  const auto& [entry, follow, expected] = draft.path[step];
  const Block& block = entry->block;
  const Instruction& last = block.instructions.back();
  const auto bytes = std::span(block.bytes).last(last.length);
  if (last.detail == kShortOnly) {
    draft.rcx = RcxPlace::Register;  // LOOP changes it
    hot_.bytes(bytes.first(bytes.size() - 1));
    hot_.bytes({2, 0xeb, 5});  // taken: over the short jump, to the long one
    side_exit(draft, hot_.jump(), last.target);
  } else {
    const std::uint8_t condition = condition_of(bytes);
    const bool on_taken = follow == Follow::Taken;
    side_exit(draft, hot_.jump_if(on_taken ? condition ^ 1 : condition),
              on_taken ? block.end() : last.target);
  }
  if (follow == Follow::Stop) write_direct_exit(draft, hot_, block.end());
}

/// Pops the return address into RCX.
void Writer::write_pop_target(const Block& block) {
  hot_.bytes({0x59});  // pop rcx
  const std::uint32_t released = released_arguments(block);
  if (released == 0) return;
  hot_.wide();
  hot_.bytes({0x8d, 0xa4, 0x24});  // lea rsp, [rsp + imm16]
  hot_.raw(released);
}

/// Puts into RCX where the block goes.
void Writer::write_target(Draft& draft) {
  send_rcx_home(draft, hot_);
  const Block& block = *draft.superblock.path.back();
  const Instruction& last = block.instructions.back();
  if (last.flow == Flow::Return) return write_pop_target(block);
  const auto bytes = std::span(block.bytes).last(last.length);
  load_indirect_target({hot_, arena_.context(), draft.superblock, block.end() - last.length}, last,
                       bytes);
  if (last.flow == Flow::IndirectCall) push_return_address(hot_, block.end());
}

void Writer::write_indirect(Draft& draft, std::size_t step) {
  write_target(draft);
  if (!draft.path[step].expected.empty())
    write_expected(draft, step);
  else if (draft.superblock.tier == Tier::First)
    write_told_exit(draft);
  else
    write_indirect_exit(draft, hot_);
}

/// Comes back with the target, whatever it is.
void Writer::write_told_exit(Draft& draft) {
  const ExitId id = add_exit(draft, ExitKind::Indirect, {});
  hot_.store(&arena_.context().guest_target, Gpr::Rcx);
  accounts_.count(hot_, draft.rcx, id);
  if (counting().paths) accounts_.note_path(hot_, draft.rcx, id);
  hot_.store_imm32(&arena_.context().exit, id);
  hot_.jump(told_stub_);
}

/// To where RCX says; the guest's RCX is in its home.
void Writer::write_indirect_exit(Draft& draft, Emitter& to) {
  const void* const target = &arena_.context().guest_target;
  to.store(target, Gpr::Rcx);
  const ExitId id = add_exit(draft, ExitKind::Indirect, {});
  accounts_.count(to, draft.rcx, id);
  std::byte* full = nullptr;
  if (counting().paths) {
    accounts_.note_path(to, draft.rcx, id);
    full = accounts_.check_ring(to, draft.rcx);
  }
  to.store_imm32(&arena_.context().exit, id);
  if (counting().limited) accounts_.spend(to, draft.rcx, draft.instructions).link(miss_stub_);
  if (counting().hidden_totals && !counting().paths && !counting().limited &&
      to.mode() == CodeMode::Long64) {
    to.bytes({0x0f, 0xb7, 0xc9});  // movzx ecx, cx
  } else {
    to.bytes({0x0f, 0xb7, 0x0d});  // movzx ecx, word [target]
    to.relative(target, 0);
  }
  to.bytes({0xff, 0x24, 0xcd});  // jmp [rcx * 8 + table]
  to.raw(static_cast<std::uint32_t>(Arena::address_of(arena_.table())));
  if (full == nullptr) return;
  link_short(full, to.here());
  to.jump(miss_stub_);
}

/// Goes on where the path expects, if that is where the branch goes.
void Writer::write_expected(Draft& draft, std::size_t step) {
  const auto& expected = draft.path[step].expected;
  const GuestAddress first = expected.front();
  check_rcx(hot_, first).link(cold_.here());
  GuestAddress checked = first;
  for (const GuestAddress other : std::span(expected).subspan(1)) {
    const JumpSite differs = check_rcx(cold_, GuestAddress{other.value - checked.value});
    write_direct_exit(draft, cold_, other);
    differs.link(cold_.here());
    checked = other;
  }
  cold_.wide();
  cold_.bytes({0x8d, 0x89});  // lea rcx, [rcx + checked]
  cold_.raw(static_cast<std::int32_t>(checked.value));
  write_indirect_exit(draft, cold_);
  if (draft.path[step].follow == Follow::Stop) write_direct_exit(draft, hot_, first);
}

/// Takes `value` from RCX and goes on where nothing is left; answers the jump taken otherwise.
JumpSite Writer::check_rcx(Emitter& to, GuestAddress value) {
  to.wide();
  to.bytes({0x8d, 0x89});  // lea rcx, [rcx - value]
  to.raw(0u - static_cast<std::uint32_t>(value.value));
  to.bytes({0xe3, 5});  // jrcxz: it is, over the jump
  return to.jump();
}

/// The entry from indirect branches: goes on `skip` bytes behind itself where the guest's target is
/// the superblock's entry. The table knows only its low 16 bits.
void Writer::write_check(Emitter& to, Superblock& superblock, std::uint8_t skip) {
  constexpr std::uint8_t kJumpSize = 5;
  const Context& context = arena_.context();
  const GuestAddress entry = superblock.entry;
  superblock.indirect_head = to.here();
  if (entry.value <= INT32_MAX || to.mode() == CodeMode::Compat32) {
    to.load(Gpr::Rcx, &context.guest_target);
    to.wide();
    to.bytes({0x8d, 0x89});  // lea rcx, [rcx - entry]
    to.raw(0u - static_cast<std::uint32_t>(entry.value));
  } else {
    const auto low = static_cast<std::uint32_t>(entry.value);
    const auto high = static_cast<std::uint32_t>(entry.value >> 32);
    const auto* const target = reinterpret_cast<const std::byte*>(&context.guest_target);
    to.load32(Gpr::Rcx, target);
    to.bytes({0x8d, 0x89});  // lea ecx, [rcx - low]
    to.raw(0u - low);
    to.bytes({0xe3, kJumpSize});
    superblock.misses[1] = to.jump();
    superblock.misses[1].link(miss_stub_);
    to.load32(Gpr::Rcx, target + 4);
    to.bytes({0x8d, 0x89});  // lea ecx, [rcx - high]
    to.raw(0u - high);
  }
  to.bytes({0xe3, static_cast<std::uint8_t>(kJumpSize + skip)});  // jrcxz
  superblock.misses[0] = to.jump();
  superblock.misses[0].link(miss_stub_);
  superblock.indirect_end = to.here();
}

void Writer::write_indirect_head(Superblock& superblock) {
  write_check(cold_, superblock, 0);
  cold_.jump(superblock.home_head);
  superblock.indirect_end = cold_.here();
}

void Writer::write_stop(Draft& draft, ExitKind kind, GuestAddress where) {
  const ExitId id = add_exit(draft, kind, where);
  accounts_.count(hot_, draft.rcx, id);
  if (counting().paths) {
    accounts_.note_path(hot_, draft.rcx, id);
    accounts_.restore_rcx(hot_, draft.rcx);
  }
  hot_.store_imm32(&arena_.context().exit, id);
  hot_.jump(leave_stub(draft.rcx));
}

void Writer::write_direct_exit(Draft& draft, Emitter& to, GuestAddress target) {
  const ExitId id = add_exit(draft, ExitKind::Direct, target);
  std::optional<JumpSite> often, full, spent;
  if (counting().paths) {
    accounts_.note_path(to, draft.rcx, id);
    accounts_.restore_rcx(to, draft.rcx);
  }
  if (draft.superblock.tier != Tier::Second)
    often = accounts_.count_and_watch(to, draft.rcx, id);
  else
    accounts_.count(to, draft.rcx, id);
  if (counting().limited) spent = accounts_.spend(to, draft.rcx, draft.instructions);
  std::byte* const check = counting().paths ? accounts_.check_ring(to, draft.rcx) : nullptr;
  Exit& exit = draft.exits[id];
  exit.site = to.jump();
  if (check != nullptr) {
    link_short(check, to.here());
    accounts_.restore_rcx(to, draft.rcx);
    full = to.jump();
  }
  exit.unlinked = cold_.here();
  cold_.store_imm32(&arena_.context().exit, id);
  cold_.jump(leave_stub(draft.rcx));
  exit.site.link(exit.unlinked);
  if (often) often->link(exit.unlinked);
  if (full) full->link(exit.unlinked);
  if (spent) spent->link(exit.unlinked);
}

void Writer::side_exit(Draft& draft, JumpSite from, GuestAddress target) {
  from.link(cold_.here());
  write_direct_exit(draft, cold_, target);
}

ExitId Writer::add_exit(Draft& draft, ExitKind kind, GuestAddress target) {
  const auto id = static_cast<ExitId>(draft.exits.size());
  Exit& made = draft.exits.emplace_back();
  made.kind = kind;
  made.rcx = draft.rcx;
  made.superblock = draft.index;
  made.path_length = draft.executed;
  made.target = target;
  made.price = draft.price;
  accounts_.open(id, draft.price);
  return id;
}

}  // namespace ringfare::translator
