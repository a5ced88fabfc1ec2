// SPDX-License-Identifier: MIT
#include "emu/cli/debug_tools.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "cpu/base/failure.hpp"
#include "cpu/base/nearest.hpp"
#include "emu/linux/abi/own_descriptors.hpp"
#include "emu/processor/engine_choice.hpp"

namespace ringfare {
namespace {

constexpr NumberRange kDumped{1, 1000};

constexpr OptionRow kDebugOptions[] = {
    {"debug-log", "FILE", "write what the emulator does to FILE, a line for each thing"},
    {"debug-categories", "LIST",
     "of what: loader, translator, scheduler, signals, prices, or all; without --debug-log to "
     "standard error"},
    {"dump-translation", "FILE", "write what guest code was translated to, side by side"},
    {"dump-at", "PLACE", "of the code at an address (0x401000) or a function, not of the hottest"},
    {"dump-count", "N", "of how many superblocks at most", "5"},
    {"perf-map", "", "write /tmp/perf-PID.map, so that perf names translated code"},
    {"gdb-jit", "", "tell gdb, which runs ringfare, the names of translated code"},
};

/// "0x401000"; nothing for a name.
std::optional<GuestAddress> address_in(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data() + 2, end, value, 16);
  if (error != std::errc() || behind != end)
    throw UserError(
        fmt::format("--dump-at {}: give an address like 0x401000, or a function", text));
  return GuestAddress{value};
}

void refuse_other_engines(const ParsedOptions& options, const char* option) {
  const EngineChoice engine = choose_engine(engine_named(options.text("engine")));
  if (engine.kind != EngineKind::Translator)
    throw UserError(
        fmt::format("--{}: only the translator translates, and the {} engine runs the "
                    "guest; choose --engine translator",
                    option, engine.name()));
}

}  // namespace

void add_debug_options(OptionTable& table) {
  add_options(table, kDebugOptions);
}

DebugTools::DebugTools(const ParsedOptions& options) : log_(options) {
  for (const char* const option : {"dump-translation", "perf-map", "gdb-jit"})
    if (options.has(option)) refuse_other_engines(options, option);
  if (log() != nullptr && log()->wants(LogCategory::Translator))
    watchers_.push_back(&translation_log_.emplace(*log()));
  if (options.has("perf-map"))
    watchers_.push_back(&perf_map_.emplace("/tmp", kLowestOwnDescriptor, name_of_));
  if (options.has("gdb-jit")) watchers_.push_back(&gdb_jit_.emplace(name_of_));
  if (options.has("dump-translation")) {
    dump_file_.emplace(options.text("dump-translation"));
    watchers_.push_back(&dump_.emplace(dump_choice(options)));
  } else if (options.has("dump-at")) {
    throw UserError("--dump-at: name a file for it with --dump-translation FILE");
  }
}

TranslationDump::Choice DebugTools::dump_choice(const ParsedOptions& options) {
  TranslationDump::Choice choice;
  choice.most = options.number("dump-count", kDumped);
  choice.name_of = name_of_;
  if (!options.has("dump-at")) return choice;
  place_ = options.text("dump-at");
  place_is_known_ = address_in(place_).has_value();
  choice.at = [this](const AddressSpace& memory) { return place(memory); };
  return choice;
}

/// Where --dump-at points to in this memory.
std::optional<GuestAddress> DebugTools::place(const AddressSpace& memory) {
  if (const auto address = address_in(place_)) return address;
  if (const auto address = images_.address_of(memory, place_)) {
    place_is_known_ = true;
    return GuestAddress{*address};
  }
  nearest_ = nearest(place_, images_.functions(memory)).value_or("");
  return std::nullopt;
}

void DebugTools::finish() {
  if (dump_) {
    if (!place_.empty() && !place_is_known_)
      throw UserError(fmt::format("--dump-at {}: no function of that name{}", place_,
                                  nearest_.empty()
                                      ? "; give its address, such as 0x401000"
                                      : fmt::format("; did you mean '{}'?", nearest_)));
    const std::string text = dump_->text();
    dump_file_->write(text.empty() ? "nothing that was chosen has been translated\n" : text);
    dump_file_->close();
  }
  if (perf_map_) perf_map_->close();
  log_.close();
}

}  // namespace ringfare
