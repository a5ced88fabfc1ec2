// SPDX-License-Identifier: MIT
// ptrace(2): the tracer's side.
#include <elf.h>
#include <linux/audit.h>
#include <linux/ptrace.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "emu/linux/state/process.hpp"
#include "emu/linux/state/trace_question.hpp"
#include "emu/linux/state/tracing.hpp"
#include "emu/linux/syscalls/named_threads.hpp"
#include "emu/linux/syscalls/tracing/traced_views.hpp"

namespace ringfare {
namespace {

using Index = TracedRegisters::Index;

// Those that <linux/ptrace.h> leaves to the architecture.
constexpr std::uint32_t kSingleBlock = 33;  // PTRACE_SINGLEBLOCK
constexpr std::uint32_t kGetFpx = 18, kSetFpx = 19;
constexpr std::uint32_t kGetThreadArea = 25, kArchPrctl = 30;
constexpr std::uint32_t kPrXfpReg = 0x46e62b7f;  // NT_PRXFPREG

constexpr std::uint32_t kOptions = 0xff | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP;
constexpr std::size_t kFxsaveSize = 512, kUserFeatures = 464;
constexpr std::size_t kUserSize64 = 912, kDebugAt64 = 848, kUserSize32 = 284, kDebugAt32 = 252;

/// A request of the tracer about a thread of its.
struct Question {
  Process& process;
  ThreadEntry& thread;
  ProcessEntry& owner;
  std::uint64_t address, data;
  bool compat;  // the tracer is a 32-bit program

  std::uint64_t word() const { return compat ? 4 : 8; }
  bool store_word(std::uint64_t value) const {
    return compat ? process.user.store(data, static_cast<std::uint32_t>(value))
                  : process.user.store(data, value);
  }
};

class Conversation {
 public:
  explicit Conversation(const Question& question) : question_(question) {}

  template <class T>
  std::optional<T> ask(TraceQuestion what) {
    if (!exchange(what) || request_->result < 0) return std::nullopt;
    T value;
    std::memcpy(&value, request_->bytes.data(), sizeof value);
    return value;
  }
  template <class T>
  std::int64_t set(TraceQuestion what, const T& value) {
    std::memcpy(request_->bytes.data(), &value, sizeof value);
    return exchange(what) ? request_->result : -ESRCH;
  }
  std::int64_t error() const { return request_->result < 0 ? request_->result : -ESRCH; }

 private:
  bool exchange(TraceQuestion what) {
    request_->kind = ProcessRequest::Kind::Trace;
    request_->thread = question_.thread.id;
    request_->what = static_cast<std::uint32_t>(what);
    return question_.process.tree.ask(question_.owner, *request_);
  }

  const Question& question_;
  std::unique_ptr<ProcessRequest> request_ = std::make_unique<ProcessRequest>();
};

std::int64_t move_memory(const Question& question, ProcessRequest::Kind kind,
                         std::uint64_t& value) {
  const auto request = std::make_unique<ProcessRequest>();
  request->kind = kind;
  request->address =
      question.compat ? static_cast<std::uint32_t>(question.address) : question.address;
  request->size = question.word();
  std::memcpy(request->bytes.data(), &value, sizeof value);
  if (!question.process.tree.ask(question.owner, *request)) return -ESRCH;
  if (request->result != static_cast<std::int64_t>(question.word())) return -EIO;
  value = 0;
  std::memcpy(&value, request->bytes.data(), question.word());
  return 0;
}

std::int64_t peek(const Question& question) {
  std::uint64_t value = 0;
  const std::int64_t error = move_memory(question, ProcessRequest::Kind::ReadByForce, value);
  if (error != 0) return error;
  return question.store_word(value) ? 0 : -EFAULT;
}

std::int64_t poke(const Question& question) {
  std::uint64_t value = question.data;
  return move_memory(question, ProcessRequest::Kind::WriteByForce, value);
}

/// Where in struct user a word lies: a register, a debug register, or neither (reads as 0).
struct UserWord {
  std::optional<Index> reg;
  std::optional<std::size_t> debug;
};

std::optional<UserWord> user_word(const Question& question) {
  const std::uint64_t at = question.address;
  const std::uint64_t size = question.compat ? kUserSize32 : kUserSize64;
  const std::uint64_t debug = question.compat ? kDebugAt32 : kDebugAt64;
  if (at % question.word() != 0 || at > size - question.word()) return std::nullopt;
  const std::size_t word = at / question.word();
  UserWord found;
  if (question.compat && word < kWords32) found.reg = index32(word);
  if (!question.compat && word < Index::kCount) found.reg = static_cast<Index>(word);
  if (at >= debug && at < debug + 8 * question.word()) found.debug = (at - debug) / question.word();
  return found;
}

using DebugRegisters = std::array<std::uint64_t, 8>;

std::int64_t peek_user(const Question& question) {
  const auto word = user_word(question);
  if (!word) return -EIO;
  std::uint64_t value = 0;
  Conversation thread(question);
  if (word->reg) {
    const auto registers = thread.ask<TracedRegisters>(TraceQuestion::Registers);
    if (!registers) return thread.error();
    value = registers->words[*word->reg];
  } else if (word->debug) {
    const auto registers = thread.ask<DebugRegisters>(TraceQuestion::Debug);
    if (!registers) return thread.error();
    value = (*registers)[*word->debug];
  }
  return question.store_word(value) ? 0 : -EFAULT;
}

/// There are none: as where all are in use.
std::int64_t set_debug(const Question& question, std::size_t which) {
  constexpr std::uint64_t kEnable = 0xff, kTaskSize = 0x7fff'ffff'f000;
  if (which == 4 || which == 5) return -EIO;
  if (which < 4 && question.data >= kTaskSize) return -EINVAL;
  if (which == 7 && (question.data & kEnable) != 0) return -ENOSPC;
  Conversation thread(question);
  auto registers = thread.ask<DebugRegisters>(TraceQuestion::Debug);
  if (!registers) return thread.error();
  (*registers)[which] = question.data;
  return thread.set(TraceQuestion::SetDebug, *registers);
}

std::int64_t poke_user(const Question& question) {
  const auto word = user_word(question);
  if (!word) return -EIO;
  if (word->debug) return set_debug(question, *word->debug);
  if (!word->reg) return question.compat ? 0 : -EIO;
  Conversation thread(question);
  auto registers = thread.ask<TracedRegisters>(TraceQuestion::Registers);
  if (!registers) return thread.error();
  const bool is_signed = *word->reg == Index::OrigRax || *word->reg == Index::Rax;
  registers->words[*word->reg] =
      question.compat && is_signed
          ? static_cast<std::uint64_t>(static_cast<std::int32_t>(question.data))
          : question.data;
  return thread.set(TraceQuestion::SetRegisters, *registers);
}

/// A set of registers as bytes (core(5): the notes of a core file). `wide`: as 64-bit programs see
/// it.
struct RegisterSet {
  std::vector<std::byte> bytes;
  std::size_t unit = 8;  // sizes are multiples of this
};

template <class T>
std::vector<std::byte> bytes_of(const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  return {bytes.begin(), bytes.end()};
}

enum class Set : std::uint8_t { General, Fsave, Fxsave, Extended };

std::optional<Set> set_of(std::uint64_t note, bool wide) {
  switch (note) {
    case NT_PRSTATUS:
      return Set::General;
    case NT_PRFPREG:
      return wide ? Set::Fxsave : Set::Fsave;
    case kPrXfpReg:
      return wide ? std::nullopt : std::optional(Set::Fxsave);
    case NT_X86_XSTATE:
      return Set::Extended;
    default:
      return std::nullopt;
  }
}

std::optional<RegisterSet> read_set(Conversation& thread, Set set, bool wide,
                                    std::uint64_t features) {
  if (set == Set::General) {
    const auto registers = thread.ask<TracedRegisters>(TraceQuestion::Registers);
    if (!registers) return std::nullopt;
    if (wide) return RegisterSet{bytes_of(registers->words), 8};
    return RegisterSet{bytes_of(narrow(*registers)), 4};
  }
  const auto vector = thread.ask<VectorState>(TraceQuestion::Vector);
  if (!vector) return std::nullopt;
  const std::span<const std::byte> all(vector->bytes);
  if (set == Set::Fsave) return RegisterSet{bytes_of(fsave_of(all.first(kFxsaveSize))), 4};
  RegisterSet found{{all.begin(), all.end()}, 8};
  // struct _xstateregs: what components there can be.
  if (set == Set::Extended)
    std::memcpy(found.bytes.data() + kUserFeatures, &features, sizeof features);
  else
    found.bytes.resize(kFxsaveSize), found.unit = wide ? 8 : 4;
  return found;
}

std::int64_t write_set(Conversation& thread, Set set, bool wide, std::span<const std::byte> from) {
  if (set == Set::General) {
    auto registers = thread.ask<TracedRegisters>(TraceQuestion::Registers);
    if (!registers) return thread.error();
    if (wide) {
      std::memcpy(registers->words.data(), from.data(), from.size());
    } else {
      std::array<std::uint32_t, kWords32> words = narrow(*registers);
      std::memcpy(words.data(), from.data(), from.size());
      widen(words, *registers);
    }
    return thread.set(TraceQuestion::SetRegisters, *registers);
  }
  auto vector = thread.ask<VectorState>(TraceQuestion::Vector);
  if (!vector) return thread.error();
  const std::span<std::byte> all(vector->bytes);
  if (set == Set::Fsave) {
    auto image = fsave_of(all.first(kFxsaveSize));
    std::memcpy(image.data(), from.data(), from.size());
    load_fsave(image, all.first(kFxsaveSize));
    return thread.set(TraceQuestion::SetVector, *vector);
  }
  VectorState given = *vector;
  std::memcpy(given.bytes.data(), from.data(), from.size());
  constexpr std::uint32_t kMxcsrBits = 0xffff;
  std::uint32_t mxcsr = 0;
  std::memcpy(&mxcsr, given.bytes.data() + VectorState::kMxcsr, sizeof mxcsr);
  if ((mxcsr & ~kMxcsrBits) != 0) return -EINVAL;
  std::uint64_t present = 0;  // XSTATE_BV
  std::memcpy(&present, given.bytes.data() + kFxsaveSize, sizeof present);
  if (set == Set::Extended && (present & ~VectorState::kComponents) != 0) return -EINVAL;
  if (set == Set::Fxsave) present |= 3;
  std::memcpy(given.bytes.data() + kFxsaveSize, &present, sizeof present);
  std::memcpy(given.bytes.data() + kUserFeatures, vector->bytes.data() + kUserFeatures, 48);
  return thread.set(TraceQuestion::SetVector, given);
}

/// PTRACE_GETREGS and its like: all of a set, at `data`.
std::int64_t whole_set(const Question& question, Set set, bool writes) {
  Conversation thread(question);
  const auto found = read_set(thread, set, !question.compat, question.process.options.features);
  if (!found) return thread.error();
  UserMemory& user = question.process.user;
  if (!writes) {
    user.count_out(found->bytes.size());
    return user.space().write({question.data}, found->bytes) ? 0 : -EFAULT;
  }
  std::vector<std::byte> given(found->bytes.size());
  if (!user.space().read({question.data}, given)) return -EFAULT;
  user.count_in(given.size());
  return write_set(thread, set, !question.compat, given);
}

/// PTRACE_GETREGSET and PTRACE_SETREGSET: as much as the tracer's buffer holds.
std::int64_t register_set(const Question& question, bool writes) {
  UserMemory& user = question.process.user;
  std::uint64_t base = 0, length = 0;
  if (question.compat) {
    const auto vector = user.load<std::array<std::uint32_t, 2>>(question.data);
    if (!vector) return -EFAULT;
    base = (*vector)[0], length = (*vector)[1];
  } else {
    const auto vector = user.load<std::array<std::uint64_t, 2>>(question.data);
    if (!vector) return -EFAULT;
    base = (*vector)[0], length = (*vector)[1];
  }
  Conversation thread(question);
  const auto registers = thread.ask<TracedRegisters>(TraceQuestion::Registers);
  if (!registers) return thread.error();
  const bool wide = !registers->compat;
  const auto set = set_of(question.address, wide);
  if (!set) return -EINVAL;
  const auto found = read_set(thread, *set, wide, question.process.options.features);
  if (!found) return thread.error();
  if (length % found->unit != 0) return -EINVAL;
  length = std::min<std::uint64_t>(length, found->bytes.size());
  std::vector<std::byte> bytes = found->bytes;
  bytes.resize(length);
  if (writes) {
    if (!user.space().read({base}, bytes)) return -EFAULT;
    user.count_in(length);
    if (const auto error = write_set(thread, *set, wide, bytes); error != 0) return error;
  } else {
    if (!user.space().write({base}, bytes)) return -EFAULT;
    user.count_out(length);
  }
  const bool stored = question.compat
                          ? user.store(question.data + 4, static_cast<std::uint32_t>(length))
                          : user.store(question.data + 8, length);
  return stored ? 0 : -EFAULT;
}

using UserInfo = std::array<std::byte, SignalInfo::kUserSize>;

UserInfo user_info(const SignalInfo& info, bool compat) {
  if (compat) return compat_signal_info(info);
  UserInfo wide{};
  std::memcpy(wide.data(), &info, sizeof info);
  return wide;
}

std::int64_t get_info(const Question& question) {
  Conversation thread(question);
  const auto info = thread.ask<SignalInfo>(TraceQuestion::Info);
  if (!info) return thread.error();
  return question.process.user.store(question.data, user_info(*info, question.compat)) ? 0
                                                                                       : -EFAULT;
}

std::int64_t set_info(const Question& question) {
  const auto given = question.process.user.load<UserInfo>(question.data);
  if (!given) return -EFAULT;
  SignalInfo info;
  if (question.compat)
    info = widened_signal_info(*given);
  else
    std::memcpy(&info, given->data(), sizeof info);
  return Conversation(question).set(TraceQuestion::SetInfo, info);
}

std::int64_t signal_mask(const Question& question, bool writes) {
  if (question.address != sizeof(std::uint64_t)) return -EINVAL;
  Conversation thread(question);
  if (writes) {
    const auto mask = question.process.user.load<std::uint64_t>(question.data);
    return mask ? thread.set(TraceQuestion::SetMask, *mask) : -EFAULT;
  }
  const auto mask = thread.ask<std::uint64_t>(TraceQuestion::Mask);
  if (!mask) return thread.error();
  return question.process.user.store(question.data, *mask) ? 0 : -EFAULT;
}

std::int64_t call_info(const Question& question) {
  Conversation thread(question);
  const auto call = thread.ask<TracedCallInfo>(TraceQuestion::Call);
  if (!call) return thread.error();
  ptrace_syscall_info info{};
  std::size_t size = offsetof(ptrace_syscall_info, entry);
  info.arch = call->compat ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
  info.instruction_pointer = call->rip;
  info.stack_pointer = call->rsp;
  if (call->at == TracedCallInfo::At::Entry) {
    info.op = PTRACE_SYSCALL_INFO_ENTRY;
    info.entry.nr = call->number;
    std::ranges::copy(call->arguments, info.entry.args);
    size = offsetof(ptrace_syscall_info, entry.args) + sizeof info.entry.args;
  } else if (call->at == TracedCallInfo::At::Exit) {
    info.op = PTRACE_SYSCALL_INFO_EXIT;
    info.exit.rval = call->result;
    info.exit.is_error = is_error(call->result) || is_restart(call->result);
    size = offsetof(ptrace_syscall_info, exit.is_error) + sizeof info.exit.is_error;
  }
  const std::size_t wanted = std::min<std::size_t>(size, question.address);
  const auto bytes = std::as_bytes(std::span(&info, 1)).first(wanted);
  question.process.user.count_out(wanted);
  if (!question.process.user.space().write({question.data}, bytes)) return -EFAULT;
  return static_cast<std::int64_t>(size);
}

/// The thread goes on.
std::int64_t order(const Question& question, TraceOrder what, bool detached = false) {
  if (question.data > SignalState::kCount) return -EIO;
  TraceState& trace = question.thread.trace;
  trace.order = what;
  trace.signal = static_cast<std::int32_t>(question.data);
  trace.reported = true;
  if (detached) trace.detach(trace.signal);
  trace.stopped = true;
  question.process.tree.tell(question.owner);
  return 0;
}

std::int64_t listen(const Question& question) {
  TraceState& trace = question.thread.trace;
  const bool at_stop = trace.seized && trace.status >> 8 == PTRACE_EVENT_STOP;
  if (!at_stop) return -EIO;
  trace.order = TraceOrder::Listen;
  trace.listening = true;
  question.process.tree.tell(question.owner);
  return 0;
}

std::int64_t set_options(const Question& question) {
  if ((question.data & ~std::uint64_t{kOptions}) != 0) return -EINVAL;
  if ((question.data & PTRACE_O_SUSPEND_SECCOMP) != 0) return -EINVAL;
  question.thread.trace.options = static_cast<std::uint32_t>(question.data);
  return 0;
}

std::int64_t message(const Question& question) {
  return question.store_word(question.thread.trace.message) ? 0 : -EFAULT;
}

std::int64_t answer(const Question& question, std::uint32_t request) {
  switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
      return peek(question);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
      return poke(question);
    case PTRACE_PEEKUSR:
      return peek_user(question);
    case PTRACE_POKEUSR:
      return poke_user(question);
    case PTRACE_CONT:
      return order(question, TraceOrder::Continue);
    case PTRACE_SYSCALL:
      return order(question, TraceOrder::Calls);
    case PTRACE_SINGLESTEP:
      return order(question, TraceOrder::Step);
    case PTRACE_SYSEMU:
      return order(question, TraceOrder::Emulate);
    case PTRACE_SYSEMU_SINGLESTEP:
      return order(question, TraceOrder::EmulateStep);
    case PTRACE_DETACH:
      return order(question, TraceOrder::Continue, true);
    case PTRACE_LISTEN:
      return listen(question);
    case PTRACE_GETREGS:
      return whole_set(question, Set::General, false);
    case PTRACE_SETREGS:
      return whole_set(question, Set::General, true);
    case PTRACE_GETFPREGS:
      return whole_set(question, question.compat ? Set::Fsave : Set::Fxsave, false);
    case PTRACE_SETFPREGS:
      return whole_set(question, question.compat ? Set::Fsave : Set::Fxsave, true);
    case kGetFpx:
      return question.compat ? whole_set(question, Set::Fxsave, false) : -EIO;
    case kSetFpx:
      return question.compat ? whole_set(question, Set::Fxsave, true) : -EIO;
    case PTRACE_GETREGSET:
      return register_set(question, false);
    case PTRACE_SETREGSET:
      return register_set(question, true);
    case PTRACE_GETSIGINFO:
      return get_info(question);
    case PTRACE_SETSIGINFO:
      return set_info(question);
    case PTRACE_GETSIGMASK:
      return signal_mask(question, false);
    case PTRACE_SETSIGMASK:
      return signal_mask(question, true);
    case PTRACE_SETOPTIONS:
    case PTRACE_OLDSETOPTIONS:
      return set_options(question);
    case PTRACE_GETEVENTMSG:
      return message(question);
    case PTRACE_GET_SYSCALL_INFO:
      return call_info(question);
    default:
      return -EIO;
  }
}

std::int64_t trace_me(Process& process) {
  TraceState& trace = process.task->entry->trace;
  ProcessEntry* const parent = process.tree.find(process.parent_pid());
  if (trace.tracer != 0) return -EPERM;
  if (parent == nullptr || parent->state == ProcessEntry::State::Zombie) return 0;
  trace = {.tracer = parent->pid};
  parent->traces = true;
  return 0;
}

std::int64_t attach(Process& process, ThreadEntry& thread, ProcessEntry& owner,
                    const TraceState& wanted) {
  if (&owner == &process.tree.self()) return -EPERM;
  if (owner.state == ProcessEntry::State::Zombie) return -EPERM;
  if (!may_change(process, owner) || thread.trace.tracer != 0) return -EPERM;
  thread.trace.options = wanted.options;
  thread.trace.seized = wanted.seized;
  thread.trace.tracer = process.pid();
  process.tree.self().traces = true;
  const bool is_stopped = owner.state == ProcessEntry::State::Stopped;
  if (!wanted.seized && !is_stopped) process.tree.send(owner, kernel_signal(SIGSTOP), thread.id);
  if (is_stopped) process.tree.rouse(owner);
  return 0;
}

std::int64_t interrupt(Process& process, ThreadEntry& thread, ProcessEntry& owner) {
  if (!thread.trace.seized) return -EIO;
  thread.trace.interrupted = true;
  process.tree.rouse(owner);
  return 0;
}

}  // namespace

std::int64_t sys_ptrace(Process& process, const CallArguments& args) {
  const auto request = static_cast<std::uint32_t>(args[0]);
  if (request == PTRACE_TRACEME) return trace_me(process);
  ThreadEntry* const thread = process.tree.find_thread(static_cast<std::int32_t>(args[1]));
  ProcessEntry* const owner = thread == nullptr ? nullptr : process_of(process, *thread);
  if (owner == nullptr) return -ESRCH;
  if (request == PTRACE_ATTACH) return attach(process, *thread, *owner, {});
  if (request == PTRACE_SEIZE) {
    if (args[2] != 0 || (args[3] & ~std::uint64_t{kOptions}) != 0) return -EIO;
    return attach(process, *thread, *owner,
                  {.options = static_cast<std::uint32_t>(args[3]), .seized = true});
  }
  if (thread->trace.tracer != process.pid()) return -ESRCH;
  if (request == PTRACE_KILL) {
    if (owner->state != ProcessEntry::State::Zombie)
      process.tree.send(*owner, kernel_signal(SIGKILL));
    return 0;
  }
  if (owner->state == ProcessEntry::State::Zombie) return -ESRCH;
  if (request == PTRACE_INTERRUPT) return interrupt(process, *thread, *owner);
  if (!thread->trace.stopped || thread->trace.listening) return -ESRCH;
  if (thread->trace.order != TraceOrder::None) return -ESRCH;
  const bool compat = process.thread->registers.mode() == CodeMode::Compat32;
  return answer({process, *thread, *owner, args[2], args[3], compat}, request);
}

}  // namespace ringfare
