// SPDX-License-Identifier: MIT
#include "emu/linux/abi/signal_info.hpp"

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

std::array<std::byte, SignalInfo::kUserSize> compat_signal_info(const SignalInfo& info) {
  std::array<std::byte, SignalInfo::kUserSize> compat{};
  std::size_t at = 0;
  const auto put = [&](auto value) {
    const auto word = static_cast<std::uint32_t>(value);
    std::memcpy(compat.data() + at, &word, sizeof word);
    at += sizeof word;
  };
  put(info.signal), put(info.error), put(info.code);
  switch (info.layout()) {
    case SignalInfo::Layout::Sender: {
      const auto s = info.as<SignalInfo::Sender>();
      put(s.pid), put(s.uid);
      break;
    }
    case SignalInfo::Layout::Queued: {
      const auto q = info.as<SignalInfo::Queued>();
      put(q.pid), put(q.uid), put(q.value);
      break;
    }
    case SignalInfo::Layout::Timer: {
      const auto t = info.as<SignalInfo::Timer>();
      put(t.id), put(t.overrun), put(t.value);
      break;
    }
    case SignalInfo::Layout::Child: {
      const auto c = info.as<SignalInfo::Child>();
      put(c.pid), put(c.uid), put(c.status), put(c.user_ticks), put(c.system_ticks);
      break;
    }
    case SignalInfo::Layout::Fault: {
      const auto f = info.as<SignalInfo::Fault>();
      put(f.address), put(f.address_bit), put(f.lower), put(f.upper);
      break;
    }
    case SignalInfo::Layout::Poll: {
      const auto p = info.as<SignalInfo::Poll>();
      put(p.band), put(p.fd);
      break;
    }
    case SignalInfo::Layout::SystemCall: {
      const auto s = info.as<SignalInfo::SystemCall>();
      put(s.address), put(s.number), put(s.architecture);
      break;
    }
  }
  return compat;
}

SignalInfo widened_signal_info(std::span<const std::byte> compat) {
  std::size_t at = 0;
  const auto take = [&](auto& value) {
    std::int32_t word = 0;
    std::memcpy(&word, compat.data() + at, sizeof word);
    value = static_cast<std::remove_reference_t<decltype(value)>>(word);
    at += sizeof word;
  };
  const auto take_value = [&](std::uint64_t& value) {
    std::uint32_t word = 0;
    take(word);
    value = word;
  };
  SignalInfo info;
  take(info.signal), take(info.error), take(info.code);
  switch (info.layout()) {
    case SignalInfo::Layout::Sender: {
      SignalInfo::Sender s;
      take(s.pid), take(s.uid), info.set(s);
      break;
    }
    case SignalInfo::Layout::Queued: {
      SignalInfo::Queued q;
      take(q.pid), take(q.uid), take_value(q.value), info.set(q);
      break;
    }
    case SignalInfo::Layout::Timer: {
      SignalInfo::Timer t;
      take(t.id), take(t.overrun), take_value(t.value), info.set(t);
      break;
    }
    case SignalInfo::Layout::Child: {
      SignalInfo::Child c;
      take(c.pid), take(c.uid), take(c.status), take(c.user_ticks), take(c.system_ticks);
      info.set(c);
      break;
    }
    case SignalInfo::Layout::Fault: {
      SignalInfo::Fault f;
      take_value(f.address), take(f.address_bit), take_value(f.lower), take_value(f.upper);
      info.set(f);
      break;
    }
    case SignalInfo::Layout::Poll: {
      SignalInfo::Poll p;
      take(p.band), take(p.fd), info.set(p);
      break;
    }
    case SignalInfo::Layout::SystemCall: {
      SignalInfo::SystemCall s;
      take_value(s.address), take(s.number), take(s.architecture), info.set(s);
      break;
    }
  }
  return info;
}

}  // namespace ringfare
