// SPDX-License-Identifier: MIT
#include "emu/session/run_state.hpp"

#include <fmt/format.h>

#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/vdso/vsyscall.hpp"

namespace ringfare {
namespace {

PricedMachines priced_machines(Machine machine, const SessionInputs& inputs) {
  PricedMachines machines(std::move(machine), inputs.also_priced);
  machines.deciding().crossings().watch(inputs.watch, inputs.intel_syntax);
  const KernelModel& kernel = machines.deciding().machine().kernel;
  if (inputs.traced && !machines.set_work("traced"))
    throw UserError(
        kernel.at,
        fmt::format("kernel {} has no [work.traced], which --traced asks for", kernel.name));
  return machines;
}

PersonalityOptions personality_options(const Machine& machine, const SessionInputs& inputs,
                                       const Cpuid& cpuid) {
  return {.uname_release = machine.kernel.release,
          .uname_version = machine.kernel.version,
          .uname_machine = machine.kernel.bits == 64 ? "x86_64" : "i686",
          .vsyscall = vsyscall_permissions(machine.kernel.vsyscall),
          .clocksource = name_of(inputs.clocksource),
          .seed = inputs.seed,
          .schedule_seed = inputs.schedule_seed,
          .descriptors = inputs.descriptors,
          .host_limits = inputs.host_limits,
          .features = cpuid.xcr0(),
          .network = inputs.network,
          .confined = inputs.confined,
          .cpuid = &cpuid,
          .log = inputs.log};
}

}  // namespace

RunState::RunState(Machine deciding, const SessionInputs& its_inputs, std::vector<Sink*> sinks)
    : inputs(its_inputs),
      machines(priced_machines(std::move(deciding), inputs)),
      personality(guest.memory(), clock, guest.image(),
                  personality_options(machine(), inputs, cpuid)),
      tracer(std::move(sinks), inputs.follow, guest.memory(), inputs.describe) {
  clock.set_waits(inputs.real_time);
  tracer.name_descriptors(personality.descriptor_names());
  tracer.set_first_thread(personality.process_id());
  if (inputs.stacks) tracer.show_stacks();
  if (inputs.log == nullptr) return;
  prices.log_to(*inputs.log, machines.names());
  machines.log_to(inputs.log);
}

Origin RunState::origin(unsigned behind) const {
  return {.thread = personality.thread_id(),
          .several = !personality.is_alone(),
          .wide = guest.is_wide(),
          .call_number = latest_call,
          .next_address = guest.registers().rip + behind,
          .command = personality.command()};
}

void RunState::end_by_signal(int signal) {
  ending.killed_by = signal;
  ending.over = true;
}

void RunState::end_in_deadlock(const std::string& who_waits) {
  if (inputs.log != nullptr) inputs.log->write(LogCategory::Scheduler, "deadlock: {}", who_waits);
  tell(WarningEvent{"deadlock: nothing can wake anybody any more: " + who_waits});
  ending.deadlocked = true;
  ending.over = true;
}

}  // namespace ringfare
