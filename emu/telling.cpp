// SPDX-License-Identifier: MIT
#include "emu/telling.hpp"

#include <algorithm>
#include <utility>

namespace ringfare {

void Telling::tell(Cycles now, const Event& event) const {
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

void Telling::finish() const {
  for (Sink* sink : sinks_) sink->finish();
}

Interest Telling::interest(std::string_view call) const {
  Interest most = Interest::Nothing;
  for (const Sink* sink : sinks_) most = std::max(most, sink->interest(call));
  return most;
}

ToldCall Telling::enter(const CallRequest& request, const std::string& name, const Origin& origin,
                        std::chrono::nanoseconds now) {
  const Interest wanted = tells_of(origin) ? interest(name) : Interest::Nothing;
  if (wanted == Interest::Text) description_.before(request);
  return {request, name, origin, now, wanted};
}

void Telling::waits(Cycles now, const ToldCall& call) {
  if (call.wanted == Interest::Nothing) return;
  const auto [waiting, added] = waiting_.try_emplace(call.origin.thread);
  if (!added) return;
  waiting->second.entered = call.entered;
  if (call.wanted != Interest::Text || !follow_ || !call.origin.several) return;
  waiting->second.begun = description_.begun(call.request);
  tell(now, WaitEvent{.name = call.name,
                      .begun = waiting->second.begun,
                      .entered = waiting->second.entered,
                      .origin = call.origin});
}

void Telling::leave(Cycles now, const ToldCall& call, const ToldReturn& end) {
  if (call.wanted == Interest::Nothing) return;
  CallEvent event{.name = call.name,
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
    event.call = description_.after(call.request, end.result);
    event.result = end.returned ? description_.result(call.request, end.result) : "?";
  }
  tell(now, event);
}

}  // namespace ringfare
