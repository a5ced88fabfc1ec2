// SPDX-License-Identifier: MIT
#include "cpu/memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/guarded_access.hpp"
#include "cpu/page_index.hpp"

namespace ringfare {
namespace {

/// vm.max_map_count (Documentation/admin-guide/sysctl/vm.rst) without what the emulator needs.
constexpr std::size_t kMostMappings = 65'530 - 2048;

void* host_pointer(GuestAddress address) {
  return AddressSpace::host(address);
}

/// Guest code runs only as translation: executable means readable to the host, never PROT_EXEC. A
/// writable page is readable too, as on x86 page tables.
int host_protection(Permissions permissions) {
  int protection = PROT_NONE;
  if (permissions.read || permissions.execute || permissions.write) protection |= PROT_READ;
  if (permissions.write) protection |= PROT_WRITE;
  return protection;
}

bool is_page_aligned(GuestRange range) {
  return range.begin.value % kPageSize == 0 && range.end.value % kPageSize == 0;
}

/// Whether `next` continues `region`: one mapping to a reader of /proc/self/maps.
bool continues(const Region& region, const Region& next) {
  const bool nameless = region.name.empty() || region.name.front() == '[';
  const bool same_file_run = (nameless && region.file == FileIdentity{}) ||
                             region.offset + region.range.size() == next.offset;
  return region.range.end == next.range.begin && region.permissions == next.permissions &&
         region.name == next.name && region.shared == next.shared && region.file == next.file &&
         same_file_run;
}

/// What stands for the file that Linux makes for a shared mapping of none. Processes that inherit
/// the mapping know it by the same identity.
FileIdentity new_anonymous() {
  static std::uint64_t made = 0;
  constexpr std::uint64_t kNoDevice = ~0ull - 2;
  return {.device = kNoDevice, .inode = static_cast<std::uint64_t>(getpid()) << 32 | ++made};
}

FileIdentity identity_of(const Backing& backing) {
  struct stat status {};
  if (!backing.shared) return {};
  if (backing.host_fd < 0) return new_anonymous();
  if (fstat(backing.host_fd, &status) != 0) return {};
  return {.device = status.st_dev, .inode = status.st_ino};
}

GuestAddress page_of(GuestAddress address) {
  return {page_down(address.value)};
}

/// The first region that overlaps `range`, or comes behind it.
std::map<GuestAddress, Region>::const_iterator first_touching(
    const std::map<GuestAddress, Region>& regions, GuestRange range) {
  auto at = regions.upper_bound(range.begin);
  if (at != regions.begin() && std::prev(at)->second.range.end > range.begin) --at;
  return at;
}

}  // namespace

AddressSpace::AddressSpace(GuestRange limits) : limits_(limits) {
  find_holes();
}

/// All that is within the limits is free but for what is reserved and mapped.
void AddressSpace::find_holes() {
  holes_.clear();
  holes_.free(limits_);
  for (const GuestRange& ours : reserved_) holes_.take(ours);
  for (const auto& [begin, region] : regions_) holes_.take(region.range);
}

AddressSpace::~AddressSpace() {
  for (const auto& [begin, region] : regions_) munmap(host_pointer(begin), region.range.size());
}

std::vector<GuestRange> AddressSpace::beyond_guests() {
  // ELF_ET_DYN_BASE and the random 2^28 pages above it, and a heap behind that.
  const GuestRange program{{0x5555'5555'4000}, {0x5680'0000'0000}};
#ifdef __SANITIZE_ADDRESS__
  return {program,
          {{0x7fff'8000}, {0x1000'7fff'8000}},       // AddressSanitizer's shadow of x86-64
          {{0x5000'0000'0000}, {0x5500'0000'0000}},  // where its memory comes from, by version
          {{0x6000'0000'0000}, {0x6500'0000'0000}}};
#else
  return {program};
#endif
}

bool AddressSpace::reserve(GuestRange range) {
  const auto at = first_touching(regions_, range);
  if (at != regions_.end() && at->first < range.end) return false;
  reserved_.push_back(range);
  holes_.take(range);
  return true;
}

int AddressSpace::map(Region region, Backing backing) {
  if (!is_page_aligned(region.range)) return -EINVAL;
  if (region.range.empty()) return -EINVAL;
  if (!limits_.contains(region.range)) return -ENOMEM;
  for (const GuestRange& ours : reserved_)
    if (ours.overlaps(region.range)) return -ENOMEM;
  if (regions_.size() >= kMostMappings) return -ENOMEM;

  int flags = MAP_FIXED | MAP_NORESERVE | (backing.shared ? MAP_SHARED : MAP_PRIVATE);
  if (backing.host_fd < 0) flags |= MAP_ANONYMOUS;
  // Memory of the emulator's own lies outside the limits; only the guest's can be replaced here.
  void* const mapped = mmap(host_pointer(region.range.begin), region.range.size(),
                            host_protection(region.permissions), flags, backing.host_fd,
                            static_cast<off_t>(backing.offset));
  if (mapped == MAP_FAILED) return -errno;
  if (protection_key_ != 0) apply_protection_key(region);
  note_change(region.range, region.permissions);
  cut(region.range);
  region.shared = backing.shared;
  region.offset = backing.offset;
  region.file = identity_of(backing);
  const GuestRange range = region.range;
  insert(std::move(region));
  forget_guards(range);
  note_aliases(range);
  return 0;
}

void AddressSpace::set_protection_key(int key) {
  protection_key_ = key;
  for (const auto& [begin, region] : regions_) apply_protection_key(region);
}

/// mprotect(2) and mremap(2) keep it.
void AddressSpace::apply_protection_key(const Region& region) {
  CHECK(pkey_mprotect(host_pointer(region.range.begin), region.range.size(),
                      host_protection(region.permissions), protection_key_) == 0,
        "pkey_mprotect of {:#x}", region.range.begin.value);
}

int AddressSpace::unmap(GuestRange range) {
  if (!is_page_aligned(range) || range.empty()) return -EINVAL;
  if (!limits_.contains(range)) return -EINVAL;
  note_change(range);
  for (auto at = first_touching(regions_, range); at != regions_.end() && at->first < range.end;
       ++at) {
    const GuestRange whole = at->second.range;
    const GuestRange piece{std::max(whole.begin, range.begin), std::min(whole.end, range.end)};
    if (munmap(host_pointer(piece.begin), piece.size()) != 0) return -errno;
  }
  cut(range);
  forget_guards(range);
  return 0;
}

void AddressSpace::clear() {
  for (const auto& [begin, region] : regions_) munmap(host_pointer(begin), region.range.size());
  regions_.clear();
  of_file_.clear();
  reserved_ = beyond_guests();
  mapped_ = 0;
  find_holes();
  all_touched_ = true;
  changed_.clear();
  guarded_.clear();
}

int AddressSpace::protect(GuestRange range, Permissions permissions) {
  if (!is_page_aligned(range)) return -EINVAL;
  if (range.empty()) return 0;
  for (GuestAddress at = range.begin; at < range.end;) {
    const Region* const region = find(at);
    if (region == nullptr) return -ENOMEM;
    at = region->range.end;
  }
  if (mprotect(host_pointer(range.begin), range.size(), host_protection(permissions)) != 0)
    return -errno;
  note_change(range, permissions);
  std::vector<Region> pieces;
  for (auto at = first_touching(regions_, range); at != regions_.end() && at->first < range.end;
       ++at) {
    const GuestRange whole = at->second.range;
    Region piece =
        part(at->second, {std::max(whole.begin, range.begin), std::min(whole.end, range.end)});
    piece.permissions = permissions;
    pieces.push_back(std::move(piece));
  }
  cut(range);
  for (Region& piece : pieces) insert(std::move(piece));
  forget_guards(range);
  note_aliases(range);
  return 0;
}

int AddressSpace::remap(GuestRange from, GuestRange to) {
  if (!is_page_aligned(from) || !is_page_aligned(to) || from.empty()) return -EINVAL;
  if (!limits_.contains(to)) return -ENOMEM;
  for (const GuestRange& ours : reserved_)
    if (ours.overlaps(to)) return -ENOMEM;
  const Region* const source = find(from.begin);
  if (source == nullptr || !source->range.contains(from)) return -EFAULT;
  lift_guards(from);  // the host would move its own protection along
  const int flags = from.begin == to.begin ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
  void* const moved = mremap(host_pointer(from.begin), from.size(), to.size(), flags,
                             flags == 0 ? nullptr : host_pointer(to.begin));
  if (moved == MAP_FAILED) return -errno;
  Region region = part(*source, from);
  note_change(from, region.permissions);
  region.range = to;
  cut(from);
  cut(to);
  insert(std::move(region));
  note_aliases(to);
  return 0;
}

std::optional<GuestAddress> AddressSpace::find_free(std::uint64_t size, GuestRange within,
                                                    Search search) const {
  if (size == 0 || size > within.size()) return std::nullopt;
  return search == Search::BottomUp ? holes_.lowest(size, within) : holes_.highest(size, within);
}

const Region* AddressSpace::find(GuestAddress address) const {
  auto after = regions_.upper_bound(address);
  if (after == regions_.begin()) return nullptr;
  const Region& region = std::prev(after)->second;
  return region.range.contains(address) ? &region : nullptr;
}

std::vector<Region> AddressSpace::regions(GuestRange range) const {
  std::vector<Region> some;
  for (auto at = first_touching(regions_, range); at != regions_.end() && at->first < range.end;
       ++at)
    some.push_back(at->second);
  return some;
}

std::vector<Region> AddressSpace::regions() const {
  std::vector<Region> all;
  all.reserve(regions_.size());
  for (const auto& [begin, region] : regions_) all.push_back(region);
  return all;
}

bool AddressSpace::allows(GuestAddress address, std::uint64_t size,
                          bool Permissions::*wanted) const {
  if (size == 0) return true;
  const GuestAddress end = address + size;
  if (end < address) return false;
  if (lent_.contains(GuestRange{address, end})) return wanted != &Permissions::execute;
  for (GuestAddress at = address; at < end;) {
    const Region* const region = find(at);
    if (region == nullptr) return false;
    const Permissions& given = region->permissions;
    // x86 page tables have no write-only and no execute-only page.
    const bool readable = given.read || given.write || given.execute;
    if (wanted == &Permissions::read ? !readable : !(given.*wanted)) return false;
    at = region->range.end;
  }
  return true;
}

bool AddressSpace::readable(GuestAddress address, std::uint64_t size) const {
  return allows(address, size, &Permissions::read);
}

bool AddressSpace::writable(GuestAddress address, std::uint64_t size) const {
  return allows(address, size, &Permissions::write);
}

bool AddressSpace::open_for_writing(GuestAddress address, std::uint64_t size) {
  if (!writable(address, size)) return false;
  if (size != 0 && !guarded_.empty()) lift_guards({address, address + size});
  return true;
}

void AddressSpace::guard_page(const Region& region, GuestAddress page) {
  if (!region.permissions.write || !guarded_.insert(page).second) return;
  if (mprotect(host_pointer(page), kPageSize, PROT_READ) == 0) return;
  // The host has no mapping left to split (vm.max_map_count): all of the region is guarded.
  CHECK(mprotect(host_pointer(region.range.begin), region.range.size(), PROT_READ) == 0,
        "region {:#x}", region.range.begin.value);
  for (GuestAddress at = region.range.begin; at < region.range.end; at += kPageSize)
    guarded_.insert(at);
}

/// Visits the other guest pages that show the same page of the same file as `region` at `page`.
template <class Visit>
void AddressSpace::visit_aliases(const Region& region, GuestAddress page, Visit visit) {
  if (region.file == FileIdentity{}) return;
  const std::uint64_t offset = region.offset + (page - region.range.begin);
  visit_file(region, [&](const Region& other) {
    if (offset < other.offset) return;
    const GuestAddress there = other.range.begin + (offset - other.offset);
    if (there != page && other.range.contains(there)) visit(other, there);
  });
}

void AddressSpace::guard(GuestRange code) {
  for_pages(code, [this](GuestAddress page) {
    const Region* const region = find(page);
    if (region == nullptr) return;
    guard_page(*region, page);
    visit_aliases(*region, page,
                  [this](const Region& other, GuestAddress there) { guard_page(other, there); });
  });
}

bool AddressSpace::lift_guards(GuestRange range) {
  bool lifted = false;
  auto at = guarded_.lower_bound(page_of(range.begin));
  while (at != guarded_.end() && *at < range.end) {
    const GuestAddress page = *at;
    at = guarded_.erase(at);
    const Region* const region = find(page);
    if (region == nullptr) continue;
    changed_.push_back({page, page + kPageSize});
    if (mprotect(host_pointer(page), kPageSize, host_protection(region->permissions)) != 0) {
      // As `guard_page`: all that was guarded there counts as changed.
      CHECK(mprotect(host_pointer(region->range.begin), region->range.size(),
                     host_protection(region->permissions)) == 0,
            "region {:#x}", region->range.begin.value);
      changed_.push_back(region->range);
      forget_guards(region->range);
      at = guarded_.lower_bound(region->range.end);
    }
    visit_aliases(*region, page, [this](const Region&, GuestAddress there) {
      changed_.push_back({there, there + kPageSize});
    });
    lifted = true;
  }
  return lifted;
}

/// A new writable mapping in `range` can change code that is mapped elsewhere from the same file:
/// that code counts as changed, and is guarded when it is translated again.
void AddressSpace::note_aliases(GuestRange range) {
  for (auto at = first_touching(regions_, range); at != regions_.end() && at->first < range.end;
       ++at) {
    const Region& region = at->second;
    if (region.file == FileIdentity{} || !region.permissions.write) continue;
    visit_file(region, [this](const Region& other) {
      if (other.permissions.execute) changed_.push_back(other.range);
    });
  }
}

/// The host has mapped new pages there, which carry no guards.
void AddressSpace::forget_guards(GuestRange range) {
  guarded_.erase(guarded_.lower_bound(range.begin), guarded_.lower_bound(range.end));
}

bool AddressSpace::read(GuestAddress address, std::span<std::byte> to) const {
  if (!readable(address, to.size())) return false;
  return to.empty() || guarded_copy(to.data(), host(address), to.size());
}

bool AddressSpace::write(GuestAddress address, std::span<const std::byte> from) {
  if (!open_for_writing(address, from.size())) return false;
  return from.empty() || guarded_copy(host(address), from.data(), from.size());
}

bool AddressSpace::write_as_kernel(GuestAddress address, std::span<const std::byte> from) {
  const Region* const region = find(address);
  const GuestRange pages{{page_down(address.value)}, {page_up(address.value + from.size())}};
  if (region == nullptr || region->range.end < pages.end || region->permissions.write)
    return region != nullptr && region->range.end >= pages.end && write(address, from);
  if (mprotect(host_pointer(pages.begin), pages.size(), PROT_READ | PROT_WRITE) != 0) return false;
  std::memcpy(host(address), from.data(), from.size());
  CHECK(
      mprotect(host_pointer(pages.begin), pages.size(), host_protection(region->permissions)) == 0,
      "pages {:#x}-{:#x}", pages.begin.value, pages.end.value);
  note_change(pages, {});
  return true;
}

std::optional<std::string> AddressSpace::read_string(GuestAddress address,
                                                     std::size_t limit) const {
  std::string text;
  while (text.size() < limit) {
    const GuestAddress at = address + text.size();
    const std::uint64_t in_page = kPageSize - at.value % kPageSize;
    const std::size_t step = std::min<std::uint64_t>(in_page, limit - text.size());
    if (!readable(at, step) || !guarded_probe(host(at))) return std::nullopt;
    const char* const begin = reinterpret_cast<const char*>(host(at));
    const char* const nul = static_cast<const char*>(std::memchr(begin, 0, step));
    text.append(begin, nul != nullptr ? static_cast<std::size_t>(nul - begin) : step);
    if (nul != nullptr) return text;
  }
  return std::nullopt;
}

std::vector<GuestRange> AddressSpace::take_changed_code() {
  return std::exchange(changed_, {});
}

/// The piece of `region` that lies in `range`.
Region AddressSpace::part(const Region& region, GuestRange range) {
  Region piece = region;
  piece.offset += range.begin - region.range.begin;
  piece.range = range;
  return piece;
}

void AddressSpace::cut(GuestRange range) {
  auto at = regions_.lower_bound(range.begin);
  if (at != regions_.begin() && std::prev(at)->second.range.overlaps(range)) --at;
  while (at != regions_.end() && at->second.range.begin < range.end) {
    const Region whole = std::move(at->second);
    at = remove(at);
    const GuestRange gone{std::max(whole.range.begin, range.begin),
                          std::min(whole.range.end, range.end)};
    mapped_ -= gone.size();
    holes_.free(gone);
    note_touched(gone);
    if (whole.range.begin < range.begin) place(part(whole, {whole.range.begin, range.begin}));
    if (range.end < whole.range.end) at = place(part(whole, {range.end, whole.range.end}));
  }
}

/// Adds a region where nothing is, joined with its neighbours where they are one mapping to a
/// reader of /proc/self/maps.
void AddressSpace::insert(Region region) {
  mapped_ += region.range.size();
  holes_.take(region.range);
  if (region.permissions.execute) note_touched(region.range);
  const auto after = regions_.lower_bound(region.range.begin);
  if (after != regions_.end() && continues(region, after->second)) {
    region.range.end = after->second.range.end;
    remove(after);
  }
  const auto next = regions_.lower_bound(region.range.begin);
  if (next != regions_.begin() && continues(std::prev(next)->second, region)) {
    std::prev(next)->second.range.end = region.range.end;
    return;
  }
  place(std::move(region));
}

AddressSpace::Regions::iterator AddressSpace::place(Region region) {
  const GuestAddress begin = region.range.begin;
  if (region.file != FileIdentity{}) of_file_[region.file].insert(begin);
  return regions_.emplace(begin, std::move(region)).first;
}

AddressSpace::Regions::iterator AddressSpace::remove(Regions::const_iterator at) {
  const auto found = of_file_.find(at->second.file);
  if (found != of_file_.end() && found->second.erase(at->first) != 0 && found->second.empty())
    of_file_.erase(found);
  return regions_.erase(at);
}

/// Visits the regions that show the same file as `region`, itself included.
template <class Visit>
void AddressSpace::visit_file(const Region& region, Visit visit) const {
  const auto found = of_file_.find(region.file);
  if (found == of_file_.end()) return;
  for (const GuestAddress begin : found->second) visit(regions_.at(begin));
}

void AddressSpace::note_touched(GuestRange range) {
  constexpr std::size_t kMost = 256;
  if (touched_.size() == kMost) all_touched_ = true;
  if (all_touched_)
    touched_.clear();
  else
    touched_.push_back(range);
}

std::optional<std::vector<GuestRange>> AddressSpace::take_touched() {
  if (std::exchange(all_touched_, false)) return std::nullopt;
  return std::exchange(touched_, {});
}

/// Notes the range as changed code where it was executable, or is executable now.
void AddressSpace::note_change(GuestRange range, Permissions now) {
  if (now.execute) return changed_.push_back(range);
  for (auto at = first_touching(regions_, range); at != regions_.end() && at->first < range.end;
       ++at)
    if (at->second.permissions.execute) return changed_.push_back(range);
}

}  // namespace ringfare
