// SPDX-License-Identifier: MIT
#include "cpu/kernel_memory.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/failure.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kPageSize = 0x1000;

constexpr std::uint64_t kTssOffset = KernelMemory::kTss - KernelMemory::kPerCpu;
/// Stack pointers of the 64-bit TSS (SDM vol. 3, figure 8-11); Linux keeps a scratch word in RSP2.
constexpr std::uint64_t kTssRsp0 = 4, kTssRsp1 = 12, kTssRsp2 = 20;

/// Roots as physical addresses: an 8 KiB pair, the kernel's half first. The user half is selected
/// by bit 12, its process-context identifier by bit 11.
constexpr std::uint64_t kKernelRoot = 0x0000000002a10000, kUserRootBit = 1u << 12;
constexpr std::uint64_t kKernelPcid = 1, kUserPcidBit = 1u << 11;
constexpr std::uint64_t kRootMask = 0x000ffffffffff000;

/// A variable of the per-CPU area, reached as %gs:name.
struct PerCpuVariable {
  std::string_view name;
  std::uint64_t offset;
  unsigned size;
  std::uint64_t initial = 0;
};

constexpr PerCpuVariable kPerCpuVariables[] = {
    {"cpu_tss_rw_sp0", kTssOffset + kTssRsp0, 8, KernelMemory::kTrampolineStack.end.value},
    {"cpu_tss_rw_sp1", kTssOffset + kTssRsp1, 8, KernelMemory::kStack.end.value},
    {"cpu_tss_rw_sp2", kTssOffset + kTssRsp2, 8},
    {"current_task", 0x1fb80, 8, KernelMemory::kTask.value},
    {"cpu_current_top_of_stack", 0x1fb88, 8, KernelMemory::kStack.end.value},
    {"cpu_number", 0x1fb90, 4},
    {"preempt_count", 0x1fb94, 4, 0x80000000},
    {"kstack_offset", 0x1fb98, 4},
    {"user_pcid_flush_mask", 0x1fba0, 2},
    {"x86_spec_ctrl_current", 0x1fba8, 8, 1},
};
constexpr std::uint64_t kPerCpuSize = 0x20000;

/// Fields of the current task, from its address in current_task.
constexpr std::uint64_t kTaskFlags = 0, kTaskSyscallWork = 8, kTaskSize = kPageSize;

constexpr bool variables_apart() {
  for (std::size_t i = 0; i < std::size(kPerCpuVariables); ++i) {
    const PerCpuVariable& a = kPerCpuVariables[i];
    if (a.offset + a.size > kPerCpuSize) return false;
    for (std::size_t j = i + 1; j < std::size(kPerCpuVariables); ++j) {
      const PerCpuVariable& b = kPerCpuVariables[j];
      if (a.name == b.name || (a.offset < b.offset + b.size && b.offset < a.offset + a.size))
        return false;
    }
  }
  return true;
}
static_assert(variables_apart(), "two per-CPU variables share bytes or a name");

/// Linux's descriptors (SDM vol. 3, 3.4.5; 64-bit mode ignores base and limit).
struct Descriptor {
  std::uint16_t selector;  // RPL as user code shows it
  std::uint64_t bits;
};
constexpr Descriptor kDescriptors[] = {
    {selector::kKernelCode, 0x00af9b000000ffff}, {selector::kKernelData, 0x00cf93000000ffff},
    {selector::kUserCode32, 0x00cffb000000ffff}, {selector::kUserData, 0x00cff3000000ffff},
    {selector::kUserCode, 0x00affb000000ffff},
};
constexpr std::uint32_t kGdtLimit = 16 * 8 - 1;

/// A number the text may use by name.
struct Symbol {
  std::string_view name;
  std::uint64_t value;
};

/// In an entry data page of the user table, as VERW needs its operand on every way out.
constexpr KernelAddress kEntryData = KernelMemory::kText + KernelMemory::kTextSize;

constexpr Symbol kSymbols[] = {
    {"KERNEL_CS", selector::kKernelCode},
    {"KERNEL_DS", selector::kKernelData},
    {"USER32_CS", selector::kUserCode32},
    {"USER_DS", selector::kUserData},
    {"USER_CS", selector::kUserCode},
    {"sys_call_table", KernelMemory::kSyscallTable.value},
    {"mds_verw_sel", kEntryData.value},
    {"TSS_sp0", kTssRsp0},
    {"TSS_sp1", kTssRsp1},
    {"TSS_sp2", kTssRsp2},
    {"cpu_tss_rw", kTssOffset},
    {"TASK_thread_flags", kTaskFlags},
    {"TASK_syscall_work", kTaskSyscallWork},
    {"CR3_USER_TABLE_BIT", 12},
    {"CR3_USER_PCID_BIT", 11},
    {"CR3_NOFLUSH_BIT", 63},
    {"CR3_USER_MASK", kUserRootBit | kUserPcidBit},
    {"MSR_SPEC_CTRL", 0x48},
    {"SPEC_CTRL_IBRS", 1},
    {"ENOSYS", 38},
    {"EFLAGS_TF", flag::kTrap},
    {"EFLAGS_RF", flag::kResume},
    {"TASK_SIZE_MAX", 0x00007ffffffff000},
    // pt_regs, by byte offset from the lowest slot.
    {"PT_R15", 0x00},
    {"PT_R14", 0x08},
    {"PT_R13", 0x10},
    {"PT_R12", 0x18},
    {"PT_RBP", 0x20},
    {"PT_RBX", 0x28},
    {"PT_R11", 0x30},
    {"PT_R10", 0x38},
    {"PT_R9", 0x40},
    {"PT_R8", 0x48},
    {"PT_RAX", 0x50},
    {"PT_RCX", 0x58},
    {"PT_RDX", 0x60},
    {"PT_RSI", 0x68},
    {"PT_RDI", 0x70},
    {"PT_ORIG_RAX", 0x78},
    {"PT_RIP", 0x80},
    {"PT_CS", 0x88},
    {"PT_EFLAGS", 0x90},
    {"PT_RSP", 0x98},
    {"PT_SS", 0xa0},
};
static_assert(std::size(kSymbols) > 0 &&
              kSymbols[std::size(kSymbols) - 1].value + 8 == KernelMemory::kPtRegsSize);

constexpr std::uint64_t round_to_pages(std::uint64_t bytes) {
  return (std::max<std::uint64_t>(bytes, 1) + kPageSize - 1) & ~(kPageSize - 1);
}

constexpr std::uint8_t kRet = 0xc3, kInt3 = 0xcc;

}  // namespace

KernelMemory::KernelMemory(std::uint64_t syscall_limit) : syscall_limit_(syscall_limit) {
  const KernelAddress per_cpu_variables = kTss + kPageSize;
  const std::uint64_t stubs = round_to_pages(syscall_limit * kServiceStubSize);
  const std::uint64_t table = round_to_pages(syscall_limit * 8);
  CHECK(kServiceStubs + stubs <= kText, "too many service stubs: {}", syscall_limit);
  const KernelRegion regions[] = {
      {"entry text", {kText, kText + kTextSize}, true, false, true},
      {"entry data", {kEntryData, kEntryData + kPageSize}, true, false, false},
      {"GDT", {kGdt, kGdt + kPageSize}, true, false, false},
      {"trampoline stack", kTrampolineStack, true, true, false},
      {"TSS", {kTss, per_cpu_variables}, true, true, false},
      {"per-CPU area", {per_cpu_variables, kPerCpu + kPerCpuSize}, false, true, false},
      {"task", {kTask, kTask + kTaskSize}, false, true, false},
      {"kernel stack", kStack, false, true, false},
      {"system-call table", {kSyscallTable, kSyscallTable + table}, false, false, false},
      {"service stubs", {kServiceStubs, kServiceStubs + stubs}, false, false, true},
  };
  for (const KernelRegion& r : regions)
    pages_.push_back({r, std::vector<std::uint8_t>(r.range.size()),
                      std::vector<Provenance>(r.writable ? r.range.size() : 0, origin::kBoot)});
  for (const PerCpuVariable& v : kPerCpuVariables) place(kPerCpu + v.offset, v.initial, v.size);
  for (const Descriptor& d : kDescriptors) place(kGdt + (d.selector & ~7u), d.bits, 8);
  place(kEntryData, selector::kKernelData, 2);
  for (std::uint64_t n = 0; n < syscall_limit; ++n) {
    const KernelAddress stub = kServiceStubs + n * kServiceStubSize;
    place(kSyscallTable + n * 8, stub.value, 8);
    place(stub, kRet | kInt3 << 8, 2);
  }
}

void KernelMemory::place(KernelAddress address, std::uint64_t value, unsigned size) {
  for (Page& p : pages_)
    if (p.region.range.contains(address)) {
      std::memcpy(p.bytes.data() + (address - p.region.range.begin), &value, size);
      return;
    }
  CHECK(false, "nothing at {:#x}", address.value);
}

std::map<std::string, std::uint64_t, std::less<>> KernelMemory::symbols() const {
  std::map<std::string, std::uint64_t, std::less<>> names;
  for (const Symbol& s : kSymbols) names.emplace(s.name, s.value);
  for (const PerCpuVariable& v : kPerCpuVariables) names.emplace(v.name, v.offset);
  names.emplace("NR_syscalls", syscall_limit_);
  return names;
}

std::uint64_t KernelMemory::cr3(PageTable table) const {
  const std::uint64_t kernel = kKernelRoot | kKernelPcid;
  return table == PageTable::Kernel ? kernel : kernel | kUserRootBit | kUserPcidBit;
}

std::optional<PageTable> KernelMemory::table(std::uint64_t cr3) const {
  if ((cr3 & kRootMask) == kKernelRoot) return PageTable::Kernel;
  if ((cr3 & kRootMask) == (kKernelRoot | kUserRootBit)) return PageTable::User;
  return {};
}

const KernelRegion* KernelMemory::region(KernelAddress address) const {
  for (const Page& p : pages_)
    if (p.region.range.contains(address)) return &p.region;
  return nullptr;
}

const KernelMemory::Page* KernelMemory::page(KernelAddress address, unsigned size, Access access,
                                             PageTable table) const {
  for (const Page& p : pages_) {
    const KernelRange& range = p.region.range;
    if (!range.contains(address) || range.end - address < size) continue;
    if (table == PageTable::User && !p.region.in_user_table) return nullptr;
    if (access == Access::Write && !p.region.writable) return nullptr;
    if (access == Access::Fetch && !p.region.executable) return nullptr;
    return &p;
  }
  return nullptr;
}

std::optional<Value> KernelMemory::load(KernelAddress address, unsigned size,
                                        PageTable table) const {
  const Page* p = page(address, size, Access::Read, table);
  if (!p) return {};
  const std::uint64_t offset = address - p->region.range.begin;
  Value value;
  std::memcpy(&value.bits, p->bytes.data() + offset, size);
  if (!p->from.empty())
    for (unsigned i = 0; i < size; ++i) value.from |= p->from[offset + i];
  value.from &= static_cast<Provenance>(~origin::kBoot);
  return value;
}

bool KernelMemory::store(KernelAddress address, unsigned size, Value value, PageTable table) {
  const Page* found = page(address, size, Access::Write, table);
  if (!found) return false;
  Page& p = pages_[found - pages_.data()];
  const std::uint64_t offset = address - p.region.range.begin;
  std::memcpy(p.bytes.data() + offset, &value.bits, size);
  std::fill_n(p.from.begin() + static_cast<std::ptrdiff_t>(offset), size, value.from);
  stored_.push_back({address, address + size});
  return true;
}

std::span<const std::uint8_t> KernelMemory::fetch(KernelAddress address, PageTable table) const {
  constexpr std::uint64_t kLongestInstruction = 15;
  const Page* p = page(address, 1, Access::Fetch, table);
  if (!p) return {};
  const std::uint64_t offset = address - p->region.range.begin;
  return std::span(p->bytes).subspan(offset).first(
      std::min(kLongestInstruction, p->bytes.size() - offset));
}

void KernelMemory::install_text(std::span<const std::uint8_t> code) {
  CHECK(code.size() <= kTextSize, "entry text of {} bytes", code.size());
  std::vector<std::uint8_t>& text = pages_.front().bytes;
  std::fill(text.begin(), text.end(), kInt3);
  std::copy(code.begin(), code.end(), text.begin());
}

std::optional<std::uint64_t> KernelMemory::service(KernelAddress address) const {
  const std::uint64_t offset = address - kServiceStubs;
  if (address < kServiceStubs || offset % kServiceStubSize != 0) return {};
  if (offset / kServiceStubSize >= syscall_limit_) return {};
  return offset / kServiceStubSize;
}

std::uint64_t KernelMemory::pt_regs(std::uint64_t offset) const {
  const std::optional<Value> slot = load(kStack.end - kPtRegsSize + offset, 8, PageTable::Kernel);
  CHECK(slot.has_value() && offset < kPtRegsSize, "no pt_regs slot at {:#x}", offset);
  return slot->bits;
}

void KernelMemory::note_read(KernelAddress address, unsigned size) {
  const KernelRange range{address, address + size};
  const Page* p = page(address, size, Access::Read, PageTable::Kernel);
  if (!p || p->from.empty() || std::ranges::find(boot_reads_, range) != boot_reads_.end()) return;
  const auto first = p->from.begin() + static_cast<std::ptrdiff_t>(address - p->region.range.begin);
  if (std::any_of(first, first + size, [](Provenance b) { return (b & origin::kBoot) != 0; }))
    boot_reads_.push_back(range);
}

bool KernelMemory::settle() {
  const auto replaced = [&](const KernelRange& read) {
    return std::ranges::any_of(stored_, [&](const KernelRange& s) { return s.overlaps(read); });
  };
  const bool changed = std::erase_if(boot_reads_, replaced) != 0;
  for (const KernelRange& range : stored_)
    for (Page& p : pages_)
      if (p.region.range.contains(range.begin))
        std::fill_n(
            p.from.begin() + static_cast<std::ptrdiff_t>(range.begin - p.region.range.begin),
            range.size(), origin::kLeftBehind);
  stored_.clear();
  return changed;
}

void KernelMemory::boot(SystemState& system) const {
  // AMD APM vol. 2, figure 6-1: SYSCALL's CS in STAR[47:32], SYSRET's base in STAR[63:48].
  system.star = std::uint64_t{selector::kUserCode32} << 48 | std::uint64_t{selector::kKernelCode}
                                                                 << 32;
  system.lstar = kText.value;
  system.fmask = flag::kArithmetic | flag::kTrap | flag::kInterrupt | flag::kDirection |
                 flag::kIopl | flag::kNestedTask | flag::kResume | flag::kAlignmentCheck |
                 flag::kIdentification;
  system.kernel_gs_base = kPerCpu.value;
  system.gdtr = {kGdt.value, kGdtLimit};
  system.tr_base = kTss.value;
  system.cr3 = cr3(PageTable::Kernel);
  system.cr4 |= 1u << 17;  // PCIDE
}

}  // namespace ringfare
