// SPDX-License-Identifier: MIT
#include "emu/linux/state/trace_question.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using Index = TracedRegisters::Index;

struct Place {
  Index index;
  Gpr gpr;
};
constexpr Place kGprs[] = {
    {Index::R15, Gpr::R15}, {Index::R14, Gpr::R14}, {Index::R13, Gpr::R13}, {Index::R12, Gpr::R12},
    {Index::Rbp, Gpr::Rbp}, {Index::Rbx, Gpr::Rbx}, {Index::R11, Gpr::R11}, {Index::R10, Gpr::R10},
    {Index::R9, Gpr::R9},   {Index::R8, Gpr::R8},   {Index::Rax, Gpr::Rax}, {Index::Rcx, Gpr::Rcx},
    {Index::Rdx, Gpr::Rdx}, {Index::Rsi, Gpr::Rsi}, {Index::Rdi, Gpr::Rdi}, {Index::Rsp, Gpr::Rsp},
};

constexpr std::uint64_t kNoCall = ~std::uint64_t{0};
/// Of RFLAGS, what a tracer may set (arch/x86/kernel/ptrace.c, FLAG_MASK).
constexpr std::uint64_t kSettable = flag::kArithmetic | flag::kTrap | flag::kDirection |
                                    flag::kResume | flag::kNestedTask | flag::kAlignmentCheck;

/// The number of the call the thread has stopped in.
std::uint64_t call_number(const TracedTask& traced) {
  if (traced.call) return traced.call->number;
  return traced.ending ? traced.ending->number : kNoCall;
}

bool is_before_call(const TracedTask& traced) {
  return traced.at_entry && traced.call.has_value();
}

/// As the thread's kernel stack would show them: before a call, those of a thread that is in it.
TracedRegisters registers_of(const Task& task) {
  const Registers& from = task.registers;
  const TracedTask& traced = task.traced;
  TracedRegisters view;
  auto& words = view.words;
  for (const Place& place : kGprs) words[place.index] = from[place.gpr];
  words[Index::OrigRax] = call_number(traced);
  words[Index::Rip] = from.rip;
  words[Index::Eflags] = from.rflags;
  const std::pair<Index, const Segment*> segments[] = {
      {Index::Cs, &from.cs}, {Index::Ss, &from.ss}, {Index::Ds, &from.ds},
      {Index::Es, &from.es}, {Index::Fs, &from.fs}, {Index::Gs, &from.gs}};
  for (const auto& [index, segment] : segments) words[index] = segment->selector;
  words[Index::FsBase] = from.fs.base;
  words[Index::GsBase] = from.gs.base;
  view.compat = from.mode() == CodeMode::Compat32;
  if (is_before_call(traced)) {
    words[Index::Rax] = traced.result;
    words[Index::Rip] += traced.gate_length;
    if (!view.compat) {
      words[Index::Rcx] = words[Index::Rip];
      words[Index::R11] = from.rflags;
    }
  }
  return view;
}

void set_number(TracedTask& traced, std::uint64_t number, Registers& registers) {
  if (is_before_call(traced)) {
    registers[Gpr::Rax] = number;
    traced.call->number = number;
    traced.skips = traced.skips || static_cast<std::int32_t>(number) == -1;
  } else if (traced.ending) {
    traced.ending->number = number;
    if (static_cast<std::int32_t>(number) < 0) traced.ending.reset();
  }
}

void set_registers(Task& task, const TracedRegisters& view) {
  Registers& to = task.registers;
  TracedTask& traced = task.traced;
  const TracedRegisters before = registers_of(task);
  const auto changed = [&](Index index) { return view.words[index] != before.words[index]; };
  for (const Place& place : kGprs)
    if (changed(place.index) && place.index != Index::Rax) to[place.gpr] = view.words[place.index];
  if (is_before_call(traced))
    traced.result = view.words[Index::Rax];
  else
    to[Gpr::Rax] = view.words[Index::Rax];
  if (changed(Index::OrigRax)) set_number(traced, view.words[Index::OrigRax], to);
  if (changed(Index::Rip)) {
    to.rip = view.words[Index::Rip] - (is_before_call(traced) ? traced.gate_length : 0);
    if (view.compat) to.rip = static_cast<std::uint32_t>(to.rip);
  }
  to.rflags = (to.rflags & ~kSettable) | (view.words[Index::Eflags] & kSettable);
  if (changed(Index::FsBase)) to.fs.base = view.words[Index::FsBase];
  if (changed(Index::GsBase)) to.gs.base = view.words[Index::GsBase];
}

TracedCallInfo call_of(const Task& task) {
  const TracedTask& traced = task.traced;
  const TracedRegisters view = registers_of(task);
  TracedCallInfo info{.compat = view.compat,
                      .number = view.words[Index::OrigRax],
                      .rip = view.words[Index::Rip],
                      .rsp = view.words[Index::Rsp]};
  if (traced.stop.why == TraceStop::Why::CallEntry && traced.call) {
    info.at = TracedCallInfo::At::Entry;
    info.compat = traced.call->abi == Abi::I386;
    constexpr Index kWide[] = {Index::Rdi, Index::Rsi, Index::Rdx,
                               Index::R10, Index::R8,  Index::R9};
    constexpr Index kNarrow[] = {Index::Rbx, Index::Rcx, Index::Rdx,
                                 Index::Rsi, Index::Rdi, Index::Rbp};
    for (std::size_t i = 0; i < info.arguments.size(); ++i)
      info.arguments[i] =
          info.compat ? static_cast<std::uint32_t>(view.words[kNarrow[i]]) : view.words[kWide[i]];
    if (view.compat) info.arguments[5] = traced.call->args[5];
  } else if (traced.stop.why == TraceStop::Why::CallExit) {
    info.at = TracedCallInfo::At::Exit;
    info.result = static_cast<std::int64_t>(view.words[Index::Rax]);
    if (view.compat) info.result = static_cast<std::int32_t>(info.result);
  }
  return info;
}

template <class T>
void give(ProcessRequest& request, const T& value) {
  static_assert(sizeof value <= ProcessRequest::kMost);
  std::memcpy(request.bytes.data(), &value, sizeof value);
  request.result = sizeof value;
}

template <class T>
T taken(const ProcessRequest& request) {
  T value;
  std::memcpy(&value, request.bytes.data(), sizeof value);
  return value;
}

}  // namespace

void answer_tracer(Process& process, ProcessRequest& request) {
  Task* const task = process.find_task(request.thread);
  request.result = -ESRCH;
  if (task == nullptr) return;
  request.result = 0;
  switch (static_cast<TraceQuestion>(request.what)) {
    case TraceQuestion::Registers:
      return give(request, registers_of(*task));
    case TraceQuestion::SetRegisters:
      return set_registers(*task, taken<TracedRegisters>(request));
    case TraceQuestion::Vector:
      return give(request, task->registers.vector);
    case TraceQuestion::SetVector:
      task->registers.vector = taken<VectorState>(request);
      return;
    case TraceQuestion::Info:
      if (task->traced.stop.why == TraceStop::Why::Group && !task->entry->trace.seized) {
        request.result = -EINVAL;
        return;
      }
      return give(request, task->traced.info);
    case TraceQuestion::SetInfo:
      task->traced.info = taken<SignalInfo>(request);
      return;
    case TraceQuestion::Mask:
      return give(request, task->signals.mask());
    case TraceQuestion::SetMask:
      return task->signals.set_mask(taken<std::uint64_t>(request));
    case TraceQuestion::Call:
      return give(request, call_of(*task));
    case TraceQuestion::Debug:
      return give(request, task->traced.debug);
    case TraceQuestion::SetDebug:
      std::memcpy(task->traced.debug, request.bytes.data(), sizeof task->traced.debug);
      return;
  }
}

}  // namespace ringfare
