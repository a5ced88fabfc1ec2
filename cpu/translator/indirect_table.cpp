// SPDX-License-Identifier: MIT
#include "cpu/translator/indirect_table.hpp"

#include <algorithm>

namespace ringfare::translator {
namespace {

std::size_t place_of(GuestAddress entry) {
  return entry.value % Arena::kTableEntries;
}

}  // namespace

void IndirectTable::add(std::uint32_t index) {
  const std::size_t place = place_of(superblocks_[index].entry);
  Chain& chain = chains_[place];
  std::erase(chain, index);
  chain.insert(chain.begin(), index);
  if (chain.size() > kMost) chain.pop_back();
  link(place, chain);
}

void IndirectTable::remove(std::uint32_t index) {
  const std::size_t place = place_of(superblocks_[index].entry);
  const auto found = chains_.find(place);
  if (found == chains_.end() || std::erase(found->second, index) == 0) return;
  link(place, found->second);
  if (found->second.empty()) chains_.erase(found);
}

void IndirectTable::clear(const std::byte* miss_stub) {
  miss_stub_ = miss_stub;
  chains_.clear();
  std::fill_n(table_, Arena::kTableEntries, Arena::address_of(miss_stub_));
}

void IndirectTable::link(std::size_t place, const Chain& chain) {
  const std::byte* next = miss_stub_;
  for (auto index = chain.rbegin(); index != chain.rend(); ++index) {
    const Superblock& superblock = superblocks_[*index];
    for (const JumpSite& miss : superblock.misses)
      if (miss.displacement != nullptr) miss.link(next);
    next = superblock.indirect_head;
  }
  table_[place] = Arena::address_of(next);
}

}  // namespace ringfare::translator
