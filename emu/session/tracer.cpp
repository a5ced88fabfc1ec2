// SPDX-License-Identifier: MIT
#include "emu/session/tracer.hpp"

#include <algorithm>
#include <utility>

namespace ringfare {

void Tracer::tell(Cycles now, const Event& event) const {
  const bool told = std::visit(
      [this](const auto& of) {
        if constexpr (requires { of.origin; })
          return tells_of(of.origin);
        else
          return true;
      },
      event);
  if (!told) return;
  for (Sink* sink : sinks_) sink->on(now, event);
}

void Tracer::finish() const {
  for (Sink* sink : sinks_) sink->finish();
}

Interest Tracer::interest(std::string_view call) const {
  Interest most = Interest::Nothing;
  for (const Sink* sink : sinks_) most = std::max(most, sink->interest(call));
  return most;
}

void Tracer::starts(Cycles now, const ExecRequest& request, const ExecVectors& vectors,
                    const Origin& origin, std::chrono::nanoseconds time) const {
  static const std::string kName = "execve";
  if (interest(kName) != Interest::Text) return;
  if (!options_.paths.empty() && !std::ranges::count(options_.paths, request.name)) return;
  tell(now, CallEvent{.name = kName,
                      .call = exec_text(request, vectors, options_),
                      .result = "0",
                      .entered = time,
                      .bill = {},
                      .priced = false,
                      .origin = origin});
}

void Tracer::meets_call(Cycles now, bool wide, const Origin& origin,
                        std::chrono::nanoseconds time) {
  if (origin.thread == latest_.thread && wide == latest_.wide) return;
  // A thread that has made no call yet was begun by the latest call of the run.
  const auto [known, first] = widths_.try_emplace(origin.thread, latest_.wide);
  const bool changed = known->second != wide;
  known->second = wide;
  latest_ = {origin.thread, wide};
  if (changed) tell(now, ModeEvent{.wide = wide, .at = time, .origin = origin});
}

TracedCall Tracer::enter(const Call& call, const Origin& origin, std::chrono::nanoseconds now,
                         const Registers& registers) {
  Interest wanted = tells_of(origin) ? interest(call.told_name()) : Interest::Nothing;
  if (wanted != Interest::Nothing && !options_.paths.empty() && !description_.concerns_paths(call))
    wanted = Interest::Nothing;
  TracedCall traced{call, origin, now, wanted};
  if (wanted != Interest::Text) return traced;
  description_.before(call);
  if (stacks_) {
    Registers behind = registers;
    behind.rip = origin.next_address;
    traced.stack = stacks_->lines(behind);
  }
  return traced;
}

std::vector<std::string> Tracer::stack(const Registers& registers) {
  return stacks_ ? stacks_->lines(registers) : std::vector<std::string>();
}

std::vector<std::string> Tracer::last_stack(int thread) const {
  const auto found = last_stacks_.find(thread);
  return found == last_stacks_.end() ? std::vector<std::string>() : found->second;
}

void Tracer::waits(Cycles now, const TracedCall& call) {
  if (call.wanted == Interest::Nothing) return;
  const auto [waiting, added] = waiting_.try_emplace(call.origin.thread);
  if (!added) return;
  waiting->second.entered = call.entered;
  if (call.wanted != Interest::Text || !follow_ || !call.origin.several) return;
  waiting->second.begun = description_.begun(call.call);
  tell(now, WaitEvent{.name = std::string(call.call.told_name()),
                      .begun = waiting->second.begun,
                      .entered = waiting->second.entered,
                      .origin = call.origin});
}

void Tracer::leave(Cycles now, const TracedCall& call, const TracedReturn& end) {
  if (call.wanted == Interest::Nothing) return;
  CallEvent event{.name = std::string(call.call.told_name()),
                  .call = {},
                  .result = {},
                  .failed = end.returned && is_error(end.result),
                  .returned = end.returned,
                  .entered = call.entered,
                  .took = {},
                  .bill = end.bill,
                  .by = end.by,
                  .in_user_mode = end.in_user_mode,
                  .origin = call.origin};
  if (auto waited = waiting_.extract(call.origin.thread); !waited.empty()) {
    event.entered = waited.mapped().entered;
    event.begun = std::move(waited.mapped().begun);
  }
  event.took = end.left - event.entered;
  if (call.wanted == Interest::Text) {
    event.call = description_.after(call.call, end.result);
    event.result = end.returned ? description_.result(call.call, end.result) : "?";
    if (end.returned) event.below = description_.dump(call.call, end.result);
    // As strace: the stack of a call that never returns stands below the end.
    if (end.returned)
      event.below.insert(event.below.end(), call.stack.begin(), call.stack.end());
    else
      last_stacks_[call.origin.thread] = call.stack;
  }
  event.detached = end.detached;
  tell(now, event);
  if (end.detached) detached_ = true;
}

}  // namespace ringfare
