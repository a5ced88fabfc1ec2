// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// General-purpose registers in the order of their encoding (SDM vol. 2, table 3-1).
enum class Gpr : std::uint8_t {
  Rax,
  Rcx,
  Rdx,
  Rbx,
  Rsp,
  Rbp,
  Rsi,
  Rdi,
  R8,
  R9,
  R10,
  R11,
  R12,
  R13,
  R14,
  R15
};

/// RFLAGS bits (SDM vol. 1, figure 3-8).
namespace flag {
inline constexpr std::uint64_t kCarry = 1u << 0, kFixed = 1u << 1, kParity = 1u << 2,
                               kAdjust = 1u << 4, kZero = 1u << 6, kSign = 1u << 7, kTrap = 1u << 8,
                               kInterrupt = 1u << 9, kDirection = 1u << 10, kOverflow = 1u << 11,
                               kIopl = 3u << 12, kNestedTask = 1u << 14, kResume = 1u << 16,
                               kVirtual8086 = 1u << 17, kAlignmentCheck = 1u << 18,
                               kIdentification = 1u << 21;
inline constexpr std::uint64_t kArithmetic = kCarry | kParity | kAdjust | kZero | kSign | kOverflow;
}  // namespace flag

/// A segment register: visible selector and the hidden part that long mode still uses.
struct Segment {
  std::uint16_t selector = 0;
  std::uint64_t base = 0;
  std::uint32_t limit = 0xffffffff;
  std::uint8_t dpl = 3;
  bool long_mode = false;     // L: 64-bit code
  bool default_size = false;  // D/B

  bool operator==(const Segment&) const = default;
};

/// x87, SSE and AVX state in the standard (non-compacted) XSAVE layout, SDM vol. 1, 13.4.
struct alignas(64) VectorState {
  static constexpr std::uint64_t kComponents = 0b111;  // XCR0: x87 | SSE | AVX
  static constexpr std::size_t kMxcsr = 24;
  std::array<std::byte, 512 + 64 + 256> bytes{};

  /// As after process start: everything in its initial configuration, MXCSR 0x1f80.
  VectorState() { bytes[kMxcsr] = std::byte{0x80}, bytes[kMxcsr + 1] = std::byte{0x1f}; }
};

/// How the processor reads code: by the L bit of CS (SDM vol. 3, 3.4.5). 16-bit code is not run.
enum class CodeMode : std::uint8_t { Long64, Compat32 };

/// Linux's user selectors on x86-64.
namespace selector {
inline constexpr std::uint16_t kKernelCode = 0x10, kKernelData = 0x18, kUserCode32 = 0x23,
                               kUserData = 0x2b, kUserCode = 0x33;
}

/// The architectural registers of one guest thread. While a crossing is under way ring 0 runs on
/// the same registers, as on hardware.
struct Registers {
  std::array<std::uint64_t, 16> gpr{};
  std::uint64_t rip = 0;
  std::uint64_t rflags = flag::kFixed | flag::kInterrupt;
  Segment cs{.selector = selector::kUserCode, .long_mode = true};
  Segment ss{.selector = selector::kUserData};
  Segment ds, es, fs, gs;
  VectorState vector;

  CodeMode mode() const { return cs.long_mode ? CodeMode::Long64 : CodeMode::Compat32; }

  std::uint64_t& operator[](Gpr r) { return gpr[static_cast<std::size_t>(r)]; }
  std::uint64_t operator[](Gpr r) const { return gpr[static_cast<std::size_t>(r)]; }
};

/// Lane 0: retired instructions. Lanes 1-7: user cycles in hundredths under up to seven machines.
inline constexpr std::size_t kLanes = 8;
using Lanes = std::array<std::uint64_t, kLanes>;
inline constexpr std::size_t kInstructionLane = 0;
inline constexpr std::size_t kFirstCycleLane = 1;

/// The descriptor tables a guest thread can load segments from (SDM vol. 3, 3.4.5): the GDT of a
/// processor it runs on, its own TLS entries included, and its process's LDT.
struct DescriptorTables {
  static constexpr std::size_t kGdtEntries = 32;
  using Gdt = std::array<std::uint64_t, kGdtEntries>;

  /// That of Linux on x86-64: flat segments at 4 (32-bit code), 5 (data) and 6 (64-bit code), room
  /// for TLS from 12 to 14, the processor's number as the limit of 15.
  static constexpr Gdt kLinux64{0,
                                0x00cf9b000000ffff,
                                0x00af9b000000ffff,
                                0x00cf93000000ffff,
                                0x00cffb000000ffff,
                                0x00cff3000000ffff,
                                0x00affb000000ffff,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0x0040f50000000000};

  Gdt gdt = kLinux64;
  const std::vector<std::uint64_t>* ldt = nullptr;  // null: none
};

enum class Vendor : std::uint8_t { Intel, Amd };

/// What an engine runs: registers and the running totals of what it has executed.
struct Thread {
  Registers registers;
  DescriptorTables descriptors;
  Vendor vendor = Vendor::Intel;  // of the processor
  alignas(64) Lanes totals{};
};

/// Descriptor-table register.
struct TableRegister {
  std::uint64_t base = 0;
  std::uint32_t limit = 0;
};

/// A segment register with a system descriptor: TR.
struct TaskRegister {
  std::uint16_t selector = 0;
  std::uint64_t base = 0;
  std::uint32_t limit = 0x67;
};

/// Bits of control registers and EFER (SDM vol. 3, 2.5 and 2.2.1).
namespace cr0 {
inline constexpr std::uint64_t kProtection = 1u << 0;
}
namespace cr4 {
inline constexpr std::uint64_t kPcid = 1u << 17, kFred = 1ULL << 32;
}
namespace efer {
inline constexpr std::uint64_t kSyscall = 1u << 0, kLme = 1u << 8, kLma = 1u << 10,
                               kNoExecute = 1u << 11;
}

/// The system half of one logical processor (SDM vol. 3, chapters 2 and 4; AMD APM vol. 2, chapter
/// 3).
struct SystemState {
  Vendor vendor = Vendor::Intel;
  std::uint8_t cpl = 3;
  std::uint64_t cr0 = 0x80050033, cr2 = 0, cr3 = 0, cr4 = 0x003006a0;
  std::uint64_t efer = efer::kSyscall | efer::kLme | efer::kLma | efer::kNoExecute;
  std::uint64_t star = 0, lstar = 0, cstar = 0, fmask = 0;
  std::uint64_t kernel_gs_base = 0;
  std::uint64_t sysenter_cs = 0, sysenter_esp = 0, sysenter_eip = 0;
  std::uint64_t spec_ctrl = 0, pred_cmd = 0;
  std::uint64_t fred_config = 0, fred_rsp0 = 0;
  std::uint8_t fred_level = 0;  // the stack in use
  TableRegister gdtr, idtr, ldtr;
  TaskRegister tr;
  bool has_sysenter = true, has_syscall = true;  // by CPUID
};

}  // namespace ringfare
