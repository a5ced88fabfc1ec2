// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// Where a value that ring 0 computes with came from: a set of origins.
using Provenance = std::uint16_t;

namespace origin {
inline constexpr Provenance kNumber = 1 << 0,  // the call number in RAX
    kUserRegister = 1 << 1,                    // any other register of the guest
    kReturn = 1 << 2,                          // the return address the gate saved in RCX
    kFlags = 1 << 3,                           // the flags the gate saved in R11
    kResult = 1 << 4,                          // what the service answered
    kLeftBehind = 1 << 5,                      // stored by an earlier crossing
    kTime = 1 << 6,                            // time-stamp counter
    kBoot = 1 << 7,                            // as the kernel set it up; only within its memory
    kPointer = 1 << 8,     // the register by which a fast 32-bit door finds the sixth argument
    kUserMemory = 1 << 9;  // what the guest's memory holds
/// A path whose branches depend on these may run differently the next time.
inline constexpr Provenance kUnrepeatable =
    kUserRegister | kUserMemory | kResult | kLeftBehind | kTime;
}  // namespace origin

/// The bits of a value and their provenance.
struct Value {
  std::uint64_t bits = 0;
  Provenance from = 0;
};

/// The two page tables of a process under page-table isolation; without isolation only `Kernel` is
/// used.
enum class PageTable : std::uint8_t { Kernel, User };

enum class Access : std::uint8_t { Read, Write, Fetch };

/// A run of pages of the synthetic kernel. Those with `in_user_table` are what page-table isolation
/// leaves mapped while the guest runs: entry text, the processor's entry area, the TSS page.
struct KernelRegion {
  std::string_view name;
  KernelRange range;
  bool in_user_table = false;
  bool writable = false;
  bool executable = false;
};

/// The selectors a kernel gives its segments, RPL as each ring shows them.
struct KernelSelectors {
  std::uint16_t kernel_code, kernel_data, user_code32, user_data, user_code;  // user_code: 64-bit
  std::uint16_t task;

  bool operator==(const KernelSelectors&) const = default;
};
inline constexpr KernelSelectors kSelectors64{0x10, 0x18, 0x23, 0x2b, 0x33, 0x40};
inline constexpr KernelSelectors kSelectors32{0x10, 0x18, 0x23, 0x2b, 0, 0x60};

/// Where RSP0 of the TSS points.
enum class EntryStack : std::uint8_t {
  Trampoline,  // a small stack both page tables know (Linux since 4.15)
  Task,        // the kernel stack itself
};

/// Where the current task's thread_info lies.
enum class TaskPlace : std::uint8_t {
  Apart,       // in the task itself
  BelowStack,  // at the bottom of the kernel stack, which has 8 KiB
};

/// What a kernel's memory is made for.
struct KernelPlan {
  std::uint8_t bits = 64;  // or 32
  std::uint64_t syscall_limit = 0;
  std::uint64_t compat_limit = 0;  // of ia32_sys_call_table in a 64-bit kernel; 0: it has none
  KernelSelectors selectors = kSelectors64;
  EntryStack entry_stack = EntryStack::Trampoline;
  TaskPlace task = TaskPlace::Apart;  // of a 64-bit kernel; in 32-bit ones it lies below the stack
};

/// Where the kernel's parts lie.
struct KernelLayout {
  KernelAddress text, service_stubs, syscall_table, per_cpu, tss, task;
  KernelRange stack, trampoline_stack;
  KernelAddress gdt, idt;
};

/// Where each door of a kernel begins; nothing for a door it does not have here.
struct EntryPoints {
  std::optional<KernelAddress> syscall, syscall32, sysenter, int80, fred;
  bool int80_is_trap = false;  // a trap gate: interrupts stay on
};

/// Memory of the guest that the kernel reads: the word a fast door's caller left on its stack.
class UserWindow {
 public:
  virtual ~UserWindow() = default;
  /// Nothing where the access faults.
  virtual std::optional<std::uint64_t> load(std::uint64_t address, unsigned size) const = 0;
};

/// The memory kernel entry code runs on: entry text, processor entry area (GDT, trampoline stack),
/// per-CPU area with the TSS, the current task and its kernel stack, system-call table and service
/// stubs.
class KernelMemory {
 public:
  explicit KernelMemory(const KernelPlan& plan);
  /// A 64-bit kernel with a service stub for each number below `syscall_limit`.
  explicit KernelMemory(std::uint64_t syscall_limit)
      : KernelMemory(KernelPlan{.syscall_limit = syscall_limit}) {}

  // The layout of 64-bit kernels.
  static constexpr KernelAddress kText{0xffffffff81e00000};
  static constexpr std::uint64_t kTextSize = 0x10000;
  static constexpr KernelAddress kServiceStubs{0xffffffff81000000};
  static constexpr std::uint64_t kServiceStubSize = 16;
  static constexpr KernelAddress kSyscallTable{0xffffffff82000000};
  static constexpr KernelAddress kPerCpu{0xffff88801f600000};
  static constexpr KernelAddress kTss = kPerCpu + 0x6000;
  static constexpr KernelAddress kTask{0xffff888004a40000};
  static constexpr KernelRange kStack{{0xffffc90000014000}, {0xffffc90000018000}};
  static constexpr KernelRange kTrampolineStack{{0xfffffe0000001000}, {0xfffffe0000002000}};
  static constexpr KernelAddress kGdt{0xfffffe0000000000};
  static constexpr KernelAddress kIdt{0xfffffe0000003000};

  const KernelPlan& plan() const { return plan_; }
  const KernelLayout& layout() const { return layout_; }
  unsigned word() const { return plan_.bits / 8; }
  /// Bytes of pt_regs, which the entry path builds at the top of the kernel stack.
  std::uint64_t pt_regs_size() const { return plan_.bits == 64 ? 21 * 8 : 15 * 4; }

  /// Names assembly may use: offsets from gs, addresses, selectors, bits.
  std::map<std::string, std::uint64_t, std::less<>> symbols() const;

  /// CR3 of a table: its root and its process-context identifier.
  std::uint64_t cr3(PageTable table) const;
  /// The table a CR3 selects; nothing where its root is neither.
  std::optional<PageTable> table(std::uint64_t cr3) const;

  const KernelRegion* region(KernelAddress address) const;

  /// True for an address that belongs to user mode.
  bool user(KernelAddress address) const;
  /// What the kernel sees below its own addresses; without a window nothing is mapped there.
  void show_user(const UserWindow* window) { user_ = window; }

  /// Nothing where the access is a page fault under `table`. 1, 2, 4 or 8 bytes.
  std::optional<Value> load(KernelAddress address, unsigned size, PageTable table) const;
  bool store(KernelAddress address, unsigned size, Value value, PageTable table);
  bool writable(KernelAddress address, unsigned size, PageTable table) const;
  /// The code at `address`, up to 15 bytes.
  std::span<const std::uint8_t> fetch(KernelAddress address, PageTable table) const;

  /// Places the entry path; replaces what was there.
  void install_text(std::span<const std::uint8_t> code);

  /// Writes an entry of the GDT, or of the LDT where the selector says so. The selector lies within
  /// its table.
  void set_descriptor(std::uint16_t selector, std::uint64_t bits);
  /// Writes an IDT entry: in a 64-bit kernel both words of it.
  void set_gate(std::uint8_t vector, std::uint64_t low, std::uint64_t high);
  /// Changes words as whoever set up the kernel would: they count as there from boot.
  void set_word(KernelAddress address, unsigned size, std::uint64_t value);

  /// The number whose service stub starts at `address`.
  std::optional<std::uint64_t> service(KernelAddress address) const;

  /// Reads the pt_regs slot at byte offset `offset`, as the kernel's C code would.
  std::uint64_t pt_regs(std::uint64_t offset) const;

  /// The crossing under way has read this; what still is as set up at boot is remembered.
  void note_read(KernelAddress address, unsigned size);

  /// The crossing is over: whatever it stored is from now on left behind by an earlier one. True
  /// when it replaced something as set up at boot that some crossing had read: what was learnt
  /// from such paths no longer holds.
  bool settle();

  /// Everything the processor holds that points into this memory, as the kernel sets it up at boot;
  /// the gates of the IDT with it.
  void boot(SystemState& system, const EntryPoints& entries);
  void boot(SystemState& system) { boot(system, {.syscall = layout_.text}); }

 private:
  struct Page {
    KernelRegion region;
    std::vector<std::uint8_t> bytes;
    std::vector<Provenance> from;
  };

  const Page* page(KernelAddress address, unsigned size, Access access, PageTable table) const;
  void place(KernelAddress address, std::uint64_t value, unsigned size);

  void make_regions();
  void make_stubs();
  void make_descriptors();
  void make_interrupt_table(const EntryPoints& entries);
  void boot_doors(SystemState& system, const EntryPoints& entries) const;

  KernelPlan plan_;
  KernelLayout layout_;
  std::uint64_t above_pt_regs_ = 0;
  const UserWindow* user_ = nullptr;
  std::vector<Page> pages_;
  std::vector<KernelRange> stored_, boot_reads_;
};

}  // namespace ringfare
