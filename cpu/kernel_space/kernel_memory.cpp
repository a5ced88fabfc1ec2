// SPDX-License-Identifier: MIT
#include "cpu/kernel_space/kernel_memory.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "cpu/base/failure.hpp"
#include "cpu/kernel_space/layout.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kPageSize = 0x1000;

/// Roots as physical addresses: an 8 KiB pair, the kernel's half first. The user half is selected
/// by bit 12, its process-context identifier by bit 11.
constexpr std::uint64_t kKernelRoot = 0x0000000002a10000, kUserRootBit = 1u << 12;
constexpr std::uint64_t kKernelPcid = 1, kUserPcidBit = 1u << 11;
constexpr std::uint64_t kRootMask = 0x000ffffffffff000;

/// What a variable holds at boot.
enum class Holds : std::uint8_t { Number, EntryStack, Stack, Task };

/// A variable of the per-CPU area: %gs:name in a 64-bit kernel, an address in a 32-bit one.
struct PerCpuVariable {
  std::string_view name;
  std::uint64_t offset;
  unsigned size;
  Holds holds = Holds::Number;
  std::uint64_t initial = 0;
};

constexpr PerCpuVariable kPerCpu64[] = {
    {"cpu_tss_rw_sp0", kTssOffset + kTssRsp0, 8, Holds::EntryStack},
    {"cpu_tss_rw_sp1", kTssOffset + kTssRsp1, 8, Holds::Stack},
    {"cpu_tss_rw_sp2", kTssOffset + kTssRsp2, 8},
    {"current_task", 0x1fb80, 8, Holds::Task},
    {"cpu_current_top_of_stack", 0x1fb88, 8, Holds::Stack},
    {"cpu_number", 0x1fb90, 4},
    {"preempt_count", 0x1fb94, 4, Holds::Number, 0x80000000},
    {"kstack_offset", 0x1fb98, 4},
    {"user_pcid_flush_mask", 0x1fba0, 2},
    {"x86_spec_ctrl_current", 0x1fba8, 8, Holds::Number, 1},
    {"rsp_scratch", 0x1fbb0, 8},
    {"irq_count", 0x1fbb8, 4, Holds::Number, 0xffffffff},
    {"apic_in_service", 0x1fbbc, 4},
    // The PDA of 2.6: the kernel stack without the five words an interrupt pushes.
    {"pda_oldrsp", 0x1fbc0, 8},
    {"pda_kernelstack", 0x1fbc8, 8, Holds::Stack, 40},
};
constexpr PerCpuVariable kPerCpu32[] = {
    {"cpu_tss", kTssOffset, 4},   {"bh_mask", 0x1fb80, 4, Holds::Number, 1},
    {"bh_active", 0x1fb84, 4},    {"softirq_active", 0x1fb88, 4},
    {"softirq_mask", 0x1fb8c, 4},
};
constexpr std::uint64_t kPerCpuSize = 0x20000;

/// Fields of the current task, from its address in current_task.
constexpr std::uint64_t kTaskFlags = 0, kTaskSyscallWork = 8, kTaskSysenterReturn = 16,
                        kTaskSize = 0x400;

constexpr bool variables_apart(std::span<const PerCpuVariable> variables) {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const PerCpuVariable& a = variables[i];
    if (a.offset + a.size > kPerCpuSize) return false;
    for (std::size_t j = i + 1; j < variables.size(); ++j) {
      const PerCpuVariable& b = variables[j];
      if (a.name == b.name || (a.offset < b.offset + b.size && b.offset < a.offset + a.size))
        return false;
    }
  }
  return true;
}
static_assert(variables_apart(kPerCpu64) && variables_apart(kPerCpu32),
              "two per-CPU variables share bytes or a name");

/// Flat segments (SDM vol. 3, 3.4.5; 64-bit mode ignores base and limit).
namespace flat {
constexpr std::uint64_t kKernelCode32 = 0x00cf9b000000ffff, kKernelCode64 = 0x00af9b000000ffff,
                        kKernelData = 0x00cf93000000ffff, kUserCode32 = 0x00cffb000000ffff,
                        kUserData = 0x00cff3000000ffff, kUserCode64 = 0x00affb000000ffff;
}
/// A number the text may use by name.
struct Symbol {
  std::string_view name;
  std::uint64_t value;
};

/// In an entry data page of the user table, as VERW needs its operand on every way out.
constexpr KernelAddress entry_data(const KernelLayout& layout) {
  return layout.text + KernelMemory::kTextSize;
}

constexpr Symbol kAllSymbols[] = {
    {"TASK_sysenter_return", kTaskSysenterReturn},
    {"THREAD_SIZE", kTaskAndStack},
    {"ENOSYS", 38},
    {"EFAULT", 14},
    {"EFLAGS_TF", flag::kTrap},
    {"EFLAGS_IF", flag::kInterrupt},
    {"EFLAGS_NT", flag::kNestedTask},
    {"EFLAGS_RF", flag::kResume},
    {"EFLAGS_AC", flag::kAlignmentCheck},
    {"EFLAGS_FIXED", flag::kFixed},
};
constexpr Symbol kSymbols32[] = {
    {"PAGE_OFFSET", 0xc0000000},
    // sysenter's stack is the end of the TSS: ESP0 from there.
    {"TSS_sysenter_esp0", kTssEsp0 - (kTssLimit + 1)},
    // pt_regs, by byte offset from the lowest slot.
    {"PT_EBX", 0x00},
    {"PT_ECX", 0x04},
    {"PT_EDX", 0x08},
    {"PT_ESI", 0x0c},
    {"PT_EDI", 0x10},
    {"PT_EBP", 0x14},
    {"PT_EAX", 0x18},
    {"PT_DS", 0x1c},
    {"PT_ES", 0x20},
    {"PT_ORIG_EAX", 0x24},
    {"PT_EIP", 0x28},
    {"PT_CS", 0x2c},
    {"PT_EFLAGS", 0x30},
    {"PT_ESP", 0x34},
    {"PT_SS", 0x38},
};
constexpr Symbol kSymbols64[] = {
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

constexpr std::uint64_t round_to_pages(std::uint64_t bytes) {
  return (std::max<std::uint64_t>(bytes, 1) + kPageSize - 1) & ~(kPageSize - 1);
}

constexpr std::uint8_t kRet = 0xc3, kInt3 = 0xcc;

}  // namespace

KernelMemory::KernelMemory(const KernelPlan& plan) : plan_(plan), layout_(layout_of(plan)) {
  make_regions();
  make_stubs();
  make_descriptors();
}

void KernelMemory::make_regions() {
  const KernelLayout& at = layout_;
  const KernelAddress per_cpu_variables = at.tss + kPageSize;
  const std::uint64_t calls = plan_.syscall_limit + plan_.compat_limit;
  const std::uint64_t stubs = round_to_pages(calls * kServiceStubSize);
  const std::uint64_t table = round_to_pages(calls * word());
  CHECK(stubs <= 0x200000 && table <= 0x100000, "too many service stubs: {}", calls);
  const KernelAddress data = entry_data(at);
  const KernelRegion regions[] = {
      {"entry text", {at.text, at.text + kTextSize}, true, false, true},
      {"entry data", {data, data + kPageSize}, true, false, false},
      {"GDT", {at.gdt, at.gdt + kPageSize}, true, false, false},
      {"IDT", {at.idt, at.idt + kPageSize}, true, false, false},
      {"trampoline stack", at.trampoline_stack, true, true, false},
      {"TSS", {at.tss, per_cpu_variables}, true, true, false},
      {"per-CPU area", {per_cpu_variables, at.per_cpu + kPerCpuSize}, false, true, false},
      {"task", {at.task, at.task + kTaskSize}, false, true, false},
      {"kernel stack", at.stack, false, true, false},
      {"system-call table", {at.syscall_table, at.syscall_table + table}, false, false, false},
      {"service stubs", {at.service_stubs, at.service_stubs + stubs}, false, false, true},
  };
  for (const KernelRegion& r : regions)
    pages_.push_back({r, std::vector<std::uint8_t>(r.range.size()),
                      std::vector<Provenance>(r.writable ? r.range.size() : 0, origin::kBoot)});
}

namespace {
std::span<const PerCpuVariable> per_cpu_variables(unsigned bits) {
  if (bits == 64) return kPerCpu64;
  return kPerCpu32;
}
}  // namespace

void KernelMemory::make_stubs() {
  const auto initial = [&](const PerCpuVariable& v) {
    switch (v.holds) {
      case Holds::EntryStack:
        return plan_.entry_stack == EntryStack::Task ? layout_.stack.end.value
                                                     : layout_.trampoline_stack.end.value;
      case Holds::Stack:
        return layout_.stack.end.value - v.initial;
      case Holds::Task:
        return layout_.task.value;
      default:
        return v.initial;
    }
  };
  for (const PerCpuVariable& v : per_cpu_variables(plan_.bits))
    place(layout_.per_cpu + v.offset, initial(v), v.size);
  if (plan_.bits == 32) {
    place(layout_.tss + kTssEsp0, layout_.stack.end.value, 4);
    place(layout_.tss + kTssSs0, plan_.selectors.kernel_data, 2);
  }
  place(entry_data(layout_), plan_.selectors.kernel_data, 2);
  for (std::uint64_t n = 0; n < plan_.syscall_limit + plan_.compat_limit; ++n) {
    const KernelAddress stub = layout_.service_stubs + n * kServiceStubSize;
    place(layout_.syscall_table + n * word(), stub.value, word());
    place(stub, kRet | kInt3 << 8, 2);
  }
}

void KernelMemory::make_descriptors() {
  const KernelSelectors& s = plan_.selectors;
  set_descriptor(s.kernel_code, plan_.bits == 64 ? flat::kKernelCode64 : flat::kKernelCode32);
  set_descriptor(s.kernel_data, flat::kKernelData);
  set_descriptor(s.user_code32, flat::kUserCode32);
  set_descriptor(s.user_data, flat::kUserData);
  if (s.user_code != 0) set_descriptor(s.user_code, flat::kUserCode64);
}

void KernelMemory::set_descriptor(std::uint16_t selector, std::uint64_t bits) {
  const bool local = selector & 4;
  CHECK((selector >> 3) < (local ? kLdtEntries : kGdtEntries), "selector {:#x}", selector);
  place(layout_.gdt + (local ? kLdtOffset : 0) + (selector & 0xfff8), bits, 8);
}

void KernelMemory::set_gate(std::uint8_t vector, std::uint64_t low, std::uint64_t high) {
  const std::uint64_t size = plan_.bits == 64 ? 16 : 8;
  place(layout_.idt + vector * size, low, 8);
  if (size == 16) place(layout_.idt + vector * size + 8, high, 8);
}

void KernelMemory::set_word(KernelAddress address, unsigned size, std::uint64_t value) {
  place(address, value, size);
  for (Page& p : pages_)
    if (p.region.range.contains(address) && !p.from.empty())
      std::fill_n(p.from.begin() + static_cast<std::ptrdiff_t>(address - p.region.range.begin),
                  size, origin::kBoot);
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
  const auto add = [&](std::string_view name, std::uint64_t value) {
    names.emplace(name, plan_.bits == 64 ? value : value & 0xffffffff);
  };
  for (const Symbol& s : kAllSymbols) add(s.name, s.value);
  if (plan_.bits == 64)
    for (const Symbol& s : kSymbols64) add(s.name, s.value);
  else
    for (const Symbol& s : kSymbols32) add(s.name, s.value);
  const std::uint64_t base = plan_.bits == 64 ? 0 : layout_.per_cpu.value;
  for (const PerCpuVariable& v : per_cpu_variables(plan_.bits)) add(v.name, base + v.offset);
  add("KERNEL_CS", plan_.selectors.kernel_code);
  add("KERNEL_DS", plan_.selectors.kernel_data);
  add("USER32_CS", plan_.selectors.user_code32);
  add("USER_DS", plan_.selectors.user_data);
  add("USER_CS", plan_.bits == 64 ? plan_.selectors.user_code : plan_.selectors.user_code32);
  add("mds_verw_sel", entry_data(layout_).value);
  add("sys_call_table", layout_.syscall_table.value);
  add("NR_syscalls", plan_.syscall_limit);
  add("service_stubs", layout_.service_stubs.value);
  if (plan_.compat_limit != 0) {
    add("ia32_service_stubs", layout_.service_stubs.value + plan_.syscall_limit * kServiceStubSize);
    add("ia32_sys_call_table", layout_.syscall_table.value + plan_.syscall_limit * word());
    add("IA32_NR_syscalls", plan_.compat_limit);
  }
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

bool KernelMemory::user(KernelAddress address) const {
  constexpr std::uint64_t kUserEnd32 = 0xc0000000, kUserEnd64 = 1ULL << 47;
  return address.value < (plan_.bits == 64 ? kUserEnd64 : kUserEnd32);
}

bool KernelMemory::writable(KernelAddress address, unsigned size, PageTable table) const {
  return page(address, size, Access::Write, table) != nullptr;
}

std::optional<Value> KernelMemory::load(KernelAddress address, unsigned size,
                                        PageTable table) const {
  if (user(address)) {
    const auto word = user_ ? user_->load(address.value, size) : std::nullopt;
    if (!word) return {};
    return Value{*word, origin::kUserMemory};
  }
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
  const std::uint64_t offset = address - layout_.service_stubs;
  if (address < layout_.service_stubs || offset % kServiceStubSize != 0) return {};
  const std::uint64_t n = offset / kServiceStubSize;
  if (n >= plan_.syscall_limit + plan_.compat_limit) return {};
  return n < plan_.syscall_limit ? n : n - plan_.syscall_limit;
}

std::uint64_t KernelMemory::pt_regs(std::uint64_t offset) const {
  const std::optional<Value> slot =
      load(layout_.stack.end - above_pt_regs_ - pt_regs_size() + offset, word(), PageTable::Kernel);
  CHECK(slot.has_value() && offset < pt_regs_size(), "no pt_regs slot at {:#x}", offset);
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

}  // namespace ringfare
