// SPDX-License-Identifier: MIT
#include "emu/vdso/probe.hpp"

#include <string_view>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kPrefix = "__vdso_";

/// Behind all user memory of Linux, in front of the vsyscall page (64 bits) and the last page (32).
constexpr GuestAddress kNowhere64{0xffff'ffff'ff40'0000}, kNowhere32{0xffff'f000};

constexpr std::uint64_t kLow = 0xffff'ffff;
constexpr std::int64_t kMostNegative = -4095;  // of what stands for an errno

std::string_view without_prefix(std::string_view name) {
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

/// RAX of a function that answers an int, of which only the lower half is defined.
std::int64_t result_of(std::uint64_t rax) {
  const auto narrow = static_cast<std::int32_t>(rax & kLow);
  const bool fits = rax >> 32 == 0 && narrow < 0 && narrow >= kMostNegative;
  return fits ? narrow : static_cast<std::int64_t>(rax);
}

}  // namespace

VdsoProbe::VdsoProbe(AddressSpace& memory, const Vdso& vdso)
    : memory_(memory),
      abi_(vdso.abi()),
      first_(vdso.abi() == Abi::Amd64 ? kNowhere64 : kNowhere32) {
  for (const VdsoImage::Function& function : vdso.image().functions()) {
    // i386: the others are entries for signals and system calls, not C functions.
    if (abi_ == Abi::I386 && !function.name.starts_with(kPrefix)) continue;
    const std::uint64_t value = end() - vdso.base();
    functions_.push_back(
        {std::string(without_prefix(function.name)), vdso.base() + function.offset});
    const auto bytes = std::as_bytes(std::span(&value, 1)).first(abi_ == Abi::Amd64 ? 8 : 4);
    CHECK(memory.write_as_kernel(vdso.base() + function.symbol, bytes), "no symbol {}",
          function.name);
  }
}

std::optional<std::uint64_t> VdsoProbe::load_word(GuestAddress at) const {
  if (abi_ == Abi::Amd64) return memory_.load<std::uint64_t>(at);
  return memory_.load<std::uint32_t>(at);
}

bool VdsoProbe::store_word(GuestAddress at, std::uint64_t value) {
  if (abi_ == Abi::Amd64) return memory_.store(at, value);
  return memory_.store(at, static_cast<std::uint32_t>(value));
}

/// System V ABI: in registers, or behind the return address.
std::array<std::uint64_t, 6> VdsoProbe::arguments_of(const Registers& registers) const {
  if (abi_ == Abi::Amd64)
    return {registers[Gpr::Rdi], registers[Gpr::Rsi], registers[Gpr::Rdx],
            registers[Gpr::Rcx], registers[Gpr::R8],  registers[Gpr::R9]};
  std::array<std::uint64_t, 6> arguments{};
  std::uint64_t at = registers[Gpr::Rsp];
  for (std::uint64_t& argument : arguments)
    argument = load_word({at += sizeof(std::uint32_t)}).value_or(0);
  return arguments;
}

bool VdsoProbe::enter(GuestAddress at, Thread& thread, std::chrono::nanoseconds now) {
  if (at < first_ || at >= end() || (at - first_) % kDistance != 0) return false;
  const Function& function = functions_[(at - first_) / kDistance];
  Registers& registers = thread.registers;
  const GuestAddress slot{registers[Gpr::Rsp]};
  const auto back = load_word(slot);
  if (!back || !store_word(slot, end().value)) return false;
  Open& open = open_[slot.value];
  open.return_address = *back;
  open.call = {.name = function.name,
               .arguments = arguments_of(registers),
               .result = 0,
               .entered = thread.totals,
               .began = now};
  registers.rip = function.address.value;
  return true;
}

std::optional<VdsoCall> VdsoProbe::leave(GuestAddress at, Thread& thread) {
  if (at != end()) return std::nullopt;
  const std::uint64_t word = abi_ == Abi::Amd64 ? 8 : 4;
  const auto found = open_.find(thread.registers[Gpr::Rsp] - word);
  if (found == open_.end()) return std::nullopt;
  VdsoCall call = std::move(found->second.call);
  thread.registers.rip = found->second.return_address;
  open_.erase(found);
  call.result = result_of(thread.registers[Gpr::Rax]);
  return call;
}

void VdsoProbe::abandon() {
  for (const auto& [slot, open] : open_) store_word(GuestAddress{slot}, open.return_address);
  open_.clear();
}

}  // namespace ringfare
