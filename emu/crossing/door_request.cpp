// SPDX-License-Identifier: MIT
#include "emu/crossing/door_request.hpp"

#include <iterator>

#include "emu/crossing/doorway.hpp"

namespace ringfare {

CallRequest request_of(const Registers& r, Abi abi) {
  if (abi == Abi::I386)
    return {.abi = abi,
            .number = static_cast<std::uint32_t>(r[Gpr::Rax]),
            .args = {r[Gpr::Rbx], r[Gpr::Rcx], r[Gpr::Rdx], r[Gpr::Rsi], r[Gpr::Rdi], r[Gpr::Rbp]},
            .stack_pointer = r[Gpr::Rsp]};
  return {.abi = Abi::Amd64,
          .number = static_cast<std::uint32_t>(r[Gpr::Rax]),
          .args = {r[Gpr::Rdi], r[Gpr::Rsi], r[Gpr::Rdx], r[Gpr::R10], r[Gpr::R8], r[Gpr::R9]},
          .stack_pointer = r[Gpr::Rsp]};
}

CallRequest request_at(const AtGate& gate, const Registers& r, const GuestWindow& window) {
  const bool amd64 = gate.gate == Gate::Syscall && r.mode() == CodeMode::Long64;
  CallRequest request = request_of(r, amd64 ? Abi::Amd64 : Abi::I386);
  if (const auto pointer = sixth_argument(gate.gate, r.mode())) {
    if (gate.gate == Gate::Syscall) request.args[1] = r[Gpr::Rbp];
    request.args[5] = window.load(r[*pointer] & 0xffffffff, 4).value_or(0);
  }
  return request;
}

void show_arguments(const CallRequest& request, Registers& registers) {
  constexpr Gpr kPlaces[] = {Gpr::Rbx, Gpr::Rcx, Gpr::Rdx, Gpr::Rsi, Gpr::Rdi, Gpr::Rbp};
  for (std::size_t i = 0; i < std::size(kPlaces); ++i) registers[kPlaces[i]] = request.args[i];
}

}  // namespace ringfare
