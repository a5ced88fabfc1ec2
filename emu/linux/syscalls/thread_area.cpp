// SPDX-License-Identifier: MIT
// set_thread_area(2), get_thread_area(2), modify_ldt(2).
#include "emu/linux/syscalls/thread_area.hpp"

#include <cerrno>
#include <cstring>

#include "cpu/segments.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

/// struct user_desc of <asm/ldt.h>.
struct UserDescriptor {
  std::uint32_t entry, base, limit, bits;

  bool operator==(const UserDescriptor&) const = default;
};

// UserDescriptor::bits
constexpr std::uint32_t k32Bit = 1u << 0, kContents = 3u << 1, kReadExecuteOnly = 1u << 3,
                        kLimitInPages = 1u << 4, kNotPresent = 1u << 5, kUseable = 1u << 6;
constexpr unsigned kContentsShift = 1;
constexpr std::size_t kTlsEntries = 3, kLdtEntries = 8192;

std::uint32_t contents(const UserDescriptor& d) {
  return (d.bits & kContents) >> kContentsShift;
}

/// As modify_ldt(2) and set_thread_area(2) ask for an entry to be cleared.
bool is_empty(const UserDescriptor& d) {
  return d.base == 0 && d.limit == 0 &&
         (d.bits & (k32Bit | kContents | kReadExecuteOnly | kLimitInPages | kNotPresent |
                    kUseable)) == (kReadExecuteOnly | kNotPresent);
}

bool is_zero(const UserDescriptor& d) {
  return d.base == 0 && d.limit == 0 && d.bits == 0;
}

/// SDM vol. 3, figure 3-8: a segment of DPL 3, accessed.
std::uint64_t raw(const UserDescriptor& d) {
  const auto bit = [&d](std::uint32_t flag, unsigned at) {
    return std::uint64_t{(d.bits & flag) != 0} << at;
  };
  constexpr std::uint64_t kOrdinary = 1ull << 44, kDpl3 = 3ull << 45, kAccessed = 1ull << 40;
  return (d.limit & 0xffff) | std::uint64_t{d.base & 0xff'ffff} << 16 | kAccessed |
         (bit(kReadExecuteOnly, 41) ^ 1ull << 41) | std::uint64_t{contents(d)} << 42 | kOrdinary |
         kDpl3 | (bit(kNotPresent, 47) ^ 1ull << 47) | std::uint64_t{d.limit & 0xf0000} << 32 |
         bit(kUseable, 52) | bit(k32Bit, 54) | bit(kLimitInPages, 55) |
         std::uint64_t{d.base & 0xff00'0000} << 32;
}

UserDescriptor described(std::uint32_t entry, std::uint64_t raw) {
  if (raw == 0) return {entry, 0, 0, kReadExecuteOnly | kNotPresent};
  const auto bit = [raw](unsigned at, std::uint32_t flag) { return raw >> at & 1 ? flag : 0; };
  const auto base = static_cast<std::uint32_t>(raw >> 16 & 0xff'ffff) |
                    static_cast<std::uint32_t>(raw >> 32 & 0xff00'0000);
  const auto limit = static_cast<std::uint32_t>((raw & 0xffff) | (raw >> 32 & 0xf0000));
  return {entry, base, limit,
          bit(54, k32Bit) | static_cast<std::uint32_t>(raw >> 42 & 3) << kContentsShift |
              (bit(41, kReadExecuteOnly) ^ kReadExecuteOnly) | bit(55, kLimitInPages) |
              (bit(47, kNotPresent) ^ kNotPresent) | bit(52, kUseable)};
}

/// Whether it describes a present 32-bit data segment: others are refused.
bool is_fit_for_tls(const UserDescriptor& d) {
  if (is_empty(d) || is_zero(d)) return true;
  return (d.bits & k32Bit) != 0 && contents(d) <= 1 && (d.bits & kNotPresent) == 0;
}

/// Whether the process has thread areas: only 32-bit programs do.
bool has_thread_areas(const Process& process) {
  return process.thread->registers.mode() == CodeMode::Compat32 &&
         process.image.layout.first_tls != 0;
}

std::uint64_t* thread_area(const Process& process, DescriptorTables& tables, std::uint32_t entry) {
  const std::uint32_t first = process.image.layout.first_tls;
  if (entry < first || entry >= first + kTlsEntries) return nullptr;
  return &tables.gdt[entry];
}

std::uint64_t* thread_area(Process& process, std::uint32_t entry) {
  return thread_area(process, process.thread->descriptors, entry);
}

std::int64_t write_ldt(Process& process, std::uint64_t address, std::uint64_t size, bool old) {
  if (size != sizeof(UserDescriptor)) return -EINVAL;
  const auto d = process.user.load<UserDescriptor>(address);
  if (!d) return -EFAULT;
  if (d->entry >= kLdtEntries) return -EINVAL;
  if (contents(*d) == 3 && (old || (d->bits & kNotPresent) == 0)) return -EINVAL;
  const bool clears = (d->base == 0 && d->limit == 0 && old) || is_empty(*d);
  UserDescriptor wanted = *d;
  if (old) wanted.bits &= ~kUseable;
  if (process.ldt.size() <= d->entry) process.ldt.resize(d->entry + 1);
  process.ldt[d->entry] = clears ? 0 : raw(wanted);
  process.thread->descriptors.ldt = &process.ldt;
  reload_segments(process.thread->registers, process.thread->descriptors);
  return 0;
}

std::int64_t read_ldt(Process& process, std::uint64_t address, std::uint64_t size) {
  if (process.ldt.empty()) return 0;
  std::vector<std::byte> bytes(std::min<std::uint64_t>(size, kLdtEntries * sizeof(std::uint64_t)));
  std::memcpy(bytes.data(), process.ldt.data(),
              std::min(bytes.size(), process.ldt.size() * sizeof(std::uint64_t)));
  if (!process.user.space().write({address}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return static_cast<std::int64_t>(bytes.size());
}

std::int64_t read_default_ldt(Process& process, std::uint64_t address, std::uint64_t size) {
  constexpr std::uint64_t kDefaultSize = 128;
  const std::vector<std::byte> bytes(std::min(size, kDefaultSize));
  if (!process.user.space().write({address}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return static_cast<std::int64_t>(bytes.size());
}

}  // namespace

std::int64_t sys_set_thread_area(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kAnyEntry = 0xffff'ffff;
  if (!has_thread_areas(process)) return -ENOSYS;
  auto d = process.user.load<UserDescriptor>(args[0]);
  if (!d) return -EFAULT;
  if (!is_fit_for_tls(*d)) return -EINVAL;
  if (d->entry == kAnyEntry) {
    std::uint32_t entry = process.image.layout.first_tls;
    while (thread_area(process, entry) != nullptr && *thread_area(process, entry) != 0) ++entry;
    if (thread_area(process, entry) == nullptr) return -ESRCH;
    d->entry = entry;
    if (!process.user.store(args[0], entry)) return -EFAULT;
  }
  std::uint64_t* const area = thread_area(process, d->entry);
  if (area == nullptr) return -EINVAL;
  *area = is_empty(*d) || is_zero(*d) ? 0 : raw(*d);
  reload_segments(process.thread->registers, process.thread->descriptors);
  return 0;
}

std::int64_t set_created_thread_area(Process& process, Registers& registers,
                                     DescriptorTables& tables, std::uint64_t address) {
  const auto d = process.user.load<UserDescriptor>(address);
  if (!d) return -EFAULT;
  std::uint64_t* const area = thread_area(process, tables, d->entry);
  if (area == nullptr || !is_fit_for_tls(*d)) return -EINVAL;
  *area = is_empty(*d) || is_zero(*d) ? 0 : raw(*d);
  reload_segments(registers, tables);
  return 0;
}

std::int64_t sys_get_thread_area(Process& process, const CallArguments& args) {
  if (!has_thread_areas(process)) return -ENOSYS;
  const auto entry = process.user.load<std::uint32_t>(args[0]);
  if (!entry) return -EFAULT;
  const std::uint64_t* const area = thread_area(process, *entry);
  if (area == nullptr) return -EINVAL;
  return process.user.store(args[0], described(*entry, *area)) ? 0 : -EFAULT;
}

std::int64_t sys_modify_ldt(Process& process, const CallArguments& args) {
  // modify_ldt(2): what is asked for.
  constexpr std::uint64_t kRead = 0, kWriteOld = 1, kReadDefault = 2, kWrite = 0x11;
  switch (args[0]) {
    case kRead:
      return read_ldt(process, args[1], args[2]);
    case kReadDefault:
      return read_default_ldt(process, args[1], args[2]);
    case kWriteOld:
    case kWrite:
      return write_ldt(process, args[1], args[2], args[0] == kWriteOld);
    default:
      return -ENOSYS;
  }
}

}  // namespace ringfare
