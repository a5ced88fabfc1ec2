// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cpu/block.hpp"
#include "cpu/memory.hpp"
#include "cpu/page_index.hpp"

namespace ringfare {

/// Guest code as decoded basic blocks, each decoded and priced once.
class CodeMap {
 public:
  CodeMap(const AddressSpace& memory, BlockObserver& observer)
      : memory_(memory), observer_(observer) {}

  static constexpr std::size_t kLongestBlock = 64;  // instructions

  /// Why the instruction at the end of a block was not taken into it.
  enum class Obstacle : std::uint8_t { None, Refused, TooLong, NoCode };

  struct Entry {
    Block block;  // may be empty where `obstacle` is at its start
    BlockPrice price{};
    Obstacle obstacle = Obstacle::None;
  };

  /// From now on the ids of blocks that were decoded, or decoded again, are added to `ids`.
  void note_decoded(std::vector<BlockId>& ids) { decoded_ = &ids; }

  /// From now on code is decoded in this mode; blocks of the other mode are forgotten.
  void set_mode(CodeMode mode) {
    if (mode != mode_) forget();
    mode_ = mode;
  }

  CodeMode mode() const { return mode_; }

  const Entry& at(GuestAddress address);
  /// A block of the first instruction at `start` alone.
  const Entry& instruction_at(GuestAddress address);
  /// The first `instructions` of a block, fewer than it has, with their prices.
  Entry front(const Entry& whole, std::size_t instructions) const;
  const Entry& entry(BlockId id) const { return *entries_[id]; }
  std::size_t size() const { return entries_.size(); }
  /// How many blocks were decoded so far that differ from what was decoded there before.
  std::uint64_t made() const { return made_; }

  /// Whether most blocks are of code that is no more, and they are many: time for `drop_stale`.
  bool is_mostly_stale() const { return entries_.size() - free_.size() > kMany && stale_ > live(); }
  /// Forgets them; nobody may hold an entry. Their ids are given to new blocks.
  void drop_stale();

  /// The bytes that decoding the block has read: a change of any of them makes it invalid.
  static GuestRange seen(const Entry& entry);

  /// The code may have changed: blocks are decoded again, under new ids where they are others; old
  /// ids keep their blocks until `drop_stale`.
  void forget() {
    ++age_;
    stale_ = entries_.size() - free_.size();
  }
  void forget(GuestAddress address) {
    forget(by_address_, address);
    forget(instructions_, address);
  }
  void forget(GuestRange pages) {
    for (const GuestAddress address : on_page_.take(pages)) forget(address);
  }

 private:
  /// The latest block at an address, and when it was last found to be what the memory holds.
  struct Latest {
    BlockId id = 0;
    std::uint64_t age = 0;
  };
  using Index = std::unordered_map<GuestAddress, Latest>;
  void forget(Index& index, GuestAddress address) {
    const auto found = index.find(address);
    if (found == index.end()) return;
    if (std::exchange(found->second.age, kForgotten) == age_) ++stale_;
  }
  std::size_t live() const { return entries_.size() - free_.size() - stale_; }
  void drop_stale(Index& index, std::vector<bool>& kept) const;
  BlockId next_id();
  const Entry& look_up(Index& index, GuestAddress address, std::size_t longest);
  std::unique_ptr<Entry> decode(GuestAddress address, std::size_t longest) const;

  static constexpr std::uint64_t kForgotten = 0;
  static constexpr std::size_t kMany = 1 << 16;

  const AddressSpace& memory_;
  BlockObserver& observer_;
  std::uint64_t age_ = 1;
  std::vector<BlockId>* decoded_ = nullptr;
  CodeMode mode_ = CodeMode::Long64;
  std::vector<std::unique_ptr<Entry>> entries_;  // by id; none where the id is free
  std::vector<BlockId> free_;
  std::size_t stale_ = 0;  // of the entries, those that another one has followed, or forgotten ones
  std::uint64_t made_ = 0;
  Index by_address_, instructions_;
  PageIndex<GuestAddress> on_page_;
};

}  // namespace ringfare
