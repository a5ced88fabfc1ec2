// SPDX-License-Identifier: MIT
#include "cpu/translator/host_segments.hpp"

#include <asm/ldt.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cpu/base/failure.hpp"

namespace ringfare::translator {
namespace {

constexpr std::uint32_t kWholeSpace = 0xffffffff;

bool is_null(const Segment& segment) {
  return (segment.selector & ~3) == 0;
}

/// modify_ldt(2), writing one entry.
void write_entry(std::uint32_t entry, const Segment& segment) {
  constexpr int kWrite = 0x11;
  const bool in_pages = segment.limit > 0xfffff;
  user_desc descriptor{};
  descriptor.entry_number = entry;
  descriptor.base_addr = static_cast<std::uint32_t>(segment.base);
  descriptor.limit = in_pages ? segment.limit >> 12 : segment.limit;
  descriptor.seg_32bit = segment.default_size;
  descriptor.limit_in_pages = in_pages;
  if (syscall(SYS_modify_ldt, kWrite, &descriptor, sizeof descriptor) == 0) return;
  throw UserError(fmt::format(
      "the guest uses a segment with a limit, and this host allows none (modify_ldt: {}); "
      "use --engine unicorn",
      std::strerror(errno)));
}

}  // namespace

HostSegments::~HostSegments() {
  put({});
}

bool HostSegments::load_others(const Registers& registers) {
  if (registers.mode() == CodeMode::Long64) return put({});
  // A null DS is flat, too: translated code reaches its own memory through it.
  const auto is_flat = [](const Segment& segment) {
    return is_null(segment) || (segment.base == 0 && segment.limit == kWholeSpace);
  };
  if (!is_flat(registers.ds) || !is_flat(registers.ss))
    throw UserError(
        "the guest uses a data or stack segment that does not begin at 0 or has a limit, which "
        "translated code cannot work with");
  const bool world_switch_loads_base = is_null(registers.fs);
  return put({.ds = selector::kUserData,
              .es = selector_for(registers.es, kEs, false),
              .fs = selector_for(registers.fs, kFs, false),
              .gs = selector_for(registers.gs, kGs, world_switch_loads_base)});
}

/// The host's selector that gives the guest's segment.
std::uint16_t HostSegments::selector_for(const Segment& segment, Slot slot, bool base_is_loaded) {
  if (is_null(segment)) return 0;
  if (segment.limit == kWholeSpace && (segment.base == 0 || base_is_loaded))
    return selector::kUserData;
  if (in_table_[slot] != segment) {
    write_entry(slot, segment);
    in_table_[slot] = segment;
    known_ = false;  // what was loaded before may have been this entry as it was
  }
  constexpr std::uint16_t kLocalTable = 4, kUserLevel = 3;
  return static_cast<std::uint16_t>(slot << 3 | kLocalTable | kUserLevel);
}

bool HostSegments::put(const Selectors& wanted) {
  if (known_ && wanted == loaded_) return false;
  asm volatile(
      "mov %0, %%ds\n"
      "mov %1, %%es\n"
      "mov %2, %%gs\n"
      :
      : "r"(std::uint32_t{wanted.ds}), "r"(std::uint32_t{wanted.es}), "r"(std::uint32_t{wanted.gs})
      : "memory");
  loaded_ = wanted;
  known_ = true;
  return true;
}

}  // namespace ringfare::translator
