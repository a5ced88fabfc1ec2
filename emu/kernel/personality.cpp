// SPDX-License-Identifier: MIT
#include "emu/kernel/personality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "emu/kernel/handlers.hpp"
#include "emu/kernel/process.hpp"

namespace ringfare {
namespace {

/// Whether the arguments of `row` mean the same in both ABIs, so that a 64-bit program may make
/// the call through the i386 door.
bool same_layout(const SyscallRow& row) {
  return std::ranges::none_of(row.args,
                              [](const ArgSpec& spec) { return layout_differs(spec.kind); });
}

CallHandler handler_of(const SyscallRow& row, Abi abi) {
  if (abi == Abi::I386 && !same_layout(row)) return nullptr;
  return row.handler;
}

CallArguments arguments_of(const CallRequest& request) {
  CallArguments args = request.args;
  if (request.abi == Abi::I386)
    for (std::uint64_t& arg : args) arg = static_cast<std::uint32_t>(arg);
  return args;
}

/// The kind of the first file a call names by descriptor: it decides the price.
std::string_view file_kind(Process& process, const CallArguments& args) {
  for (std::size_t i = 0; i < process.row->args.size(); ++i)
    if (process.row->args[i].kind == ArgKind::Fd)
      return process.descriptors.kind(static_cast<int>(args[i]));
  return "";
}

void deliver_signals(Process& process) {
  while (const auto signal = process.signals.take()) {
    const std::uint64_t handler = process.signals.action(*signal).handler;
    if (handler == SignalState::kIgnore) continue;
    if (handler != SignalState::kDefault) {
      process.warn(fmt::format(
          "signal {} has a handler, but handlers are not called yet; the signal is lost", *signal));
      continue;
    }
    const SignalState::Effect effect = SignalState::default_effect(*signal);
    if (effect == SignalState::Effect::Terminate) process.kill(*signal);
    // A stopped guest is a stopped emulator: the shell's `fg` goes on with both.
    if (effect == SignalState::Effect::Stop) ::raise(*signal);
  }
}

}  // namespace

Personality::Personality(AddressSpace& memory, SimulatedClock& clock, const ProgramImage& image,
                         const PersonalityOptions& options)
    : process_(std::make_unique<Process>(memory, clock, image, options)) {}

Personality::~Personality() = default;

Served Personality::serve(Thread& thread, const CallRequest& request) {
  Process& process = *process_;
  process.thread = &thread;
  process.row = find_syscall(request.abi, request.number);
  process.created = {};
  process.user.reset_counts();
  const CallHandler handler = process.row ? handler_of(*process.row, request.abi) : nullptr;
  if (handler == nullptr) {
    process.warn(fmt::format("system call {} ({}) is not implemented; the guest got ENOSYS",
                             request.number,
                             process.row ? process.row->name : std::string_view("unknown")));
    return {.result = -ENOSYS};
  }
  const CallArguments args = arguments_of(request);
  Served served{.file_kind = file_kind(process, args)};
  const bool interrupted = process.task->wait && process.task->wait->end == Wait::End::Interrupted;
  served.result = interrupted ? -EINTR : handler(process, args);
  if (served.result == kBlocked) {
    served.blocked = true;
    return served;
  }
  process.end_wait();
  deliver_signals(process);
  served.bytes_in = process.user.bytes_in();
  served.bytes_out = process.user.bytes_out();
  served.created = process.created.task != nullptr;
  served.thread_over = process.task == nullptr;
  served.exit_status = process.exit_status;
  served.killed_by = process.killed_by;
  return served;
}

std::optional<std::string> Personality::take_warning() {
  return std::exchange(process_->warning, std::nullopt);
}

}  // namespace ringfare
