// SPDX-License-Identifier: MIT
#include "cpu/code_map.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kLongestInstruction = 15;

/// The executable bytes at `address`, up to `room.size()` of them, across adjoining regions.
std::size_t fetch(const AddressSpace& memory, GuestAddress address, std::span<std::uint8_t> room) {
  std::size_t got = 0;
  while (got < room.size()) {
    const Region* const region = memory.find(address + got);
    if (region == nullptr || !region->permissions.execute) break;
    const auto n = std::min<std::uint64_t>(room.size() - got, region->range.end - (address + got));
    std::memcpy(room.data() + got, AddressSpace::host(address + got), n);
    got += n;
  }
  return got;
}

/// Why the instruction that `code` begins with is not taken into a block.
CodeMap::Obstacle obstacle_at(std::span<const std::uint8_t> code, bool undecodable, CodeMode mode) {
  if (!undecodable) return CodeMap::Obstacle::Refused;
  if (code.size() < kLongestInstruction) return CodeMap::Obstacle::NoCode;
  return is_too_long(code, mode) ? CodeMap::Obstacle::TooLong : CodeMap::Obstacle::Refused;
}

bool is_same(const CodeMap::Entry& one, const CodeMap::Entry& other) {
  return one.obstacle == other.obstacle && one.block.mode == other.block.mode &&
         one.block.bytes == other.block.bytes;
}

}  // namespace

GuestRange CodeMap::seen(const Entry& entry) {
  const bool looked_on = entry.obstacle != Obstacle::None;
  return {entry.block.start, entry.block.end() + (looked_on ? kLongestInstruction : 0)};
}

const CodeMap::Entry& CodeMap::at(GuestAddress address) {
  return look_up(by_address_, address, kLongestBlock);
}

const CodeMap::Entry& CodeMap::instruction_at(GuestAddress address) {
  return look_up(instructions_, address, 1);
}

CodeMap::Entry CodeMap::front(const Entry& whole, std::size_t instructions) const {
  CHECK(instructions < whole.block.instructions.size(), "{} instructions of {}", instructions,
        whole.block.instructions.size());
  Entry front{.block = whole.block, .price = observer_.partial(whole.block, instructions)};
  front.block.instructions.resize(instructions);
  std::size_t bytes = 0;
  for (const Instruction& instruction : front.block.instructions) bytes += instruction.length;
  front.block.bytes.resize(bytes);
  return front;
}

const CodeMap::Entry& CodeMap::look_up(Index& index, GuestAddress address, std::size_t longest) {
  const auto [found, is_new] = index.try_emplace(address);
  Latest& latest = found->second;
  if (latest.age == age_) return *entries_[latest.id];
  auto made = decode(address, longest);
  latest.age = age_;
  on_page_.add(seen(*made), address);
  const bool again = !is_new && is_same(*entries_[latest.id], *made);
  if (again) --stale_;
  if (!again) latest.id = next_id();
  if (decoded_ != nullptr) decoded_->push_back(latest.id);
  if (again) return *entries_[latest.id];
  ++made_;
  made->block.id = latest.id;
  if (!made->block.instructions.empty()) made->price = observer_.translated(made->block);
  return *(entries_[latest.id] = std::move(made));
}

BlockId CodeMap::next_id() {
  if (free_.empty()) {
    entries_.emplace_back();
    return static_cast<BlockId>(entries_.size() - 1);
  }
  const BlockId id = free_.back();
  free_.pop_back();
  return id;
}

void CodeMap::drop_stale(Index& index, std::vector<bool>& kept) const {
  std::erase_if(index, [&](const auto& one) { return one.second.age != age_; });
  for (const auto& [address, latest] : index) kept[latest.id] = true;
}

void CodeMap::drop_stale() {
  std::vector<bool> kept(entries_.size());
  drop_stale(by_address_, kept);
  drop_stale(instructions_, kept);
  free_.clear();
  for (std::size_t id = entries_.size(); id-- > 0;) {
    if (kept[id]) continue;
    entries_[id].reset();
    free_.push_back(static_cast<BlockId>(id));
  }
  stale_ = 0;
}

std::unique_ptr<CodeMap::Entry> CodeMap::decode(GuestAddress address, std::size_t longest) const {
  auto made = std::make_unique<Entry>();
  Block& block = made->block;
  block.mode = mode_;
  block.start = address;
  std::array<std::uint8_t, kLongestBlock * 4 + kLongestInstruction> window;
  std::size_t have = fetch(memory_, address, window), used = 0;
  GuestAddress base = address;
  while (block.instructions.size() < longest) {
    if (have - used < kLongestInstruction) {
      base = block.end();
      have = fetch(memory_, base, window);
      used = 0;
    }
    const std::span code(window.data() + used, have - used);
    const auto instruction = decode_instruction(code, base + used, mode_);
    if (!instruction || instruction->flow == Flow::Refused) {
      made->obstacle = obstacle_at(code, !instruction, mode_);
      break;
    }
    block.instructions.push_back(*instruction);
    block.bytes.insert(block.bytes.end(), code.begin(), code.begin() + instruction->length);
    used += instruction->length;
    if (instruction->flow != Flow::Next) break;
  }
  return made;
}

}  // namespace ringfare
