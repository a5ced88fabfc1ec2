// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/named_threads.hpp"

#include <csignal>

namespace ringfare {

ThreadEntry* named_thread(Process& process, std::uint64_t id) {
  const auto number = static_cast<std::int32_t>(id);
  return number == 0 ? process.task->entry : process.tree.find_thread(number);
}

ProcessEntry* process_of(Process& process, const ThreadEntry& thread) {
  return process.tree.find(thread.process);
}

ProcessEntry* named_process(Process& process, std::uint64_t id) {
  const ThreadEntry* const thread = named_thread(process, id);
  return thread == nullptr ? nullptr : process_of(process, *thread);
}

std::vector<ThreadEntry*> named_threads(Process& process, Whom whom, std::uint64_t number) {
  if (whom == Whom::Thread) {
    ThreadEntry* const thread = named_thread(process, number);
    return thread == nullptr ? std::vector<ThreadEntry*>() : std::vector{thread};
  }
  const auto wanted = static_cast<std::uint32_t>(number);
  std::vector<ThreadEntry*> all;
  for (ThreadEntry* const thread : process.tree.threads()) {
    const ProcessEntry* const entry = process_of(process, *thread);
    if (entry == nullptr) continue;
    const bool meant =
        whom == Whom::Group
            ? entry->group == (wanted == 0 ? process.group() : static_cast<std::int32_t>(wanted))
            : entry->user == (wanted == 0 ? process.tree.self().user : wanted);
    if (meant) all.push_back(thread);
  }
  return all;
}

bool may_change(const Process& process, const ProcessEntry& other) {
  const ProcessEntry& own = process.tree.self();
  return &own == &other || own.effective_user == 0 || own.effective_user == other.effective_user ||
         own.effective_user == other.user;
}

bool may_signal(const Process& process, const ProcessEntry& other, std::int32_t signal) {
  const ProcessEntry& own = process.tree.self();
  if (&own == &other || own.effective_user == 0) return true;
  for (const std::uint32_t mine : {own.effective_user, own.user})
    if (mine == other.saved_user || mine == other.user) return true;
  return signal == SIGCONT && own.session == other.session;
}

}  // namespace ringfare
