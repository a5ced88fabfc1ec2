// SPDX-License-Identifier: MIT
#include "emu/linux/tree/process_tree.hpp"

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
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/host/host_fork.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

constexpr std::int32_t kInit = 1;  // the parent of processes that have lost theirs
constexpr std::size_t kTextSize = 8192;
constexpr std::size_t kQuestionSize = 512;
constexpr std::size_t kAnswerSize = 4u << 20;  // pages that are not written cost nothing
constexpr std::size_t kTerminals = 64;
constexpr int kLostCheckSeconds = 1;
constexpr std::uint32_t kMostThreads = 1u << 16;
/// Signals on their way. Every process finds room for the standard ones.
constexpr std::uint32_t kMostSignals = 1u << 18, kStandardSignals = 32,
                        kMostRealTime = kMostSignals - ProcessTree::kMost * kStandardSignals;
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

namespace {

struct Post {
  SentSignal signal;
  std::uint32_t next = 0;
};

}  // namespace

struct ProcessTree::Shared {
  std::uint32_t holder = 0;  // index of the entry that has the turn
  std::uint32_t used = 1;    // entries that were ever in use
  std::uint32_t live = 1;    // processes that have not ended
  bool hopeless = false;     // nothing can end any wait
  std::int32_t last_id = 0;
  std::uint64_t last_order = 0;
  std::uint64_t files_changed = 0;
  std::uint32_t last_thing = 0;
  std::int64_t busy = 0;               // hundredths of cycles of all
  std::uint64_t slept = 0;             // ticks of the counter
  std::array<char, kTextSize> text{};  // where hopeless: who waits for what
  std::uint32_t asker = 0, asked = 0;  // places of processes, while one waits for an answer
  bool is_asking = false;
  ProcessRequest request;
  std::uint32_t signals_used = 1, signals_free = 0, signals_live = 0;
  std::array<Post, kMostSignals> signals;         // place 0 is none
  std::array<ThreadEntry, kMostThreads> threads;  // by number
  std::array<ProcessEntry, kMost> entries;
  std::array<Terminal, kTerminals> terminals;
  // One process asks, the other answers; both hold still meanwhile.
  std::uint32_t questioner = 0;  // index of its entry
  bool question_open = false;
  std::uint64_t answer_size = 0;
  std::array<char, kQuestionSize> question;
  std::array<char, kAnswerSize> answer;
};

ProcessTree::ProcessTree(SimulatedClock& clock, std::int32_t pid) : clock_(clock) {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    throw UserError("no memory for the table of processes; is there a limit on address space?");
  // A fresh mapping is zero, and so is a Shared of which only the head was ever written.
  static_assert(static_cast<int>(ProcessEntry::State::Free) == 0);
  shared_ = static_cast<Shared*>(memory);
  shared_->used = shared_->live = shared_->signals_used = 1;
  shared_->last_id = pid;
  self_ = new (&shared_->entries[0]) ProcessEntry;
  self_->state = ProcessEntry::State::Ready;
  self_->pid = pid;
  self_->parent = pid - 1;
  self_->group = pid;
  self_->session = pid - 1;
  self_->terminal = Terminal::kHost;
  self_->host_pid = getpid();
  self_->user = self_->saved_user = getuid();
  self_->effective_user = geteuid();
  add_thread(pid, {});
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
  for (std::uint32_t tries = 0; tries < kMostThreads; ++tries)
    if (shared_->threads[static_cast<std::uint32_t>(++shared_->last_id) % kMostThreads].id == 0)
      return shared_->last_id;
  return 0;
}

ThreadEntry* ProcessTree::find_thread(std::int32_t id) {
  ThreadEntry& entry = shared_->threads[static_cast<std::uint32_t>(id) % kMostThreads];
  return id > 0 && entry.id == id && !entry.trace.ended ? &entry : nullptr;
}

ThreadEntry& ProcessTree::add_thread(std::int32_t id, const ThreadEntry& like) {
  ThreadEntry& entry = shared_->threads[static_cast<std::uint32_t>(id) % kMostThreads];
  entry = like;
  entry.id = id;
  entry.process = self_->pid;
  entry.robust_list = 0;
  entry.trace = {};
  return entry;
}

void ProcessTree::end_thread(std::int32_t id) {
  ThreadEntry* const entry = find_thread(id);
  if (entry == nullptr) return;
  ProcessEntry* const tracer =
      entry->trace.tracer != 0 && id != entry->process ? find(entry->trace.tracer) : nullptr;
  if (tracer == nullptr || tracer->state == ProcessEntry::State::Zombie) {
    *entry = {};
    return;
  }
  entry->trace.ended = true;
  entry->trace.stopped = false;
  tell(*tracer);
}

std::vector<ThreadEntry*> ProcessTree::threads() {
  std::vector<ThreadEntry*> all;
  const auto most = static_cast<std::size_t>(shared_->last_id) + 1;
  for (ThreadEntry& entry :
       std::span(shared_->threads).first(std::min<std::size_t>(most, kMostThreads)))
    if (entry.id != 0) all.push_back(&entry);
  return all;
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

ProcessEntry* ProcessTree::make_child(std::int32_t exit_signal, const ThreadEntry& thread) {
  const auto used = entries();
  auto free = std::ranges::find(used, ProcessEntry::State::Free, &ProcessEntry::state);
  if (free == used.end() && shared_->used == kMost) return nullptr;
  ProcessEntry* const made = free == used.end() ? &shared_->entries[shared_->used++] : &*free;
  const std::int32_t id = next_id();
  if (id == 0) return nullptr;
  new (made) ProcessEntry;
  made->state = ProcessEntry::State::Waiting;
  made->pid = id;
  ThreadEntry& first = add_thread(id, thread);
  first.process = id;
  if (thread.resets_on_fork) {
    first.nice = std::max(first.nice, 0);
    first.policy = first.priority = 0;
    first.resets_on_fork = false;
  }
  made->parent = self_->pid;
  made->group = self_->group;
  made->session = self_->session;
  made->user = self_->user;
  made->effective_user = self_->effective_user;
  made->saved_user = self_->saved_user;
  made->limits = self_->limits;
  made->program_device = self_->program_device;
  made->program_inode = self_->program_inode;
  made->terminal = self_->terminal;
  made->began = now();
  made->name = self_->name;
  made->exit_signal = exit_signal;
  ++shared_->live;
  return made;
}

std::uint32_t ProcessTree::next_thing() {
  return ++shared_->last_thing;
}

void ProcessTree::discard(ProcessEntry& child) {
  end_thread(child.pid);
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

std::span<Terminal> ProcessTree::terminals() const {
  return shared_->terminals;
}

void ProcessTree::answer_with(std::function<std::string(std::string_view)> answerer) {
  answerer_ = std::move(answerer);
}

std::string ProcessTree::ask(ProcessEntry& whom, std::string_view question) {
  if (question.size() >= kQuestionSize || whom.state == ProcessEntry::State::Zombie) return {};
  publish();
  std::ranges::copy(question, shared_->question.begin());
  shared_->question[question.size()] = '\0';
  shared_->questioner = static_cast<std::uint32_t>(self_ - shared_->entries.data());
  shared_->answer_size = 0;
  shared_->question_open = true;
  wake_on_host(whom.has_turn);
  // Who has ended meanwhile, or never answers, has said nothing.
  while (!wait_on_host(self_->has_turn))
    if (::kill(whom.host_pid, 0) != 0 && errno == ESRCH) return shared_->question_open = false, "";
  return {shared_->answer.data(), shared_->answer_size};
}

void ProcessTree::answer_question() {
  shared_->question_open = false;
  take_over();
  const std::string answer = answerer_ ? answerer_(shared_->question.data()) : std::string();
  shared_->answer_size = std::min(answer.size(), kAnswerSize);
  std::memcpy(shared_->answer.data(), answer.data(), shared_->answer_size);
  wake_on_host(shared_->entries[shared_->questioner].has_turn);
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
  for (;;) {
    while (!wait_on_host(self_->has_turn)) bury_lost();
    if (shared_->is_asking && &shared_->entries[shared_->asked] == self_)
      answer_request();
    else if (shared_->question_open)
      answer_question();
    else
      break;
  }
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
  shared_->is_asking = false;
  lost.wait_status = SIGKILL;
  lost.state = ProcessEntry::State::Zombie;
  --shared_->live;
  ProcessEntry* const parent = find(lost.parent);
  for (ThreadEntry* const thread : threads())
    if (thread->process == lost.pid && thread->id != lost.pid) end_thread(thread->id);
  if (parent == nullptr) release(lost);
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

void ProcessTree::answer_request() {
  answer_(shared_->request);
  shared_->is_asking = false;
  shared_->holder = shared_->asker;
  wake_on_host(shared_->entries[shared_->asker].has_turn);
}

bool ProcessTree::ask(ProcessEntry& other, ProcessRequest& request) {
  const auto place_of = [this](const ProcessEntry& entry) {
    return static_cast<std::uint32_t>(&entry - shared_->entries.data());
  };
  shared_->request = request;
  shared_->asker = place_of(*self_);
  shared_->asked = place_of(other);
  shared_->is_asking = true;
  shared_->holder = shared_->asked;
  wake_on_host(other.has_turn);
  while (!wait_on_host(self_->has_turn)) bury_lost();
  request = shared_->request;
  return other.state != ProcessEntry::State::Zombie;
}

void ProcessTree::tell(ProcessEntry& entry) {
  entry.news = true;
  if (entry.state == ProcessEntry::State::Waiting) make_ready(entry);
}

void ProcessTree::rouse(ProcessEntry& entry) {
  entry.news = true;
  if (entry.state == ProcessEntry::State::Waiting || entry.state == ProcessEntry::State::Stopped)
    make_ready(entry);
}

bool ProcessTree::send(ProcessEntry& to, const SignalInfo& signal, std::int32_t thread) {
  const std::uint64_t bit = std::uint64_t{1} << (signal.signal - 1);
  const bool real_time = signal.signal >= static_cast<int>(kStandardSignals);
  const bool is_there = thread == 0 && (to.inbox_set & bit) != 0;
  if (is_there && !real_time) return true;
  const bool full = shared_->signals_live >= kMostRealTime ||
                    to.inbox_size + to.queued >= to.limits[RLIMIT_SIGPENDING].rlim_cur;
  // Of a signal of kill(2) that finds no room only its number is kept.
  if (full && real_time && signal.code != SI_USER) return false;
  if (full && real_time && is_there) return true;
  std::uint32_t place = shared_->signals_free;
  if (place != 0)
    shared_->signals_free = shared_->signals[place].next;
  else if (shared_->signals_used < kMostSignals)
    place = shared_->signals_used++;
  else
    return false;
  ++shared_->signals_live;
  shared_->signals[place] = {.signal = {.info = signal, .thread = thread}};
  (to.inbox_last != 0 ? shared_->signals[to.inbox_last].next : to.inbox_first) = place;
  to.inbox_last = place;
  ++to.inbox_size;
  if (thread == 0) to.inbox_set |= bit;
  to.news = true;
  const bool continues = signal.signal == SIGCONT || signal.signal == SIGKILL;
  if (to.state == ProcessEntry::State::Waiting ||
      (to.state == ProcessEntry::State::Stopped && continues))
    make_ready(to);
  return true;
}

std::vector<SentSignal> ProcessTree::take_signals() {
  std::vector<SentSignal> signals;
  signals.reserve(self_->inbox_size);
  for (std::uint32_t at = self_->inbox_first; at != 0; at = shared_->signals[at].next)
    signals.push_back(shared_->signals[at].signal);
  empty_inbox(*self_);
  return signals;
}

void ProcessTree::empty_inbox(ProcessEntry& entry) {
  if (entry.inbox_first != 0) {
    shared_->signals[entry.inbox_last].next = shared_->signals_free;
    shared_->signals_free = entry.inbox_first;
    shared_->signals_live -= entry.inbox_size;
  }
  entry.inbox_first = entry.inbox_last = entry.inbox_size = 0;
  entry.inbox_set = 0;
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
  const auto has_come = [this](int sent) {
    return (self_->inbox_set & std::uint64_t{1} << (sent - 1)) != 0;
  };
  if (has_come(SIGKILL) || !has_come(SIGCONT)) return false;
  self_->continue_reported = false;
  notify_parent();
  return true;
}

void ProcessTree::release(ProcessEntry& entry) {
  end_thread(entry.pid);
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
  empty_inbox(*self_);
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
