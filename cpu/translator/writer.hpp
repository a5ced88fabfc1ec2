// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "cpu/decoder.hpp"
#include "cpu/translator/arena.hpp"
#include "cpu/translator/emitter.hpp"
#include "cpu/translator/exit_accounts.hpp"
#include "cpu/translator/rules.hpp"
#include "cpu/translator/selection.hpp"
#include "cpu/translator/superblock.hpp"

namespace ringfare::translator {

/// How many bytes of arguments the block's RET takes off the stack.
std::uint32_t released_arguments(const Block& block);

/// Writes superblocks into the arena: the path itself into the hot part, what is off the path (side
/// exits, links not made yet) into the cold part.
class Writer {
 public:
  Writer(Arena& arena, const Counting& counting);

  /// Whether one more superblock certainly fits; if not, the owner forgets all and calls `rewind`.
  bool has_room(std::size_t exits) const;
  void rewind();

  /// What is written from now on, and how it is counted; the owner forgets all that was written.
  void set_mode(CodeMode mode, const Counting& counting);

  struct Order {
    Tier tier = Tier::First;
    GuestAddress entry;
    std::uint32_t index = 0;  // of the superblock to be
    bool indirect = false;    // indirect branches come here: their head stands before the other
  };

  /// Translates `path`; new exits are appended to `exits`, their prices put into the arena.
  Superblock write(const Order& order, const std::vector<Step>& path, std::vector<Exit>& exits);

  /// The entry that checks that RCX is `superblock.entry` (it came here by the low 16 bits of the
  /// address only) and restores RCX and R11.
  void write_indirect_head(Superblock& superblock);

  std::byte* leave_stub() const { return leave_stub_; }
  std::byte* leave_stub(RcxPlace rcx) const {
    return rcx == RcxPlace::Home ? leave_from_home_stub_ : leave_stub_;
  }
  std::byte* indirect_miss_stub() const { return miss_stub_; }
  std::byte* told_stub() const { return told_stub_; }
  /// The stubs lie from `leave_stub` to here.
  std::byte* stubs_end() const { return stubs_end_; }
  const ExitAccounts& accounts() const { return accounts_; }

 private:
  struct Draft;
  const Counting& counting() const { return accounts_.counting(); }
  void write_stubs();
  void write_check(Emitter& to, Superblock& superblock, std::uint8_t skip);
  void write_heads(Superblock& made, bool begins_home);
  void write_block(Draft& draft, std::size_t step);
  bool settle_rcx(Draft& draft, const CopyPlace& place, const Instruction& instruction,
                  std::span<const std::uint8_t> bytes);
  void send_rcx_home(Draft& draft, Emitter& to);
  void write_terminator(Draft& draft, std::size_t step);
  void write_refresh();
  void write_stack_probe(const Instruction& popf);
  void write_condition(Draft& draft, std::size_t step);
  void write_pop_target(const Block& block);
  void write_target(Draft& draft);
  void write_indirect(Draft& draft, std::size_t step);
  void write_indirect_exit(Draft& draft, Emitter& to);
  void write_expected(Draft& draft, std::size_t step);
  JumpSite check_rcx(Emitter& to, GuestAddress value);
  void write_told_exit(Draft& draft);
  void write_stop(Draft& draft, ExitKind kind, GuestAddress where);
  void write_direct_exit(Draft& draft, Emitter& to, GuestAddress target);
  void side_exit(Draft& draft, JumpSite from, GuestAddress target);
  ExitId add_exit(Draft& draft, ExitKind kind, GuestAddress target);
  void write_compatibility_entry();
  void write_compatibility_exit();

  Arena& arena_;
  ExitAccounts accounts_;
  Emitter hot_, cold_;
  std::byte* leave_stub_ = nullptr;
  std::byte* leave_from_home_stub_ = nullptr;
  std::byte* miss_stub_ = nullptr;
  std::byte* told_stub_ = nullptr;
  std::byte* entry_stub_ = nullptr;
  std::byte* stubs_end_ = nullptr;
};

}  // namespace ringfare::translator
