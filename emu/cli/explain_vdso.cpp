// SPDX-License-Identifier: MIT
#include "emu/cli/explain_vdso.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "cpu/failure.hpp"
#include "emu/cli/machine_options.hpp"
#include "emu/cli/time_options.hpp"
#include "emu/report/number_text.hpp"
#include "emu/report/waterfall.hpp"
#include "emu/vdso/walk.hpp"
#include "models/nearest.hpp"

namespace ringfare {
namespace {

/// What a call is shown with: the clock that is asked for most, and room for the answer.
struct Arguments {
  std::string_view function;
  std::array<std::uint64_t, 3> values;
};

constexpr std::uint64_t kBuffer = VdsoWalk::kBuffer.value;
constexpr Arguments kArguments[] = {
    {"__vdso_clock_gettime", {CLOCK_MONOTONIC, kBuffer, 0}},
    {"__vdso_clock_getres", {CLOCK_MONOTONIC, kBuffer, 0}},
    {"__vdso_gettimeofday", {kBuffer, 0, 0}},
    {"__vdso_time", {0, 0, 0}},
    {"__vdso_getcpu", {kBuffer, kBuffer + 8, 0}},
    {"__vdso_getrandom", {kBuffer, 8, 0}},
};

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

std::array<std::uint64_t, 3> arguments_of(std::uint64_t offset,
                                          const std::vector<VdsoImage::Function>& functions) {
  for (const VdsoImage::Function& function : functions)
    for (const Arguments& row : kArguments)
      if (function.offset == offset && function.name == row.function) return row.values;
  return {};
}

}  // namespace

int explain_vdso(const ParsedOptions& options, const Paint& paint) {
  const Machine machine = chosen_machine(options);
  if (!machine.kernel.has_vdso)
    throw UserError(fmt::format("explain: {} has no vDSO", machine.kernel.name));
  const auto& features = machine.cpu.features;
  VdsoWalk walk(machine, {.clocksource = clocksource_of(options),
                          .release = machine.kernel.release,
                          .features = {features.begin(), features.end()}});
  const auto functions = walk.vdso().image().functions();
  const VdsoImage::Function& function =
      chosen(functions, options.rest.size() == 2 ? options.rest[1] : "clock_gettime");
  const VdsoWalk::Call call = walk.call(function.offset, arguments_of(function.offset, functions));
  Pricer pricer(machine.cpu);
  const CrossingBill bill = walk.bill(call, pricer, options.text("syntax") == "intel");
  fmt::print("{} in the vDSO on {} at {} MHz, {}: {} cycles, {}\n\n", function.name,
             machine.cpu.name, machine.cpu.core_khz / 1000, machine.kernel.name,
             cycles_text(bill.total), duration_text(time_of(bill.total, machine.cpu.core_khz)));
  fmt::print("{}",
             waterfall(bill, options.has("stages") ? Detail::Stages : Detail::Instructions, paint));
  return 0;
}

}  // namespace ringfare
