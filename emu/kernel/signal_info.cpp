// SPDX-License-Identifier: MIT
#include "emu/kernel/signal_info.hpp"

#include <algorithm>
#include <csignal>

namespace ringfare {
namespace {

using Layout = SignalInfo::Layout;

/// Codes from 1 to `last` of a signal that the kernel sends of its own; sigaction(2).
struct CodeRange {
  int signal, last;
  Layout layout;
};
constexpr CodeRange kOwnCodes[] = {
    {SIGILL, ILL_BADIADDR, Layout::Fault}, {SIGFPE, 15, Layout::Fault},
    {SIGSEGV, 9, Layout::Fault},           {SIGBUS, BUS_MCEERR_AO, Layout::Fault},
    {SIGTRAP, 6, Layout::Fault},           {SIGCHLD, CLD_CONTINUED, Layout::Child},
    {SIGPOLL, POLL_HUP, Layout::Poll},     {SIGSYS, 2, Layout::SystemCall},
};

}  // namespace

SignalInfo::Layout SignalInfo::layout() const {
  if (code > SI_USER && code < SI_KERNEL) {
    const auto own = std::ranges::find(kOwnCodes, signal, &CodeRange::signal);
    if (own != std::end(kOwnCodes) && code <= own->last) return own->layout;
    return code <= POLL_HUP ? Layout::Poll : Layout::Sender;
  }
  if (code == SI_TIMER) return Layout::Timer;
  if (code == SI_SIGIO) return Layout::Poll;
  return code < 0 ? Layout::Queued : Layout::Sender;
}

SignalInfo kernel_signal(int signal) {
  return {.signal = signal, .code = SI_KERNEL};
}

SignalInfo fault_signal(int signal, int code, std::uint64_t address) {
  return make_signal(signal, code, SignalInfo::Fault{.address = address});
}

}  // namespace ringfare
