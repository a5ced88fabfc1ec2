// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "cpu/hole_index.hpp"

namespace ringfare {

inline constexpr std::uint64_t kPageSize = 4096;
constexpr std::uint64_t page_down(std::uint64_t value) {
  return value & ~(kPageSize - 1);
}
constexpr std::uint64_t page_up(std::uint64_t value) {
  return page_down(value + kPageSize - 1);
}

struct Permissions {
  bool read = false, write = false, execute = false;
  bool operator==(const Permissions&) const = default;
};

/// A host file as stat(2) identifies it; all zero where there is none.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

/// One mapping of the guest as /proc/self/maps would show it.
struct Region {
  GuestRange range;
  Permissions permissions;
  std::string name;  // "[heap]", "[stack]", a path, or empty
  bool shared = false;
  std::uint64_t offset = 0;  // into the file `name`
  FileIdentity file;         // of a shared mapping
};

/// Where mapped bytes come from: nothing (zeroes), or an open host file.
struct Backing {
  int host_fd = -1;
  std::uint64_t offset = 0;
  bool shared = false;
};

/// The guest's address space. Guest memory lives at its own addresses in the host process (guest
/// pointer = host pointer). The region map is the truth about permissions; host pages never carry
/// PROT_EXEC, because guest code runs only as translation. Regions are page-aligned and never
/// overlap; ranges an engine keeps for itself are reserved and do not exist for the guest.
class AddressSpace {
 public:
  /// All guest mappings lie within `limits`.
  explicit AddressSpace(GuestRange limits = kDefaultLimits);
  ~AddressSpace();
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  /// The host has the emulator's libraries and stack above this: TASK_SIZE less mmap_base's random
  /// 2^28 pages (arch/x86/mm/mmap.c), and room for what the emulator maps.
  static constexpr GuestRange kDefaultLimits{{0x10000}, {0x7ee0'0000'0000}};

  /// Takes `range` out of the guest's reach, for the engine. False where a region is in the way.
  bool reserve(GuestRange range);

  /// All that the guest has mapped and will map carries protection key `key` (pkeys(7)) from now
  /// on.
  void set_protection_key(int key);

  /// Maps `region` (replacing what is there) from `backing`. 0 or -errno.
  int map(Region region, Backing backing = {});
  int unmap(GuestRange range);
  /// Unmaps all of it and gives back what engines have reserved: a new program comes.
  void clear();
  int protect(GuestRange range, Permissions permissions);

  /// Moves the pages of `from` to `to` (same size, nothing mapped there before). 0 or -errno.
  int move(GuestRange from, GuestAddress to) { return remap(from, {to, to + from.size()}); }
  /// The same with a larger `to`, or a larger range at the same place (mremap(2)). -EFAULT where
  /// the host holds `from` in several mappings.
  int remap(GuestRange from, GuestRange to);

  /// A hole of `size` bytes inside `within`, the highest one or the lowest.
  enum class Search { TopDown, BottomUp };
  std::optional<GuestAddress> find_free(std::uint64_t size, GuestRange within, Search search) const;

  const Region* find(GuestAddress address) const;
  std::vector<Region> regions() const;                  // ascending
  std::vector<Region> regions(GuestRange range) const;  // those that overlap it
  std::uint64_t mapped_bytes() const { return mapped_; }
  const HoleIndex& holes() const { return holes_; }

  /// Where something was unmapped, got other permissions or code since the last call; nothing:
  /// anywhere.
  /// For the one engine that keeps a copy of the map.
  std::optional<std::vector<GuestRange>> take_touched();

  /// Lets a piece of the emulator's own memory count as guest data until the next `lend`: there the
  /// system-call layer puts structures it has converted for the guest.
  void lend(GuestRange range) { lent_ = range; }

  /// Whether the guest may read, or write, every byte of the range. True for zero bytes.
  bool readable(GuestAddress address, std::uint64_t size) const;
  bool writable(GuestAddress address, std::uint64_t size) const;
  /// `writable`, for a caller about to write through `host`: lifts the guards of those pages.
  bool open_for_writing(GuestAddress address, std::uint64_t size);

  /// Write-protects the pages of `code` on the host, at every address the guest has them mapped, so
  /// that a store to translated code is noticed. The guest's permissions stay what they are.
  void guard(GuestRange code);
  /// Lifts the guards of the pages that `range` touches and notes their code as changed. False
  /// where there were none.
  bool lift_guards(GuestRange range);

  /// All or nothing: false, and nothing copied, where the guest could not do it itself (-EFAULT).
  bool read(GuestAddress address, std::span<std::byte> to) const;
  bool write(GuestAddress address, std::span<const std::byte> from);
  /// Writes as the kernel does, whatever the permissions of the region. False, and nothing written,
  /// where no single region holds the whole range. Not for shared mappings of files.
  bool write_as_kernel(GuestAddress address, std::span<const std::byte> from);

  template <class T>
  requires std::is_trivially_copyable_v<T> std::optional<T> load(GuestAddress address)
  const {
    T value;
    if (!read(address, std::as_writable_bytes(std::span(&value, 1)))) return std::nullopt;
    return value;
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  bool store(GuestAddress address, const T& value) {
    return write(address, std::as_bytes(std::span(&value, 1)));
  }

  /// A NUL-terminated string of at most `limit` bytes with its NUL; nothing where it is not
  /// readable or not terminated within the limit.
  std::optional<std::string> read_string(GuestAddress address, std::size_t limit = 4096) const;

  static std::byte* host(GuestAddress address) {
    return reinterpret_cast<std::byte*>(address.value);
  }

  /// Executable ranges unmapped, re-protected, mapped over or about to be written since the last
  /// call, for `Engine::invalidate`.
  std::vector<GuestRange> take_changed_code();

 private:
  using Regions = std::map<GuestAddress, Region>;  // by begin

  static Region part(const Region& region, GuestRange range);
  bool allows(GuestAddress address, std::uint64_t size, bool Permissions::*wanted) const;
  void apply_protection_key(const Region& region);
  void cut(GuestRange range);
  Regions::iterator place(Region region);
  Regions::iterator remove(Regions::const_iterator at);
  template <class Visit>
  void visit_file(const Region& region, Visit visit) const;
  void find_holes();
  void note_touched(GuestRange range);
  /// Where the emulator's own program and heap are, and what its build needs besides (sanitizers).
  static std::vector<GuestRange> beyond_guests();
  void insert(Region region);
  void note_change(GuestRange range, Permissions now = {});
  void guard_page(const Region& region, GuestAddress page);
  template <class Visit>
  void visit_aliases(const Region& region, GuestAddress page, Visit visit);
  void note_aliases(GuestRange range);
  void forget_guards(GuestRange range);

  GuestRange limits_;
  GuestRange lent_;
  Regions regions_;
  std::map<FileIdentity, std::set<GuestAddress>> of_file_;  // where regions of shared files begin
  std::vector<GuestRange> reserved_ = beyond_guests();
  HoleIndex holes_;
  std::uint64_t mapped_ = 0;  // bytes
  std::vector<GuestRange> touched_;
  bool all_touched_ = true;
  std::vector<GuestRange> changed_;
  std::set<GuestAddress> guarded_;  // pages
  int protection_key_ = 0;          // 0: the default key
};

}  // namespace ringfare
