// SPDX-License-Identifier: MIT
#include "cpu/translator/writer.hpp"

#include <optional>

#include "cpu/failure.hpp"
#include "cpu/translator/rules.hpp"

namespace ringfare::translator {
namespace {

constexpr std::size_t kRoom = 64 * 1024;  // more than the largest superblock takes

std::span<const std::uint8_t> bytes_of(const Block& block, std::size_t offset,
                                       const Instruction& instruction) {
  return std::span(block.bytes).subspan(offset, instruction.length);
}

/// The condition code of a jcc: the low nibble of its opcode's last byte (SDM vol. 2, B.1.4.7).
std::uint8_t condition_of(std::span<const std::uint8_t> jcc, std::size_t displacement_size) {
  return jcc[jcc.size() - displacement_size - 1] & 0xf;
}

bool has_short_form(std::span<const std::uint8_t> jcc) {
  return (jcc[jcc.size() - 2] & 0xf0) == 0x70;
}

}  // namespace

/// A superblock being written.
struct Writer::Draft {
  const std::vector<Step>& path;
  Superblock& superblock;
  std::uint32_t index;
  std::vector<Exit>& exits;
  Lanes price{};               // of the path up to here
  std::uint32_t executed = 0;  // blocks of the path up to here
};

Writer::Writer(Arena& arena, const Counting& counting)
    : arena_(arena),
      counting_(counting),
      hot_(arena.hot_begin(), arena.hot_end()),
      cold_(arena.cold_begin(), arena.cold_end()) {
  write_stubs();
}

bool Writer::has_room(std::size_t exits) const {
  return hot_.room() > kRoom && cold_.room() > kRoom && exits + 256 < Arena::kExits;
}

void Writer::rewind() {
  hot_.rewind();
  cold_.rewind();
  write_stubs();
}

void Writer::write_stubs() {
  Context& context = arena_.context();
  const auto rcx = static_cast<std::size_t>(Gpr::Rcx);

  entry_stub_ = cold_.here();
  cold_.load(Gpr::Rcx, &context.gpr[rcx]);
  cold_.jump_through(&context.target);

  // Indirect branches arrive with the target in RCX, RCX and R11 parked.
  miss_stub_ = cold_.here();
  cold_.store(&context.guest_target, Gpr::Rcx);
  cold_.store_imm32(&context.reason, static_cast<std::uint32_t>(LeaveReason::IndirectMiss));
  cold_.load(Gpr::Rcx, &context.spill[0]);
  cold_.load(Gpr::R11, &context.spill[1]);
  const JumpSite leave_after_miss = cold_.jump();

  told_stub_ = cold_.here();
  cold_.store(&context.guest_target, Gpr::Rcx);
  cold_.store_imm32(&context.reason, static_cast<std::uint32_t>(LeaveReason::IndirectExit));
  cold_.load(Gpr::Rcx, &context.spill[0]);

  leave_after_miss.link(cold_.here());
  leave_stub_ = cold_.here();
  cold_.store(&context.gpr[rcx], Gpr::Rcx);
  cold_.move_imm32(Gpr::Rcx, static_cast<std::uint32_t>(Arena::address_of(&context)));
  cold_.jump_through(&context.leave);

  context.entry_stub = Arena::address_of(entry_stub_);
}

Superblock Writer::write(const Order& order, const std::vector<Step>& path,
                         std::vector<Exit>& exits) {
  Superblock made;
  made.tier = order.tier;
  made.entry = order.entry;
  made.first_exit = static_cast<ExitId>(exits.size());
  if (order.indirect) {
    made.indirect_head = hot_.here();
    check_target(hot_, order.entry, nullptr);
  }
  made.begin = made.head = hot_.here();
  Draft draft{path, made, order.index, exits};
  for (std::size_t step = 0; step < path.size(); ++step) write_block(draft, step);
  made.end = hot_.here();
  made.end_exit = static_cast<ExitId>(exits.size());
  return made;
}

void Writer::write_block(Draft& draft, std::size_t step) {
  const CodeMap::Entry& entry = *draft.path[step].entry;
  const Block& block = entry.block;
  draft.superblock.path.push_back(&block);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < block.instructions.size(); ++i) {
    const Instruction& instruction = block.instructions[i];
    draft.superblock.points.push_back(
        {.host = static_cast<std::uint32_t>(hot_.here() - draft.superblock.begin),
         .step = static_cast<std::uint16_t>(step),
         .index = static_cast<std::uint16_t>(i)});
    if (instruction.flow != Flow::Next) break;
    translate_instruction({hot_, arena_.context(), draft.superblock, block.start + offset},
                          instruction, bytes_of(block, offset, instruction));
    offset += instruction.length;
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) draft.price[lane] += entry.price[lane];
  draft.executed = static_cast<std::uint32_t>(step + 1);
  write_terminator(draft, step);
}

void Writer::write_terminator(Draft& draft, std::size_t step) {
  const auto& [entry, follow, expected] = draft.path[step];
  const Block& block = entry->block;
  if (entry->obstacle == CodeMap::Obstacle::Refused)
    return write_stop(draft, ExitKind::Refused, block.end());
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
      return write_stop(draft, ExitKind::Gate, address);
    case Flow::Emulated:
      return write_stop(draft, ExitKind::Emulated, address);
    case Flow::Refused:
      break;
  }
  CHECK(false, "block at {:#x} ends in an instruction that is not run", block.start.value);
}

void Writer::write_condition(Draft& draft, std::size_t step) {
  const auto& [entry, follow, expected] = draft.path[step];
  const Block& block = entry->block;
  const Instruction& last = block.instructions.back();
  const auto bytes = std::span(block.bytes).last(last.length);
  if (last.detail == kShortOnly) {
    hot_.bytes(bytes.first(bytes.size() - 1));
    hot_.bytes({2, 0xeb, 5});  // taken: over the short jump, to the long one
    side_exit(draft, hot_.jump(), last.target);
  } else {
    const std::uint8_t condition = condition_of(bytes, has_short_form(bytes) ? 1 : 4);
    const bool on_taken = follow == Follow::Taken;
    side_exit(draft, hot_.jump_if(on_taken ? condition ^ 1 : condition),
              on_taken ? block.end() : last.target);
  }
  if (follow == Follow::Stop) write_direct_exit(draft, hot_, block.end());
}

/// Parks RCX and pops the return address into it.
void Writer::write_pop_target(Draft& draft, const Block& block) {
  const Instruction& last = block.instructions.back();
  const auto bytes = std::span(block.bytes).last(last.length);
  hot_.store(&arena_.context().spill[0], Gpr::Rcx);
  draft.superblock.points.back().parked[0] = static_cast<std::uint8_t>(Gpr::Rcx);
  hot_.bytes({0x59});  // pop rcx
  const bool releases_arguments = last.length >= 3 && bytes[bytes.size() - 3] == 0xc2;
  if (!releases_arguments) return;
  hot_.bytes({0x48, 0x8d, 0xa4, 0x24});  // lea rsp, [rsp + imm16]
  hot_.raw(static_cast<std::uint32_t>(bytes[bytes.size() - 2] | bytes[bytes.size() - 1] << 8));
}

/// Parks RCX and puts into it where the block goes.
void Writer::write_target(Draft& draft) {
  const Block& block = *draft.superblock.path.back();
  const Instruction& last = block.instructions.back();
  if (last.flow == Flow::Return) return write_pop_target(draft, block);
  const auto bytes = std::span(block.bytes).last(last.length);
  load_indirect_target({hot_, arena_.context(), draft.superblock, block.end() - last.length}, last,
                       bytes);
  if (last.flow == Flow::IndirectCall) push_return_address(hot_, block.end());
}

void Writer::write_indirect(Draft& draft, std::size_t step) {
  write_target(draft);
  if (draft.path[step].expected)
    write_expected(draft, step);
  else if (draft.superblock.tier == Tier::First)
    write_told_exit(draft);
  else
    write_indirect_exit(draft, hot_);
}

/// Comes back with the target, whatever it is.
void Writer::write_told_exit(Draft& draft) {
  const ExitId id = add_exit(draft, ExitKind::Indirect, {});
  account(hot_, id);
  hot_.store_imm32(&arena_.context().exit, id);
  hot_.jump(told_stub_);
}

/// To where RCX says; the guest's RCX is parked.
void Writer::write_indirect_exit(Draft& draft, Emitter& to) {
  account(to, add_exit(draft, ExitKind::Indirect, {}));
  to.store(&arena_.context().spill[1], Gpr::R11);
  to.bytes({0x44, 0x0f, 0xb7, 0xd9});  // movzx r11d, cx
  to.bytes({0x42, 0xff, 0x24, 0xdd});  // jmp [r11 * 8 + table]
  to.raw(static_cast<std::uint32_t>(Arena::address_of(arena_.table())));
}

/// Goes on where the path expects, if that is where the branch goes.
void Writer::write_expected(Draft& draft, std::size_t step) {
  const GuestAddress target = *draft.path[step].expected;
  const auto expected = static_cast<std::int32_t>(target.value);
  hot_.bytes({0x48, 0x8d, 0x89});  // lea rcx, [rcx - expected]
  hot_.raw(-expected);
  hot_.bytes({0xe3, 5});  // jrcxz: it is, over the jump
  hot_.jump().link(cold_.here());
  cold_.bytes({0x48, 0x8d, 0x89});  // lea rcx, [rcx + expected]
  cold_.raw(expected);
  write_indirect_exit(draft, cold_);
  hot_.load(Gpr::Rcx, &arena_.context().spill[0]);
  if (draft.path[step].follow == Follow::Stop) write_direct_exit(draft, hot_, target);
}

/// Goes to `head`, or on where there is none, with RCX and R11 restored where RCX is `entry`.
void Writer::check_target(Emitter& to, GuestAddress entry, const std::byte* head) {
  Context& context = arena_.context();
  const auto add_to_rcx = [](Emitter& emitter, std::uint64_t value) {
    const auto signed_value = static_cast<std::int64_t>(value);
    if (signed_value >= INT32_MIN && signed_value <= INT32_MAX) {
      emitter.bytes({0x48, 0x8d, 0x89});  // lea rcx, [rcx + disp32]
      emitter.raw(static_cast<std::int32_t>(signed_value));
    } else {
      emitter.move_imm64(Gpr::R11, value);
      emitter.bytes({0x4a, 0x8d, 0x0c, 0x19});  // lea rcx, [rcx + r11]
    }
  };
  add_to_rcx(to, 0 - entry.value);
  to.bytes({0xe3, 5});  // jrcxz: it is the one, over the jump
  const JumpSite another = to.jump();
  to.load(Gpr::Rcx, &context.spill[0]);
  to.load(Gpr::R11, &context.spill[1]);
  if (head != nullptr) to.jump(head);
  another.link(cold_.here());
  add_to_rcx(cold_, entry.value);
  cold_.jump(miss_stub_);
}

void Writer::write_indirect_head(Superblock& superblock) {
  superblock.indirect_head = cold_.here();
  check_target(cold_, superblock.entry, superblock.head);
}

void Writer::write_stop(Draft& draft, ExitKind kind, GuestAddress where) {
  const ExitId id = add_exit(draft, kind, where);
  account(hot_, id);
  hot_.store_imm32(&arena_.context().exit, id);
  hot_.jump(leave_stub_);
}

void Writer::write_direct_exit(Draft& draft, Emitter& to, GuestAddress target) {
  const ExitId id = add_exit(draft, ExitKind::Direct, target);
  std::optional<JumpSite> often;
  if (draft.superblock.tier != Tier::Second)
    often = count_and_watch(to, id);
  else
    account(to, id);
  Exit& exit = draft.exits[id];
  exit.site = to.jump();
  exit.unlinked = cold_.here();
  cold_.store_imm32(&arena_.context().exit, id);
  cold_.jump(leave_stub_);
  exit.site.link(exit.unlinked);
  if (often) often->link(exit.unlinked);
}

void Writer::side_exit(Draft& draft, JumpSite from, GuestAddress target) {
  from.link(cold_.here());
  write_direct_exit(draft, cold_, target);
}

ExitId Writer::add_exit(Draft& draft, ExitKind kind, GuestAddress target) {
  const auto id = static_cast<ExitId>(draft.exits.size());
  Exit& made = draft.exits.emplace_back();
  made.kind = kind;
  made.superblock = draft.index;
  made.path_length = draft.executed;
  made.target = target;
  made.price = draft.price;
  std::memcpy(price_slot(id), draft.price.data(), price_size());
  arena_.counters()[id] = 0;
  return id;
}

void Writer::add_price(Emitter& to, ExitId id) {
  // EVEX.L'L: vpaddq (x|y|z)mm31 += price; the width covers the lanes in use.
  const auto width = static_cast<std::uint8_t>(price_size() / 32 << 5);
  to.bytes({0x62, 0x61, 0x85, width, 0xd4, 0x3d});
  to.relative(price_slot(id), 0);
}

void Writer::account(Emitter& to, ExitId id) {
  if (!counting_.counters) return;
  const void* const counter = &arena_.counters()[id];
  if (!counting_.hidden_totals) {
    Context& context = arena_.context();
    to.store(&context.spill[2], Gpr::Rcx);
    to.load(Gpr::Rcx, counter);
    to.add(Gpr::Rcx, 1);
    to.store(counter, Gpr::Rcx);
    to.load(Gpr::Rcx, &context.spill[2]);
    return;
  }
  add_price(to, id);
  to.bytes({0x62, 0x61, 0x95, 0x10, 0xd4, 0x35});  // vpaddq xmm30, xmm29, counter{1to2}
  to.relative(counter, 0);
  to.bytes({0x62, 0x61, 0xfd, 0x08, 0xd6, 0x35});  // vmovq counter, xmm30
  to.relative(counter, 0);
}

/// Counts an exit; answers the jump taken at the moment it has been taken kOften times.
JumpSite Writer::count_and_watch(Emitter& to, ExitId id) {
  Context& context = arena_.context();
  const void* const counter = &arena_.counters()[id];
  if (counting_.hidden_totals) add_price(to, id);
  to.store(&context.spill[2], Gpr::Rcx);
  to.load(Gpr::Rcx, counter);
  to.add(Gpr::Rcx, 1);
  to.store(counter, Gpr::Rcx);
  to.add(Gpr::Rcx, -kOften);
  to.bytes({0xe3, 2, 0xeb, 12});  // jrcxz: often; jmp over it
  to.load(Gpr::Rcx, &context.spill[2]);
  const JumpSite often = to.jump();
  to.load(Gpr::Rcx, &context.spill[2]);
  return often;
}

}  // namespace ringfare::translator
