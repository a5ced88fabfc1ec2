// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/code_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cpu/translator/code_cache.hpp"

namespace ringfare::translator {
namespace {

NamedCode named(const std::byte* begin, const std::byte* end, std::string name) {
  return {Arena::address_of(begin), static_cast<std::uint64_t>(end - begin), std::move(name)};
}

std::string name_for(const CodeCache& cache, std::uint32_t index, const NameOfAddress& name_of,
                     std::string_view part) {
  const GuestAddress entry = cache.superblock(index).entry;
  const std::string known = name_of ? name_of(cache.memory(), entry) : std::string();
  return known.empty() ? fmt::format("guest_{:#x}{}", entry.value, part)
                       : fmt::format("guest_{}{}", known, part);
}

}  // namespace

std::vector<NamedCode> names_of(const CodeCache& cache, std::uint32_t index,
                                const NameOfAddress& name_of) {
  const Superblock& made = cache.superblock(index);
  // The entry from indirect branches, where there is one already, stands just before the others.
  const std::byte* const begin = made.indirect_head != nullptr ? made.indirect_head : made.begin;
  std::vector<NamedCode> names = {named(begin, made.end, name_for(cache, index, name_of, ""))};
  if (made.cold_begin != made.cold_end)
    names.push_back(
        named(made.cold_begin, made.cold_end, name_for(cache, index, name_of, "_off_path")));
  return names;
}

NamedCode name_of_head(const CodeCache& cache, std::uint32_t index, const NameOfAddress& name_of) {
  const Superblock& made = cache.superblock(index);
  return named(made.indirect_head, made.indirect_end, name_for(cache, index, name_of, "_entry"));
}

NamedCode name_of_stubs(const CodeCache& cache) {
  return named(cache.writer().leave_stub(), cache.writer().stubs_end(), "ringfare_in_and_out");
}

}  // namespace ringfare::translator
