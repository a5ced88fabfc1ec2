// SPDX-License-Identifier: MIT
#include "cpu/ring0/execution.hpp"

#include <fmt/format.h>

namespace ringfare {

Value Execution::read(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::Register: {
      const Value whole = read(static_cast<Gpr>(operand.reg));
      return {whole.bits & low_bits(operand.size), whole.from};
    }
    case Operand::Kind::HighByte: {
      const Value whole = read(static_cast<Gpr>(operand.reg));
      return {whole.bits >> 8 & 0xff, whole.from};
    }
    case Operand::Kind::Immediate:
      return {operand.value & low_bits(operand.size), 0};
    case Operand::Kind::Target:
      return {operand.value, 0};
    case Operand::Kind::Memory: {
      Value value = load(address(operand), operand.size);
      for (const std::int8_t r : {operand.base, operand.index})
        if (r >= 0 && r < 16 && r != static_cast<std::int8_t>(Gpr::Rsp))
          value.from |= origins.gpr[static_cast<std::size_t>(r)];
      return value;
    }
    default:
      refuse("an operand of a kind ring 0 cannot read");
  }
}

void Execution::write(const Operand& operand, Value value) {
  switch (operand.kind) {
    case Operand::Kind::Register: {
      const Gpr r = static_cast<Gpr>(operand.reg);
      if (operand.size >= 4) {  // 32-bit results are zero-extended
        write(r, {value.bits & low_bits(operand.size), value.from});
      } else {
        const std::uint64_t mask = low_bits(operand.size);
        const Value old = read(r);
        write(r, {(old.bits & ~mask) | (value.bits & mask),
                  static_cast<Provenance>(old.from | value.from)});
      }
      return;
    }
    case Operand::Kind::HighByte: {
      const Gpr r = static_cast<Gpr>(operand.reg);
      const Value old = read(r);
      write(r, {(old.bits & ~0xff00ULL) | (value.bits & 0xff) << 8,
                static_cast<Provenance>(old.from | value.from)});
      return;
    }
    case Operand::Kind::Memory:
      store(address(operand), operand.size, value);
      return;
    default:
      refuse("an operand of a kind ring 0 cannot write");
  }
}

void Execution::write(Gpr r, Value value) {
  registers[r] = value.bits;
  written |= static_cast<std::uint16_t>(1u << static_cast<unsigned>(r));
  origins.gpr[static_cast<std::size_t>(r)] = value.from;
}

KernelAddress Execution::address(const Operand& operand) const {
  std::uint64_t sum = operand.value;
  if (operand.base == Operand::kRip)
    sum += registers.rip;  // already behind the instruction
  else if (operand.base >= 0)
    sum += registers.gpr[static_cast<std::size_t>(operand.base)];
  if (operand.index >= 0)
    sum += registers.gpr[static_cast<std::size_t>(operand.index)] * operand.scale;
  if (!code64()) sum &= 0xffffffff;
  if (operand.gs) sum += registers.gs.base;
  if (operand.fs) sum += registers.fs.base;
  return KernelAddress{code64() ? sum : sum & 0xffffffff};
}

PageTable Execution::table() const {
  const std::optional<PageTable> table = memory_.table(system.cr3);
  if (!table) refuse(fmt::format("CR3 = {:#x} selects no page table", system.cr3));
  return *table;
}

namespace {

/// Why an access faulted, in the words of whoever writes kernel paths.
std::string page_fault(const KernelMemory& memory, KernelAddress address, PageTable table,
                       const char* what) {
  const KernelRegion* region = memory.region(address);
  if (!region)
    return fmt::format("page fault: {} {:#x}, where the kernel has nothing", what, address.value);
  if (table == PageTable::User && !region->in_user_table)
    return fmt::format("page fault: {} {:#x} ({}) while CR3 selects the user page table", what,
                       address.value, region->name);
  return fmt::format("page fault: {} {:#x} ({}) is not allowed", what, address.value, region->name);
}

}  // namespace

Value Execution::load(KernelAddress address, unsigned size) {
  const std::optional<Value> value = memory_.load(address, size, table());
  if (!value && memory_.user(address)) throw UserFault{address.value};
  if (!value) refuse(page_fault(memory_, address, table(), "reading"));
  memory_.note_read(address, size);
  return *value;
}

void Execution::store(KernelAddress address, unsigned size, Value value) {
  value.bits &= low_bits(size);
  if (!memory_.store(address, size, value, table()))
    refuse(page_fault(memory_, address, table(), "writing"));
  stored = Stored{address, static_cast<std::uint8_t>(size), value.bits};
}

void Execution::move_stack(std::int64_t bytes) {
  std::uint64_t& sp = registers[Gpr::Rsp];
  sp += static_cast<std::uint64_t>(bytes);
  if (!code64()) sp &= 0xffffffff;
}

void Execution::push(Value value, unsigned size) {
  const std::uint64_t mask = code64() ? ~std::uint64_t{0} : 0xffffffff;
  store(KernelAddress{(registers[Gpr::Rsp] - size) & mask}, size, value);
  move_stack(-static_cast<std::int64_t>(size));
}

Value Execution::pop(unsigned size) {
  const Value value = load(KernelAddress{registers[Gpr::Rsp]}, size);
  move_stack(size);
  return value;
}

Segment& Execution::segment(const Operand& operand) {
  Segment* const all[] = {&registers.es, &registers.cs, &registers.ss,
                          &registers.ds, &registers.fs, &registers.gs};
  return *all[operand.reg];
}

/// SDM vol. 2B, MOV: the checks of a segment-register load.
Segment Execution::checked_segment(const Operand& operand, std::uint16_t selector) const {
  constexpr std::int8_t kStack = 2;
  const bool stack = operand.reg == kStack;
  const unsigned rpl = selector & kRequestedPrivilege;
  if (null_selector(selector)) {
    if (stack && !(code64() && rpl == system.cpl)) refuse("#GP(0): SS cannot be null here");
    return null_segment(selector);
  }
  const std::optional<Descriptor> d = find_descriptor(memory_, system, selector);
  const bool good =
      d &&
      (stack ? d->writable_data() && rpl == system.cpl && d->dpl() == system.cpl
             : d->readable() && (d->conforming() || (d->dpl() >= rpl && d->dpl() >= system.cpl)));
  if (!good) refuse(fmt::format("#GP({:#x}): no segment to load", selector & ~kRequestedPrivilege));
  if (!d->present())
    refuse(fmt::format("#{}({:#x}): the segment is not present", stack ? "SS" : "NP",
                       selector & ~kRequestedPrivilege));
  return loaded_segment(selector, *d);
}

void Execution::write_flags(std::uint64_t mask, std::uint64_t value, Provenance from) {
  registers.rflags = (registers.rflags & ~mask) | (value & mask) | flag::kFixed;
  const bool all = (mask & flag::kArithmetic) == flag::kArithmetic;
  origins.flags = all ? from : static_cast<Provenance>(origins.flags | from);
}

bool Execution::holds(unsigned condition) const {
  const std::uint64_t f = registers.rflags;
  const bool carry = f & flag::kCarry, zero = f & flag::kZero, sign = f & flag::kSign,
             overflow = f & flag::kOverflow, parity = f & flag::kParity;
  const bool base[] = {overflow,
                       carry,
                       zero,
                       carry || zero,
                       sign,
                       parity,
                       sign != overflow,
                       zero || sign != overflow};
  return base[condition >> 1] != ((condition & 1) != 0);
}

void Execution::decide(Provenance from) {
  if (from & origin::kUnrepeatable) origins.repeatable = false;
  if (from & origin::kPointer) origins.by_pointer = true;
}

void Execution::refuse(const std::string& why) const {
  throw PathError(at_, why);
}

}  // namespace ringfare
