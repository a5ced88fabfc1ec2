// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cpu/code_map.hpp"
#include "cpu/page_index.hpp"
#include "cpu/translator/arena.hpp"
#include "cpu/translator/entry_map.hpp"
#include "cpu/translator/faults.hpp"
#include "cpu/translator/indirect_table.hpp"
#include "cpu/translator/ledger.hpp"
#include "cpu/translator/path_trace.hpp"
#include "cpu/translator/selection.hpp"
#include "cpu/translator/target_profile.hpp"
#include "cpu/translator/translation_watcher.hpp"
#include "cpu/translator/writer.hpp"

namespace ringfare::translator {

/// The superblocks: found by where the guest is, written when first needed, written anew when
/// experience says how, linked to each other, and forgotten when the code they were made of
/// changes.
class CodeCache final : public BoundaryTest, private Experience {
 public:
  /// `paths` may be null. `watchers` hear of every translation.
  CodeCache(AddressSpace& memory, BlockObserver& observer, Arena& arena, const Counting& counting,
            PathConsumer* paths, std::vector<TranslationWatcher*> watchers = {});
  ~CodeCache() override;
  CodeCache(const CodeCache&) = delete;
  CodeCache& operator=(const CodeCache&) = delete;

  /// What is translated from now on. `singly`: superblocks are single instructions, and nothing is
  /// linked. Forgets everything translated so far; counts stay.
  void set_mode(CodeMode mode, const Counting& counting, bool singly);
  CodeMode mode() const { return code_.mode(); }

  /// The superblock for `address`, translated if need be; an index for `superblock`.
  std::uint32_t superblock_at(GuestAddress address);
  /// One of a single block that is linked to nothing. A longer path does not stop at each of its
  /// instructions: jumps inside it are no code at all.
  std::uint32_t single_block_at(GuestAddress address);
  /// The same of one instruction.
  std::uint32_t first_instruction_at(GuestAddress address) {
    const bool is_whole = code_.at(address).block.instructions.size() < 2;
    return is_whole ? single_block_at(address) : cut_block_at(address, 1);
  }
  /// The same of the first instructions of a block, fewer than it has.
  std::uint32_t cut_block_at(GuestAddress address, std::size_t instructions);
  const Superblock& superblock(std::uint32_t index) const { return superblocks_[index]; }
  const std::vector<Superblock>& superblocks() const { return superblocks_; }
  /// Whether the superblock is what its entry leads to now.
  bool is_current(std::uint32_t index) const {
    return by_entry_.find(superblocks_[index].entry) == index;
  }
  /// The most instructions that a superblock executes.
  std::uint64_t longest() const { return longest_; }

  /// A direct exit has come back: often taken, its superblock is written anew as a path through
  /// what usually follows.
  void came_back(ExitId id);
  /// Indirect branches went to `target`, which nobody knew.
  void missed(GuestAddress target);
  /// The indirect branch of a first-tier superblock went to `target`.
  void learn(std::uint32_t index, GuestAddress target);

  void invalidate(GuestRange range);
  /// Before the end: what is many small pieces is never given back.
  void leave_behind();
  /// Code in shared files can change without a store of the guest's.
  void forget_changed_files() {
    if (!in_files_.empty()) compare_files();
  }
  /// Translations made while `lasting` is false are not guarded against stores, and go with
  /// `forget_unguarded`.
  void set_lasting(bool lasting) { lasting_ = lasting; }
  void forget_unguarded() {
    if (!unguarded_.empty() || !unguarded_blocks_.empty()) kill_unguarded();
  }

  /// The superblock that host address `pc` is in, and the guest instruction it is of; null: none.
  const Superblock* superblock_of(std::uint64_t pc) const;
  const Point* point_at(const Superblock& superblock, std::uint64_t pc) const;
  /// That instruction's address; nothing where there is none.
  std::optional<GuestAddress> guest_address(std::uint64_t pc) const;
  bool is_boundary(std::uint64_t pc) const override;

  Ledger& ledger() { return ledger_; }
  const Ledger& ledger() const { return ledger_; }
  const Exit& exit(ExitId id) const { return ledger_.exits()[id]; }
  const CodeMap::Entry& entry(BlockId id) const { return code_.entry(id); }
  std::size_t blocks() const { return code_.size(); }
  std::byte* leave_stub() const { return writer_.leave_stub(); }
  const AddressSpace& memory() const { return memory_; }
  const Arena& arena() const { return arena_; }
  const Writer& writer() const { return writer_; }

 private:
  std::uint64_t reach() const { return mode() == CodeMode::Long64 ? INT32_MAX : UINT32_MAX; }
  std::uint32_t translate(Tier tier, GuestAddress address, bool indirect = false);
  std::uint32_t take_in(Superblock made, const std::vector<Step>& path);
  void promote(std::uint32_t index);
  void replace(GuestAddress entry, Tier tier);
  void link(ExitId id, Superblock& to);
  void link_exits(const Superblock& from);
  void link_to(Superblock& made);
  void take_table_entry(std::uint32_t index);
  Follow usual_way(GuestAddress start) const override;
  std::vector<GuestAddress> usual_targets(GuestAddress start) const override;
  bool is_path_head(GuestAddress address) const override;
  void kill(std::uint32_t index);
  void kill_unguarded();
  void guard_decoded();
  void compare_files();
  void tell_paths(const Superblock& superblock);
  void make_room();
  void forget_all();

  AddressSpace& memory_;
  Arena& arena_;
  PathConsumer* const paths_;
  const std::vector<TranslationWatcher*> watchers_;
  CodeMap code_;
  Writer writer_;
  std::vector<Superblock> superblocks_;  // ascending by host address
  IndirectTable indirect_{arena_.table(), superblocks_};
  Ledger ledger_{arena_, superblocks_};
  EntryMap by_entry_;       // the one that runs
  EntryMap single_blocks_;  // for the last instructions of a budget
  std::unordered_map<std::uint64_t, std::uint32_t> cut_blocks_;    // likewise, by place_of_cut
  std::unordered_map<GuestAddress, std::uint32_t> first_tier_;     // what usual_way knows
  std::unordered_map<GuestAddress, TargetProfile> targets_;        // what usual_targets knows
  std::unordered_map<GuestAddress, std::vector<ExitId>> waiting_;  // for a translation to link to
  PageIndex<std::uint32_t> on_page_;                               // superblocks
  std::uint64_t longest_ = 0;
  bool singly_ = false;
  bool lasting_ = true;
  std::vector<BlockId> decoded_;  // and not guarded yet
  std::vector<std::uint32_t> unguarded_;
  std::vector<GuestAddress> unguarded_blocks_;
  std::vector<const CodeMap::Entry*> in_files_;  // blocks that write(2) can change
};

/// How many instructions the superblock's whole path has.
std::uint64_t longest_path(const Superblock& superblock);

}  // namespace ringfare::translator
