// SPDX-License-Identifier: MIT
#include "cpu/segments.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "cpu/canonical.hpp"
#include "cpu/decoder.hpp"
#include "cpu/descriptor.hpp"

namespace ringfare {
namespace {

constexpr std::uint8_t kUserLevel = 3;

/// The descriptor a selector names; nothing for a null selector or beyond the table.
std::optional<Descriptor> find_descriptor(const DescriptorTables& tables, std::uint16_t selector) {
  const std::size_t index = selector >> 3;
  if (null_selector(selector)) return std::nullopt;
  if ((selector & kLocalTable) == 0)
    return index < tables.gdt.size() ? std::optional(Descriptor{tables.gdt[index]}) : std::nullopt;
  if (tables.ldt == nullptr || index >= tables.ldt->size()) return std::nullopt;
  return Descriptor{(*tables.ldt)[index]};
}

/// Thrown inside this file only: the instruction under way faults.
struct Fault {
  Exception raised;
};

[[noreturn]] void protection_fault(std::uint32_t error) {
  throw Fault{{.vector = vector::kProtection, .error_code = error}};
}

[[noreturn]] void not_present(std::uint8_t raised, std::uint32_t error) {
  throw Fault{{.vector = raised, .error_code = error}};
}

std::uint32_t error_of(std::uint16_t selector) {
  return selector & 0xfffcu;
}

std::uint8_t rpl(std::uint16_t selector) {
  return selector & 3;
}

/// Executes one instruction on a copy of the registers, which replaces them at the end.
class Execution {
 public:
  Execution(Thread& thread, AddressSpace& memory, std::span<const std::uint8_t> code)
      : thread_(thread), memory_(memory), after_(thread.registers) {
    const bool wide = after_.mode() == CodeMode::Long64;
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder,
                     wide ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_32,
                     wide ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
    CHECK(ZYAN_SUCCESS(
              ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &insn_, operands_.data())),
          "a decoded instruction decodes");
    behind_ = after_.rip + insn_.length;
  }

  void run() {
    after_.rip = behind_;
    switch (insn_.mnemonic) {
      case ZYDIS_MNEMONIC_MOV:
        move();
        break;
      case ZYDIS_MNEMONIC_PUSH:
        push_selector(segment(operands_[0].reg.value).selector);
        break;
      case ZYDIS_MNEMONIC_POP:
        pop_segment();
        break;
      case ZYDIS_MNEMONIC_LAR:
      case ZYDIS_MNEMONIC_LSL:
      case ZYDIS_MNEMONIC_VERR:
      case ZYDIS_MNEMONIC_VERW:
        inspect();
        break;
      case ZYDIS_MNEMONIC_JMP:
      case ZYDIS_MNEMONIC_CALL:
        transfer();
        break;
      case ZYDIS_MNEMONIC_RET:
        far_return();
        break;
      case ZYDIS_MNEMONIC_IRET:
      case ZYDIS_MNEMONIC_IRETD:
      case ZYDIS_MNEMONIC_IRETQ:
        interrupt_return();
        break;
      default:
        load_far_pointer();
    }
    thread_.registers = after_;
  }

 private:
  bool is_amd() const { return thread_.vendor == Vendor::Amd; }

  struct FarPointer {
    std::uint16_t selector;
    std::uint64_t offset;
  };

  Segment& segment(ZydisRegister reg) {
    switch (reg) {
      case ZYDIS_REGISTER_ES:
        return after_.es;
      case ZYDIS_REGISTER_CS:
        return after_.cs;
      case ZYDIS_REGISTER_SS:
        return after_.ss;
      case ZYDIS_REGISTER_DS:
        return after_.ds;
      case ZYDIS_REGISTER_FS:
        return after_.fs;
      default:
        return after_.gs;
    }
  }

  std::uint64_t general(ZydisRegister reg) const {
    if (reg == ZYDIS_REGISTER_NONE) return 0;
    const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
    const std::uint64_t value = after_.gpr[static_cast<std::size_t>(whole - ZYDIS_REGISTER_RAX)];
    const unsigned width = ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, reg);
    return width == 64 ? value : value & ((1ull << width) - 1);
  }

  std::uint64_t base_register(ZydisRegister reg) const {
    if (has_no_base(insn_.raw.modrm.mod, insn_.raw.modrm.rm, insn_.raw.sib.base)) return 0;
    const bool relative = reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP;
    return relative ? behind_ : general(reg);
  }

  void set_general(ZydisRegister reg, std::uint64_t value) {
    const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
    std::uint64_t& to = after_.gpr[static_cast<std::size_t>(whole - ZYDIS_REGISTER_RAX)];
    if (insn_.operand_width == 16)
      to = (to & ~std::uint64_t{0xffff}) | (value & 0xffff);
    else
      to = value;
  }

  bool wide() const { return thread_.registers.mode() == CodeMode::Long64; }

  /// SDM vol. 3, 5.3: the last byte must not lie beyond the limit. 64-bit code has no limits, and
  /// only FS and GS have bases.
  std::uint64_t linear(const Segment& in, std::uint64_t offset, std::uint32_t size, bool stack) {
    if (wide()) {
      const bool has_base = &in == &after_.fs || &in == &after_.gs;
      const std::uint64_t address = has_base ? offset + in.base : offset;
      if (is_canonical({address}) && is_canonical({address + (size - 1)})) return address;
      if (stack) not_present(vector::kStack, 0);
      protection_fault(0);
    }
    const bool unusable = null_selector(in.selector) && in.base == 0 && !stack;
    if (unusable || offset + (size - 1) > in.limit) {
      if (stack) not_present(vector::kStack, 0);
      protection_fault(0);
    }
    return static_cast<std::uint32_t>(offset + in.base);
  }

  std::uint64_t operand_address(const ZydisDecodedOperand& operand, std::uint32_t size) {
    const auto& memory = operand.mem;
    std::uint64_t offset = base_register(memory.base) + general(memory.index) * memory.scale +
                           static_cast<std::uint64_t>(insn_.raw.disp.value);
    if (insn_.address_width < 64) offset &= (1ull << insn_.address_width) - 1;
    return linear(segment(memory.segment), offset, size, memory.segment == ZYDIS_REGISTER_SS);
  }

  /// At the first byte of `size` that cannot be accessed.
  [[noreturn]] void page_fault(std::uint64_t address, std::size_t size, bool writes) const {
    const auto allowed = [&](std::uint64_t at) {
      return writes ? memory_.writable({at}, 1) : memory_.readable({at}, 1);
    };
    if (allowed(address)) address = page_down(address + size - 1);
    const bool present = memory_.readable({address}, 1);
    throw Fault{ringfare::page_fault({address}, (writes ? page_fault_error::kWrite : 0) |
                                                    (present ? page_fault_error::kPresent : 0))};
  }

  template <class T>
  T load(std::uint64_t address) const {
    const auto value = memory_.load<T>({address});
    if (!value) page_fault(address, sizeof(T), false);
    return *value;
  }

  template <class T>
  void store(std::uint64_t address, T value) {
    if (!memory_.open_for_writing({address}, sizeof value) || !memory_.store({address}, value))
      page_fault(address, sizeof(T), true);
  }

  /// Of 2, 4 or 8 bytes.
  std::uint64_t load(std::uint64_t address, std::uint32_t size) const {
    return size == 2   ? load<std::uint16_t>(address)
           : size == 4 ? load<std::uint32_t>(address)
                       : load<std::uint64_t>(address);
  }

  void store(std::uint64_t address, std::uint32_t size, std::uint64_t value) {
    if (size == 2)
      store(address, static_cast<std::uint16_t>(value));
    else if (size == 4)
      store(address, static_cast<std::uint32_t>(value));
    else
      store(address, value);
  }

  std::uint16_t read_selector(const ZydisDecodedOperand& operand) {
    if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER)
      return static_cast<std::uint16_t>(general(operand.reg.value));
    return load<std::uint16_t>(operand_address(operand, 2));
  }

  std::uint32_t stack_step() const { return insn_.operand_width / 8; }

  std::uint64_t stack_offset(std::uint64_t offset) const {
    return wide() ? offset : static_cast<std::uint32_t>(offset);
  }

  /// Of a segment register: of 32 bits Intel's processors write only 16, however far the stack
  /// pointer moves (SDM vol. 2, PUSH); AMD's write zeroes above.
  void push_selector(std::uint16_t selector) {
    const std::uint64_t to = stack_offset(after_[Gpr::Rsp] - stack_step());
    const std::uint32_t written = is_amd() || stack_step() == 8 ? stack_step() : 2;
    store(linear(after_.ss, to, written, true), written, selector);
    after_[Gpr::Rsp] = to;
  }

  void push(std::uint64_t value) {
    const std::uint64_t to = stack_offset(after_[Gpr::Rsp] - stack_step());
    store(linear(after_.ss, to, stack_step(), true), stack_step(), value);
    after_[Gpr::Rsp] = to;
  }

  std::uint64_t pop() {
    const std::uint64_t at = linear(after_.ss, after_[Gpr::Rsp], stack_step(), true);
    const std::uint64_t value = load(at, stack_step());
    after_[Gpr::Rsp] = stack_offset(after_[Gpr::Rsp] + stack_step());
    return value;
  }

  void move() {
    if (operands_[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
        ZydisRegisterGetClass(operands_[0].reg.value) == ZYDIS_REGCLASS_SEGMENT)
      return load_segment(operands_[0].reg.value, read_selector(operands_[1]));
    const std::uint16_t selector = segment(operands_[1].reg.value).selector;
    if (operands_[0].type == ZYDIS_OPERAND_TYPE_REGISTER)
      set_general(operands_[0].reg.value, selector);
    else
      store(operand_address(operands_[0], 2), selector);
  }

  void pop_segment() {
    const auto selector = static_cast<std::uint16_t>(pop());
    load_segment(operands_[0].reg.value, selector);
  }

  /// SDM vol. 2, MOV: loading a segment register.
  void load_segment(ZydisRegister reg, std::uint16_t selector) {
    if (reg == ZYDIS_REGISTER_SS) return load_stack_segment(selector);
    Segment& to = segment(reg);
    if (null_selector(selector)) {
      to = {.selector = selector, .limit = 0};
      return;
    }
    const auto found = find_descriptor(thread_.descriptors, selector);
    if (!found || !found->readable()) protection_fault(error_of(selector));
    if (!found->conforming() && found->dpl() < std::max(kUserLevel, rpl(selector)))
      protection_fault(error_of(selector));
    if (!found->present()) not_present(vector::kNotPresent, error_of(selector));
    to = loaded_segment(selector, *found);
  }

  void load_stack_segment(std::uint16_t selector) {
    if (null_selector(selector)) protection_fault(0);
    const auto found = find_descriptor(thread_.descriptors, selector);
    if (!found || !found->writable_data() || rpl(selector) != kUserLevel ||
        found->dpl() != kUserLevel)
      protection_fault(error_of(selector));
    if (!found->present()) not_present(vector::kStack, error_of(selector));
    after_.ss = loaded_segment(selector, *found);
  }

  /// AMD's processors know no 64-bit offset in memory (APM vol. 3, CALL, JMP and LFS).
  FarPointer read_far_pointer(const ZydisDecodedOperand& operand) {
    const std::uint32_t step = std::min<std::uint32_t>(insn_.operand_width / 8, is_amd() ? 4 : 8);
    const std::uint64_t at = operand_address(operand, step + 2);
    const std::uint64_t offset = load(at, step);
    return {load<std::uint16_t>(at + step), offset};
  }

  void load_far_pointer() {
    const FarPointer from = read_far_pointer(operands_[1]);
    const auto to = [this] {
      switch (insn_.mnemonic) {
        case ZYDIS_MNEMONIC_LDS:
          return ZYDIS_REGISTER_DS;
        case ZYDIS_MNEMONIC_LES:
          return ZYDIS_REGISTER_ES;
        case ZYDIS_MNEMONIC_LFS:
          return ZYDIS_REGISTER_FS;
        case ZYDIS_MNEMONIC_LGS:
          return ZYDIS_REGISTER_GS;
        default:
          return ZYDIS_REGISTER_SS;
      }
    }();
    load_segment(to, from.selector);
    set_general(operands_[0].reg.value, from.offset);
  }

  /// LAR, LSL, VERR, VERW: ZF says whether there is an answer.
  void inspect() {
    const bool about_limit = insn_.mnemonic == ZYDIS_MNEMONIC_LSL;
    const bool gives_value = about_limit || insn_.mnemonic == ZYDIS_MNEMONIC_LAR;
    const std::uint16_t selector = read_selector(operands_[gives_value ? 1 : 0]);
    const auto found = find_descriptor(thread_.descriptors, selector);
    bool answers = found && found->ordinary() &&
                   (found->conforming() || found->dpl() >= std::max(kUserLevel, rpl(selector)));
    if (insn_.mnemonic == ZYDIS_MNEMONIC_VERR) answers = answers && found->readable();
    if (insn_.mnemonic == ZYDIS_MNEMONIC_VERW) answers = answers && found->writable_data();
    after_.rflags = answers ? after_.rflags | flag::kZero : after_.rflags & ~flag::kZero;
    if (!answers || !gives_value) return;
    constexpr std::uint32_t kRights = 0x00f0'ff00;
    const auto high = static_cast<std::uint32_t>(found->bits >> 32);
    set_general(operands_[0].reg.value, about_limit ? found->limit() : high & kRights);
  }

  /// The segment a far transfer goes to (SDM vol. 2, JMP): no gates, no change of privilege.
  Segment code_segment(std::uint16_t selector) {
    if (null_selector(selector)) protection_fault(0);
    const auto found = find_descriptor(thread_.descriptors, selector);
    if (!found || !found->code()) protection_fault(error_of(selector));
    const bool allowed = found->conforming()
                             ? found->dpl() <= kUserLevel
                             : rpl(selector) <= kUserLevel && found->dpl() == kUserLevel;
    if (!allowed || (found->long_mode() && found->default_size()))
      protection_fault(error_of(selector));
    if (!found->present()) not_present(vector::kNotPresent, error_of(selector));
    const bool is_flat_32 = found->default_size() && found->base() == 0;
    if (!found->long_mode() && !is_flat_32)  // 16-bit code and code that is not at 0 are not run
      throw Fault{{.vector = vector::kInvalidOpcode}};
    return loaded_segment(static_cast<std::uint16_t>(selector | kUserLevel), *found);
  }

  static void check_target(const Segment& code, std::uint64_t offset) {
    const bool allowed = code.long_mode ? is_canonical({offset}) : offset <= code.limit;
    if (!allowed) protection_fault(0);
  }

  void go_to(const Segment& code, std::uint64_t offset) {
    if (!code.long_mode) offset = static_cast<std::uint32_t>(offset);
    check_target(code, offset);
    after_.cs = code;
    after_.rip = offset;
  }

  /// Near, in 32-bit code with an operand-size prefix: to 16 bits of an address (SDM vol. 2, JMP).
  void near_transfer() {
    const ZydisDecodedOperand& to = operands_[0];
    constexpr std::uint64_t kOffset = 0xffff;
    std::uint64_t offset = 0;
    if (insn_.mnemonic == ZYDIS_MNEMONIC_RET)
      offset = pop();
    else if (to.type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
      offset = behind_ + to.imm.value.u;
    else
      offset = read_selector(to);
    if (insn_.mnemonic == ZYDIS_MNEMONIC_CALL) push(behind_ & kOffset);
    if (insn_.mnemonic == ZYDIS_MNEMONIC_RET && insn_.raw.imm[0].size != 0)
      after_[Gpr::Rsp] = stack_offset(after_[Gpr::Rsp] + insn_.raw.imm[0].value.u);
    go_to(after_.cs, offset & kOffset);
  }

  void transfer() {
    if (insn_.meta.branch_type != ZYDIS_BRANCH_TYPE_FAR) return near_transfer();
    const bool direct = operands_[0].type == ZYDIS_OPERAND_TYPE_POINTER;
    const FarPointer to = direct ? FarPointer{operands_[0].ptr.segment, operands_[0].ptr.offset}
                                 : read_far_pointer(operands_[0]);
    const Segment code = code_segment(to.selector);
    if (insn_.mnemonic == ZYDIS_MNEMONIC_CALL) {
      push(after_.cs.selector);
      push(behind_);
    }
    go_to(code, to.offset);
  }

  /// Popping begins with the last of `slots`: that is what faults first.
  void probe_stack(std::uint32_t slots) {
    const std::uint64_t offset = stack_offset(after_[Gpr::Rsp] + (slots - 1) * stack_step());
    load(linear(after_.ss, offset, stack_step(), true), stack_step());
  }

  void far_return() {
    if (insn_.meta.branch_type != ZYDIS_BRANCH_TYPE_FAR) return near_transfer();
    probe_stack(2);
    const std::uint64_t offset = pop();
    const auto selector = static_cast<std::uint16_t>(pop());
    if (rpl(selector) != kUserLevel) protection_fault(error_of(selector));
    const Segment code = code_segment(selector);
    if (insn_.raw.imm[0].size != 0)
      after_[Gpr::Rsp] = stack_offset(after_[Gpr::Rsp] + insn_.raw.imm[0].value.u);
    go_to(code, offset);
  }

  /// SDM vol. 2, IRET, IA-32e mode at CPL 3: to the same privilege; 64-bit code pops its stack,
  /// too.
  void interrupt_return() {
    if ((after_.rflags & flag::kNestedTask) != 0) protection_fault(0);
    probe_stack(3);
    const std::uint64_t offset = pop();
    const auto selector = static_cast<std::uint16_t>(pop());
    const std::uint64_t flags = pop();
    const std::uint64_t sp = wide() ? pop() : 0;
    const auto stack = static_cast<std::uint16_t>(wide() ? pop() : 0);
    if (rpl(selector) != kUserLevel) protection_fault(error_of(selector));
    const Segment code = code_segment(selector);
    if (wide()) {
      load_stack_segment(stack);
      after_[Gpr::Rsp] = sp;
    }
    go_to(code, offset);
    constexpr std::uint64_t kPopped = flag::kArithmetic | flag::kTrap | flag::kDirection |
                                      flag::kNestedTask | flag::kAlignmentCheck |
                                      flag::kIdentification;
    const std::uint64_t mask = insn_.operand_width == 16 ? kPopped & 0xffff : kPopped;
    after_.rflags = (after_.rflags & ~mask) | (flags & mask);
  }

  Thread& thread_;
  AddressSpace& memory_;
  Registers after_;
  std::uint64_t behind_ = 0;
  ZydisDecodedInstruction insn_;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands_;
};

}  // namespace

void enter_compatibility_mode(Registers& registers, std::uint16_t code, std::uint16_t data) {
  const Segment flat{.selector = data, .default_size = true};
  registers.cs = {.selector = code, .default_size = true};
  registers.ss = registers.ds = registers.es = flat;
  registers.fs = registers.gs = {.limit = 0};
}

std::optional<Segment> named_segment(const DescriptorTables& tables, std::uint16_t selector) {
  const auto found = find_descriptor(tables, selector);
  if (!found || !found->ordinary() || !found->present()) return std::nullopt;
  return loaded_segment(selector, *found);
}

bool select_all_segments(Registers& r, const DescriptorTables& tables) {
  reload_segments(r, tables);
  const auto code = find_descriptor(tables, r.cs.selector);
  const auto stack = find_descriptor(tables, r.ss.selector);
  if (!code || !code->present() || !code->code()) return false;
  if (!stack || !stack->present() || !stack->writable_data()) return false;
  r.cs = loaded_segment(r.cs.selector, *code);
  r.ss = loaded_segment(r.ss.selector, *stack);
  return true;
}

void reload_segments(Registers& r, const DescriptorTables& tables) {
  for (Segment* const segment : {&r.ds, &r.es, &r.fs, &r.gs}) {
    if (null_selector(segment->selector)) continue;
    const auto found = find_descriptor(tables, segment->selector);
    const bool usable = found && found->ordinary() && found->present();
    *segment = usable ? loaded_segment(segment->selector, *found) : Segment{.limit = 0};
  }
}

std::optional<Exception> execute_segment_instruction(Thread& thread, AddressSpace& memory,
                                                     std::span<const std::uint8_t> code) {
  try {
    Execution(thread, memory, code).run();
  } catch (const Fault& fault) {
    return fault.raised;
  }
  return std::nullopt;
}

}  // namespace ringfare
