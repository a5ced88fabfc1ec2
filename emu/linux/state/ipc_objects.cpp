// SPDX-License-Identifier: MIT
#include "emu/linux/state/ipc_objects.hpp"

#include <unistd.h>

#include <chrono>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kWaits = "System V ";

}  // namespace

IpcObjects::~IpcObjects() {
  for (const auto& [id, segment] : segments.objects) ::close(segment.host_fd);
}

IpcObjects& ipc_of(Process& process) {
  if (process.ipc == nullptr) process.ipc = std::make_shared<IpcObjects>();
  return *process.ipc;
}

std::int64_t ipc_wait(Process& process, const std::string& what, std::int64_t timeout_nanoseconds) {
  Wait wait{.what = std::string(kWaits) + what, .interrupted = std::nullopt};
  if (process.task->wait) {
    if (process.task->wait->end == Wait::End::Late) return -EAGAIN;
    if (process.task->wait->end == Wait::End::Interrupted) return -EINTR;
    wait.until = process.task->wait->until;  // woken, but too early
  } else if (timeout_nanoseconds >= 0) {
    wait.until = process.clock.since_start() + std::chrono::nanoseconds(timeout_nanoseconds);
  }
  return process.block(std::move(wait));
}

void ipc_wake(Process& process) {
  for (const auto& [id, task] : process.tasks) {
    if (!task->waits() || !task->wait->what.starts_with(kWaits)) continue;
    task->wait->end = Wait::End::Woken;
    process.queue.add(*task);
  }
}

}  // namespace ringfare
