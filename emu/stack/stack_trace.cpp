// SPDX-License-Identifier: MIT
#include "emu/stack/stack_trace.hpp"

#include <fmt/format.h>

namespace ringfare {
namespace {

constexpr std::size_t kMostFrames = 256;  // as strace -k

}  // namespace

bool StackTrace::is_code(std::uint64_t address) const {
  const Region* const region = memory_.find({address});
  return region != nullptr && region->permissions.execute;
}

/// [rbp] is the caller's rbp, and the return address is above it: GCC's and Clang's
/// -fno-omit-frame-pointer, Go.
std::optional<UnwoundRegisters> StackTrace::by_frame_pointer(const UnwoundRegisters& callee) const {
  const auto frame = callee.values[callee.frame_pointer()];
  const auto stack = callee.values[callee.stack_pointer()];
  if (!frame || !stack || *frame < *stack) return std::nullopt;
  const auto load = [&](std::uint64_t at) -> std::optional<std::uint64_t> {
    if (callee.wide) return memory_.load<std::uint64_t>({at});
    return memory_.load<std::uint32_t>({at});
  };
  const auto before = load(*frame), back = load(*frame + callee.word());
  if (!before || !back || !is_code(*back)) return std::nullopt;
  UnwoundRegisters caller{.wide = callee.wide};
  caller.values[caller.frame_pointer()] = *before;
  caller.values[caller.stack_pointer()] = *frame + 2 * callee.word();
  caller.values[caller.return_address()] = *back;
  return caller;
}

std::optional<UnwoundRegisters> StackTrace::caller(const UnwoundRegisters& callee,
                                                   bool interrupted) {
  const std::uint64_t address = callee.instruction() - (interrupted ? 0 : 1);
  const GuestImage* const in = image(address);
  if (in != nullptr && in->frames() != nullptr && in->frames()->describe(address))
    return in->frames()->caller(callee, interrupted, memory_);
  return by_frame_pointer(callee);
}

std::string StackTrace::line(std::uint64_t address) {
  const Region* const region = memory_.find({address});
  if (region == nullptr || region->name.empty()) return fmt::format(" > [{:#x}]", address);
  const GuestImage* const in = image(address);
  const auto function = in != nullptr ? in->function(address) : std::nullopt;
  const std::uint64_t place = address - region->range.begin.value + region->offset;
  if (!function) return fmt::format(" > {}() [{:#x}]", region->name, place);
  return fmt::format(" > {}({}+{:#x}) [{:#x}]", region->name, function->name,
                     address - function->begin, place);
}

std::vector<std::string> StackTrace::lines(const Registers& registers) {
  std::vector<std::string> lines;
  std::optional<UnwoundRegisters> frame = UnwoundRegisters::of(registers);
  bool interrupted = true;
  while (frame && lines.size() < kMostFrames) {
    const std::uint64_t address = frame->instruction();
    lines.push_back(line(address));
    const GuestImage* const in = image(address);
    // The caller of a signal frame was interrupted, so its instruction pointer is no return
    // address; the signal frame's own one is where the handler returns to.
    const bool signal =
        in != nullptr && in->frames() != nullptr && in->frames()->is_signal_frame(address);
    const auto above = caller(*frame, interrupted || signal);
    if (above && above->values[above->stack_pointer()] == frame->values[frame->stack_pointer()] &&
        above->instruction() == address)
      break;
    interrupted = signal;
    frame = above;
  }
  return lines;
}

}  // namespace ringfare
