// SPDX-License-Identifier: MIT
#include "emu/vdso/kernel_pages.hpp"

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"
#include "emu/vdso/vsyscall.hpp"

namespace ringfare {

void KernelPages::map(GuestAddress at, const VdsoOptions& options, bool tells_calls) {
  vdso_.emplace(memory_, at, options);
  only_vsyscall_ = options.only_vsyscall;
  if (tells_calls && !only_vsyscall_) probe_.emplace(memory_, *vdso_);
}

void KernelPages::forget() {
  probe_.reset();
  vdso_.reset();
}

bool KernelPages::reads_cue(GuestAddress address, const Registers& registers) const {
  return vdso_ && vdso_->is_cue(address) && vdso_->code().contains(GuestAddress{registers.rip});
}

Block KernelPages::read_cue(Registers& registers) const {
  const std::span code = vdso_->code_at({registers.rip});
  const auto load = decode_instruction(code, {registers.rip}, registers.mode());
  CHECK(load, "the vDSO's cue is read by no instruction");
  Block block{.id = 0,
              .mode = registers.mode(),
              .start = {registers.rip},
              .instructions = {*load},
              .bytes = {}};
  block.bytes.assign(code.begin(), code.begin() + load->length);
  registers[Gpr::Rax] = vdso_->sequence();
  registers.rip += load->length;
  return block;
}

bool KernelPages::go_to_vsyscall_code(Registers& registers) const {
  for (const VsyscallSlot& slot : kVsyscallSlots) {
    if (registers.rip != kVsyscallPage.begin.value + slot.offset || !vdso_) continue;
    const auto code = vdso_->vsyscall_entry(slot.call);
    CHECK(code, "the vsyscall page has no code for {}", slot.call);
    registers.rip = code->value;
    return true;
  }
  return false;
}

}  // namespace ringfare
