// SPDX-License-Identifier: MIT
#include "emu/strace/result_text.hpp"

#include <fmt/format.h>

#include <cstring>

#include "emu/linux/abi/restart.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

/// fcntl's results that are flags: "0x1 (flags FD_CLOEXEC)".
std::string flags_result(const NameTable& table, std::int64_t result,
                         std::string_view what = "flags") {
  const auto flags = static_cast<std::uint64_t>(result);
  return flags == 0 && table.choices.empty()
             ? "0"
             : fmt::format("{} ({} {})", hex_text(flags), what, named(table, flags));
}

/// As strace words the codes of an interrupted call.
std::string restart_text(std::int64_t code) {
  if (code == restart::kIfAsked) return "? ERESTARTSYS (To be restarted if SA_RESTART is set)";
  if (code == restart::kAlways) return "? ERESTARTNOINTR (To be restarted)";
  if (code == restart::kIfNoHandler) return "? ERESTARTNOHAND (To be restarted if no handler)";
  return "? ERESTART_RESTARTBLOCK (Interrupted by signal)";
}

}  // namespace

std::string result_text(const Call& call, std::int64_t result) {
  const ResultKind kind = call.shape().returns();
  if (kind == ResultKind::Nothing) return "?";
  if (is_restart(result)) return restart_text(-result);
  if (is_error(result)) {
    const int error = static_cast<int>(-result);
    return fmt::format("-1 {} ({})", error_name(error), std::strerror(error));
  }
  const auto value = static_cast<std::uint64_t>(result);
  switch (kind) {
    case ResultKind::Address:
      return hex_text(value);
    case ResultKind::Mode:
      return octal_text(value);
    case ResultKind::Time:
      return fmt::format("{} ({})", result, date_text(result, 0, 0));
    case ResultKind::Signal:
      return fmt::format("{} ({})", result, signal_name(value));
    case ResultKind::DescriptorFlags:
      return flags_result(names::kDescriptorFlags, result);
    case ResultKind::StatusFlags:
      return flags_result(names::kOpenFlags, result);
    case ResultKind::Seals:
      return flags_result(names::kSealFlags, result, "seals");
    default:
      return std::to_string(result);
  }
}

}  // namespace ringfare
