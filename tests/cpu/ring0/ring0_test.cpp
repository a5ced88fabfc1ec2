// SPDX-License-Identifier: MIT
#include "cpu/ring0/ring0.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <random>
#include <vector>

#include "cpu/decoder.hpp"

namespace {

/// A row of native.S.
struct NativeRow {
  const std::uint8_t* code;
  std::uint64_t length;
  std::uint64_t undefined;  // RFLAGS bits
  const char* text;
};

}  // namespace

extern "C" {
extern const NativeRow native_rows[], native_rows_end[];
extern std::uint64_t native_registers[17];
extern void* native_code;
void run_native();
void native_back();
}

namespace ringfare {
namespace {

constexpr std::uint64_t kBufferSize = 4096, kMiddle = kBufferSize / 2;
constexpr std::size_t kRspIndex = 4, kBaseIndex = 15;

/// Registers, flags and the buffer R15 and RSP point into; those two as offsets from its start.
struct Snapshot {
  std::array<std::uint64_t, 17> registers{};
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(kBufferSize);
};

class Host {
 public:
  Host() {
    code_ = static_cast<std::uint8_t*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    EXPECT_NE(code_, MAP_FAILED);
  }
  ~Host() { munmap(code_, 4096); }

  Snapshot run(const NativeRow& row, Snapshot s) {
    constexpr std::uint8_t kJumpThrough[] = {0xff, 0x25, 0, 0, 0, 0};
    std::memcpy(code_, row.code, row.length);
    std::memcpy(code_ + row.length, kJumpThrough, sizeof kJumpThrough);
    const auto back = reinterpret_cast<std::uintptr_t>(&native_back);
    std::memcpy(code_ + row.length + sizeof kJumpThrough, &back, sizeof back);
    native_code = code_;
    const auto base = reinterpret_cast<std::uintptr_t>(s.buffer.data());
    for (std::size_t i = 0; i < 17; ++i) native_registers[i] = s.registers[i];
    native_registers[kRspIndex] += base;
    native_registers[kBaseIndex] += base;
    run_native();
    for (std::size_t i = 0; i < 17; ++i) s.registers[i] = native_registers[i];
    rebase(s, base);
    return s;
  }

  /// A register or word that holds an address in the buffer shows its offset.
  static void rebase(Snapshot& s, std::uint64_t base) {
    const auto relative = [base](std::uint64_t v) {
      return v >= base && v < base + kBufferSize ? v - base : v;
    };
    for (std::uint64_t& r : s.registers) r = relative(r);
    for (std::size_t i = 0; i + 8 <= kBufferSize; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, s.buffer.data() + i, 8);
      word = relative(word);
      std::memcpy(s.buffer.data() + i, &word, 8);
    }
  }

 private:
  std::uint8_t* code_;
};

class Synthetic {
 public:
  Snapshot run(const NativeRow& row, Snapshot s) {
    KernelMemory memory(0);
    SystemState system;
    memory.boot(system);
    system.cpl = 0;
    memory.install_text({row.code, row.length});
    const KernelAddress base = KernelMemory::kStack.begin;
    for (std::uint64_t i = 0; i < kBufferSize; i += 8) {
      Value word;
      std::memcpy(&word.bits, s.buffer.data() + i, 8);
      EXPECT_TRUE(memory.store(base + i, 8, word, PageTable::Kernel));
    }
    Registers registers;
    for (std::size_t i = 0; i < 16; ++i) registers.gpr[i] = s.registers[i];
    registers.gpr[kRspIndex] += base.value;
    registers.gpr[kBaseIndex] += base.value;
    registers.rflags = s.registers[16];
    registers.rip = KernelMemory::kText.value;
    Ring0 ring0(memory, system);
    ring0.begin(Door::Syscall);
    const auto stepped = ring0.step(registers);
    EXPECT_TRUE(std::holds_alternative<Executed>(stepped));
    EXPECT_EQ(registers.rip, KernelMemory::kText.value + row.length);
    for (std::size_t i = 0; i < 16; ++i) s.registers[i] = registers.gpr[i];
    s.registers[16] = registers.rflags;
    for (std::uint64_t i = 0; i < kBufferSize; i += 8)
      std::memcpy(s.buffer.data() + i, &memory.load(base + i, 8, PageTable::Kernel)->bits, 8);
    Host::rebase(s, base.value);
    return s;
  }
};

Snapshot random_snapshot(std::mt19937_64& random) {
  // Values near the edges show more than uniform ones.
  constexpr std::uint64_t kEdges[] = {
      0,          1,          0x7f,       0x80,  0xff,       0x7fff,          0x8000,
      0x7fffffff, 0x80000000, 0xffffffff, ~0ULL, 1ULL << 63, (1ULL << 63) - 1};
  Snapshot s;
  for (std::uint64_t& r : s.registers)
    r = random() % 3 == 0 ? kEdges[random() % std::size(kEdges)] : random();
  for (std::uint8_t& byte : s.buffer) byte = static_cast<std::uint8_t>(random());
  s.registers[kRspIndex] = kMiddle;
  s.registers[kBaseIndex] = kMiddle + 256;
  s.registers[16] = flag::kFixed | flag::kInterrupt | (random() & flag::kArithmetic);
  return s;
}

class AgainstHost : public testing::TestWithParam<std::size_t> {};

TEST_P(AgainstHost, SameRegistersFlagsAndMemory) {
  const NativeRow& row = native_rows[GetParam()];
  std::mt19937_64 random(1 + GetParam());
  Host host;
  Synthetic synthetic;
  for (int round = 0; round < 24; ++round) {
    const Snapshot before = random_snapshot(random);
    const Snapshot expected = host.run(row, before);
    const Snapshot actual = synthetic.run(row, before);
    for (std::size_t i = 0; i < 16; ++i)
      ASSERT_EQ(actual.registers[i], expected.registers[i]) << row.text << ", register " << i;
    ASSERT_EQ(actual.registers[16] & ~row.undefined, expected.registers[16] & ~row.undefined)
        << row.text
        << fmt::format(" flags {:#x}, host {:#x}, before {:#x}", actual.registers[16],
                       expected.registers[16], before.registers[16]);
    ASSERT_EQ(actual.buffer, expected.buffer) << row.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, AgainstHost,
                         testing::Range(std::size_t{0},
                                        static_cast<std::size_t>(native_rows_end - native_rows)));

/// A few bytes of kernel text and what surrounds them.
class Ring0Test : public testing::Test {
 protected:
  Ring0Test() : memory(8) {
    memory.boot(system);
    system.cpl = 0;
    registers.rip = KernelMemory::kText.value;
    registers.cs.long_mode = true;
    registers.gs.base = KernelMemory::kPerCpu.value;
    registers[Gpr::Rsp] = KernelMemory::kStack.end.value;
    ring0.begin(Door::Syscall);
  }

  void text(std::vector<std::uint8_t> code) { memory.install_text(code); }
  Executed step() { return std::get<Executed>(ring0.step(registers)); }
  std::string refusal() {
    try {
      ring0.step(registers);
    } catch (const PathError& e) {
      return e.what();
    }
    return "nothing refused";
  }

  KernelMemory memory;
  SystemState system;
  Registers registers;
  Ring0 ring0{memory, system};
};

TEST_F(Ring0Test, SwapgsExchangesTheBases) {
  registers.gs.base = 0x1111;
  system.kernel_gs_base = 0x2222;
  text({0x0f, 0x01, 0xf8});
  EXPECT_EQ(step().price_key, "swapgs");
  EXPECT_EQ(registers.gs.base, 0x2222u);
  EXPECT_EQ(system.kernel_gs_base, 0x1111u);
}

TEST_F(Ring0Test, GsReachesThePerCpuArea) {
  const std::uint64_t top = memory.symbols().at("cpu_current_top_of_stack");
  text({0x65, 0x48, 0x8b, 0x24, 0x25, static_cast<std::uint8_t>(top),
        static_cast<std::uint8_t>(top >> 8), static_cast<std::uint8_t>(top >> 16), 0});
  registers[Gpr::Rsp] = 0;
  step();
  EXPECT_EQ(registers[Gpr::Rsp], KernelMemory::kStack.end.value);
}

TEST_F(Ring0Test, TheUserTableHidesTheKernelStack) {
  text({0x0f, 0x22, 0xd8, 0x50});  // mov %rax, %cr3; push %rax
  registers[Gpr::Rax] = memory.cr3(PageTable::User) | 1ULL << 63;
  EXPECT_EQ(step().price_key, "mov_to_cr3");
  EXPECT_EQ(system.cr3, memory.cr3(PageTable::User));
  EXPECT_EQ(refusal(),
            "page fault: writing 0xffffc90000017ff8 (kernel stack) while CR3 selects the user "
            "page table");
}

TEST_F(Ring0Test, TheUserTableKeepsTheTssAndTheTrampolineStack) {
  text({0x50, 0x50});
  system.cr3 = memory.cr3(PageTable::User);
  registers[Gpr::Rsp] = KernelMemory::kTrampolineStack.end.value;
  step();
  registers[Gpr::Rsp] = KernelMemory::kTss.value + 28;
  step();
  EXPECT_EQ(memory.load(KernelMemory::kTss + 20, 8, PageTable::User)->bits, registers[Gpr::Rax]);
}

TEST_F(Ring0Test, GuestMemoryThatIsNotThereIsAFaultOfTheGuests) {
  text({0x48, 0x8b, 0x04, 0x25, 0x00, 0x10, 0x40, 0x00});  // mov 0x401000, %rax
  registers[Gpr::Rax] = 5;
  const auto event = ring0.step(registers);
  const auto* fault = std::get_if<AtUserFault>(&event);
  ASSERT_NE(fault, nullptr);
  EXPECT_EQ(fault->user_address, 0x401000u);
  EXPECT_EQ(registers.rip, KernelMemory::kText.value);
  EXPECT_EQ(registers[Gpr::Rax], 5u);
}

/// Kernel text of 32 bits, at the top of its stack.
class Ring0Test32 : public testing::Test {
 protected:
  Ring0Test32() : memory({.bits = 32, .syscall_limit = 8, .selectors = kSelectors32}) {
    memory.boot(system);
    system.cpl = 0;
    registers.rip = memory.layout().text.value;
    registers.cs = {.selector = kSelectors32.kernel_code, .dpl = 0, .default_size = true};
    registers.ss = {.selector = kSelectors32.kernel_data, .dpl = 0, .default_size = true};
    registers[Gpr::Rsp] = memory.layout().stack.end.value;
    ring0.begin(Door::Interrupt);
  }

  void text(std::vector<std::uint8_t> code) { memory.install_text(code); }
  Executed step() { return std::get<Executed>(ring0.step(registers)); }
  std::uint64_t top(unsigned n) const {
    return memory.load(KernelAddress{registers[Gpr::Rsp] + 4 * n}, 4, PageTable::Kernel)->bits;
  }
  std::string refusal() {
    try {
      ring0.step(registers);
    } catch (const PathError& e) {
      return e.what();
    }
    return "nothing refused";
  }

  KernelMemory memory;
  SystemState system;
  Registers registers;
  Ring0 ring0{memory, system};
};

TEST_F(Ring0Test32, PushesFourBytes) {
  text({0x50, 0x6a, 0xff, 0x58});  // push %eax; push $-1; pop %eax
  registers[Gpr::Rax] = 0x11223344;
  const std::uint64_t stack = registers[Gpr::Rsp];
  step();
  EXPECT_EQ(registers[Gpr::Rsp], stack - 4);
  EXPECT_EQ(top(0), 0x11223344u);
  step();
  EXPECT_EQ(top(0), 0xffffffffu);
  step();
  EXPECT_EQ(registers[Gpr::Rax], 0xffffffffu);
}

TEST_F(Ring0Test32, PushaAndPopa) {
  text({0x60, 0x61});
  for (unsigned r = 0; r < 8; ++r)
    if (static_cast<Gpr>(r) != Gpr::Rsp) registers.gpr[r] = 0x1000 + r;
  const Registers before = registers;
  EXPECT_EQ(step().price_key, "pusha");
  EXPECT_EQ(top(7), before[Gpr::Rax]);
  EXPECT_EQ(top(3), before[Gpr::Rsp]);
  EXPECT_EQ(top(0), before[Gpr::Rdi]);
  registers[Gpr::Rax] = registers[Gpr::Rdi] = 0;
  EXPECT_EQ(step().price_key, "popa");
  EXPECT_EQ(registers.gpr, before.gpr);
}

TEST_F(Ring0Test32, SegmentLoadsCheckTheDescriptor) {
  text({0x8e, 0xda, 0x8e, 0xda, 0x8e, 0xda, 0x8e, 0xda});  // mov %edx, %ds
  registers[Gpr::Rdx] = kSelectors32.user_data;
  EXPECT_EQ(step().price_key, "mov_to_ds");
  EXPECT_EQ(registers.ds.selector, kSelectors32.user_data);
  EXPECT_EQ(registers.ds.limit, 0xffffffffu);
  registers[Gpr::Rdx] = 0;
  step();
  EXPECT_EQ(registers.ds.selector, 0);
  registers[Gpr::Rdx] = 0xf0;
  EXPECT_EQ(refusal(), "#GP(0xf0): no segment to load");
  memory.set_descriptor(0xf0, 0x00cf73000000ffff);  // not present
  registers.rip -= 2;
  EXPECT_EQ(refusal(), "#NP(0xf0): the segment is not present");
}

TEST_F(Ring0Test32, SegmentsArePushedAndPopped) {
  text({0x1e, 0x07, 0x0f, 0xa0, 0x8c, 0xd8});  // push %ds; pop %es; push %fs; mov %ds, %eax
  registers.ds = {.selector = kSelectors32.user_data, .default_size = true};
  registers.es = {};
  EXPECT_EQ(step().price_key, "push_sreg");
  EXPECT_EQ(step().price_key, "pop_ds");
  EXPECT_EQ(registers.es.selector, kSelectors32.user_data);
  EXPECT_EQ(registers[Gpr::Rsp], memory.layout().stack.end.value);
  step();
  EXPECT_EQ(step().price_key, "mov_from_sreg");
  EXPECT_EQ(registers[Gpr::Rax], kSelectors32.user_data);
}

TEST_F(Ring0Test32, CallsAndReturnsByFourBytes) {
  // call +1; nop; ret
  text({0xe8, 0x01, 0x00, 0x00, 0x00, 0x90, 0xc3});
  const std::uint64_t stack = registers[Gpr::Rsp];
  step();
  EXPECT_EQ(registers[Gpr::Rsp], stack - 4);
  EXPECT_EQ(registers.rip, memory.layout().text.value + 6);
  step();
  EXPECT_EQ(registers.rip, memory.layout().text.value + 5);
}

TEST_F(Ring0Test32, IncIsNoPrefixHere) {
  text({0x40, 0x49});  // inc %eax; dec %ecx
  registers[Gpr::Rax] = 0xffffffff;
  step();
  EXPECT_EQ(registers[Gpr::Rax], 0u);
  EXPECT_TRUE(registers.rflags & flag::kZero);
}

TEST_F(Ring0Test32, ANarrowSegmentRunsCodeOf16Bits) {
  registers.cs.default_size = false;
  text({0x40, 0x50});  // inc %ax; push %ax
  registers[Gpr::Rax] = 0x1234ffff;
  step();
  EXPECT_EQ(registers[Gpr::Rax], 0x12340000u);
  const std::uint64_t stack = registers[Gpr::Rsp];
  step();
  EXPECT_EQ(registers[Gpr::Rsp], stack - 2);
}

TEST_F(Ring0Test32, DoorsKnowTheirWidth) {
  text({0xcf, 0x66, 0xcf, 0x0f, 0x35});  // iret; iretw; sysexit
  const auto at = [&] { return std::get<AtDoor>(ring0.step(registers)); };
  EXPECT_EQ(at().width, 4);
  registers.rip += 1;
  EXPECT_EQ(at().width, 2);
  registers.rip += 2;
  EXPECT_EQ(at().door, Door::Sysexit);
}

TEST_F(Ring0Test, FredInstructionsAreKnown) {
  text({0xf2, 0x0f, 0x00, 0xf0, 0xf3, 0x0f, 0x01, 0xca});  // lkgs %ax; eretu
  memory.set_descriptor(0x60, 0x12cf93345678ffff);
  registers[Gpr::Rax] = 0x60;
  const std::uint64_t base = registers.gs.base;
  EXPECT_EQ(step().price_key, "lkgs");
  EXPECT_EQ(system.kernel_gs_base, 0x12345678u);
  EXPECT_EQ(registers.gs.base, base);
  EXPECT_EQ(registers.gs.selector, 0x60);
  EXPECT_EQ(std::get<AtDoor>(ring0.step(registers)).door, Door::Eretu);
}

TEST_F(Ring0Test, ThereIsNoSwapgsWithFred) {
  text({0x0f, 0x01, 0xf8});
  system.cr4 |= cr4::kFred;
  EXPECT_EQ(refusal(), "#UD: with CR4.FRED there is no swapgs");
}

TEST_F(Ring0Test, SpecControlHasItsOwnPrice) {
  text({0x0f, 0x30, 0x0f, 0x30, 0x0f, 0x32, 0x0f, 0x30});
  registers[Gpr::Rcx] = 0x48;
  registers[Gpr::Rax] = 1;
  registers[Gpr::Rdx] = 0;
  EXPECT_EQ(step().price_key, "wrmsr_spec_ctrl");
  EXPECT_EQ(system.spec_ctrl, 1u);
  registers[Gpr::Rcx] = 0xc0000102;
  registers[Gpr::Rdx] = 0xffff8880;
  EXPECT_EQ(step().price_key, "wrmsr");
  EXPECT_EQ(system.kernel_gs_base, 0xffff888000000001u);
  registers[Gpr::Rax] = registers[Gpr::Rdx] = 0;
  EXPECT_EQ(step().price_key, "rdmsr");
  EXPECT_EQ(registers[Gpr::Rdx], 0xffff8880u);
  registers[Gpr::Rcx] = 0x9999;
  EXPECT_EQ(refusal(), "MSR 0x9999 is not modelled");
}

TEST_F(Ring0Test, VerwJudgesTheSelector) {
  text({0x0f, 0x00, 0xe8, 0x0f, 0x00, 0xe8});  // verw %ax
  registers[Gpr::Rax] = selector::kKernelData;
  step();
  EXPECT_TRUE(registers.rflags & flag::kZero);
  registers[Gpr::Rax] = selector::kKernelCode;
  step();
  EXPECT_FALSE(registers.rflags & flag::kZero);
}

TEST_F(Ring0Test, PushfAndPopfAtRingZero) {
  text({0x9c, 0x9d});
  registers.rflags = flag::kFixed | flag::kCarry | flag::kResume | flag::kIopl;
  step();
  EXPECT_EQ(memory.load(KernelAddress{registers[Gpr::Rsp]}, 8, PageTable::Kernel)->bits,
            flag::kFixed | flag::kCarry | flag::kIopl);
  registers.rflags = flag::kFixed | flag::kResume | flag::kZero;
  step();
  EXPECT_EQ(registers.rflags, flag::kFixed | flag::kCarry | flag::kIopl);
}

TEST_F(Ring0Test, CallAndReturn) {
  text({0xe8, 0x01, 0, 0, 0, 0xcc, 0xc3});
  EXPECT_TRUE(step().ends_run);
  EXPECT_EQ(registers.rip, KernelMemory::kText.value + 6);
  step();
  EXPECT_EQ(registers.rip, KernelMemory::kText.value + 5);
  EXPECT_EQ(refusal(), "the path runs into int3");
}

TEST_F(Ring0Test, DispatchLoadsAPointerFromTheTable) {
  text({0xff, 0x14, 0xc5, 0, 0, 0, 0x82});  // call *sys_call_table(,%rax,8)
  registers[Gpr::Rax] = 5;
  step();
  EXPECT_EQ(memory.service(KernelAddress{registers.rip}), 5u);
  step();
  EXPECT_EQ(registers.rip, KernelMemory::kText.value + 7);
}

TEST_F(Ring0Test, StopsAtTheDoors) {
  text({0x48, 0x0f, 0x07});
  EXPECT_EQ(std::get<AtDoor>(ring0.step(registers)).door, Door::Sysret);
}

TEST_F(Ring0Test, UnknownInstructionsAreRefused) {
  text({0x0f, 0xa2});
  EXPECT_EQ(refusal(), "ring 0 does not know the instruction cpuid");
}

TEST_F(Ring0Test, DecisionsOnTheNumberAndTheFlagsRepeat) {
  text({0x48, 0x83, 0xf8, 0x05, 0x77, 0x00,                 // cmp $5, %rax; ja
        0x49, 0xf7, 0xc3, 1,    0,    0,    0, 0x75, 0x00,  // test $1, %r11; jnz
        0x48, 0x39, 0xc8, 0x75, 0x00});                     // cmp %rcx, %rax; jnz
  for (int i = 0; i < 6; ++i) step();
  EXPECT_TRUE(ring0.origins().repeatable);
}

TEST_F(Ring0Test, ADecisionOnAUserRegisterDoesNotRepeat) {
  text({0x57, 0x58, 0x48, 0x85, 0xc0, 0x75, 0x00});  // push %rdi; pop %rax; test; jnz
  for (int i = 0; i < 4; ++i) step();
  EXPECT_FALSE(ring0.origins().repeatable);
}

TEST_F(Ring0Test, ClearingARegisterForgetsWhereItCameFrom) {
  text({0x31, 0xff, 0x48, 0x85, 0xff, 0x75, 0x00});  // xor %edi, %edi; test %rdi, %rdi; jnz
  for (int i = 0; i < 3; ++i) step();
  EXPECT_TRUE(ring0.origins().repeatable);
}

TEST_F(Ring0Test, WhatAnEarlierCrossingStoredDoesNotRepeat) {
  text({0x50, 0x58, 0x48, 0x85, 0xc0, 0x75, 0x00});  // push; pop %rax; test; jnz
  registers[Gpr::Rax] = 0;
  step();
  memory.settle();
  for (int i = 0; i < 3; ++i) step();
  EXPECT_FALSE(ring0.origins().repeatable);
}

TEST_F(Ring0Test, ADecisionOnTheResultDoesNotRepeat) {
  text({0x48, 0x85, 0xc0, 0x78, 0x00});
  ring0.answer(registers, 3);
  step();
  step();
  EXPECT_FALSE(ring0.origins().repeatable);
}

}  // namespace
}  // namespace ringfare
