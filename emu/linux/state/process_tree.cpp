// SPDX-License-Identifier: MIT
#include "emu/linux/state/process_tree.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/linux/state/host_call.hpp"
#include "emu/linux/state/host_fork.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

constexpr std::int32_t kInit = 1;  // the parent of processes that have lost theirs
constexpr std::size_t kTextSize = 8192;
constexpr int kLostCheckSeconds = 1;
/// How long each looks at its files in turn where several wait for something outside.
constexpr nanoseconds kLook = std::chrono::milliseconds(10);

void wake_on_host(std::uint32_t& word) {
  std::atomic_ref(word).store(1);
  host_call(SYS_futex, &word, FUTEX_WAKE, 1);
}

/// Sleeps until `word` is set. False where that has not happened for a second.
bool wait_on_host(std::uint32_t& word) {
  const timespec limit{kLostCheckSeconds, 0};
  while (std::atomic_ref(word).load() == 0) {
    const std::int64_t result = host_call(SYS_futex, &word, FUTEX_WAIT, 0, &limit);
    if (result == -ETIMEDOUT) return false;
  }
  std::atomic_ref(word).store(0);
  return true;
}

}  // namespace

struct ProcessTree::Shared {
  std::uint32_t holder = 0;  // index of the entry that has the turn
  std::uint32_t used = 1;    // entries that were ever in use
  std::uint32_t live = 1;    // processes that have not ended
  bool hopeless = false;     // nothing can end any wait
  std::int32_t last_id = 0;
  std::uint64_t last_order = 0;
  std::uint64_t files_changed = 0;
  std::int64_t busy = 0;               // hundredths of cycles of all
  std::uint64_t slept = 0;             // ticks of the counter
  std::array<char, kTextSize> text{};  // where hopeless: who waits for what
  std::array<ProcessEntry, kMost> entries;
};

ProcessTree::ProcessTree(SimulatedClock& clock, std::int32_t pid) : clock_(clock) {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    throw UserError("no memory for the table of processes; is there a limit on address space?");
  // A fresh mapping is zero, and so is a Shared of which only the head was ever written.
  static_assert(static_cast<int>(ProcessEntry::State::Free) == 0);
  shared_ = static_cast<Shared*>(memory);
  shared_->used = shared_->live = 1;
  shared_->last_id = pid;
  self_ = new (&shared_->entries[0]) ProcessEntry;
  self_->state = ProcessEntry::State::Ready;
  self_->pid = pid;
  self_->parent = pid - 1;
  self_->group = pid;
  self_->session = pid - 1;
  self_->host_pid = getpid();
}

ProcessTree::~ProcessTree() {
  munmap(shared_, sizeof(Shared));
}

std::span<ProcessEntry> ProcessTree::entries() const {
  return std::span(shared_->entries).first(shared_->used);
}

ProcessEntry& ProcessTree::first() const {
  return shared_->entries.front();
}

bool ProcessTree::is_first() const {
  return self_ == &first();
}

bool ProcessTree::alone() const {
  return shared_->live == 1;
}

std::int32_t ProcessTree::next_id() {
  return ++shared_->last_id;
}

ProcessEntry* ProcessTree::find(std::int32_t pid) {
  for (ProcessEntry& entry : entries())
    if (entry.state != ProcessEntry::State::Free && entry.pid == pid) return &entry;
  return nullptr;
}

std::vector<ProcessEntry*> ProcessTree::all() {
  std::vector<ProcessEntry*> all;
  for (ProcessEntry& entry : entries())
    if (entry.state != ProcessEntry::State::Free) all.push_back(&entry);
  return all;
}

ProcessEntry* ProcessTree::make_child(std::int32_t exit_signal) {
  const auto used = entries();
  auto free = std::ranges::find(used, ProcessEntry::State::Free, &ProcessEntry::state);
  if (free == used.end() && shared_->used == kMost) return nullptr;
  ProcessEntry* const made = free == used.end() ? &shared_->entries[shared_->used++] : &*free;
  new (made) ProcessEntry;
  made->state = ProcessEntry::State::Waiting;
  made->pid = next_id();
  made->parent = self_->pid;
  made->group = self_->group;
  made->session = self_->session;
  made->user = self_->user;
  made->exit_signal = exit_signal;
  ++shared_->live;
  return made;
}

void ProcessTree::discard(ProcessEntry& child) {
  child.state = ProcessEntry::State::Free;
  --shared_->live;
  --shared_->last_id;
}

void ProcessTree::start(ProcessEntry& child, std::int32_t host_pid) {
  child.host_pid = host_pid;
  make_ready(child);
}

void ProcessTree::become(ProcessEntry& child) {
  self_ = &child;
  published_ = {};
  clock_.set_busy({});
  await_turn();
}

void ProcessTree::files_changed() {
  ++shared_->files_changed;
}

std::uint64_t ProcessTree::files_changes() const {
  return shared_->files_changed;
}

bool ProcessTree::contended() const {
  if (alone()) return false;
  const auto could_run = [&](const ProcessEntry& entry) {
    if (&entry == self_) return false;
    if (entry.state == ProcessEntry::State::Ready) return true;
    return entry.state == ProcessEntry::State::Waiting &&
           ((entry.watches_files && entry.files_seen != shared_->files_changed) ||
            entry.until <= now());
  };
  return std::ranges::any_of(entries(), could_run);
}

bool ProcessTree::others_watch() const {
  if (alone()) return false;
  return std::ranges::any_of(entries(), [&](const ProcessEntry& entry) {
    return &entry != self_ && entry.state == ProcessEntry::State::Waiting &&
           (entry.until != ProcessEntry::kNever || entry.outside);
  });
}

std::int64_t ProcessTree::now() const {
  return clock_.since_start().count();
}

void ProcessTree::make_ready(ProcessEntry& entry) {
  entry.state = ProcessEntry::State::Ready;
  entry.order = ++shared_->last_order;
}

/// Makes ready whose time limit is over, the earliest first, then who may find its files ready.
void ProcessTree::wake_due() {
  std::vector<ProcessEntry*> due;
  for (ProcessEntry& entry : entries())
    if (entry.state == ProcessEntry::State::Waiting && entry.until <= now()) due.push_back(&entry);
  std::ranges::stable_sort(due, {}, &ProcessEntry::until);
  for (ProcessEntry* const entry : due) make_ready(*entry);
  for (ProcessEntry& entry : entries())
    if (entry.state == ProcessEntry::State::Waiting && entry.watches_files &&
        entry.files_seen != shared_->files_changed)
      make_ready(entry);
}

ProcessEntry* ProcessTree::next_ready() const {
  ProcessEntry* next = nullptr;
  for (ProcessEntry& entry : entries())
    if (entry.state == ProcessEntry::State::Ready && (next == nullptr || entry.order < next->order))
      next = &entry;
  return next;
}

/// The process that runs next; lets time pass until one can. Null where none ever can.
ProcessEntry* ProcessTree::choose() {
  for (;;) {
    wake_due();
    if (ProcessEntry* const next = next_ready()) return next;
    std::int64_t until = ProcessEntry::kNever;
    ProcessEntry* outside = nullptr;
    ProcessEntry* awaits_signal = nullptr;
    bool several = false;
    for (ProcessEntry& entry : entries()) {
      if (entry.state != ProcessEntry::State::Waiting) continue;
      until = std::min(until, entry.until);
      if (entry.awaits_signal && awaits_signal == nullptr) awaits_signal = &entry;
      if (!entry.outside) continue;
      several = several || outside != nullptr;
      if (outside == nullptr || entry.order < outside->order) outside = &entry;
    }
    const bool timed = until != ProcessEntry::kNever;
    if (outside != nullptr) {
      std::int64_t patience = timed ? until - now() : -1;
      if (several)
        patience = timed ? std::min<std::int64_t>(patience, kLook.count()) : kLook.count();
      make_ready(*outside);
      outside->patience = patience;
      return outside;
    }
    if (!timed && awaits_signal != nullptr) {
      make_ready(*awaits_signal);
      awaits_signal->patience = -1;
      return awaits_signal;
    }
    if (!timed) return nullptr;
    clock_.sleep(nanoseconds(until - now()));
  }
}

void ProcessTree::publish() {
  self_->busy = clock_.busy().hundredths;
  shared_->busy += (clock_.busy() - published_).hundredths;
  shared_->slept = clock_.slept();
  published_ = clock_.busy();
}

void ProcessTree::take_over() {
  clock_.set_others(Cycles{shared_->busy} - published_);
  clock_.set_slept(shared_->slept);
}

void ProcessTree::pass_to(ProcessEntry& next) {
  publish();
  std::fflush(nullptr);
  shared_->holder = static_cast<std::uint32_t>(&next - shared_->entries.data());
  wake_on_host(next.has_turn);
}

void ProcessTree::await_turn() {
  while (!wait_on_host(self_->has_turn)) bury_lost();
  // Nothing can end any wait: the first process says so.
  if (shared_->hopeless && !is_first()) _exit(0);
  take_over();
}

/// The process that has the turn was killed from outside, and cannot pass it on.
void ProcessTree::bury_lost() {
  std::uint32_t holder = std::atomic_ref(shared_->holder).load();
  ProcessEntry& lost = shared_->entries[holder];
  if (&lost == self_ || lost.host_pid == 0 || ::kill(lost.host_pid, 0) == 0 || errno != ESRCH)
    return;
  const auto own = static_cast<std::uint32_t>(self_ - shared_->entries.data());
  if (!std::atomic_ref(shared_->holder).compare_exchange_strong(holder, own)) return;
  lost.wait_status = SIGKILL;
  lost.state = ProcessEntry::State::Zombie;
  --shared_->live;
  ProcessEntry* const parent = find(lost.parent);
  if (parent == nullptr) lost.state = ProcessEntry::State::Free;
  if (parent != nullptr) parent->news = true, make_ready(*parent);
  if (self_->state == ProcessEntry::State::Waiting) make_ready(*self_);
  std::atomic_ref(self_->has_turn).store(1);
}

void ProcessTree::yield() {
  wake_due();
  self_->order = ++shared_->last_order;
  ProcessEntry* const next = next_ready();
  if (next == nullptr || next == self_) return;
  pass_to(*next);
  await_turn();
}

std::string ProcessTree::who_waits() const {
  std::string text;
  for (const ProcessEntry& entry : entries())
    if (entry.state == ProcessEntry::State::Waiting || entry.state == ProcessEntry::State::Stopped)
      text += (text.empty() ? "" : "; ") + std::string(entry.waits_for.data());
  return text;
}

ProcessTree::Rested ProcessTree::sleep(const Rest& rest) {
  clock_.sleep(rest.passed);
  self_->state = ProcessEntry::State::Waiting;
  self_->until = rest.until ? rest.until->count() : ProcessEntry::kNever;
  self_->watches_files = rest.watches_files;
  self_->outside = rest.outside;
  self_->awaits_signal = rest.awaits_signal;
  self_->files_seen = shared_->files_changed;
  self_->order = ++shared_->last_order;
  self_->patience = 0;
  const std::size_t length = std::min(rest.what.size(), self_->waits_for.size() - 1);
  std::memcpy(self_->waits_for.data(), rest.what.data(), length);
  self_->waits_for[length] = '\0';
  if (self_->news || self_->inbox_size != 0) make_ready(*self_);
  ProcessEntry* const next = choose();
  if (next == nullptr) {
    const std::string text = who_waits();
    shared_->hopeless = true;
    if (is_first()) return {.deadlock = text};
    std::memcpy(shared_->text.data(), text.data(), std::min(text.size(), kTextSize - 1));
    pass_to(first());
    await_turn();
  }
  if (next != self_) {
    pass_to(*next);
    await_turn();
  }
  if (shared_->hopeless) return {.deadlock = shared_->text.data()};
  self_->state = ProcessEntry::State::Ready;
  const std::int64_t patience = std::exchange(self_->patience, 0);
  return {.patience = patience < 0 ? std::nullopt : std::optional(nanoseconds(patience))};
}

bool ProcessTree::send(ProcessEntry& to, const SignalInfo& signal) {
  if (to.inbox_size == to.inbox.size()) return false;
  to.inbox[to.inbox_size++] = signal;
  to.news = true;
  const bool continues = signal.signal == SIGCONT || signal.signal == SIGKILL;
  if (to.state == ProcessEntry::State::Waiting ||
      (to.state == ProcessEntry::State::Stopped && continues))
    make_ready(to);
  return true;
}

std::vector<SignalInfo> ProcessTree::take_signals() {
  const auto begin = self_->inbox.begin();
  std::vector<SignalInfo> signals(begin, begin + self_->inbox_size);
  self_->inbox_size = 0;
  return signals;
}

bool ProcessTree::take_news() {
  return std::exchange(self_->news, false);
}

void ProcessTree::notify_parent() {
  ProcessEntry* const parent = find(self_->parent);
  if (parent == nullptr || parent->state == ProcessEntry::State::Zombie) return;
  parent->news = true;
  if (parent->state == ProcessEntry::State::Waiting) make_ready(*parent);
}

/// A terminal stops all processes of the guest, and who continues this one continues all.
void ProcessTree::stop_all_on_host(std::int32_t signal) {
  if (!is_first()) ::kill(first().host_pid, SIGSTOP);  // the one a shell knows
  stop_on_host(signal);
  for (ProcessEntry& entry : entries())
    if (&entry != self_ && entry.state == ProcessEntry::State::Stopped)
      send(entry, make_signal(SIGCONT, SI_KERNEL, SignalInfo::Sender{}));
}

bool ProcessTree::stop(std::int32_t signal, bool by_terminal) {
  self_->wait_status = signal << 8 | 0x7f;  // WIFSTOPPED
  self_->stop_reported = false;
  self_->state = ProcessEntry::State::Stopped;
  static constexpr std::string_view kWhat = "a process waits to be continued";
  std::memcpy(self_->waits_for.data(), kWhat.data(), kWhat.size() + 1);
  notify_parent();
  ProcessEntry* const next = choose();
  if (next == nullptr) {
    // Nobody of the guest's can continue it: a shell may, else it goes on at once.
    if (by_terminal) stop_all_on_host(signal);
    self_->state = ProcessEntry::State::Ready;
    return false;
  }
  pass_to(*next);
  await_turn();
  self_->stop_reported = true;
  const auto begin = self_->inbox.begin(), end = begin + self_->inbox_size;
  if (std::ranges::find(begin, end, SIGKILL, &SignalInfo::signal) != end) return false;
  self_->continue_reported = false;
  notify_parent();
  return true;
}

void ProcessTree::release(ProcessEntry& entry) {
  entry.state = ProcessEntry::State::Free;
}

/// The process that becomes the parent of this one's children: the nearest ancestor that has asked
/// to (PR_SET_CHILD_SUBREAPER). Null: init.
ProcessEntry* ProcessTree::reaper() {
  ProcessEntry* ancestor = find(self_->parent);
  while (ancestor != nullptr &&
         (!ancestor->reaps || ancestor->state == ProcessEntry::State::Zombie))
    ancestor = find(ancestor->parent);
  return ancestor;
}

void ProcessTree::give_away(ProcessEntry& child, ProcessEntry* reaper) {
  child.parent = reaper != nullptr ? reaper->pid : kInit;
  child.exit_signal = SIGCHLD;
  if (child.state != ProcessEntry::State::Zombie) return;
  if (reaper == nullptr || reaper->ignores_children) return release(child);
  const bool exited = (child.wait_status & 0x7f) == 0;
  send(*reaper, make_signal(SIGCHLD, exited ? CLD_EXITED : CLD_KILLED,
                            SignalInfo::Child{.pid = child.pid,
                                              .uid = child.user,
                                              .status = exited ? child.wait_status >> 8
                                                               : child.wait_status & 0x7f}));
}

void ProcessTree::end(std::int32_t wait_status, bool with_zombie) {
  publish();
  ProcessEntry* const reaper = this->reaper();
  for (ProcessEntry& entry : entries()) {
    if (entry.state == ProcessEntry::State::Free || entry.parent != self_->pid) continue;
    if (&entry == self_) continue;
    give_away(entry, reaper);
    if (entry.state != ProcessEntry::State::Free && entry.death_signal != 0)
      send(entry, make_signal(entry.death_signal, SI_USER,
                              SignalInfo::Sender{.pid = self_->pid, .uid = self_->user}));
  }
  --shared_->live;
  self_->wait_status = wait_status;
  self_->state = ProcessEntry::State::Zombie;
  notify_parent();
  if (!with_zombie && !is_first()) release(*self_);
}

void ProcessTree::reap(ProcessEntry& child) {
  self_->children_busy += child.busy + child.children_busy;
  release(child);
}

void ProcessTree::leave() {
  ProcessEntry* next = shared_->live == 0 ? &first() : choose();
  if (next == nullptr) {
    const std::string text = who_waits();
    std::memcpy(shared_->text.data(), text.data(), std::min(text.size(), kTextSize - 1));
    shared_->hopeless = true;
    next = &first();
  }
  pass_to(*next);
}

std::string ProcessTree::wait_for_all() {
  if (shared_->live == 0) return {};
  ProcessEntry* const next = choose();
  if (next == nullptr) return shared_->hopeless = true, who_waits();
  pass_to(*next);
  await_turn();
  return shared_->hopeless ? shared_->text.data() : std::string();
}

}  // namespace ringfare
