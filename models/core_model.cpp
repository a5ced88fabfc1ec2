// SPDX-License-Identifier: MIT
#include "models/core_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cpu/base/nearest.hpp"
#include "cpu/instruction_class.hpp"
#include "models/table_reader.hpp"

namespace ringfare {

namespace {

using Kind = TomlValue::Kind;

constexpr std::size_t kMostUnits = 32;
constexpr std::uint64_t kMostCycles = 10'000;
constexpr std::string_view kLoad = "load", kStore = "store";

/// Whether the file must have a row for the class: System is priced by name.
bool has_row(const ClassRow& row) {
  return row.id != InstructionClass::System;
}

std::vector<std::string> row_names() {
  std::vector<std::string> names = {std::string(kLoad), std::string(kStore)};
  for (const ClassRow& row : instruction_classes())
    if (has_row(row)) names.emplace_back(row.name);
  return names;
}

/// "alu0 alu1": a cycle of either; "3 divider": three cycles of that one.
UnitWork read_work(const TomlValue& item, const CoreModel& core, const std::string& what) {
  if (!item.is(Kind::Text))
    throw UserError(item.at, fmt::format("every item of 'work' in {} must be a text, not {}", what,
                                         to_string(item.kind)));
  UnitWork work;
  std::string_view left = item.text;
  for (bool first = true; !left.empty(); first = false) {
    const std::size_t end = std::min(left.find(' '), left.size());
    const std::string word(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    const bool number = !word.empty() && word.size() <= 4 &&
                        word.find_first_not_of("0123456789") == std::string::npos;
    if (first && number) {
      work.cycles = static_cast<std::uint16_t>(std::stoul(word));
      continue;
    }
    const auto unit = std::ranges::find(core.units, word);
    if (unit == core.units.end())
      throw UserError(item.at, fmt::format("'work' in {} names the unit '{}'{}", what, word,
                                           suggestion(word, core.units)));
    work.units |= std::uint64_t{1} << (unit - core.units.begin());
  }
  if (work.units == 0 || work.cycles == 0)
    throw UserError(item.at, fmt::format("an item of 'work' in {} names no unit or no time; write "
                                         "it like \"3 {}\"",
                                         what, core.units.front()));
  return work;
}

/// The evidence and source of a table hold for its rows where they have none of their own.
struct Grounds {
  Evidence evidence = Evidence::Assumed;
  std::string source;
};

Grounds read_grounds(const TableReader& reader) {
  const TableReader::Keys words = {"measured", "vendor", "published", "fitted", "assumed"};
  const std::string word = reader.chosen("evidence", words);
  return {static_cast<Evidence>(std::ranges::find(words, word) - words.begin()),
          reader.text("source")};
}

InstructionModel read_row(const TomlValue& table, std::string_view name, const CoreModel& core,
                          const Grounds& grounds) {
  const std::string what = fmt::format("instruction class '{}'", name);
  const TableReader reader(table, what,
                           {"latency", "slots", "joined", "work", "evidence", "source"});
  InstructionModel row;
  row.latency = static_cast<std::uint16_t>(reader.whole("latency", kMostCycles));
  row.slots = static_cast<std::uint8_t>(reader.whole("slots", 200));
  row.joined =
      reader.has("joined") ? static_cast<std::uint8_t>(reader.whole("joined", 200)) : row.slots;
  if (reader.has("joined") && name != kLoad && name != kStore)
    throw UserError(reader.need("joined", Kind::Integer).at,
                    fmt::format("'joined' in {}: only load and store join operations; "
                                "remove it",
                                what));
  for (const TomlValue& item : reader.need("work", Kind::Array).items)
    row.work.push_back(read_work(item, core, what));
  const Grounds own =
      reader.has("evidence") || reader.has("source") ? read_grounds(reader) : grounds;
  row.evidence = own.evidence;
  row.source = own.source;
  return row;
}

void read_shape(const TomlValue& table, CoreModel& core) {
  const TableReader reader(
      table, "[core]",
      {"width", "units", "locked", "repeated", "stack_engine", "evidence", "source"});
  core.units = reader.words("units");
  if (core.units.empty() || core.units.size() > kMostUnits)
    throw UserError(reader.need("units", Kind::Array).at,
                    fmt::format("'units' in [core] names 1 to {} execution units", kMostUnits));
  core.width = static_cast<std::uint8_t>(reader.whole("width", 16));
  if (core.width == 0)
    throw UserError(reader.need("width", Kind::Integer).at,
                    "'width' in [core] is 0; at least one slot per cycle");
  core.locked = static_cast<std::uint16_t>(reader.whole("locked", kMostCycles));
  core.repeated = static_cast<std::uint16_t>(reader.whole("repeated", kMostCycles));
  core.stack_engine = reader.need("stack_engine", Kind::Boolean).boolean;
  Grounds grounds = read_grounds(reader);
  core.evidence = grounds.evidence;
  core.source = std::move(grounds.source);
}

}  // namespace

CoreModel read_core_model(const TomlValue& core_table, const TomlValue& instructions,
                          const std::vector<std::string>& features) {
  CoreModel core;
  read_shape(core_table, core);
  const std::vector<std::string> names = row_names();
  TableReader::Keys known = {"evidence", "source"};
  known.insert(known.end(), names.begin(), names.end());
  const TableReader reader(instructions, "[instructions]", known);
  const Grounds grounds = read_grounds(reader);
  const auto row = [&](std::string_view name) {
    return read_row(reader.need(name, Kind::Table), name, core, grounds);
  };
  core.load = row(kLoad);
  core.store = row(kStore);
  core.instructions.resize(instruction_classes().size());
  for (const ClassRow& it : instruction_classes()) {
    const bool able =
        it.feature.empty() || std::ranges::find(features, it.feature) != features.end();
    if (has_row(it) && (able || reader.has(it.name)))
      core.instructions[static_cast<std::size_t>(it.id)] = row(it.name);
  }
  return core;
}

}  // namespace ringfare
