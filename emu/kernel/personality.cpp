// SPDX-License-Identifier: MIT
#include "emu/kernel/personality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "cpu/engine.hpp"
#include "emu/kernel/handlers.hpp"
#include "emu/kernel/i386_call.hpp"
#include "emu/kernel/process.hpp"

namespace ringfare {
namespace {

/// The kind of the first file a call names by descriptor: it decides the price.
std::string_view file_kind(Process& process, const CallArguments& args) {
  for (std::size_t i = 0; i < process.row->args.size(); ++i)
    if (process.row->args[i].kind == ArgKind::Fd)
      return process.descriptors.kind(static_cast<int>(args[i]));
  return "";
}

}  // namespace

Personality::Personality(AddressSpace& memory, SimulatedClock& clock, const ProgramImage& image,
                         const PersonalityOptions& options)
    : process_(std::make_unique<Process>(memory, clock, image, options)) {}

Personality::~Personality() = default;

Served Personality::serve(Thread& thread, const CallRequest& request) {
  Process& process = *process_;
  process.thread = &thread;
  process.created = {};
  process.user.reset_counts();
  std::optional<I386Call> narrow;
  if (request.abi == Abi::I386) narrow.emplace(process.user, request);
  process.row = narrow ? narrow->row() : find_syscall(request.abi, request.number);
  if (narrow && narrow->error() != 0) return {.result = narrow->error()};
  const CallHandler handler = process.row ? process.row->handler : nullptr;
  if (handler == nullptr) {
    process.warn(fmt::format("system call {} ({}) is not implemented; the guest got ENOSYS",
                             request.number,
                             process.row ? process.row->name : std::string_view("unknown")));
    return {.result = -ENOSYS};
  }
  const CallArguments& args = narrow ? narrow->arguments() : request.args;
  Served served{.file_kind = file_kind(process, args)};
  const bool interrupted = process.task->wait && process.task->wait->end == Wait::End::Interrupted;
  served.result = interrupted ? -EINTR : handler(process, args);
  if (served.result == kBlocked) {
    served.blocked = true;
    return served;
  }
  process.end_wait();
  if (narrow) served.result = narrow->finish(served.result);
  served.bytes_in = process.user.bytes_in();
  served.bytes_out = process.user.bytes_out();
  served.created = process.created.task != nullptr;
  served.thread_over = process.task == nullptr;
  served.registers = std::exchange(process.new_registers, std::nullopt);
  served.exit_status = process.exit_status;
  served.killed_by = process.killed_by;
  return served;
}

void Personality::raise(const Registers& registers, const AtFault& fault) {
  constexpr std::uint8_t kPageFault = 14;
  ThreadSignals& thread = process_->thread_signals();
  thread.trap_number = fault.vector;
  thread.error_code = fault.error_code;
  if (fault.vector == kPageFault) thread.fault_address = fault.address.value;
  SignalInfo info = kernel_signal(fault.signal);
  // What is no page fault is told with the instruction's address.
  if (fault.code != SI_KERNEL)
    info = fault_signal(fault.signal, fault.code,
                        fault.vector == kPageFault ? fault.address.value : registers.rip);
  force_signal(process_->signals, thread, info);
}

void Personality::raise(const SignalInfo& info) {
  process_->send(info);
}

bool Personality::has_signal_work(std::int64_t result) const {
  return ringfare::has_signal_work(*process_, result);
}

Delivery Personality::deliver(Thread& thread, const std::optional<EndingCall>& call) {
  process_->thread = &thread;
  process_->user.reset_counts();
  return deliver_signals(*process_, thread, call);
}

std::optional<std::string> Personality::take_warning() {
  return std::exchange(process_->warning, std::nullopt);
}

}  // namespace ringfare
