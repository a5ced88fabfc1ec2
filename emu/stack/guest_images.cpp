// SPDX-License-Identifier: MIT
#include "emu/stack/guest_images.hpp"

#include <fmt/format.h>

namespace ringfare {
namespace {

/// Whether an image may begin with this region: its file does, or it has none (the vDSO).
bool may_begin(const Region& region) {
  return !region.name.empty() && (region.offset == 0 || region.name.starts_with('['));
}

}  // namespace

const GuestImage& GuestImages::read(const AddressSpace& memory, const Region& first) {
  auto& known = images_[{first.name, first.range.begin.value}];
  if (!known) known = std::make_unique<GuestImage>(memory, first);
  return *known;
}

const GuestImage* GuestImages::at(const AddressSpace& memory, std::uint64_t address) {
  const Region* const region = memory.find({address});
  if (region == nullptr || region->name.empty()) return nullptr;
  // Its ELF header is in the nearest region below that has the same name and offset 0.
  const std::vector<Region> all = memory.regions();
  const Region* first = nullptr;
  for (const Region& one : all)
    if (one.range.begin <= region->range.begin && one.name == region->name && may_begin(one))
      first = &one;
  return first == nullptr ? nullptr : &read(memory, *first);
}

std::string GuestImages::name_of(const AddressSpace& memory, std::uint64_t address) {
  const GuestImage* const image = at(memory, address);
  const auto function = image != nullptr ? image->function(address) : std::nullopt;
  if (!function) return "";
  if (function->begin == address) return function->name;
  return fmt::format("{}+{:#x}", function->name, address - function->begin);
}

std::optional<std::uint64_t> GuestImages::address_of(const AddressSpace& memory,
                                                     std::string_view function) {
  for (const Region& region : memory.regions()) {
    if (!may_begin(region)) continue;
    for (const GuestImage::Function& known : read(memory, region).functions())
      if (known.name == function) return known.begin;
  }
  return std::nullopt;
}

std::vector<std::string> GuestImages::functions(const AddressSpace& memory) {
  std::vector<std::string> names;
  for (const Region& region : memory.regions())
    if (may_begin(region))
      for (const GuestImage::Function& known : read(memory, region).functions())
        names.push_back(known.name);
  return names;
}

}  // namespace ringfare
