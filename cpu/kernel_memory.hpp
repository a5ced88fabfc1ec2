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

#include "cpu/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// Where a value that ring 0 computes with came from: a set of origins.
using Provenance = std::uint8_t;

namespace origin {
inline constexpr Provenance kNumber = 1 << 0,  // the call number in RAX
    kUserRegister = 1 << 1,                    // any other register of the guest
    kReturn = 1 << 2,                          // the return address the gate saved in RCX
    kFlags = 1 << 3,                           // the flags the gate saved in R11
    kResult = 1 << 4,                          // what the service answered
    kLeftBehind = 1 << 5,                      // stored by an earlier crossing
    kTime = 1 << 6,                            // time-stamp counter
    kBoot = 1 << 7;                            // as the kernel set it up; only within its memory
/// A path whose branches depend on these may run differently the next time.
inline constexpr Provenance kUnrepeatable = kUserRegister | kResult | kLeftBehind | kTime;
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

/// The memory kernel entry code runs on: entry text, processor entry area (GDT, trampoline stack),
/// per-CPU area with the TSS, the current task and its kernel stack, system-call table and service
/// stubs.
class KernelMemory {
 public:
  /// A service stub for each number below `syscall_limit`.
  explicit KernelMemory(std::uint64_t syscall_limit);

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

  /// Bytes of pt_regs, which the entry path builds at the top of the kernel stack.
  static constexpr std::uint64_t kPtRegsSize = 21 * 8;

  /// Names assembly may use: offsets from gs, addresses, selectors, bits.
  std::map<std::string, std::uint64_t, std::less<>> symbols() const;

  /// CR3 of a table: its root and its process-context identifier.
  std::uint64_t cr3(PageTable table) const;
  /// The table a CR3 selects; nothing where its root is neither.
  std::optional<PageTable> table(std::uint64_t cr3) const;

  const KernelRegion* region(KernelAddress address) const;

  /// Nothing where the access is a page fault under `table`. 1, 2, 4 or 8 bytes.
  std::optional<Value> load(KernelAddress address, unsigned size, PageTable table) const;
  bool store(KernelAddress address, unsigned size, Value value, PageTable table);
  /// The code at `address`, up to 15 bytes.
  std::span<const std::uint8_t> fetch(KernelAddress address, PageTable table) const;

  /// Places the entry path; replaces what was there.
  void install_text(std::span<const std::uint8_t> code);

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

  /// Everything the processor holds that points into this memory, as the kernel sets it up at boot.
  void boot(SystemState& system) const;

 private:
  struct Page {
    KernelRegion region;
    std::vector<std::uint8_t> bytes;
    std::vector<Provenance> from;
  };

  const Page* page(KernelAddress address, unsigned size, Access access, PageTable table) const;
  void place(KernelAddress address, std::uint64_t value, unsigned size);

  std::uint64_t syscall_limit_;
  std::vector<Page> pages_;
  std::vector<KernelRange> stored_, boot_reads_;
};

}  // namespace ringfare
