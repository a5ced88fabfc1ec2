// SPDX-License-Identifier: MIT
#include "emu/cli/explain_vdso.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cpu/base/failure.hpp"
#include "cpu/base/nearest.hpp"
#include "emu/cli/asked_call.hpp"
#include "emu/cli/options/display_options.hpp"
#include "emu/cli/options/machine_options.hpp"
#include "emu/cli/options/time_options.hpp"
#include "emu/report/number_text.hpp"
#include "emu/report/waterfall.hpp"
#include "emu/vdso/ways.hpp"

namespace ringfare {
namespace {

const VdsoImage::Function& chosen(const std::vector<VdsoImage::Function>& functions,
                                  const std::string& name) {
  std::vector<std::string> names;
  for (const VdsoImage::Function& function : functions) {
    if (function.name == name || function.name == "__vdso_" + name) return function;
    names.push_back(function.name);
  }
  const auto near = nearest(name, names);
  throw UserError(fmt::format(
      "explain: the vDSO has no '{}'{}", name,
      near ? fmt::format("; did you mean '{}'?", *near) : "; 'ringfare vdso' lists its functions"));
}

/// The arguments of the function at `offset`; several names may have one offset.
std::array<std::uint64_t, 3> arguments_of(std::uint64_t offset,
                                          const std::vector<VdsoImage::Function>& functions) {
  for (const VdsoImage::Function& function : functions)
    if (function.offset == offset && function.name.starts_with("__vdso_"))
      return usual_arguments(function.name);
  return {};
}

Abi chosen_abi(const ParsedOptions& options, const Machine& machine) {
  const unsigned bits = bits_of(options).value_or(machine.kernel.bits);
  if (bits > machine.kernel.bits)
    throw UserError(fmt::format("--bits 64: {} has 32 bits", machine.kernel.name));
  return bits == 32 ? Abi::I386 : Abi::Amd64;
}

}  // namespace

int explain_vdso(const ParsedOptions& options, const Paint& paint) {
  const Machine machine = chosen_machine(options);
  if (!machine.kernel.has_vdso)
    throw UserError(fmt::format("explain: {} has no vDSO", machine.kernel.name));
  const Abi abi = chosen_abi(options, machine);
  Pricer pricer(machine.cpu);
  const Crossings crossings(machine, pricer);
  VdsoWalk walk(machine, {.abi = abi,
                          .clocksource = clocksource_of(options),
                          .release = machine.kernel.release,
                          .features = vdso_features(machine, crossings, abi)});
  const auto functions = walk.vdso().image().functions();
  const VdsoImage::Function& function =
      chosen(functions, options.rest.size() == 2 ? options.rest[1] : "clock_gettime");
  const VdsoWalk::Call call = walk.call(function.offset, arguments_of(function.offset, functions));
  const CrossingBill bill = walk.bill(call, pricer, intel_syntax(options));
  fmt::print("{} in the vDSO{} on {} at {} MHz, {}: {} cycles, {}\n\n", function.name,
             abi == Abi::I386 ? " of 32-bit code" : "", machine.cpu.name,
             machine.cpu.core_khz / 1000, machine.kernel.name, cycles_text(bill.total),
             duration_text(time_of(bill.total, machine.cpu.core_khz)));
  fmt::print("{}",
             waterfall(bill, options.has("stages") ? Detail::Stages : Detail::Instructions, paint));
  return 0;
}

}  // namespace ringfare
