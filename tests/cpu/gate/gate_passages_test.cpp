// SPDX-License-Identifier: MIT
// What a door that opens has done, rule by rule.
#include "rows.hpp"

namespace ringfare {
namespace {

using namespace gate_rows;

/// What holds behind the door, looking at the world and, where it matters, at what it was before.
class Check {
 public:
  template <class F>
  requires std::predicate<F, const World&> Check(F holds)  // NOLINT: a row says it so
      : holds_(holds) {}
  template <class F>
  requires std::predicate<F, const World&, const World&> Check(F holds)  // NOLINT
      : holds_since_(holds) {}

  bool operator()(const World& after, const World& before) const {
    return holds_ ? holds_(after) : holds_since_(after, before);
  }

 private:
  bool (*holds_)(const World&) = nullptr;
  bool (*holds_since_)(const World&, const World&) = nullptr;
};

/// In this situation the door opens, and this is what it has done.
struct Passage {
  const char* name;
  Door door;
  Vendors vendors;
  unsigned running;
  Arrange arrange;
  Check done;
};

const Passage kPassages[] = {
    {"SyscallSavesRip", Syscall, kAll, k64, {}, [](auto& w) { return w[Rcx] == kUserRip + 2; }},
    {"SyscallSavesFlagsWithoutRf", Syscall, kAll, k64,
     [](auto& w) { w.rflags |= kRf | kTf | kAc; },
     [](auto& w, auto& b) { return w[R11] == (b.rflags & ~kRf); }},
    {"SyscallGoesToLstar", Syscall, kAll, k64, {}, [](auto& w) { return w.rip == w.lstar; }},
    {"SyscallCompatGoesToCstar", Syscall, kAmd, kCompat, {},
     [](auto& w) { return w.rip == w.cstar; }},
    {"SyscallCompatSavesEip", Syscall, kAmd, kCompat, {},
     [](auto& w, auto& b) { return w[Rcx] == kUserRip + 2 && w[R11] == b.rflags; }},
    {"SyscallCompatEntersCode64", Syscall, kAmd, kCompat, {},
     [](auto& w) { return w.cs.long_mode && w.cpl == 0; }},
    {"SyscallLegacyGoesToStar", Syscall, kAmd, kLegacy, {},
     [](auto& w) { return w.rip == 0xc0400123; }},
    {"SyscallLegacySavesOnlyEip", Syscall, kAmd, kLegacy,
     [](auto& w) { w[R11] = 7; }, [](auto& w) { return w[Rcx] == kUserRip + 2 && w[R11] == 7; }},
    {"SyscallLegacyClearsIf", Syscall, kAmd, kLegacy,
     [](auto& w) { w.rflags |= kDf; }, [](auto& w) { return w.rflags == (kFixed | kDf); }},
    {"SyscallLegacyStays32Bit", Syscall, kAmd, kLegacy, {},
     [](auto& w) { return !w.cs.long_mode && w.cs.default_size && w.cs.selector == kCodeN; }},
    {"SyscallMasksFlags", Syscall, kAll, k64,
     [](auto& w) { w.rflags |= kTf | kDf | kNt | kAc | kIopl; },
     [](auto& w) { return w.rflags == kFixed; }},
    {"SyscallMasksOnlyWhatFmaskSays", Syscall, kAll, k64,
     [](auto& w) { w.fmask = kIf; w.rflags |= kTf | kDf | kNt; },
     [](auto& w, auto& b) { return w.rflags == (b.rflags & ~kIf); }},
    {"SyscallKeepsAcWithoutMask", Syscall, kAll, k64,
     [](auto& w) { w.fmask = 0; w.rflags |= kAc; },
     [](auto& w, auto& b) { return w.rflags == b.rflags; }},
    {"SyscallClearsRf", Syscall, kAll, k64,
     [](auto& w) { w.fmask = 0; w.rflags |= kRf; }, [](auto& w) { return (w.rflags & kRf) == 0; }},
    {"SyscallKeepsRsp", Syscall, kAll, k64, {}, [](auto& w) { return w[Rsp] == kUserStack; }},
    {"SyscallSegmentsOfStar", Syscall, kAll, k64, {},
     [](auto& w) { return w.cs.selector == kCode && w.ss.selector == kData && w.cs.long_mode; }},
    {"SyscallIgnoresRplOfStar", Syscall, kAll, k64,
     [](auto& w) { w.star |= 3ULL << 32; },
     [](auto& w) { return w.cs.selector == kCode && w.cpl == 0; }},
    {"SyscallReadsNoDescriptor", Syscall, kAll, k64,
     [](auto& w) { w.memory.set_descriptor(kCode, 0); w.memory.set_descriptor(kData, 0); },
     [](auto& w) { return w.cs.dpl == 0 && w.ss.limit == 0xffffffff; }},
    {"SyscallAtCpl0IsPossible", Syscall, kAll, k64,
     [](auto& w) { w.cpl = 0; }, [](auto& w) { return w.cpl == 0 && w.rip == w.lstar; }},
    {"SyscallTouchesNoMemory", Syscall, kAll, k64,
     [](auto& w) { w[Rsp] = 0; }, [](auto& w) { return w[Rsp] == 0; }},
    {"SysretNonCanonicalAmdGoesThere", Sysret, kAmd, k64,
     [](auto& w) { w[Rcx] = kNonCanonical; },
     [](auto& w) { return w.rip == kNonCanonical && w.cpl == 3; }},
    {"SysretlNonCanonicalIsTruncated", Sysret, kAll, k64,
     [](auto& w) { w.width = 4; w[Rcx] = kNonCanonical | 0x1000; },
     [](auto& w) { return w.rip == 0x1000; }},
    {"SysretToCode64", Sysret, kAll, k64, {},
     [](auto& w) { return w.cs.selector == kUser && w.cs.long_mode && w.cpl == 3; }},
    {"SysretToCode32", Sysret, kAll, k64,
     [](auto& w) { w.width = 4; },
     [](auto& w) { return w.cs.selector == kUser32 && !w.cs.long_mode && w.cs.default_size; }},
    {"SysretStack", Sysret, kAll, k64, {}, [](auto& w) { return w.ss.selector == kUserData; }},
    {"SysretFlagsNeverRfAndVm", Sysret, kAll, k64,
     [](auto& w) { w[R11] = ~0ULL; }, [](auto& w) { return w.rflags == 0x3c7fd7; }},
    {"SysretRestoresTf", Sysret, kAll, k64,
     [](auto& w) { w[R11] |= kTf; }, [](auto& w) { return (w.rflags & kTf) != 0; }},
    {"SysretRestoresNtAndAc", Sysret, kAll, k64,
     [](auto& w) { w[R11] |= kNt | kAc; },
     [](auto& w) { return (w.rflags & kNt) && (w.rflags & kAc); }},
    {"SysretRestoresIopl", Sysret, kAll, k64,
     [](auto& w) { w[R11] |= kIopl; }, [](auto& w) { return (w.rflags & kIopl) == kIopl; }},
    {"SysretKeepsRsp", Sysret, kAll, k64, {}, [](auto& w, auto& b) { return w[Rsp] == b[Rsp]; }},
    {"SysretAmdKeepsHiddenSs", Sysret, kAmd, k64,
     [](auto& w) { w.ss = {.selector = 0, .limit = 0x1234, .dpl = 0}; },
     [](auto& w) { return w.ss.limit == 0x1234 && w.ss.selector == kUserData; }},
    {"SysretIntelFixesHiddenSs", Sysret, kIntel, k64,
     [](auto& w) { w.ss = {.selector = 0, .limit = 0x1234, .dpl = 0}; },
     [](auto& w) { return w.ss.limit == 0xffffffff && w.ss.dpl == 3; }},
    {"SysretLegacyAmdSetsIf", Sysret, kAmd, kLegacy,
     [](auto& w) { w[R11] = 0; }, [](auto& w) { return w.rflags == (kFixed | kIf); }},
    {"SysretLegacyAmdSegments", Sysret, kAmd, kLegacy, {},
     [](auto& w) { return w.cs.selector == kUserN && w.rip == kUserRip + 2; }},
    {"SysretReadsNoDescriptor", Sysret, kIntel, k64,
     [](auto& w) { w.memory.set_descriptor(kUser, 0); w.memory.set_descriptor(kUserData, 0); },
     [](auto& w) { return w.cs.dpl == 3; }},
    {"SysenterTarget", Sysenter, kIntel, k64 | kCompat, {},
     [](auto& w) { return w.rip == w.sysenter_eip && w[Rsp] == w.sysenter_esp; }},
    {"SysenterKeepsTfNtAcDf", Sysenter, kIntel, k64 | kCompat,
     [](auto& w) { w.rflags |= kTf | kNt | kAc | kDf; },
     [](auto& w, auto& b) { return w.rflags == (b.rflags & ~kIf); }},
    {"SysenterSavesNothing", Sysenter, kIntel, k64 | kCompat,
     [](auto& w) { w[Rcx] = 5, w[R11] = 6; },
     [](auto& w, auto& b) { return w[Rcx] == 5 && w[R11] == 6 && w[Rdx] == b[Rdx]; }},
    {"SysenterSegments", Sysenter, kIntel, k64 | kCompat, {},
     [](auto& w) {
       return w.cs.selector == w.selectors().kernel_code &&
              w.ss.selector == w.selectors().kernel_data && w.cs.long_mode == w.long_mode();
     }},
    {"SysenterTargetLegacy", Sysenter, kAll, kLegacy, {},
     [](auto& w) { return w.rip == w.sysenter_eip && w[Rsp] == w.sysenter_esp; }},
    {"SysenterKeepsTfNtAcDfLegacy", Sysenter, kAll, kLegacy,
     [](auto& w) { w.rflags |= kTf | kNt | kAc | kDf; },
     [](auto& w, auto& b) { return w.rflags == (b.rflags & ~kIf); }},
    {"SysenterSavesNothingLegacy", Sysenter, kAll, kLegacy,
     [](auto& w) { w[Rcx] = 5, w[R11] = 6; },
     [](auto& w, auto& b) { return w[Rcx] == 5 && w[R11] == 6 && w[Rdx] == b[Rdx]; }},
    {"SysenterSegmentsLegacy", Sysenter, kAll, kLegacy, {},
     [](auto& w) {
       return w.cs.selector == w.selectors().kernel_code &&
              w.ss.selector == w.selectors().kernel_data && w.cs.long_mode == w.long_mode();
     }},
    {"SysenterFromRing0", Sysenter, kAll, kLegacy,
     [](auto& w) { w.cpl = 0; }, [](auto& w) { return w.rip == w.sysenter_eip; }},
    {"SysenterLeavesVirtual8086", Sysenter, kAll, kV86, {},
     [](auto& w) { return (w.rflags & kVm) == 0 && w.cpl == 0; }},
    {"SysenterReadsNoDescriptor", Sysenter, kAll, kLegacy,
     [](auto& w) { w.memory.set_descriptor(kCodeN, 0); },
     [](auto& w) { return w.cs.selector == kCodeN; }},
    {"SysexitKeepsIf64", Sysexit, kIntel, k64,
     [](auto& w) { w.rflags = kFixed; }, [](auto& w) { return w.rflags == kFixed; }},
    {"SysexitTarget64", Sysexit, kIntel, k64, {},
     [](auto& w) { return w.rip == kUserRip + 2 && w[Rsp] == kUserStack && w.cpl == 3; }},
    {"SysexitKeepsIfLegacy", Sysexit, kAll, kLegacy,
     [](auto& w) { w.rflags = kFixed; }, [](auto& w) { return w.rflags == kFixed; }},
    {"SysexitTargetLegacy", Sysexit, kAll, kLegacy, {},
     [](auto& w) { return w.rip == kUserRip + 2 && w[Rsp] == kUserStack && w.cpl == 3; }},
    {"SysexitNarrowTruncates", Sysexit, kIntel, k64,
     [](auto& w) { w.width = 4; w[Rdx] = kNonCanonical | 0x10, w[Rcx] = kNonCanonical | 0x20; },
     [](auto& w) { return w.rip == 0x10 && w[Rsp] == 0x20; }},
    {"SysexitNarrowSegments", Sysexit, kIntel, k64,
     [](auto& w) { w.width = 4; },
     [](auto& w) {
       return w.cs.selector == ((kCode + 16) | 3) && w.ss.selector == ((kCode + 24) | 3) &&
              !w.cs.long_mode;
     }},
    {"SysexitWideSegments", Sysexit, kIntel, k64, {},
     [](auto& w) {
       return w.cs.selector == ((kCode + 32) | 3) && w.ss.selector == ((kCode + 40) | 3) &&
              w.cs.long_mode;
     }},
    {"SysexitLegacySegments", Sysexit, kAll, kLegacy, {},
     [](auto& w) { return w.cs.selector == kUserN && w.ss.selector == kUserDataN; }},
    {"IntTarget", Interrupt, kAll, k64 | kCompat, {},
     [](auto& w) {
       return w.rip == (w.at().text + 0x103).value && w.cs.selector == kCode && w.cpl == 0;
     }},
    {"IntPushesRip", Interrupt, kAll, k64 | kCompat | kLegacy, {},
     [](auto& w) { return w.word(0) == kUserRip + 2; }},
    {"IntPushesCode", Interrupt, kAll, k64 | kCompat | kLegacy, {},
     [](auto& w, auto& b) { return w.word(1) == b.cs.selector; }},
    {"IntPushesFlags", Interrupt, kAll, k64 | kCompat | kLegacy,
     [](auto& w) { w.rflags |= kTf | kNt; },
     [](auto& w, auto& b) { return w.word(2) == b.rflags; }},
    {"IntPushesStack", Interrupt, kAll, k64 | kCompat | kLegacy, {},
     [](auto& w, auto& b) { return w.word(3) == kUserStack && w.word(4) == b.ss.selector; }},
    {"IntTakesTheStackOfTheTss", Interrupt, kAll, k64 | kCompat, {},
     [](auto& w) { return w[Rsp] + 5u * w.width == w.at().trampoline_stack.end.value; }},
    {"IntInterruptGateClearsIf", Interrupt, kAll, k64 | kCompat | kLegacy, {},
     [](auto& w) { return (w.rflags & kIf) == 0; }},
    {"IntTrapGateKeepsIf", Interrupt, kAll, k64 | kCompat,
     [](auto& w) { w.set_gate(kTrapGate, 3, true, kCode); },
     [](auto& w) { return (w.rflags & kIf) != 0; }},
    {"IntClearsTfNtRf", Interrupt, kAll, k64 | kCompat | kLegacy,
     [](auto& w) { w.rflags |= kTf | kNt | kRf; },
     [](auto& w) { return (w.rflags & (kTf | kNt | kRf)) == 0; }},
    {"IntKeepsAcAndDf", Interrupt, kAll, k64 | kCompat | kLegacy,
     [](auto& w) { w.rflags |= kAc | kDf; },
     [](auto& w) { return (w.rflags & kAc) && (w.rflags & kDf); }},
    {"IntKeepsTheRegisters", Interrupt, kAll, k64 | kCompat | kLegacy,
     [](auto& w) { w[Rcx] = 1, w[R11] = 2; }, [](auto& w) { return w[Rcx] == 1 && w[R11] == 2; }},
    {"IntNullStackSegment", Interrupt, kAll, k64 | kCompat, {},
     [](auto& w) { return w.ss.selector == 0; }},
    {"IntAlignsTheStack", Interrupt, kAll, k64 | kCompat,
     [](auto& w) { w.memory.set_word(w.at().tss + 4, 8, w.at().trampoline_stack.end.value - 8); },
     [](auto& w) { return w[Rsp] == w.at().trampoline_stack.end.value - 16 - 40; }},
    {"IntStackOfTheInterruptTable", Interrupt, kAll, k64 | kCompat,
     [](auto& w) {
       const auto gate = w.memory.load(w.at().idt + 0x80 * 16, 8, PageTable::Kernel);
       w.memory.set_gate(0x80, gate->bits | 1ULL << 32,
                         w.memory.load(w.at().idt + 0x808, 8, PageTable::Kernel)->bits);
       w.memory.set_word(w.at().tss + 36, 8, w.at().stack.end.value);
     }, [](auto& w) { return w[Rsp] == w.at().stack.end.value - 40; }},
    {"IntTargetLegacy", Interrupt, kAll, kLegacy, {},
     [](auto& w) {
       return w.rip == (w.at().text + 0x103).value && w.cs.selector == kCodeN && w.cpl == 0;
     }},
    {"IntTakesTheStackOfTheTssLegacy", Interrupt, kAll, kLegacy, {},
     [](auto& w) { return w[Rsp] + 5u * w.width == w.at().stack.end.value; }},
    {"IntTrapGateKeepsIfLegacy", Interrupt, kAll, kLegacy,
     [](auto& w) { w.set_gate(kTrapGate, 3, true, kCodeN); },
     [](auto& w) { return (w.rflags & kIf) != 0; }},
    {"IntLegacyLoadsTheStackSegment", Interrupt, kAll, kLegacy, {},
     [](auto& w) { return w.ss.selector == kDataN && w.ss.dpl == 0; }},
    {"IntLegacy16BitGatePushesWords", Interrupt, kAll, kLegacy,
     [](auto& w) { w.set_gate(kInterrupt16, 3, true, kCodeN); w.width = 2; },
     [](auto& w) {
       return w.word(0) == ((kUserRip + 2) & 0xffff) && w.word(1) == kUserN &&
              w[Rsp] + 10 == w.at().stack.end.value && w.rip == 0x100;
     }},
    {"IntLegacy16BitTrapGateKeepsIf", Interrupt, kAll, kLegacy,
     [](auto& w) { w.set_gate(kTrap16, 3, true, kCodeN); w.width = 2; },
     [](auto& w) { return (w.rflags & kIf) != 0; }},
    {"IntLegacySameRingPushesThreeWords", Interrupt, kAll, kLegacy,
     [](auto& w) {
       w.cpl = 0;
       w.cs = {.selector = kCodeN, .dpl = 0, .default_size = true};
       w.ss = {.selector = kDataN, .dpl = 0, .default_size = true};
       w[Rsp] = w.at().stack.end.value;
     }, [](auto& w, auto& b) { return w[Rsp] + 12 == b[Rsp] && w.ss == b.ss; }},
    {"Int64SameRingPushesFiveWords", Interrupt, kAll, k64,
     [](auto& w) {
       w.cpl = 0;
       w.cs = {.selector = kCode, .dpl = 0, .long_mode = true};
       w.ss = {.selector = kData, .dpl = 0};
       w[Rsp] = w.at().stack.end.value - 8;
     },
     [](auto& w, auto& b) {
       return w[Rsp] == w.at().stack.end.value - 16 - 40 && w.ss == b.ss && w.word(3) == b[Rsp];
     }},
    {"IntConformingCodeStaysInTheRing", Interrupt, kAll, kLegacy,
     [](auto& w) {
       w.change_descriptor(kCodeN, 0, kConforming);
       w.ss = {.selector = kUserDataN, .default_size = true};
       w[Rsp] = w.at().stack.end.value;
     }, [](auto& w) { return w.cpl == 3 && w.cs.selector == (kCodeN | 3) && w.word(1) == kUserN; }},
    {"IntVirtual8086PushesNineWords", Interrupt, kAll, kV86,
     [](auto& w) { w.gs.selector = 0x1234; },
     [](auto& w) {
       return w[Rsp] + 36 == w.at().stack.end.value && w.word(8) == 0x1234 && w.gs.selector == 0 &&
              w.ds.selector == 0;
     }},
    {"IntVirtual8086Leaves", Interrupt, kAll, kV86, {},
     [](auto& w) { return (w.rflags & kVm) == 0 && (w.word(2) & kVm) != 0; }},
    {"IretPopsEverything64", Iret, kAll, k64, {},
     [](auto& w) {
       return w.rip == kUserRip + 2 && w.cs.selector == kUser && w[Rsp] == kUserStack &&
              w.ss.selector == kUserData && w.cpl == 3;
     }},
    {"IretRestoresTfAndRf", Iret, kAll, k64 | kLegacy,
     [](auto& w) { w.set_word(2, kFixed | kTf | kRf | kAc); },
     [](auto& w) { return w.rflags == (kFixed | kTf | kRf | kAc); }},
    {"IretRestoresNt", Iret, kAll, k64 | kLegacy,
     [](auto& w) { w.set_word(2, kFixed | kNt); }, [](auto& w) { return (w.rflags & kNt) != 0; }},
    {"IretNullsDataSegmentsOfTheKernel64", Iret, kAll, k64,
     [](auto& w) { w.ds = w.es = {.selector = kData, .dpl = 0}; },
     [](auto& w) { return w.ds.selector == 0 && w.es.selector == 0; }},
    {"IretKeepsDataSegmentsOfTheUser64", Iret, kAll, k64, {},
     [](auto& w, auto& b) { return w.ds == b.ds && w.ds.selector == kUserData; }},
    {"IretUserKeepsIfAndIopl", Iret, kAll, k64 | kLegacy,
     [](auto& w) { w.cpl = 3; w.rflags = kFixed; w.set_word(2, kFixed | kIf | kIopl); },
     [](auto& w) { return w.rflags == kFixed; }},
    {"IretNarrowStackKeepsTheUpperHalf64", Iret, kAll, k64,
     [](auto& w) {
       w.memory.set_descriptor(kTlsSelector & ~3, 0x0000f2000000ffff);
       w.set_word(4, kTlsSelector);
       w.set_word(3, 0x12345678);
       if (w.long_mode()) w.set_word(1, kUser32);
     },
     [](auto& w, auto& b) {
       return (w[Rsp] & 0xffff) == 0x5678 && (w[Rsp] & 0xffff0000) == (b[Rsp] & 0xffff0000);
     }},
    {"IretPopsEverythingLegacy", Iret, kAll, kLegacy, {},
     [](auto& w) {
       return w.rip == kUserRip + 2 && w.cs.selector == kUserN && w[Rsp] == kUserStack &&
              w.ss.selector == kUserDataN && w.cpl == 3;
     }},
    {"IretNullsDataSegmentsOfTheKernelLegacy", Iret, kAll, kLegacy,
     [](auto& w) { w.ds = w.es = {.selector = kDataN, .dpl = 0}; },
     [](auto& w) { return w.ds.selector == 0 && w.es.selector == 0; }},
    {"IretKeepsDataSegmentsOfTheUserLegacy", Iret, kAll, kLegacy, {},
     [](auto& w, auto& b) { return w.ds == b.ds && w.ds.selector == kUserDataN; }},
    {"IretNarrowStackKeepsTheUpperHalfLegacy", Iret, kAll, kLegacy,
     [](auto& w) {
       w.memory.set_descriptor(0x33, 0x0000f2000000ffff);
       w.set_word(4, 0x33);
       w.set_word(3, 0x12345678);
     },
     [](auto& w, auto& b) {
       return (w[Rsp] & 0xffff) == 0x5678 && (w[Rsp] & 0xffff0000) == (b[Rsp] & 0xffff0000);
     }},
    {"IretToCompat", Iret, kAll, k64,
     [](auto& w) { w.set_word(1, kUser32); },
     [](auto& w) { return !w.cs.long_mode && w.cs.default_size && w.rip == kUserRip + 2; }},
    {"IretToCompatTruncatesRip", Iret, kAll, k64,
     [](auto& w) { w.set_word(1, kUser32); w.set_word(0, 5ULL << 32 | 0x1000); },
     [](auto& w) { return w.rip == 0x1000; }},
    {"IretSameRingNullStack", Iret, kAll, k64,
     [](auto& w) { w.set_word(1, kCode); w.set_word(4, 0); },
     [](auto& w) { return w.cpl == 0 && w.ss.selector == 0 && w[Rsp] == kUserStack; }},
    {"IretLegacySameRingPopsThreeWords", Iret, kAll, kLegacy,
     [](auto& w) { w.set_word(1, kCodeN); },
     [](auto& w, auto& b) { return w.cpl == 0 && w[Rsp] == b[Rsp] + 12 && w.ss == b.ss; }},
    {"IretqIgnoresVm", Iret, kAll, k64,
     [](auto& w) { w.set_word(2, kFixed | kVm); }, [](auto& w) { return w.rflags == kFixed; }},
    {"IretLegacyToVirtual8086", Iret, kAll, kLegacy,
     [](auto& w) {
       w.set_word(0, 0x1234);
       w.set_word(1, 0x2000);
       w.set_word(2, kFixed | kVm);
       w.set_word(3, 0x8000);
       w.set_word(4, 0x3000);
       w.set_word(5, 0x11);
       w.set_word(6, 0x22);
       w.set_word(7, 0x33);
       w.set_word(8, 0x44);
     },
     [](auto& w) {
       return w.rip == 0x1234 && w.cs.base == 0x20000 && w.ss.base == 0x30000 &&
              w.es.selector == 0x11 && w.gs.selector == 0x44 && w.cpl == 3 && (w.rflags & kVm);
     }},
    {"IretdInLongMode", Iret, kAll, k64,
     [](auto& w) {
       w.width = 4;
       w.set_word(0, 0x5000);
       w.set_word(1, kUser32);
       w.set_word(2, kFixed);
       w.set_word(3, 0x7000);
       w.set_word(4, kUserData);
     }, [](auto& w) { return w.rip == 0x5000 && w[Rsp] == 0x7000 && !w.cs.long_mode; }},
    {"IretwLoads16BitsOfFlags", Iret, kAll, kLegacy,
     [](auto& w) {
       w.rflags = kFixed | kAc;
       w.width = 2;
       w.set_word(0, 0x500);
       w.set_word(1, kUserN);
       w.set_word(2, kFixed | kCf);
       w.set_word(3, 0x700);
       w.set_word(4, kUserDataN);
     }, [](auto& w) { return w.rip == 0x500 && w.rflags == (kFixed | kCf | kAc); }},
    {"FredIntNeedsNoGate", Fred, kIntel, k64,
     [](auto& w) { w.idtr.limit = 0; }, [](auto& w) { return w.cpl == 0; }},
    {"FredTarget", Fred, kIntel, k64, {},
     [](auto& w) { return w.rip == (w.fred_config & ~0xfffULL) && w.cpl == 0; }},
    {"FredTargetInRing0", Fred, kIntel, k64,
     [](auto& w) { w.cpl = 0; w[Rsp] = w.at().stack.end.value - 8; },
     [](auto& w) {
       return w.rip == (w.fred_config & ~0xfffULL) + 256 && w[Rsp] == w.at().stack.end.value - 128;
     }},
    {"FredSwapsGsFromUser", Fred, kIntel, k64,
     [](auto& w) { w.gs.base = 0x77; },
     [](auto& w, auto& b) { return w.kernel_gs_base == 0x77 && w.gs.base == b.kernel_gs_base; }},
    {"FredKeepsGsInRing0", Fred, kIntel, k64,
     [](auto& w) { w.cpl = 0; w.gs.base = 0x77; w[Rsp] = w.at().stack.end.value; },
     [](auto& w) { return w.gs.base == 0x77; }},
    {"FredClearsTheFlags", Fred, kIntel, k64,
     [](auto& w) { w.rflags |= kTf | kDf | kAc; }, [](auto& w) { return w.rflags == kFixed; }},
    {"FredKeepsRcxAndR11", Fred, kIntel, k64,
     [](auto& w) { w.event = EventType::Other; w.gate_vector = 1; w[Rcx] = 1, w[R11] = 2; },
     [](auto& w) { return w[Rcx] == 1 && w[R11] == 2; }},
    {"FredFrame", Fred, kIntel, k64, {},
     [](auto& w, auto& b) {
       return w.word(0) == 0 && w.word(1) == kUserRip + 2 && w.word(2) == kUser &&
              w.word(3) == b.rflags && w.word(4) == kUserStack;
     }},
    {"FredEventOfInt", Fred, kIntel, k64, {},
     [](auto& w) {
       return (w.word(5) >> 48 & 0xf) == 4 && (w.word(5) >> 32 & 0xff) == 0x80 &&
              (w.word(5) >> 60) == 2 && (w.word(5) >> 57 & 1) == 1;
     }},
    {"FredEventOfSyscall", Fred, kIntel, k64,
     [](auto& w) { w.event = EventType::Other; w.gate_vector = 1; },
     [](auto& w) {
       return (w.word(5) >> 48 & 0xf) == 7 && (w.word(5) >> 32 & 0xff) == 1 &&
              (w.word(5) & 0xffff) == kUserData;
     }},
    {"FredEventFromCompat", Fred, kIntel, kCompat, {},
     [](auto& w) { return (w.word(5) >> 57 & 1) == 0; }},
    {"FredSegments", Fred, kIntel, k64, {},
     [](auto& w) { return w.cs.selector == kCode && w.ss.selector == kData && w.cs.long_mode; }},
    {"FredStack", Fred, kIntel, k64, {}, [](auto& w) { return w[Rsp] == w.fred_rsp0 - 64; }},
    {"EretuReturns", Eretu, kIntel, k64, {},
     [](auto& w) {
       return w.rip == kUserRip + 2 && w[Rsp] == kUserStack && w.cpl == 3 && w.cs.selector == kUser;
     }},
    {"EretuToCompat", Eretu, kIntel, k64,
     [](auto& w) { w.set_word(2, kUser32); },
     [](auto& w) { return !w.cs.long_mode && w.cs.selector == kUser32; }},
    {"EretuSwapsGs", Eretu, kIntel, k64,
     [](auto& w) { w.gs.base = 0x77; }, [](auto& w) { return w.kernel_gs_base == 0x77; }},
    {"EretuReadsNoStandardDescriptor", Eretu, kIntel, k64,
     [](auto& w) { w.memory.set_descriptor(kUser, 0); w.memory.set_descriptor(kUserData, 0); },
     [](auto& w) { return w.cs.selector == kUser; }},
    {"EretuRestoresTf", Eretu, kIntel, k64,
     [](auto& w) { w.set_word(3, kFixed | kTf); }, [](auto& w) { return (w.rflags & kTf) != 0; }},
};
class GatePassage : public testing::TestWithParam<Case<Passage>> {};

TEST_P(GatePassage, DoesWhatTheManualSays) {
  const auto& [row, running, vendor] = GetParam();
  World world(row->door, vendor, running);
  if (row->arrange) row->arrange(world);
  const World before = world;
  EXPECT_EQ(world.pass(), std::nullopt);
  EXPECT_TRUE(row->done(world, before));
}

INSTANTIATE_TEST_SUITE_P(Rows, GatePassage, testing::ValuesIn(cases(kPassages)),
                         case_name<Passage>);

}  // namespace
}  // namespace ringfare
