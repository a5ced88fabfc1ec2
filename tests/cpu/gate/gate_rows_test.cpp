// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gate_world.hpp"

namespace ringfare {
namespace {

using W = World;
using enum Door;
constexpr Vendors kAll = Vendors::All, kIntel = Vendors::Intel, kAmd = Vendors::Amd;
constexpr Running k64 = Running::Code64, kCompat = Running::Compat, kLegacy = Running::Legacy,
                  kV86 = Running::Virtual8086;

constexpr std::uint64_t kNonCanonical = 0x0000800000000000;
constexpr std::uint64_t kPresent = 1ULL << 47, kOrdinary = 1ULL << 44, kConforming = 1ULL << 42,
                        kWritable = 1ULL << 41, kLong = 1ULL << 53, kDefault = 1ULL << 54;
constexpr unsigned kTaskGate = 5, kInterrupt16 = 6, kTrap16 = 7, kCallGate = 12,
                   kInterruptGate = 14, kTrapGate = 15;
constexpr std::uint32_t kVectorCode = 0x80 * 8 + 2;
constexpr std::uint16_t kTlsSelector = 0x7b, kBeyond = 0x1003;

Exception gp(std::uint32_t code) {
  return {vector::kProtection, code};
}
const Exception kUd{vector::kInvalidOpcode, {}}, kGp0{vector::kProtection, 0};
const Exception kPf{vector::kPageFault, 0};
constexpr std::uint16_t kCodeN = W::kNative.kernel_code, kDataN = W::kNative.kernel_data,
                        kUserN = W::kNative.user_code32, kUserDataN = W::kNative.user_data;
constexpr std::uint16_t kCode = kSelectors64.kernel_code, kData = kSelectors64.kernel_data,
                        kUser = kSelectors64.user_code, kUser32 = kSelectors64.user_code32,
                        kUserData = kSelectors64.user_data;

/// One rule: in this situation the door raises this, or else this is what it has done.
struct Row {
  const char* name;
  Door door;
  Vendors vendors;
  Running running;
  void (*arrange)(World&);
  std::optional<Exception> raised;
  bool (*done)(const World& after, const World& before) = nullptr;
};

const Row kRows[] = {
{"SyscallDisabled64", Syscall, kAll, k64, [](W& w) { w.system.efer &= ~efer::kSyscall; }, kUd},
{"SyscallDisabledCompat", Syscall, kAll, kCompat, [](W& w) { w.system.efer &= ~efer::kSyscall; }, kUd},
{"SyscallDisabledLegacy", Syscall, kAll, kLegacy, [](W& w) { w.system.efer &= ~efer::kSyscall; }, kUd},
{"SyscallUnknownToTheProcessor", Syscall, kAll, k64, [](W& w) { w.system.has_syscall = false; }, kUd},
{"SyscallUnknownToTheProcessorLegacy", Syscall, kAmd, kLegacy, [](W& w) { w.system.has_syscall = false; }, kUd},
{"SyscallCompatIntel", Syscall, kIntel, kCompat, [](W&) {}, kUd},
{"SyscallLegacyIntel", Syscall, kIntel, kLegacy, [](W&) {}, kUd},
{"SyscallSavesRip", Syscall, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == W::kUserRip + 2; }},
{"SyscallSavesFlagsWithoutRf", Syscall, kAll, k64, [](W& w) { w.registers.rflags |= flag::kResume | flag::kTrap | flag::kAlignmentCheck; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::R11] == (b.registers.rflags & ~flag::kResume); }},
{"SyscallGoesToLstar", Syscall, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == w.system.lstar; }},
{"SyscallCompatGoesToCstar", Syscall, kAmd, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == w.system.cstar; }},
{"SyscallCompatSavesEip", Syscall, kAmd, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == W::kUserRip + 2 && w.registers[Gpr::R11] == b.registers.rflags; }},
{"SyscallCompatEntersCode64", Syscall, kAmd, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.long_mode && w.system.cpl == 0; }},
{"SyscallLegacyGoesToStar", Syscall, kAmd, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0xc0400123; }},
{"SyscallLegacySavesOnlyEip", Syscall, kAmd, kLegacy, [](W& w) { w.registers[Gpr::R11] = 7; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == W::kUserRip + 2 && w.registers[Gpr::R11] == 7; }},
{"SyscallLegacyClearsIf", Syscall, kAmd, kLegacy, [](W& w) { w.registers.rflags |= flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (flag::kFixed | flag::kDirection); }},
{"SyscallLegacyStays32Bit", Syscall, kAmd, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return !w.registers.cs.long_mode && w.registers.cs.default_size && w.registers.cs.selector == kCodeN; }},
{"SyscallMasksFlags", Syscall, kAll, k64, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kDirection | flag::kNestedTask | flag::kAlignmentCheck | flag::kIopl; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"SyscallMasksOnlyWhatFmaskSays", Syscall, kAll, k64, [](W& w) { w.system.fmask = flag::kInterrupt; w.registers.rflags |= flag::kTrap | flag::kDirection | flag::kNestedTask; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (b.registers.rflags & ~flag::kInterrupt); }},
{"SyscallKeepsAcWithoutMask", Syscall, kAll, k64, [](W& w) { w.system.fmask = 0; w.registers.rflags |= flag::kAlignmentCheck; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == b.registers.rflags; }},
{"SyscallClearsRf", Syscall, kAll, k64, [](W& w) { w.system.fmask = 0; w.registers.rflags |= flag::kResume; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kResume) == 0; }},
{"SyscallKeepsRsp", Syscall, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == W::kUserStack; }},
{"SyscallSegmentsOfStar", Syscall, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kCode && w.registers.ss.selector == kData && w.registers.cs.long_mode; }},
{"SyscallIgnoresRplOfStar", Syscall, kAll, k64, [](W& w) { w.system.star |= 3ULL << 32; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kCode && w.system.cpl == 0; }},
{"SyscallReadsNoDescriptor", Syscall, kAll, k64, [](W& w) { w.memory.set_descriptor(kCode, 0); w.memory.set_descriptor(kData, 0); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.dpl == 0 && w.registers.ss.limit == 0xffffffff; }},
{"SyscallAtCpl0IsPossible", Syscall, kAll, k64, [](W& w) { w.system.cpl = 0; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.cpl == 0 && w.registers.rip == w.system.lstar; }},
{"SyscallTouchesNoMemory", Syscall, kAll, k64, [](W& w) { w.registers[Gpr::Rsp] = 0; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == 0; }},
{"SysretDisabled", Sysret, kAll, k64, [](W& w) { w.system.efer &= ~efer::kSyscall; }, kUd},
{"SysretLegacyDisabled", Sysret, kAmd, kLegacy, [](W& w) { w.system.efer &= ~efer::kSyscall; }, kUd},
{"SysretCompatIntel", Sysret, kIntel, k64, [](W& w) { w.registers.cs.long_mode = false; }, kUd},
{"SysretLegacyIntel", Sysret, kIntel, kLegacy, [](W&) {}, kUd},
{"SysretInUserMode", Sysret, kAll, k64, [](W& w) { w.system.cpl = 3; }, kGp0},
{"SysretInUserModeLegacy", Sysret, kAmd, kLegacy, [](W& w) { w.system.cpl = 3; }, kGp0},
{"SysretRealModeAmd", Sysret, kAmd, kLegacy, [](W& w) { w.system.cr0 &= ~cr0::kProtection; }, kGp0},
{"SysretNonCanonicalIntel", Sysret, kIntel, k64, [](W& w) { w.registers[Gpr::Rcx] = kNonCanonical; }, kGp0},
{"SysretNonCanonicalAmdGoesThere", Sysret, kAmd, k64, [](W& w) { w.registers[Gpr::Rcx] = kNonCanonical; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == kNonCanonical && w.system.cpl == 3; }},
{"SysretlNonCanonicalIsTruncated", Sysret, kAll, k64, [](W& w) { w.width = 4; w.registers[Gpr::Rcx] = kNonCanonical | 0x1000; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0x1000; }},
{"SysretToCode64", Sysret, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kUser && w.registers.cs.long_mode && w.system.cpl == 3; }},
{"SysretToCode32", Sysret, kAll, k64, [](W& w) { w.width = 4; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kUser32 && !w.registers.cs.long_mode && w.registers.cs.default_size; }},
{"SysretStack", Sysret, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ss.selector == kUserData; }},
{"SysretFlagsNeverRfAndVm", Sysret, kAll, k64, [](W& w) { w.registers[Gpr::R11] = ~0ULL; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == 0x3c7fd7; }},
{"SysretRestoresTf", Sysret, kAll, k64, [](W& w) { w.registers[Gpr::R11] |= flag::kTrap; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kTrap) != 0; }},
{"SysretRestoresNtAndAc", Sysret, kAll, k64, [](W& w) { w.registers[Gpr::R11] |= flag::kNestedTask | flag::kAlignmentCheck; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kNestedTask) && (w.registers.rflags & flag::kAlignmentCheck); }},
{"SysretRestoresIopl", Sysret, kAll, k64, [](W& w) { w.registers[Gpr::R11] |= flag::kIopl; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kIopl) == flag::kIopl; }},
{"SysretKeepsRsp", Sysret, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == b.registers[Gpr::Rsp]; }},
{"SysretAmdKeepsHiddenSs", Sysret, kAmd, k64, [](W& w) { w.registers.ss = {.selector = 0, .limit = 0x1234, .dpl = 0}; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ss.limit == 0x1234 && w.registers.ss.selector == kUserData; }},
{"SysretIntelFixesHiddenSs", Sysret, kIntel, k64, [](W& w) { w.registers.ss = {.selector = 0, .limit = 0x1234, .dpl = 0}; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ss.limit == 0xffffffff && w.registers.ss.dpl == 3; }},
{"SysretLegacyAmdSetsIf", Sysret, kAmd, kLegacy, [](W& w) { w.registers[Gpr::R11] = 0; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (flag::kFixed | flag::kInterrupt); }},
{"SysretLegacyAmdSegments", Sysret, kAmd, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kUserN && w.registers.rip == W::kUserRip + 2; }},
{"SysretReadsNoDescriptor", Sysret, kIntel, k64, [](W& w) { w.memory.set_descriptor(kUser, 0); w.memory.set_descriptor(kUserData, 0); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.dpl == 3; }},
{"SysenterUnknown64", Sysenter, kAll, k64, [](W& w) { w.system.has_sysenter = false; }, kUd},
{"SysenterNullSelector64", Sysenter, kIntel, k64, [](W& w) { w.system.sysenter_cs = 0; }, kGp0},
{"SysenterNullSelectorWithRpl64", Sysenter, kIntel, k64, [](W& w) { w.system.sysenter_cs = 3; }, kGp0},
{"SysenterRealMode64", Sysenter, kIntel, k64, [](W& w) { w.system.cr0 &= ~cr0::kProtection; }, kGp0},
{"SysenterAmd64", Sysenter, kAmd, k64, [](W&) {}, kUd},
{"SysenterTarget64", Sysenter, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == w.system.sysenter_eip && w.registers[Gpr::Rsp] == w.system.sysenter_esp; }},
{"SysenterKeepsTfNtAcDf64", Sysenter, kIntel, k64, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask | flag::kAlignmentCheck | flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (b.registers.rflags & ~flag::kInterrupt); }},
{"SysenterSavesNothing64", Sysenter, kIntel, k64, [](W& w) { w.registers[Gpr::Rcx] = 5, w.registers[Gpr::R11] = 6; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 5 && w.registers[Gpr::R11] == 6 && w.registers[Gpr::Rdx] == b.registers[Gpr::Rdx]; }},
{"SysenterSegments64", Sysenter, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == w.selectors().kernel_code && w.registers.ss.selector == w.selectors().kernel_data && w.registers.cs.long_mode == w.long_mode(); }},
{"SysenterUnknownCompat", Sysenter, kAll, kCompat, [](W& w) { w.system.has_sysenter = false; }, kUd},
{"SysenterNullSelectorCompat", Sysenter, kIntel, kCompat, [](W& w) { w.system.sysenter_cs = 0; }, kGp0},
{"SysenterNullSelectorWithRplCompat", Sysenter, kIntel, kCompat, [](W& w) { w.system.sysenter_cs = 3; }, kGp0},
{"SysenterRealModeCompat", Sysenter, kIntel, kCompat, [](W& w) { w.system.cr0 &= ~cr0::kProtection; }, kGp0},
{"SysenterAmdCompat", Sysenter, kAmd, kCompat, [](W&) {}, kUd},
{"SysenterTargetCompat", Sysenter, kIntel, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == w.system.sysenter_eip && w.registers[Gpr::Rsp] == w.system.sysenter_esp; }},
{"SysenterKeepsTfNtAcDfCompat", Sysenter, kIntel, kCompat, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask | flag::kAlignmentCheck | flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (b.registers.rflags & ~flag::kInterrupt); }},
{"SysenterSavesNothingCompat", Sysenter, kIntel, kCompat, [](W& w) { w.registers[Gpr::Rcx] = 5, w.registers[Gpr::R11] = 6; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 5 && w.registers[Gpr::R11] == 6 && w.registers[Gpr::Rdx] == b.registers[Gpr::Rdx]; }},
{"SysenterSegmentsCompat", Sysenter, kIntel, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == w.selectors().kernel_code && w.registers.ss.selector == w.selectors().kernel_data && w.registers.cs.long_mode == w.long_mode(); }},
{"SysenterUnknownLegacy", Sysenter, kAll, kLegacy, [](W& w) { w.system.has_sysenter = false; }, kUd},
{"SysenterNullSelectorLegacy", Sysenter, kAll, kLegacy, [](W& w) { w.system.sysenter_cs = 0; }, kGp0},
{"SysenterNullSelectorWithRplLegacy", Sysenter, kAll, kLegacy, [](W& w) { w.system.sysenter_cs = 3; }, kGp0},
{"SysenterRealModeLegacy", Sysenter, kAll, kLegacy, [](W& w) { w.system.cr0 &= ~cr0::kProtection; }, kGp0},
{"SysenterTargetLegacy", Sysenter, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == w.system.sysenter_eip && w.registers[Gpr::Rsp] == w.system.sysenter_esp; }},
{"SysenterKeepsTfNtAcDfLegacy", Sysenter, kAll, kLegacy, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask | flag::kAlignmentCheck | flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (b.registers.rflags & ~flag::kInterrupt); }},
{"SysenterSavesNothingLegacy", Sysenter, kAll, kLegacy, [](W& w) { w.registers[Gpr::Rcx] = 5, w.registers[Gpr::R11] = 6; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 5 && w.registers[Gpr::R11] == 6 && w.registers[Gpr::Rdx] == b.registers[Gpr::Rdx]; }},
{"SysenterSegmentsLegacy", Sysenter, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == w.selectors().kernel_code && w.registers.ss.selector == w.selectors().kernel_data && w.registers.cs.long_mode == w.long_mode(); }},
{"SysenterFromRing0", Sysenter, kAll, kLegacy, [](W& w) { w.system.cpl = 0; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == w.system.sysenter_eip; }},
{"SysenterLeavesVirtual8086", Sysenter, kAll, kV86, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kVirtual8086) == 0 && w.system.cpl == 0; }},
{"SysenterReadsNoDescriptor", Sysenter, kAll, kLegacy, [](W& w) { w.memory.set_descriptor(kCodeN, 0); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kCodeN; }},
{"SysexitUnknown64", Sysexit, kAll, k64, [](W& w) { w.system.has_sysenter = false; }, kUd},
{"SysexitNullSelector64", Sysexit, kIntel, k64, [](W& w) { w.system.sysenter_cs = 0; }, kGp0},
{"SysexitInUserMode64", Sysexit, kIntel, k64, [](W& w) { w.system.cpl = 3; }, kGp0},
{"SysexitRealMode64", Sysexit, kIntel, k64, [](W& w) { w.system.cr0 &= ~cr0::kProtection; }, kGp0},
{"SysexitKeepsIf64", Sysexit, kIntel, k64, [](W& w) { w.registers.rflags = flag::kFixed; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"SysexitTarget64", Sysexit, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == W::kUserRip + 2 && w.registers[Gpr::Rsp] == W::kUserStack && w.system.cpl == 3; }},
{"SysexitUnknownLegacy", Sysexit, kAll, kLegacy, [](W& w) { w.system.has_sysenter = false; }, kUd},
{"SysexitNullSelectorLegacy", Sysexit, kAll, kLegacy, [](W& w) { w.system.sysenter_cs = 0; }, kGp0},
{"SysexitInUserModeLegacy", Sysexit, kAll, kLegacy, [](W& w) { w.system.cpl = 3; }, kGp0},
{"SysexitRealModeLegacy", Sysexit, kAll, kLegacy, [](W& w) { w.system.cr0 &= ~cr0::kProtection; }, kGp0},
{"SysexitKeepsIfLegacy", Sysexit, kAll, kLegacy, [](W& w) { w.registers.rflags = flag::kFixed; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"SysexitTargetLegacy", Sysexit, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == W::kUserRip + 2 && w.registers[Gpr::Rsp] == W::kUserStack && w.system.cpl == 3; }},
{"SysexitAmdLongMode", Sysexit, kAmd, k64, [](W&) {}, kUd},
{"SysexitNonCanonicalRdx", Sysexit, kIntel, k64, [](W& w) { w.registers[Gpr::Rdx] = kNonCanonical; }, kGp0},
{"SysexitNonCanonicalRcx", Sysexit, kIntel, k64, [](W& w) { w.registers[Gpr::Rcx] = kNonCanonical; }, kGp0},
{"SysexitNarrowTruncates", Sysexit, kIntel, k64, [](W& w) { w.width = 4; w.registers[Gpr::Rdx] = kNonCanonical | 0x10, w.registers[Gpr::Rcx] = kNonCanonical | 0x20; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0x10 && w.registers[Gpr::Rsp] == 0x20; }},
{"SysexitNarrowSegments", Sysexit, kIntel, k64, [](W& w) { w.width = 4; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == ((kCode + 16) | 3) && w.registers.ss.selector == ((kCode + 24) | 3) && !w.registers.cs.long_mode; }},
{"SysexitWideSegments", Sysexit, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == ((kCode + 32) | 3) && w.registers.ss.selector == ((kCode + 40) | 3) && w.registers.cs.long_mode; }},
{"SysexitLegacySegments", Sysexit, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kUserN && w.registers.ss.selector == kUserDataN; }},
{"IntBeyondTheTable64", Interrupt, kAll, k64, [](W& w) { w.system.idtr.limit = 0x80 * 16 + 14; }, gp(kVectorCode)},
{"IntTableNotMapped64", Interrupt, kAll, k64, [](W& w) { w.system.idtr.base = w.memory.layout().trampoline_stack.end.value; }, kPf},
{"IntCallGate64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kCallGate, 3, true, kCode); }, gp(kVectorCode)},
{"IntTaskGate64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kTaskGate, 3, true, kCode); }, gp(kVectorCode)},
{"IntGateOfRing064", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 0, true, kCode); }, gp(kVectorCode)},
{"IntGateOfRing264", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 2, true, kCode); }, gp(kVectorCode)},
{"IntOtherVector64", Interrupt, kAll, k64, [](W& w) { w.gate_vector = 0x81; }, gp(0x81 * 8 + 2)},
{"IntGateAbsent64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 3, false, kCode); }, Exception{vector::kNotPresent, kVectorCode}},
{"IntPrivilegeBeforePresence64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 0, false, kCode); }, gp(kVectorCode)},
{"IntNullCode64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 3, true, 0); }, kGp0},
{"IntCodeBeyondTheTable64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 3, true, kBeyond); }, gp(kBeyond & ~3u)},
{"IntCodeIsData64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterruptGate, 3, true, kData); }, gp(kData)},
{"IntCodeAbsent64", Interrupt, kAll, k64, [](W& w) { w.change_descriptor(kCode, kPresent, 0); }, Exception{vector::kNotPresent, kCode}},
{"IntTssTooShort64", Interrupt, kAll, k64, [](W& w) { w.system.tr.limit = 8; }, Exception{vector::kInvalidTss, kSelectors64.task}},
{"IntStackNotMapped64", Interrupt, kAll, k64, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, w.memory.word(), w.memory.layout().text.value); }, kPf},
{"IntTarget64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == (w.memory.layout().text + 0x103).value && w.registers.cs.selector == kCode && w.system.cpl == 0; }},
{"IntPushesRip64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(0) == W::kUserRip + 2; }},
{"IntPushesCode64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(1) == b.registers.cs.selector; }},
{"IntPushesFlags64", Interrupt, kAll, k64, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(2) == b.registers.rflags; }},
{"IntPushesStack64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(3) == W::kUserStack && w.word(4) == b.registers.ss.selector; }},
{"IntTakesTheStackOfTheTss64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] + 5u * w.width == w.memory.layout().trampoline_stack.end.value; }},
{"IntInterruptGateClearsIf64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) == 0; }},
{"IntTrapGateKeepsIf64", Interrupt, kAll, k64, [](W& w) { w.set_gate(kTrapGate, 3, true, kCode); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) != 0; }},
{"IntClearsTfNtRf64", Interrupt, kAll, k64, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask | flag::kResume; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & (flag::kTrap | flag::kNestedTask | flag::kResume)) == 0; }},
{"IntKeepsAcAndDf64", Interrupt, kAll, k64, [](W& w) { w.registers.rflags |= flag::kAlignmentCheck | flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kAlignmentCheck) && (w.registers.rflags & flag::kDirection); }},
{"IntKeepsTheRegisters64", Interrupt, kAll, k64, [](W& w) { w.registers[Gpr::Rcx] = 1, w.registers[Gpr::R11] = 2; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 1 && w.registers[Gpr::R11] == 2; }},
{"IntGate1664", Interrupt, kAll, k64, [](W& w) { w.set_gate(kInterrupt16, 3, true, kCode); }, gp(kVectorCode)},
{"IntCode3264", Interrupt, kAll, k64, [](W& w) { w.change_descriptor(kCode, kLong, kDefault); }, gp(kCode)},
{"IntCodeBothSizes64", Interrupt, kAll, k64, [](W& w) { w.change_descriptor(kCode, 0, kDefault); }, gp(kCode)},
{"IntStackNonCanonical64", Interrupt, kAll, k64, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, 8, kNonCanonical); }, Exception{vector::kStack, 0}},
{"IntTargetNonCanonical64", Interrupt, kAll, k64, [](W& w) { w.set_gate_offset(kNonCanonical); }, kGp0},
{"IntNullStackSegment64", Interrupt, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ss.selector == 0; }},
{"IntAlignsTheStack64", Interrupt, kAll, k64, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, 8, w.memory.layout().trampoline_stack.end.value - 8); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == w.memory.layout().trampoline_stack.end.value - 16 - 40; }},
{"IntStackOfTheInterruptTable64", Interrupt, kAll, k64, [](W& w) { const auto gate = w.memory.load(w.memory.layout().idt + 0x80 * 16, 8, PageTable::Kernel); w.memory.set_gate(0x80, gate->bits | 1ULL << 32, w.memory.load(w.memory.layout().idt + 0x808, 8, PageTable::Kernel)->bits); w.memory.set_word(w.memory.layout().tss + 36, 8, w.memory.layout().stack.end.value); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == w.memory.layout().stack.end.value - 40; }},
{"IntBeyondTheTableCompat", Interrupt, kAll, kCompat, [](W& w) { w.system.idtr.limit = 0x80 * 16 + 14; }, gp(kVectorCode)},
{"IntTableNotMappedCompat", Interrupt, kAll, kCompat, [](W& w) { w.system.idtr.base = w.memory.layout().trampoline_stack.end.value; }, kPf},
{"IntCallGateCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kCallGate, 3, true, kCode); }, gp(kVectorCode)},
{"IntTaskGateCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kTaskGate, 3, true, kCode); }, gp(kVectorCode)},
{"IntGateOfRing0Compat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 0, true, kCode); }, gp(kVectorCode)},
{"IntGateOfRing2Compat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 2, true, kCode); }, gp(kVectorCode)},
{"IntOtherVectorCompat", Interrupt, kAll, kCompat, [](W& w) { w.gate_vector = 0x81; }, gp(0x81 * 8 + 2)},
{"IntGateAbsentCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 3, false, kCode); }, Exception{vector::kNotPresent, kVectorCode}},
{"IntPrivilegeBeforePresenceCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 0, false, kCode); }, gp(kVectorCode)},
{"IntNullCodeCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 3, true, 0); }, kGp0},
{"IntCodeBeyondTheTableCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 3, true, kBeyond); }, gp(kBeyond & ~3u)},
{"IntCodeIsDataCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterruptGate, 3, true, kData); }, gp(kData)},
{"IntCodeAbsentCompat", Interrupt, kAll, kCompat, [](W& w) { w.change_descriptor(kCode, kPresent, 0); }, Exception{vector::kNotPresent, kCode}},
{"IntTssTooShortCompat", Interrupt, kAll, kCompat, [](W& w) { w.system.tr.limit = 8; }, Exception{vector::kInvalidTss, kSelectors64.task}},
{"IntStackNotMappedCompat", Interrupt, kAll, kCompat, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, w.memory.word(), w.memory.layout().text.value); }, kPf},
{"IntTargetCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == (w.memory.layout().text + 0x103).value && w.registers.cs.selector == kCode && w.system.cpl == 0; }},
{"IntPushesRipCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(0) == W::kUserRip + 2; }},
{"IntPushesCodeCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(1) == b.registers.cs.selector; }},
{"IntPushesFlagsCompat", Interrupt, kAll, kCompat, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(2) == b.registers.rflags; }},
{"IntPushesStackCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(3) == W::kUserStack && w.word(4) == b.registers.ss.selector; }},
{"IntTakesTheStackOfTheTssCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] + 5u * w.width == w.memory.layout().trampoline_stack.end.value; }},
{"IntInterruptGateClearsIfCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) == 0; }},
{"IntTrapGateKeepsIfCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kTrapGate, 3, true, kCode); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) != 0; }},
{"IntClearsTfNtRfCompat", Interrupt, kAll, kCompat, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask | flag::kResume; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & (flag::kTrap | flag::kNestedTask | flag::kResume)) == 0; }},
{"IntKeepsAcAndDfCompat", Interrupt, kAll, kCompat, [](W& w) { w.registers.rflags |= flag::kAlignmentCheck | flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kAlignmentCheck) && (w.registers.rflags & flag::kDirection); }},
{"IntKeepsTheRegistersCompat", Interrupt, kAll, kCompat, [](W& w) { w.registers[Gpr::Rcx] = 1, w.registers[Gpr::R11] = 2; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 1 && w.registers[Gpr::R11] == 2; }},
{"IntGate16Compat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate(kInterrupt16, 3, true, kCode); }, gp(kVectorCode)},
{"IntCode32Compat", Interrupt, kAll, kCompat, [](W& w) { w.change_descriptor(kCode, kLong, kDefault); }, gp(kCode)},
{"IntCodeBothSizesCompat", Interrupt, kAll, kCompat, [](W& w) { w.change_descriptor(kCode, 0, kDefault); }, gp(kCode)},
{"IntStackNonCanonicalCompat", Interrupt, kAll, kCompat, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, 8, kNonCanonical); }, Exception{vector::kStack, 0}},
{"IntTargetNonCanonicalCompat", Interrupt, kAll, kCompat, [](W& w) { w.set_gate_offset(kNonCanonical); }, kGp0},
{"IntNullStackSegmentCompat", Interrupt, kAll, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ss.selector == 0; }},
{"IntAlignsTheStackCompat", Interrupt, kAll, kCompat, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, 8, w.memory.layout().trampoline_stack.end.value - 8); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == w.memory.layout().trampoline_stack.end.value - 16 - 40; }},
{"IntStackOfTheInterruptTableCompat", Interrupt, kAll, kCompat, [](W& w) { const auto gate = w.memory.load(w.memory.layout().idt + 0x80 * 16, 8, PageTable::Kernel); w.memory.set_gate(0x80, gate->bits | 1ULL << 32, w.memory.load(w.memory.layout().idt + 0x808, 8, PageTable::Kernel)->bits); w.memory.set_word(w.memory.layout().tss + 36, 8, w.memory.layout().stack.end.value); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == w.memory.layout().stack.end.value - 40; }},
{"IntBeyondTheTableLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.system.idtr.limit = 0x80 * 8 + 6; }, gp(kVectorCode)},
{"IntTableNotMappedLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.system.idtr.base = w.memory.layout().trampoline_stack.end.value; }, kPf},
{"IntCallGateLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kCallGate, 3, true, kCodeN); }, gp(kVectorCode)},
{"IntTaskGateLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kTaskGate, 3, true, kCodeN); }, gp(kVectorCode)},
{"IntGateOfRing0Legacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 0, true, kCodeN); }, gp(kVectorCode)},
{"IntGateOfRing2Legacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 2, true, kCodeN); }, gp(kVectorCode)},
{"IntOtherVectorLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.gate_vector = 0x81; }, gp(0x81 * 8 + 2)},
{"IntGateAbsentLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 3, false, kCodeN); }, Exception{vector::kNotPresent, kVectorCode}},
{"IntPrivilegeBeforePresenceLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 0, false, kCodeN); }, gp(kVectorCode)},
{"IntNullCodeLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 3, true, 0); }, kGp0},
{"IntCodeBeyondTheTableLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 3, true, kBeyond); }, gp(kBeyond & ~3u)},
{"IntCodeIsDataLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterruptGate, 3, true, kDataN); }, gp(kDataN)},
{"IntCodeAbsentLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.change_descriptor(kCodeN, kPresent, 0); }, Exception{vector::kNotPresent, kCodeN}},
{"IntTssTooShortLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.system.tr.limit = 8; }, Exception{vector::kInvalidTss, W::kNative.task}},
{"IntStackNotMappedLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.memory.set_word(w.memory.layout().tss + 4, w.memory.word(), w.memory.layout().text.value); }, kPf},
{"IntTargetLegacy", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == (w.memory.layout().text + 0x103).value && w.registers.cs.selector == kCodeN && w.system.cpl == 0; }},
{"IntPushesRipLegacy", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(0) == W::kUserRip + 2; }},
{"IntPushesCodeLegacy", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(1) == b.registers.cs.selector; }},
{"IntPushesFlagsLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(2) == b.registers.rflags; }},
{"IntPushesStackLegacy", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(3) == W::kUserStack && w.word(4) == b.registers.ss.selector; }},
{"IntTakesTheStackOfTheTssLegacy", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] + 5u * w.width == w.memory.layout().stack.end.value; }},
{"IntInterruptGateClearsIfLegacy", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) == 0; }},
{"IntTrapGateKeepsIfLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kTrapGate, 3, true, kCodeN); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) != 0; }},
{"IntClearsTfNtRfLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kNestedTask | flag::kResume; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & (flag::kTrap | flag::kNestedTask | flag::kResume)) == 0; }},
{"IntKeepsAcAndDfLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.registers.rflags |= flag::kAlignmentCheck | flag::kDirection; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kAlignmentCheck) && (w.registers.rflags & flag::kDirection); }},
{"IntKeepsTheRegistersLegacy", Interrupt, kAll, kLegacy, [](W& w) { w.registers[Gpr::Rcx] = 1, w.registers[Gpr::R11] = 2; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 1 && w.registers[Gpr::R11] == 2; }},
{"IntLegacyNullStack", Interrupt, kAll, kLegacy, [](W& w) { w.memory.set_word(w.memory.layout().tss + 8, 2, 0); }, Exception{vector::kInvalidTss, 0}},
{"IntLegacyStackPrivilege", Interrupt, kAll, kLegacy, [](W& w) { w.memory.set_word(w.memory.layout().tss + 8, 2, kUserDataN); }, Exception{vector::kInvalidTss, kUserDataN & ~3u}},
{"IntLegacyStackIsCode", Interrupt, kAll, kLegacy, [](W& w) { w.memory.set_word(w.memory.layout().tss + 8, 2, kCodeN); }, Exception{vector::kInvalidTss, kCodeN}},
{"IntLegacyStackReadOnly", Interrupt, kAll, kLegacy, [](W& w) { w.change_descriptor(kDataN, kWritable, 0); }, Exception{vector::kInvalidTss, kDataN}},
{"IntLegacyStackAbsent", Interrupt, kAll, kLegacy, [](W& w) { w.change_descriptor(kDataN, kPresent, 0); }, Exception{vector::kStack, kDataN}},
{"IntLegacyStackTooSmall", Interrupt, kAll, kLegacy, [](W& w) { w.change_descriptor(kDataN, 0xfULL << 48 | 1ULL << 55, 0); }, Exception{vector::kStack, kDataN}},
{"IntLegacyTargetBeyondLimit", Interrupt, kAll, kLegacy, [](W& w) { w.change_descriptor(kCodeN, 0xfULL << 48 | 1ULL << 55, 0); }, kGp0},
{"IntLegacyLoadsTheStackSegment", Interrupt, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ss.selector == kDataN && w.registers.ss.dpl == 0; }},
{"IntLegacy16BitGatePushesWords", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kInterrupt16, 3, true, kCodeN); w.width = 2; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(0) == ((W::kUserRip + 2) & 0xffff) && w.word(1) == kUserN && w.registers[Gpr::Rsp] + 10 == w.memory.layout().stack.end.value && w.registers.rip == 0x100; }},
{"IntLegacy16BitTrapGateKeepsIf", Interrupt, kAll, kLegacy, [](W& w) { w.set_gate(kTrap16, 3, true, kCodeN); w.width = 2; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kInterrupt) != 0; }},
{"IntLegacySameRingPushesThreeWords", Interrupt, kAll, kLegacy, [](W& w) { w.system.cpl = 0; w.registers.cs = {.selector = kCodeN, .dpl = 0, .default_size = true}; w.registers.ss = {.selector = kDataN, .dpl = 0, .default_size = true}; w.registers[Gpr::Rsp] = w.memory.layout().stack.end.value; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] + 12 == b.registers[Gpr::Rsp] && w.registers.ss == b.registers.ss; }},
{"Int64SameRingPushesFiveWords", Interrupt, kAll, k64, [](W& w) { w.system.cpl = 0; w.registers.cs = {.selector = kCode, .dpl = 0, .long_mode = true}; w.registers.ss = {.selector = kData, .dpl = 0}; w.registers[Gpr::Rsp] = w.memory.layout().stack.end.value - 8; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == w.memory.layout().stack.end.value - 16 - 40 && w.registers.ss == b.registers.ss && w.word(3) == b.registers[Gpr::Rsp]; }},
{"IntConformingCodeStaysInTheRing", Interrupt, kAll, kLegacy, [](W& w) { w.change_descriptor(kCodeN, 0, kConforming); w.registers.ss = {.selector = kUserDataN, .default_size = true}; w.registers[Gpr::Rsp] = w.memory.layout().stack.end.value; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.cpl == 3 && w.registers.cs.selector == (kCodeN | 3) && w.word(1) == kUserN; }},
{"IntVirtual8086NeedsIopl3", Interrupt, kAll, kV86, [](W& w) { w.registers.rflags &= ~flag::kIopl; }, kGp0},
{"IntVirtual8086NeedsRing0Code", Interrupt, kAll, kV86, [](W& w) { w.change_descriptor(kCodeN, 0, kConforming); }, gp(kCodeN)},
{"IntVirtual8086PushesNineWords", Interrupt, kAll, kV86, [](W& w) { w.registers.gs.selector = 0x1234; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] + 36 == w.memory.layout().stack.end.value && w.word(8) == 0x1234 && w.registers.gs.selector == 0 && w.registers.ds.selector == 0; }},
{"IntVirtual8086Leaves", Interrupt, kAll, kV86, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kVirtual8086) == 0 && (w.word(2) & flag::kVirtual8086) != 0; }},
{"IretStackNotMapped64", Iret, kAll, k64, [](W& w) { w.registers[Gpr::Rsp] = w.memory.layout().trampoline_stack.end.value - w.width; }, kPf},
{"IretNullCode64", Iret, kAll, k64, [](W& w) { w.set_word(1, 3); }, kGp0},
{"IretCodeBeyondTheTable64", Iret, kAll, k64, [](W& w) { w.set_word(1, kBeyond); }, gp(kBeyond & ~3u)},
{"IretDataAsCode64", Iret, kAll, k64, [](W& w) { w.set_word(1, kUserData); }, gp(kUserData & ~3u)},
{"IretSystemSegmentAsCode64", Iret, kAll, k64, [](W& w) { w.change_descriptor(kUser, kOrdinary, 0); }, gp(kUser & ~3u)},
{"IretCodePrivilege64", Iret, kAll, k64, [](W& w) { w.set_word(1, kCode | 3); }, gp(kCode)},
{"IretInward64", Iret, kAll, k64, [](W& w) { w.system.cpl = 3; w.set_word(1, kCode); }, gp(kCode)},
{"IretConformingCodeAboveRpl64", Iret, kAll, k64, [](W& w) { w.change_descriptor(kUser, 0, kConforming); w.set_word(1, kUser & ~3); }, gp(kUser & ~3u)},
{"IretCodeAbsent64", Iret, kAll, k64, [](W& w) { w.change_descriptor(kUser, kPresent, 0); }, Exception{vector::kNotPresent, kUser & ~3u}},
{"IretNullStack64", Iret, kAll, k64, [](W& w) { w.set_word(4, 0); }, kGp0},
{"IretStackPrivilege64", Iret, kAll, k64, [](W& w) { w.set_word(4, kData); }, gp(kData)},
{"IretStackRpl64", Iret, kAll, k64, [](W& w) { w.set_word(4, kUserData & ~3); }, gp(kUserData & ~3u)},
{"IretCodeAsStack64", Iret, kAll, k64, [](W& w) { w.set_word(4, kUser); }, gp(kUser & ~3u)},
{"IretStackReadOnly64", Iret, kAll, k64, [](W& w) { w.change_descriptor(kUserData, kWritable, 0); }, gp(kUserData & ~3u)},
{"IretStackAbsent64", Iret, kAll, k64, [](W& w) { w.change_descriptor(kUserData, kPresent, 0); }, Exception{vector::kStack, kUserData & ~3u}},
{"IretPopsEverything64", Iret, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == W::kUserRip + 2 && w.registers.cs.selector == kUser && w.registers[Gpr::Rsp] == W::kUserStack && w.registers.ss.selector == kUserData && w.system.cpl == 3; }},
{"IretRestoresTfAndRf64", Iret, kAll, k64, [](W& w) { w.set_word(2, flag::kFixed | flag::kTrap | flag::kResume | flag::kAlignmentCheck); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (flag::kFixed | flag::kTrap | flag::kResume | flag::kAlignmentCheck); }},
{"IretRestoresNt64", Iret, kAll, k64, [](W& w) { w.set_word(2, flag::kFixed | flag::kNestedTask); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kNestedTask) != 0; }},
{"IretNullsDataSegmentsOfTheKernel64", Iret, kAll, k64, [](W& w) { w.registers.ds = w.registers.es = {.selector = kData, .dpl = 0}; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ds.selector == 0 && w.registers.es.selector == 0; }},
{"IretKeepsDataSegmentsOfTheUser64", Iret, kAll, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ds == b.registers.ds && w.registers.ds.selector == kUserData; }},
{"IretUserKeepsIfAndIopl64", Iret, kAll, k64, [](W& w) { w.system.cpl = 3; w.registers.rflags = flag::kFixed; w.set_word(2, flag::kFixed | flag::kInterrupt | flag::kIopl); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"IretNarrowStackKeepsTheUpperHalf64", Iret, kAll, k64, [](W& w) { w.memory.set_descriptor(kTlsSelector & ~3, 0x0000f2000000ffff); w.set_word(4, kTlsSelector); w.set_word(3, 0x12345678); if (w.long_mode()) w.set_word(1, kUser32); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers[Gpr::Rsp] & 0xffff) == 0x5678 && (w.registers[Gpr::Rsp] & 0xffff0000) == (b.registers[Gpr::Rsp] & 0xffff0000); }},
{"IretStackNotMappedLegacy", Iret, kAll, kLegacy, [](W& w) { w.registers[Gpr::Rsp] = w.memory.layout().trampoline_stack.end.value - w.width; }, kPf},
{"IretNullCodeLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(1, 3); }, kGp0},
{"IretCodeBeyondTheTableLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(1, kBeyond); }, gp(kBeyond & ~3u)},
{"IretDataAsCodeLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(1, kUserDataN); }, gp(kUserDataN & ~3u)},
{"IretSystemSegmentAsCodeLegacy", Iret, kAll, kLegacy, [](W& w) { w.change_descriptor(kUserN, kOrdinary, 0); }, gp(kUserN & ~3u)},
{"IretCodePrivilegeLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(1, kCodeN | 3); }, gp(kCodeN)},
{"IretInwardLegacy", Iret, kAll, kLegacy, [](W& w) { w.system.cpl = 3; w.set_word(1, kCodeN); }, gp(kCodeN)},
{"IretConformingCodeAboveRplLegacy", Iret, kAll, kLegacy, [](W& w) { w.change_descriptor(kUserN, 0, kConforming); w.set_word(1, kUserN & ~3); }, gp(kUserN & ~3u)},
{"IretCodeAbsentLegacy", Iret, kAll, kLegacy, [](W& w) { w.change_descriptor(kUserN, kPresent, 0); }, Exception{vector::kNotPresent, kUserN & ~3u}},
{"IretNullStackLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(4, 0); }, kGp0},
{"IretStackPrivilegeLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(4, kDataN); }, gp(kDataN)},
{"IretStackRplLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(4, kUserDataN & ~3); }, gp(kUserDataN & ~3u)},
{"IretCodeAsStackLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(4, kUserN); }, gp(kUserN & ~3u)},
{"IretStackReadOnlyLegacy", Iret, kAll, kLegacy, [](W& w) { w.change_descriptor(kUserDataN, kWritable, 0); }, gp(kUserDataN & ~3u)},
{"IretStackAbsentLegacy", Iret, kAll, kLegacy, [](W& w) { w.change_descriptor(kUserDataN, kPresent, 0); }, Exception{vector::kStack, kUserDataN & ~3u}},
{"IretPopsEverythingLegacy", Iret, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == W::kUserRip + 2 && w.registers.cs.selector == kUserN && w.registers[Gpr::Rsp] == W::kUserStack && w.registers.ss.selector == kUserDataN && w.system.cpl == 3; }},
{"IretRestoresTfAndRfLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(2, flag::kFixed | flag::kTrap | flag::kResume | flag::kAlignmentCheck); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == (flag::kFixed | flag::kTrap | flag::kResume | flag::kAlignmentCheck); }},
{"IretRestoresNtLegacy", Iret, kAll, kLegacy, [](W& w) { w.set_word(2, flag::kFixed | flag::kNestedTask); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kNestedTask) != 0; }},
{"IretNullsDataSegmentsOfTheKernelLegacy", Iret, kAll, kLegacy, [](W& w) { w.registers.ds = w.registers.es = {.selector = kDataN, .dpl = 0}; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ds.selector == 0 && w.registers.es.selector == 0; }},
{"IretKeepsDataSegmentsOfTheUserLegacy", Iret, kAll, kLegacy, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.ds == b.registers.ds && w.registers.ds.selector == kUserDataN; }},
{"IretUserKeepsIfAndIoplLegacy", Iret, kAll, kLegacy, [](W& w) { w.system.cpl = 3; w.registers.rflags = flag::kFixed; w.set_word(2, flag::kFixed | flag::kInterrupt | flag::kIopl); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"IretNarrowStackKeepsTheUpperHalfLegacy", Iret, kAll, kLegacy, [](W& w) { w.memory.set_descriptor(0x33, 0x0000f2000000ffff); w.set_word(4, 0x33); w.set_word(3, 0x12345678); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers[Gpr::Rsp] & 0xffff) == 0x5678 && (w.registers[Gpr::Rsp] & 0xffff0000) == (b.registers[Gpr::Rsp] & 0xffff0000); }},
{"IretNestedTaskLong", Iret, kAll, k64, [](W& w) { w.registers.rflags |= flag::kNestedTask; }, kGp0},
{"IretNestedTaskLegacy", Iret, kAll, kLegacy, [](W& w) { w.registers.rflags |= flag::kNestedTask; }, Exception{vector::kInvalidTss, 0}},
{"IretCodeOfBothSizes", Iret, kAll, k64, [](W& w) { w.change_descriptor(kUser, 0, kDefault); }, gp(kUser & ~3u)},
{"IretNonCanonical", Iret, kAll, k64, [](W& w) { w.set_word(0, kNonCanonical); }, kGp0},
{"IretNullStackToCode32", Iret, kAll, k64, [](W& w) { w.set_word(1, kUser32); w.set_word(4, 0); }, kGp0},
{"IretNullStackWithWrongRpl", Iret, kAll, k64, [](W& w) { w.set_word(1, kCode); w.set_word(4, 3); }, kGp0},
{"IretLegacyBeyondLimit", Iret, kAll, kLegacy, [](W& w) { w.change_descriptor(kUserN, 0xfULL << 48 | 1ULL << 55, 0); }, kGp0},
{"IretCompatBeyondLimit", Iret, kAll, k64, [](W& w) { w.set_word(1, kUser32); w.change_descriptor(kUser32, 0xfULL << 48 | 1ULL << 55, 0); }, kGp0},
{"IretVirtual8086NeedsIopl3", Iret, kAll, kV86, [](W& w) { w.registers.rflags = flag::kFixed | flag::kVirtual8086; }, kGp0},
{"IretToCompat", Iret, kAll, k64, [](W& w) { w.set_word(1, kUser32); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return !w.registers.cs.long_mode && w.registers.cs.default_size && w.registers.rip == W::kUserRip + 2; }},
{"IretToCompatTruncatesRip", Iret, kAll, k64, [](W& w) { w.set_word(1, kUser32); w.set_word(0, 5ULL << 32 | 0x1000); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0x1000; }},
{"IretSameRingNullStack", Iret, kAll, k64, [](W& w) { w.set_word(1, kCode); w.set_word(4, 0); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.cpl == 0 && w.registers.ss.selector == 0 && w.registers[Gpr::Rsp] == W::kUserStack; }},
{"IretLegacySameRingPopsThreeWords", Iret, kAll, kLegacy, [](W& w) { w.set_word(1, kCodeN); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.cpl == 0 && w.registers[Gpr::Rsp] == b.registers[Gpr::Rsp] + 12 && w.registers.ss == b.registers.ss; }},
{"IretqIgnoresVm", Iret, kAll, k64, [](W& w) { w.set_word(2, flag::kFixed | flag::kVirtual8086); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"IretLegacyToVirtual8086", Iret, kAll, kLegacy, [](W& w) { w.set_word(0, 0x1234); w.set_word(1, 0x2000); w.set_word(2, flag::kFixed | flag::kVirtual8086); w.set_word(3, 0x8000); w.set_word(4, 0x3000); w.set_word(5, 0x11); w.set_word(6, 0x22); w.set_word(7, 0x33); w.set_word(8, 0x44); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0x1234 && w.registers.cs.base == 0x20000 && w.registers.ss.base == 0x30000 && w.registers.es.selector == 0x11 && w.registers.gs.selector == 0x44 && w.system.cpl == 3 && (w.registers.rflags & flag::kVirtual8086); }},
{"IretdInLongMode", Iret, kAll, k64, [](W& w) { w.width = 4; w.set_word(0, 0x5000); w.set_word(1, kUser32); w.set_word(2, flag::kFixed); w.set_word(3, 0x7000); w.set_word(4, kUserData); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0x5000 && w.registers[Gpr::Rsp] == 0x7000 && !w.registers.cs.long_mode; }},
{"IretwLoads16BitsOfFlags", Iret, kAll, kLegacy, [](W& w) { w.registers.rflags = flag::kFixed | flag::kAlignmentCheck; w.width = 2; w.set_word(0, 0x500); w.set_word(1, kUserN); w.set_word(2, flag::kFixed | flag::kCarry); w.set_word(3, 0x700); w.set_word(4, kUserDataN); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == 0x500 && w.registers.rflags == (flag::kFixed | flag::kCarry | flag::kAlignmentCheck); }},
{"FredSyscallDisabled", Fred, kIntel, k64, [](W& w) { w.event = EventType::Other; w.gate_vector = 1; w.system.efer &= ~efer::kSyscall; }, kUd},
{"FredSyscallFromCompat", Fred, kIntel, kCompat, [](W& w) { w.event = EventType::Other; w.gate_vector = 1; }, kUd},
{"FredStackNotMapped", Fred, kIntel, k64, [](W& w) { w.system.fred_rsp0 = w.memory.layout().text.value; }, kPf},
{"FredIntNeedsNoGate", Fred, kIntel, k64, [](W& w) { w.system.idtr.limit = 0; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.cpl == 0; }},
{"FredTarget", Fred, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == (w.system.fred_config & ~0xfffULL) && w.system.cpl == 0; }},
{"FredTargetInRing0", Fred, kIntel, k64, [](W& w) { w.system.cpl = 0; w.registers[Gpr::Rsp] = w.memory.layout().stack.end.value - 8; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == (w.system.fred_config & ~0xfffULL) + 256 && w.registers[Gpr::Rsp] == w.memory.layout().stack.end.value - 128; }},
{"FredSwapsGsFromUser", Fred, kIntel, k64, [](W& w) { w.registers.gs.base = 0x77; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.kernel_gs_base == 0x77 && w.registers.gs.base == b.system.kernel_gs_base; }},
{"FredKeepsGsInRing0", Fred, kIntel, k64, [](W& w) { w.system.cpl = 0; w.registers.gs.base = 0x77; w.registers[Gpr::Rsp] = w.memory.layout().stack.end.value; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.gs.base == 0x77; }},
{"FredClearsTheFlags", Fred, kIntel, k64, [](W& w) { w.registers.rflags |= flag::kTrap | flag::kDirection | flag::kAlignmentCheck; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rflags == flag::kFixed; }},
{"FredKeepsRcxAndR11", Fred, kIntel, k64, [](W& w) { w.event = EventType::Other; w.gate_vector = 1; w.registers[Gpr::Rcx] = 1, w.registers[Gpr::R11] = 2; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rcx] == 1 && w.registers[Gpr::R11] == 2; }},
{"FredFrame", Fred, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.word(0) == 0 && w.word(1) == W::kUserRip + 2 && w.word(2) == kUser && w.word(3) == b.registers.rflags && w.word(4) == W::kUserStack; }},
{"FredEventOfInt", Fred, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.word(5) >> 48 & 0xf) == 4 && (w.word(5) >> 32 & 0xff) == 0x80 && (w.word(5) >> 60) == 2 && (w.word(5) >> 57 & 1) == 1; }},
{"FredEventOfSyscall", Fred, kIntel, k64, [](W& w) { w.event = EventType::Other; w.gate_vector = 1; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.word(5) >> 48 & 0xf) == 7 && (w.word(5) >> 32 & 0xff) == 1 && (w.word(5) & 0xffff) == kUserData; }},
{"FredEventFromCompat", Fred, kIntel, kCompat, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.word(5) >> 57 & 1) == 0; }},
{"FredSegments", Fred, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kCode && w.registers.ss.selector == kData && w.registers.cs.long_mode; }},
{"FredStack", Fred, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers[Gpr::Rsp] == w.system.fred_rsp0 - 64; }},
{"EretuWithoutFred", Eretu, kIntel, k64, [](W& w) { w.system.cr4 &= ~cr4::kFred; }, kUd},
{"EretuInCompat", Eretu, kIntel, k64, [](W& w) { w.registers.cs.long_mode = false; }, kUd},
{"EretuInUserMode", Eretu, kIntel, k64, [](W& w) { w.system.cpl = 3; }, kGp0},
{"EretuStackLevel", Eretu, kIntel, k64, [](W& w) { w.system.fred_level = 1; }, kGp0},
{"EretuFrameNotMapped", Eretu, kIntel, k64, [](W& w) { w.registers[Gpr::Rsp] = w.memory.layout().trampoline_stack.end.value - 32; }, kPf},
{"EretuToRing0", Eretu, kIntel, k64, [](W& w) { w.set_word(2, kCode); }, kGp0},
{"EretuStackOfRing0", Eretu, kIntel, k64, [](W& w) { w.set_word(5, kData); }, kGp0},
{"EretuVm", Eretu, kIntel, k64, [](W& w) { w.set_word(3, flag::kFixed | flag::kVirtual8086); }, kGp0},
{"EretuReservedFlag", Eretu, kIntel, k64, [](W& w) { w.set_word(3, flag::kFixed | 1 << 3); }, kGp0},
{"EretuNullCode", Eretu, kIntel, k64, [](W& w) { w.set_word(2, 3); }, kGp0},
{"EretuCodeBeyondTheTable", Eretu, kIntel, k64, [](W& w) { w.set_word(2, kBeyond); }, gp(kBeyond & ~3u)},
{"EretuDataAsCode", Eretu, kIntel, k64, [](W& w) { w.set_word(2, kUserData); }, gp(kUserData & ~3u)},
{"EretuCodeAsStack", Eretu, kIntel, k64, [](W& w) { w.set_word(5, kUser); }, gp(kUser & ~3u)},
{"EretuNonCanonical", Eretu, kIntel, k64, [](W& w) { w.set_word(1, kNonCanonical); }, kGp0},
{"EretuWideEip", Eretu, kIntel, k64, [](W& w) { w.set_word(2, kUser32); w.set_word(1, 1ULL << 32); }, kGp0},
{"EretuReturns", Eretu, kIntel, k64, [](W&) {}, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.rip == W::kUserRip + 2 && w.registers[Gpr::Rsp] == W::kUserStack && w.system.cpl == 3 && w.registers.cs.selector == kUser; }},
{"EretuToCompat", Eretu, kIntel, k64, [](W& w) { w.set_word(2, kUser32); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return !w.registers.cs.long_mode && w.registers.cs.selector == kUser32; }},
{"EretuSwapsGs", Eretu, kIntel, k64, [](W& w) { w.registers.gs.base = 0x77; }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.system.kernel_gs_base == 0x77; }},
{"EretuReadsNoStandardDescriptor", Eretu, kIntel, k64, [](W& w) { w.memory.set_descriptor(kUser, 0); w.memory.set_descriptor(kUserData, 0); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return w.registers.cs.selector == kUser; }},
{"EretuRestoresTf", Eretu, kIntel, k64, [](W& w) { w.set_word(3, flag::kFixed | flag::kTrap); }, {}, [](const W& w, const W& b) { (void)w, (void)b; return (w.registers.rflags & flag::kTrap) != 0; }},
};
static_assert(std::size(kRows) >= 150);

struct Case {
  const Row* row;
  Vendor vendor;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Row& row : kRows)
    for (const Vendor vendor : {Vendor::Intel, Vendor::Amd})
      if (row.vendors == kAll || (row.vendors == kIntel) == (vendor == Vendor::Intel))
        all.push_back({&row, vendor});
  return all;
}

class GateRule : public testing::TestWithParam<Case> {};

TEST_P(GateRule, Holds) {
  const auto& [row, vendor] = GetParam();
  World world(row->door, vendor, row->running);
  row->arrange(world);
  const World before = world;
  EXPECT_EQ(world.pass(), row->raised);
  if (row->done) {
    EXPECT_TRUE(row->done(world, before));
    return;
  }
  EXPECT_EQ(world.registers.gpr, before.registers.gpr) << "a fault changes nothing";
  EXPECT_EQ(world.registers.rip, before.registers.rip);
  EXPECT_EQ(world.registers.rflags, before.registers.rflags);
  EXPECT_EQ(world.registers.cs, before.registers.cs);
  EXPECT_EQ(world.registers.ss, before.registers.ss);
  EXPECT_EQ(world.registers.gs, before.registers.gs);
  EXPECT_EQ(world.system.cpl, before.system.cpl);
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  return std::string(info.param.row->name) +
         (info.param.vendor == Vendor::Intel ? "_intel" : "_amd");
}

INSTANTIATE_TEST_SUITE_P(Rows, GateRule, testing::ValuesIn(cases()), case_name);

}  // namespace
}  // namespace ringfare
