// SPDX-License-Identifier: MIT
#include "cpu/translator/code_cache.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

namespace ringfare::translator {

namespace {

/// Where a block is cut, as one number.
std::uint64_t place_of_cut(GuestAddress start, std::size_t instructions) {
  return start.value * CodeMap::kLongestBlock + instructions;
}

}  // namespace

std::uint64_t longest_path(const Superblock& superblock) {
  if (superblock.cut != 0) return superblock.cut;
  std::uint64_t instructions = 0;
  for (const Block* block : superblock.path) instructions += block->instructions.size();
  return instructions;
}

CodeCache::CodeCache(AddressSpace& memory, BlockObserver& observer, Arena& arena,
                     const Counting& counting, PathConsumer* paths,
                     std::vector<TranslationWatcher*> watchers)
    : memory_(memory),
      arena_(arena),
      paths_(paths),
      watchers_(std::move(watchers)),
      code_(memory, observer),
      writer_(arena, counting) {
  code_.note_decoded(decoded_);
  forget_all();
}

CodeCache::~CodeCache() {
  for (TranslationWatcher* const watcher : watchers_) watcher->forgetting(*this);
}

void CodeCache::set_mode(CodeMode mode, const Counting& counting, bool singly) {
  code_.set_mode(mode);
  writer_.set_mode(mode, counting);
  singly_ = singly;
  forget_all();
}

void CodeCache::came_back(ExitId id) {
  if (!singly_ && arena_.counters()[id] == ExitAccounts::kOften) promote(exit(id).superblock);
}

void CodeCache::missed(GuestAddress target) {
  const std::uint32_t index = superblock_at(target);
  if (!singly_) take_table_entry(index);
}

void CodeCache::kill_unguarded() {
  for (const std::uint32_t temporary : std::exchange(unguarded_, {})) kill(temporary);
  for (const GuestAddress start : std::exchange(unguarded_blocks_, {})) code_.forget(start);
}

std::uint32_t CodeCache::superblock_at(GuestAddress address) {
  if (const auto found = by_entry_.find(address)) return *found;
  make_room();
  const std::uint32_t index = translate(singly_ ? Tier::Settled : Tier::First, address);
  by_entry_.set(address, index);
  first_tier_.emplace(address, index);
  if (singly_) return index;
  link_exits(superblocks_[index]);
  link_to(superblocks_[index]);
  return index;
}

std::uint32_t CodeCache::single_block_at(GuestAddress address) {
  if (const auto found = single_blocks_.find(address)) return *found;
  make_room();
  const std::uint32_t index = translate(Tier::Settled, address);
  single_blocks_.set(address, index);
  return index;
}

std::uint32_t CodeCache::cut_block_at(GuestAddress address, std::size_t instructions) {
  const std::uint64_t place = place_of_cut(address, instructions);
  if (const auto found = cut_blocks_.find(place); found != cut_blocks_.end()) return found->second;
  make_room();
  const CodeMap::Entry& whole = code_.at(address);
  const CodeMap::Entry front = code_.front(whole, instructions);
  const auto index = static_cast<std::uint32_t>(superblocks_.size());
  Superblock made =
      writer_.write({Tier::Settled, address, index, false}, {{.entry = &front}}, ledger_.exits());
  made.path = {&whole.block};
  made.cut = instructions;
  cut_blocks_[place] = index;
  return take_in(std::move(made), {{.entry = &whole}});
}

std::uint32_t CodeCache::translate(Tier tier, GuestAddress address, bool indirect) {
  const auto index = static_cast<std::uint32_t>(superblocks_.size());
  const auto path = singly_                ? std::vector{Step{&code_.instruction_at(address)}}
                    : tier == Tier::Second ? select_path(code_, address, {.reach = reach()}, *this)
                                           : single_block(code_, address, usual_targets(address));
  return take_in(writer_.write({tier, address, index, indirect}, path, ledger_.exits()), path);
}

/// Answers its index.
std::uint32_t CodeCache::take_in(Superblock made, const std::vector<Step>& path) {
  const auto index = static_cast<std::uint32_t>(superblocks_.size());
  superblocks_.push_back(std::move(made));
  longest_ = std::max(longest_, longest_path(superblocks_.back()));
  if (paths_ != nullptr) tell_paths(superblocks_.back());
  guard_decoded();
  for (const Step& step : path) {
    const GuestRange seen = CodeMap::seen(*step.entry);
    on_page_.add(seen, index);
    const Region* const region = memory_.find(seen.begin);
    if (region != nullptr && region->file != FileIdentity{}) in_files_.push_back(step.entry);
  }
  if (!lasting_) unguarded_.push_back(index);
  for (TranslationWatcher* const watcher : watchers_) watcher->translated(*this, index);
  return index;
}

/// What was decoded in search of a path and has not become part of it.
void CodeCache::guard_decoded() {
  for (const BlockId id : std::exchange(decoded_, {}))
    if (lasting_)
      memory_.guard(CodeMap::seen(code_.entry(id)));
    else
      unguarded_blocks_.push_back(code_.entry(id).block.start);
}

void CodeCache::learn(std::uint32_t index, GuestAddress target) {
  const GuestAddress entry = superblocks_[index].entry;
  TargetProfile& profile = targets_[entry];
  profile.add(target);
  if (profile.complete() && !singly_) replace(entry, Tier::Settled);
}

/// A block is executed often: a path through it and what usually follows takes its place.
void CodeCache::promote(std::uint32_t index) {
  const GuestAddress entry = superblocks_[index].entry;
  const auto now = by_entry_.find(entry);
  if (now && superblocks_[*now].tier != Tier::Second) replace(entry, Tier::Second);
}

/// Another translation takes the place of the one at `entry`.
void CodeCache::replace(GuestAddress entry, Tier tier) {
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

void CodeCache::link(ExitId id, Superblock& to) {
  const Exit& exit = ledger_.exits()[id];
  exit.site.link(exit.rcx == RcxPlace::Register ? to.head : to.home_head);
  to.incoming.push_back(id);
  for (TranslationWatcher* const watcher : watchers_) watcher->linked(*this, id, to);
}

void CodeCache::link_exits(const Superblock& from) {
  for (ExitId id = from.first_exit; id < from.end_exit; ++id) {
    const Exit& exit = ledger_.exits()[id];
    if (exit.kind != ExitKind::Direct) continue;
    if (const auto to = by_entry_.find(exit.target))
      link(id, superblocks_[*to]);
    else
      waiting_[exit.target].push_back(id);
  }
}

void CodeCache::link_to(Superblock& made) {
  const auto found = waiting_.find(made.entry);
  if (found == waiting_.end()) return;
  for (const ExitId id : found->second) link(id, made);
  waiting_.erase(found);
}

/// Indirect branches to the superblock's entry find it from now on.
void CodeCache::take_table_entry(std::uint32_t index) {
  Superblock& superblock = superblocks_[index];
  if (superblock.indirect_head == nullptr) {
    writer_.write_indirect_head(superblock);
    for (TranslationWatcher* const watcher : watchers_) watcher->head_added(*this, index);
  }
  indirect_.add(index);
}

Follow CodeCache::usual_way(GuestAddress start) const {
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

std::vector<GuestAddress> CodeCache::usual_targets(GuestAddress start) const {
  const auto found = targets_.find(start);
  if (found == targets_.end()) return {};
  auto usual = found->second.usual();
  // Checked as sign-extended imm32.
  const bool near =
      std::ranges::all_of(usual, [this](GuestAddress target) { return target.value <= reach(); });
  return near ? usual : std::vector<GuestAddress>{};
}

bool CodeCache::is_path_head(GuestAddress address) const {
  const auto found = by_entry_.find(address);
  return found && superblocks_[*found].tier == Tier::Second;
}

void CodeCache::invalidate(GuestRange range) {
  code_.forget(range);
  for (const std::uint32_t index : on_page_.take(range)) kill(index);
}

void CodeCache::compare_files() {
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
void CodeCache::kill(std::uint32_t index) {
  Superblock& superblock = superblocks_[index];
  if (std::exchange(superblock.dead, true)) return;
  superblock.points = {};
  by_entry_.erase(superblock.entry, index);
  single_blocks_.erase(superblock.entry, index);
  if (superblock.cut != 0) cut_blocks_.erase(place_of_cut(superblock.entry, superblock.cut));
  const auto first = first_tier_.find(superblock.entry);
  if (first != first_tier_.end() && first->second == index) first_tier_.erase(first);
  targets_.erase(superblock.entry);
  for (const ExitId id : std::exchange(superblock.incoming, {})) {
    const Exit& exit = ledger_.exits()[id];
    exit.site.link(exit.unlinked);
    waiting_[exit.target].push_back(id);
  }
  if (superblock.indirect_head != nullptr) indirect_.remove(index);
  for (TranslationWatcher* const watcher : watchers_) watcher->dropped(*this, index);
}

/// What the exits of `superblock` mean to whoever follows the paths.
void CodeCache::tell_paths(const Superblock& superblock) {
  std::vector<BlockId> blocks;
  for (ExitId id = superblock.first_exit; id < superblock.end_exit; ++id) {
    blocks.clear();
    const std::uint32_t whole = superblock.cut != 0 ? 0 : ledger_.exits()[id].path_length;
    for (std::uint32_t step = 0; step < whole; ++step) blocks.push_back(superblock.path[step]->id);
    paths_->known(id, blocks);
  }
}

/// Translations of code that has changed take room and memory until all are forgotten.
void CodeCache::make_room() {
  if (!writer_.has_room(ledger_.exits().size()) || code_.is_mostly_stale()) forget_all();
}

void CodeCache::forget_all() {
  for (TranslationWatcher* const watcher : watchers_) watcher->forgetting(*this);
  if (paths_ != nullptr) {
    arena_.path_ring().next = Arena::address_of(arena_.path_ring().paths);
    paths_->forget();
  }
  ledger_.close();
  superblocks_.clear();
  longest_ = 0;
  by_entry_.clear();
  single_blocks_.clear();
  cut_blocks_.clear();
  first_tier_.clear();
  targets_.clear();
  waiting_.clear();
  on_page_.clear();
  unguarded_.clear();
  in_files_.clear();
  decoded_.clear();
  if (code_.is_mostly_stale()) code_.drop_stale();
  writer_.rewind();
  indirect_.clear(writer_.indirect_miss_stub());
}

void CodeCache::leave_behind() {
  using Left = std::tuple<CodeMap, std::vector<Superblock>, decltype(first_tier_),
                          decltype(targets_), decltype(waiting_), decltype(on_page_)>;
  static_cast<void>(std::make_unique<Left>(std::move(code_), std::move(superblocks_),
                                           std::move(first_tier_), std::move(targets_),
                                           std::move(waiting_), std::move(on_page_))
                        .release());
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): as its name says

const Superblock* CodeCache::superblock_of(std::uint64_t pc) const {
  auto after = std::ranges::upper_bound(
      superblocks_, pc, {}, [](const Superblock& made) { return Arena::address_of(made.begin); });
  if (after == superblocks_.begin()) return nullptr;
  --after;
  return pc < Arena::address_of(after->end) ? &*after : nullptr;
}

std::optional<GuestAddress> CodeCache::guest_address(std::uint64_t pc) const {
  const Superblock* const superblock = superblock_of(pc);
  const Point* const point = superblock != nullptr ? point_at(*superblock, pc) : nullptr;
  if (point == nullptr) return std::nullopt;
  const Block& block = *superblock->path[point->step];
  GuestAddress at = block.start;
  for (std::size_t i = 0; i < point->index; ++i) at += block.instructions[i].length;
  return at;
}

const Point* CodeCache::point_at(const Superblock& superblock, std::uint64_t pc) const {
  const auto offset = pc - Arena::address_of(superblock.begin);
  const auto after = std::ranges::upper_bound(superblock.points, offset, {}, &Point::host);
  return after == superblock.points.begin() ? nullptr : &*std::prev(after);
}

bool CodeCache::is_boundary(std::uint64_t pc) const {
  const Superblock* const superblock = superblock_of(pc);
  if (superblock == nullptr) return false;
  const Point* const point = point_at(*superblock, pc);
  return point != nullptr && Arena::address_of(superblock->begin) + point->host == pc;
}

}  // namespace ringfare::translator
