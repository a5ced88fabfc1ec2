// SPDX-License-Identifier: MIT
// Queues of messages and of requests, and the clock that is adjusted: mq_open(2),
// mq_getsetattr(2), io_setup(2) and its family, adjtimex(2).
#include <fmt/format.h>
#include <sys/timex.h>

#include "emu/strace/argument_text.hpp"
#include "emu/strace/call_families.hpp"
#include "emu/strace/structures.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr Name kAdjustmentModes[] = {{ADJ_OFFSET_SS_READ, "ADJ_OFFSET_SS_READ"},
                                     {ADJ_OFFSET_SINGLESHOT, "ADJ_OFFSET_SINGLESHOT"}};
constexpr Name kAdjustments[] = {{ADJ_OFFSET, "ADJ_OFFSET"},     {ADJ_FREQUENCY, "ADJ_FREQUENCY"},
                                 {ADJ_MAXERROR, "ADJ_MAXERROR"}, {ADJ_ESTERROR, "ADJ_ESTERROR"},
                                 {ADJ_STATUS, "ADJ_STATUS"},     {ADJ_TIMECONST, "ADJ_TIMECONST"},
                                 {ADJ_TAI, "ADJ_TAI"},           {ADJ_SETOFFSET, "ADJ_SETOFFSET"},
                                 {ADJ_MICRO, "ADJ_MICRO"},       {ADJ_NANO, "ADJ_NANO"},
                                 {ADJ_TICK, "ADJ_TICK"}};
constexpr Name kClockStatus[] = {{STA_PLL, "STA_PLL"},
                                 {STA_PPSFREQ, "STA_PPSFREQ"},
                                 {STA_PPSTIME, "STA_PPSTIME"},
                                 {STA_FLL, "STA_FLL"},
                                 {STA_INS, "STA_INS"},
                                 {STA_DEL, "STA_DEL"},
                                 {STA_UNSYNC, "STA_UNSYNC"},
                                 {STA_FREQHOLD, "STA_FREQHOLD"},
                                 {STA_PPSSIGNAL, "STA_PPSSIGNAL"},
                                 {STA_PPSJITTER, "STA_PPSJITTER"},
                                 {STA_PPSWANDER, "STA_PPSWANDER"},
                                 {STA_PPSERROR, "STA_PPSERROR"},
                                 {STA_CLOCKERR, "STA_CLOCKERR"},
                                 {STA_NANO, "STA_NANO"},
                                 {STA_MODE, "STA_MODE"},
                                 {STA_CLK, "STA_CLK"}};
constexpr Name kClockStates[] = {{TIME_OK, "TIME_OK"},     {TIME_INS, "TIME_INS"},
                                 {TIME_DEL, "TIME_DEL"},   {TIME_OOP, "TIME_OOP"},
                                 {TIME_WAIT, "TIME_WAIT"}, {TIME_ERROR, "TIME_ERROR"}};

constexpr NameTable kAdjustmentFlags{{}, 0, kAdjustments, "ADJ_???"};
constexpr NameTable kSingleAdjustments{kAdjustmentModes, kAll, {}, "ADJ_???"};
constexpr NameTable kStatusFlags{{}, 0, kClockStatus, "STA_???"};
constexpr NameTable kStates{kClockStates, kAll, {}, "TIME_???"};

std::string modes_text(std::uint32_t modes, ConstantStyle style) {
  const bool single = modes == ADJ_OFFSET_SINGLESHOT || modes == ADJ_OFFSET_SS_READ;
  return named(single ? kSingleAdjustments : kAdjustmentFlags, modes, style);
}

std::string clock_adjustment(const ToldCall& call, std::size_t index) {
  const auto t = call.load<timex>(call[index]);
  const bool wrote = call.result && *call.result >= 0;
  if (!t || call.compat() || !wrote) return told::address(call, index);
  return fmt::format(
      "{{modes={}, offset={}, freq={}, maxerror={}, esterror={}, status={}, constant={}, "
      "precision={}, tolerance={}, time={{tv_sec={}, tv_usec={}}}, tick={}, ppsfreq={}, jitter={}, "
      "shift={}, stabil={}, jitcnt={}, calcnt={}, errcnt={}, stbcnt={}, tai={}}}",
      modes_text(t->modes, call.style()), t->offset, t->freq, t->maxerror, t->esterror,
      named(kStatusFlags, static_cast<std::uint32_t>(t->status), call.style()), t->constant,
      t->precision, t->tolerance, t->time.tv_sec, static_cast<std::uint64_t>(t->time.tv_usec),
      t->tick, t->ppsfreq, t->jitter, t->shift, t->stabil, t->jitcnt, t->calcnt, t->errcnt,
      t->stbcnt, t->tai);
}
std::string clock_state(const ToldCall& call, std::int64_t value) {
  if (call.style() == ConstantStyle::Numbers) return "";
  return fmt::format("{} ({})", value,
                     named(kStates, static_cast<std::uint64_t>(value), ConstantStyle::Names));
}
std::string clock_name(const ToldCall& call, std::size_t index) {
  return argument_text(ArgKind::ClockId, call[index], call.options);
}

std::string open_flags(const ToldCall& call, std::size_t index) {
  return named(names::kOpenFlags, call.low(index), call.style());
}

/// struct mq_attr: four longs, and room for as many.
std::string queue_attributes(const ToldCall& call, std::size_t index) {
  constexpr std::uint64_t kNonblock = 0x800;
  const std::uint64_t at = call[index];
  std::array<std::int64_t, 8> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto word = call.word(at, i);
    if (!word) return told::address(call, index);
    values[i] = call.compat() ? static_cast<std::int32_t>(*word) : static_cast<std::int64_t>(*word);
  }
  const auto mode = static_cast<std::uint64_t>(values[0]);
  const std::string number = hex_text(mode);
  const std::string flags =
      mode == kNonblock ? constant_text("O_NONBLOCK", number, call.style()) : number;
  return fmt::format("{{mq_flags={}, mq_maxmsg={}, mq_msgsize={}, mq_curmsgs={}}}", flags,
                     values[1], values[2], values[3]);
}
std::string former_attributes(const ToldCall& call, std::size_t index) {
  return call.filled() ? queue_attributes(call, index) : told::address(call, index);
}
/// Mode and attributes of mq_open(2), where its flags make a queue.
std::string made_queue(const ToldCall& call, std::size_t index) {
  constexpr std::uint32_t kCreate = 0x40;
  if ((call.low(1) & kCreate) == 0) return "";
  return fmt::format("{}, {}", told::octal(call, index), queue_attributes(call, index + 1));
}

/// Where io_setup(2) says which context it made.
std::string made_context(const ToldCall& call, std::size_t index) {
  const auto context = call.word(call[index]);
  if (!call.filled() || !context) return told::address(call, index);
  return fmt::format("[{}]", hex_text(*context));
}

constexpr CallText kCalls[] = {
    {"adjtimex", {clock_adjustment}, clock_state},
    {"clock_adjtime", {clock_name, clock_adjustment}, clock_state},
    {"mq_open", {told::path, open_flags, made_queue}},
    {"mq_unlink", {told::path}},
    {"mq_getsetattr", {told::descriptor, queue_attributes, former_attributes}},
    {"io_setup", {told::unsigned_int, made_context}},
    {"io_destroy", {told::hex}},
    {"io_cancel", {told::hex, told::address, told::address}},
};

}  // namespace

std::span<const CallText> calls_on_queues() {
  return kCalls;
}

}  // namespace ringfare
