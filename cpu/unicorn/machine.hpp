// SPDX-License-Identifier: MIT
#pragma once

#include <unicorn/unicorn.h>

#include <array>
#include <cstdint>

#include "cpu/base/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare::unicorn {

/// One Unicorn instance in long mode at CPL 3, for 64-bit and for 32-bit code, and its registers.
class Machine {
 public:
  Machine();
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  uc_engine* handle() const { return handle_; }

  /// Everything but memory as in `registers`; forgets exceptions raised before.
  void load(const Registers& registers);
  /// Everything but RIP, which whoever stops the machine knows best.
  void store(Registers& registers) const;

  std::uint64_t read(int reg) const;
  std::uint64_t read(Gpr reg) const;
  void write(int reg, std::uint64_t value);
  std::uint32_t mxcsr() const { return static_cast<std::uint32_t>(read(UC_X86_REG_MXCSR)); }

  std::uint16_t x87_control() const { return static_cast<std::uint16_t>(read(UC_X86_REG_FPCW)); }

  /// The x87 stack as such: where its top is and which registers are in use.
  struct X87Tops {
    std::uint64_t status, tags;
  };
  X87Tops x87_tops() const;
  void write(const X87Tops& tops);
  long double x87_top() const;

  /// Translations of code in `range` are dropped. Not from within a hook.
  void forget_code(GuestRange range);

 private:
  void enter_user_mode(std::uint16_t code);
  void load_x87(const VectorState& state);
  void store_x87(VectorState& state) const;

  uc_engine* handle_ = nullptr;
  std::array<uc_context*, 2> clean_{};  // by CodeMode: at CPL 3, no exception pending
};

/// Aborts where a call of Unicorn fails that cannot fail.
void require(uc_err error, const char* what);

}  // namespace ringfare::unicorn
