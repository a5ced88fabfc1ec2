// SPDX-License-Identifier: MIT
#include "models/kernel_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "models/nearest.hpp"
#include "models/table_reader.hpp"
#include "models/toml.hpp"

namespace ringfare {

namespace {

using Kind = TomlValue::Kind;

constexpr std::string_view kOff = "no-";

/// The words of a list with commas between them, without the space around them.
std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view word = list.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    words.push_back(word);
    if (comma == list.size()) return words;
    list.remove_prefix(comma + 1);
  }
}

std::vector<std::string> mitigation_names(const KernelModel& kernel) {
  std::vector<std::string> names;
  for (const MitigationModel& mitigation : kernel.mitigations) names.push_back(mitigation.name);
  return names;
}

void check_condition(const TomlValue& when, const KernelModel& kernel) {
  for (std::string_view word : split(when.text)) {
    if (word.starts_with(kOff)) word.remove_prefix(kOff.size());
    if (kernel.mitigation(word) != nullptr) continue;
    throw UserError(when.at, fmt::format("unknown mitigation '{}' in 'when'{}", word,
                                         suggestion(word, mitigation_names(kernel))));
  }
}

StageModel read_stage(const TomlValue& table, const std::string& what, const KernelModel& kernel) {
  const TableReader reader(table, what,
                           {"door", "name", "side", "when", "note", "source", "asm", "price"});
  StageModel stage;
  stage.at = table.at;
  stage.name = reader.text("name");
  stage.side = reader.chosen("side", {"entry", "exit", "way out"});
  stage.note = reader.maybe_text("note");
  stage.source = reader.text("source");
  if (reader.has("when")) {
    stage.when = reader.text("when");
    check_condition(*table.find("when"), kernel);
  }
  if (reader.has("asm") == reader.has("price")) {
    throw UserError(table.at, fmt::format("{} has {}; a stage is one of the two", what,
                                          reader.has("asm") ? "both 'asm' and 'price'"
                                                            : "neither 'asm' nor 'price'"));
  }
  if (reader.has("price")) {
    stage.fixed = reader.price("price");
  } else {
    stage.assembly = reader.text("asm");
    stage.assembly_line = table.find("asm")->text_line;
  }
  return stage;
}

void read_stages(const TomlValue& stages, KernelModel& kernel) {
  for (const TomlValue& table : stages.items) {
    // Door and name come first, so that the messages about the rest can say them.
    const TableReader::Keys any = {"door", "name",   "side", "when",
                                   "note", "source", "asm",  "price"};
    const TableReader reader(table, "a stage", any);
    const std::string name = reader.text("name"), door_name = reader.text("door");
    auto door = std::ranges::find(kernel.doors, door_name, &DoorModel::name);
    if (door == kernel.doors.end()) {
      door = kernel.doors.insert(kernel.doors.end(), DoorModel{door_name, {}});
    }
    const auto earlier = std::ranges::find(door->stages, name, &StageModel::name);
    if (earlier != door->stages.end()) {
      throw UserError(
          table.find("name")->at,
          fmt::format("door '{}' already has a stage '{}' at {}:{}; choose another name", door_name,
                      name, earlier->at.file, earlier->at.line));
    }
    door->stages.push_back(read_stage(table, fmt::format("stage '{}'", name), kernel));
  }
}

void read_mitigations(const TomlValue& table, KernelModel& kernel) {
  for (const TomlMember& member : table.members) {
    if (member.key.starts_with(kOff) || member.key == "auto" || member.key == "off") {
      throw UserError(member.at, fmt::format("a mitigation cannot be called '{}': auto, off and "
                                             "no-... have a meaning in lists of mitigations",
                                             member.key));
    }
    const TableReader reader(member.value, fmt::format("mitigation '{}'", member.key),
                             {"sysfs", "meaning"});
    kernel.mitigations.push_back(
        {member.key, reader.need("sysfs", Kind::Text).text, reader.text("meaning")});
  }
}

void read_services(const TomlValue& table, KernelModel& kernel) {
  for (const TomlMember& member : table.members) {
    TableReader::Keys keys = {"fixed"};
    keys.insert(keys.end(), std::begin(kFileKinds), std::end(kFileKinds));
    const TableReader reader(member.value, fmt::format("service '{}'", member.key), keys);
    ServiceModel service{member.key, reader.price("fixed"), {}};
    for (const std::string_view kind : kFileKinds) {
      if (reader.has(kind)) service.by_file_kind.emplace(kind, reader.price(kind));
    }
    kernel.services.emplace(member.key, std::move(service));
  }
  if (!kernel.services.contains("default")) {
    throw UserError(table.at,
                    "no service 'default', which every call without a row of its own costs; add "
                    "[services.default]");
  }
}

void read_constants(const TomlValue& table, KernelModel& kernel) {
  for (const TomlMember& member : table.members) {
    if (!member.value.is(Kind::Integer)) {
      throw UserError(member.at, fmt::format("constant '{}' must be an integer, not {}", member.key,
                                             to_string(member.value.kind)));
    }
    kernel.constants.emplace(member.key, member.value.integer);
  }
}

CopyModel read_copy(const TableReader& kernel, const char* key) {
  const TableReader reader(kernel.need(key, Kind::Table), fmt::format("'{}'", key),
                           {"fixed", "per_byte"});
  return {reader.price("fixed"), reader.price("per_byte")};
}

constexpr std::array<std::string_view, 4> kVsyscallModes = {"native", "emulate", "xonly", "none"};

/// What user mode sees of the kernel without entering it.
void read_user_pages(const TableReader& reader, KernelModel& kernel) {
  constexpr std::uint64_t kMostTicks = 10'000;
  if (reader.has("hz")) {
    kernel.ticks_per_second = reader.whole("hz", kMostTicks);
    if (kernel.ticks_per_second == 0)
      throw UserError(reader.need("hz", Kind::Integer).at, "hz = 0: give 1 or more");
  }
  if (reader.has("vdso")) kernel.has_vdso = reader.chosen("vdso", {"real", "absent"}) == "real";
  if (!reader.has("vsyscall")) return;
  const std::string mode =
      reader.chosen("vsyscall", {kVsyscallModes.begin(), kVsyscallModes.end()});
  kernel.vsyscall =
      static_cast<VsyscallMode>(std::ranges::find(kVsyscallModes, mode) - kVsyscallModes.begin());
}

}  // namespace

const MitigationModel* KernelModel::mitigation(std::string_view wanted) const {
  const auto place = std::ranges::find(mitigations, wanted, &MitigationModel::name);
  return place == mitigations.end() ? nullptr : &*place;
}

bool StageModel::active(const std::set<std::string, std::less<>>& mitigations) const {
  if (when.empty()) return true;
  return std::ranges::all_of(split(when), [&](std::string_view word) {
    return word.starts_with(kOff) ? !mitigations.contains(word.substr(kOff.size()))
                                  : mitigations.contains(word);
  });
}

std::string_view to_string(VsyscallMode mode) {
  return kVsyscallModes[static_cast<std::size_t>(mode)];
}

KernelModel read_kernel_model(const TomlValue& root, std::string name) {
  const TableReader reader(
      root, "the kernel model",
      {"extends", "description", "release", "version", "syscall_limit", "constants", "mitigations",
       "stage", "services", "copy_from_user", "copy_to_user", "hz", "vsyscall", "vdso"});
  KernelModel kernel;
  kernel.name = std::move(name);
  kernel.at = root.at;
  kernel.description = reader.text("description");
  kernel.release = reader.text("release");
  kernel.version = reader.text("version");
  kernel.syscall_limit = reader.whole("syscall_limit", std::numeric_limits<std::int32_t>::max());
  read_user_pages(reader, kernel);
  if (reader.has("constants")) read_constants(reader.need("constants", Kind::Table), kernel);
  if (reader.has("mitigations")) read_mitigations(reader.need("mitigations", Kind::Table), kernel);
  read_stages(reader.need("stage", Kind::Array), kernel);
  read_services(reader.need("services", Kind::Table), kernel);
  kernel.copy_from_user = read_copy(reader, "copy_from_user");
  kernel.copy_to_user = read_copy(reader, "copy_to_user");
  return kernel;
}

}  // namespace ringfare
