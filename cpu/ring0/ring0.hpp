// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "cpu/base/quantity.hpp"
#include "cpu/gate/gate.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// The kernel's path cannot go on: a mistake in the model file. It carries the address; the caller,
/// who knows which line of the file stands there, turns it into a UserError.
class PathError : public std::runtime_error {
 public:
  PathError(KernelAddress address, const std::string& what)
      : std::runtime_error(what), at(address) {}

  KernelAddress at;
};

/// Something an instruction stored.
struct Stored {
  KernelAddress address;
  std::uint8_t size = 0;
  std::uint64_t bits = 0;
};

/// One instruction ring 0 has executed.
struct Executed {
  KernelAddress address;
  std::uint8_t length = 0;
  bool ends_run = false;       // a branch, call or return: what follows is not straight-line
  std::string_view price_key;  // of a system instruction; ordinary ones have none
  std::optional<Stored> stored;
  std::uint16_t written = 0;  // registers it wrote, by encoding; a stack pointer it moved is not
};

/// Ring 0 stands at SYSRET, IRET, SYSEXIT or ERETU, which is the gate's business.
struct AtDoor {
  Door door;
  KernelAddress address;
  std::uint8_t length = 0;
  std::uint8_t width = 8;  // bytes of its operands
};

/// An instruction read user memory that is not there. Nothing has changed.
struct AtUserFault {
  KernelAddress address;  // of the instruction
  std::uint8_t length = 0;
  std::uint64_t user_address = 0;
};

/// Where the values of the registers came from.
struct Origins {
  std::array<Provenance, 16> gpr{};
  Provenance flags = 0;
  /// No branch so far depended on something that may differ the next time.
  bool repeatable = true;
  /// Some branch depended on the pointer to the sixth argument.
  bool by_pointer = false;
};

struct DecodedKernelInstruction;

/// Executes kernel entry code at CPL 0, one instruction at a time. Not a general emulator: it knows
/// the integer and system instructions such code is made of; anything else is a PathError.
class Ring0 {
 public:
  Ring0(KernelMemory& memory, SystemState& system);
  ~Ring0();

  /// The registers are as the gate `door` leaves them.
  void begin(Door door);

  /// Executes the instruction at RIP, as the L and D bits of CS say. Throws PathError.
  std::variant<Executed, AtDoor, AtUserFault> step(Registers& registers);

  /// The path was influenced from outside the kernel and may go another way the next time.
  void depart() { origins_.repeatable = false; }

  /// Stores what the service answered into RAX.
  void answer(Registers& registers, std::uint64_t result);

  const Origins& origins() const { return origins_; }

 private:
  class Cache;

  KernelMemory& memory_;
  SystemState& system_;
  Origins origins_;
  std::uint64_t executed_ = 0;  // what RDTSC shows at CPL 0: inputs repeat, so does this
  std::unique_ptr<Cache> cache_;
};

}  // namespace ringfare
