// SPDX-License-Identifier: MIT
#include "emu/linux/signals/pending_signals.hpp"

#include <algorithm>
#include <bit>
#include <csignal>

namespace ringfare {
namespace {

/// Signals that an instruction of the thread raises: they are delivered before all others.
constexpr std::uint64_t kSynchronous = PendingSignals::bit(SIGSEGV) | PendingSignals::bit(SIGBUS) |
                                       PendingSignals::bit(SIGILL) | PendingSignals::bit(SIGTRAP) |
                                       PendingSignals::bit(SIGFPE) | PendingSignals::bit(SIGSYS);

}  // namespace

bool PendingSignals::raise(const SignalInfo& info) {
  const std::uint64_t mine = bit(info.signal);
  if (info.signal < kFirstRealTime && (set_ & mine) != 0) return false;
  set_ |= mine;
  queue_.push_back(info);
  return true;
}

std::optional<SignalInfo> PendingSignals::take_synchronous(std::uint64_t wanted) {
  const auto found = std::ranges::find_if(queue_, [&](const SignalInfo& info) {
    return (bit(info.signal) & kSynchronous & wanted) != 0 && info.code > SI_USER;
  });
  return found == queue_.end() ? std::nullopt : take_one(found->signal);
}

std::optional<SignalInfo> PendingSignals::take(std::uint64_t wanted) {
  std::uint64_t ready = set_ & wanted;
  if (ready == 0) return std::nullopt;
  if ((ready & kSynchronous) != 0) ready &= kSynchronous;
  return take_one(std::countr_zero(ready) + 1);
}

std::optional<SignalInfo> PendingSignals::take_one(int signal) {
  const auto is_it = [signal](const SignalInfo& info) { return info.signal == signal; };
  const auto first = std::ranges::find_if(queue_, is_it);
  if (first == queue_.end()) return std::nullopt;
  const SignalInfo info = *first;
  queue_.erase(first);
  if (std::ranges::none_of(queue_, is_it)) set_ &= ~bit(signal);
  return info;
}

void PendingSignals::discard(std::uint64_t set) {
  if ((set_ & set) == 0) return;
  set_ &= ~set;
  std::erase_if(queue_, [set](const SignalInfo& info) { return (bit(info.signal) & set) != 0; });
}

}  // namespace ringfare
