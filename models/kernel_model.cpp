// SPDX-License-Identifier: MIT
#include "models/kernel_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "cpu/base/nearest.hpp"
#include "models/table_reader.hpp"
#include "models/toml.hpp"

namespace ringfare {

namespace {

using Kind = TomlValue::Kind;

constexpr std::string_view kOff = "no-";
constexpr std::string_view kOfCpu = "cpu:";

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

void check_condition(const TomlValue& when, std::string_view key, const KernelModel& kernel) {
  for (std::string_view word : split(when.text)) {
    if (word.starts_with(kOff)) word.remove_prefix(kOff.size());
    if (word.starts_with(kOfCpu) || kernel.mitigation(word) != nullptr) continue;
    throw UserError(when.at, fmt::format("unknown mitigation '{}' in '{}'{}", word, key,
                                         suggestion(word, mitigation_names(kernel))));
  }
}

const TableReader::Keys kStageKeys = {"door",   "name", "side",  "when",    "note",
                                      "source", "asm",  "price", "on_fault"};

StageModel read_stage(const TomlValue& table, const std::string& what, const KernelModel& kernel) {
  const TableReader reader(table, what, kStageKeys);
  StageModel stage;
  stage.at = table.at;
  stage.name = reader.text("name");
  stage.side = reader.chosen("side", {"entry", "exit", "way out"});
  stage.note = reader.maybe_text("note");
  stage.source = reader.text("source");
  if (reader.has("when")) {
    stage.when = reader.text("when");
    check_condition(*table.find("when"), "when", kernel);
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
    stage.on_fault = reader.maybe_text("on_fault");
    stage.assembly_line = table.find("asm")->text_line;
  }
  return stage;
}

void read_stages(const TomlValue& stages, KernelModel& kernel) {
  for (const TomlValue& table : stages.items) {
    // Door and name come first, so that the messages about the rest can say them.
    const TableReader reader(table, "a stage", kStageKeys);
    const std::string name = reader.text("name");
    const std::string door_name =
        reader.chosen("door", {std::begin(kDoorNames), std::end(kDoorNames)});
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

std::vector<Requirement> read_needs(const TableReader& reader) {
  std::vector<Requirement> needs;
  for (const std::string& feature : reader.words("requires"))
    needs.push_back({feature, reader.need("requires", Kind::Array).at});
  return needs;
}

void read_doors(const TomlValue& table, KernelModel& kernel) {
  for (const TomlMember& member : table.members) {
    const auto door = std::ranges::find(kernel.doors, member.key, &DoorModel::name);
    if (door == kernel.doors.end()) {
      std::vector<std::string> names;
      for (const DoorModel& d : kernel.doors) names.push_back(d.name);
      throw UserError(member.at, fmt::format("no stage belongs to a door '{}'{}", member.key,
                                             suggestion(member.key, names)));
    }
    const TableReader reader(member.value, fmt::format("door '{}'", member.key),
                             {"requires", "vendor", "gate", "returns"});
    door->needs = read_needs(reader);
    if (reader.has("vendor"))
      door->vendor =
          reader.chosen("vendor", {"Intel", "AMD"}) == "AMD" ? Vendor::Amd : Vendor::Intel;
    if (reader.has("gate"))
      door->trap_gate = reader.chosen("gate", {"interrupt", "trap"}) == "trap";
    if (reader.has("returns"))
      door->returns_behind = reader.chosen("returns", {"pad", "behind"}) == "behind";
  }
}

void read_work(const TomlValue& table, KernelModel& kernel) {
  for (const TomlMember& member : table.members) {
    const TableReader reader(member.value, fmt::format("work '{}'", member.key),
                             {"offset", "variable", "mask", "meaning"});
    if (reader.has("offset") == reader.has("variable"))
      throw UserError(member.at, fmt::format("work '{}' has an 'offset' in the task or the name of "
                                             "a 'variable', one of the two",
                                             member.key));
    constexpr std::uint64_t kTaskWords = 0x400 - 4;
    WorkModel work;
    work.name = member.key;
    work.variable = reader.maybe_text("variable");
    if (reader.has("offset")) work.offset = reader.whole("offset", kTaskWords);
    work.mask =
        static_cast<std::uint32_t>(reader.whole("mask", std::numeric_limits<std::uint32_t>::max()));
    work.meaning = reader.text("meaning");
    kernel.work.push_back(std::move(work));
  }
}

void read_selectors(const TomlValue& table, KernelModel& kernel) {
  const TableReader reader(
      table, "'selectors'",
      {"kernel_code", "kernel_data", "user_code32", "user_data", "user_code", "task"});
  const auto set = [&](std::string_view key, std::uint16_t& selector) {
    constexpr std::uint64_t kLast = 31 * 8 + 3;  // entries of the GDT
    if (reader.has(key)) selector = static_cast<std::uint16_t>(reader.whole(key, kLast));
  };
  set("kernel_code", kernel.selectors.kernel_code);
  set("kernel_data", kernel.selectors.kernel_data);
  set("user_code32", kernel.selectors.user_code32);
  set("user_data", kernel.selectors.user_data);
  set("user_code", kernel.selectors.user_code);
  set("task", kernel.selectors.task);
}

void read_shape(const TableReader& reader, KernelModel& kernel) {
  if (reader.has("bits")) kernel.bits = static_cast<unsigned>(reader.whole("bits", 64));
  if (kernel.bits != 64 && kernel.bits != 32)
    throw UserError(reader.need("bits", Kind::Integer).at,
                    fmt::format("a kernel has 64 or 32 bits, not {}", kernel.bits));
  kernel.needs = read_needs(reader);
  constexpr std::uint64_t kMostCalls = std::numeric_limits<std::int32_t>::max();
  kernel.syscall_limit = reader.whole("syscall_limit", kMostCalls);
  if (reader.has("compat_syscall_limit"))
    kernel.compat_limit = reader.whole("compat_syscall_limit", kMostCalls);
  kernel.selectors = kernel.bits == 64 ? kSelectors64 : kSelectors32;
  kernel.entry_stack = kernel.bits == 64 ? EntryStack::Trampoline : EntryStack::Task;
  if (reader.has("entry_stack"))
    kernel.entry_stack = reader.chosen("entry_stack", {"trampoline", "task"}) == "task"
                             ? EntryStack::Task
                             : EntryStack::Trampoline;
  if (reader.has("task"))
    kernel.task = reader.chosen("task", {"apart", "below-stack"}) == "apart"
                      ? TaskPlace::Apart
                      : TaskPlace::BelowStack;
  if (reader.has("mmap")) kernel.mmap_upwards = reader.chosen("mmap", {"down", "up"}) == "up";
  constexpr std::uint64_t kLastEntry = 29;  // three follow each other in a GDT of 32
  if (kernel.bits == 32) kernel.first_thread_area = 6;
  if (reader.has("thread_areas"))
    kernel.first_thread_area = static_cast<std::uint16_t>(reader.whole("thread_areas", kLastEntry));
  if (reader.has("selectors")) read_selectors(reader.need("selectors", Kind::Table), kernel);
}

void read_mitigation(const TomlMember& member, KernelModel& kernel) {
  if (member.key.starts_with(kOff) || member.key == "auto" || member.key == "off") {
    throw UserError(member.at, fmt::format("a mitigation cannot be called '{}': auto, off and "
                                           "no-... have a meaning in lists of mitigations",
                                           member.key));
  }
  const TableReader reader(member.value, fmt::format("mitigation '{}'", member.key),
                           {"sysfs", "meaning", "unless"});
  MitigationModel made{
      member.key, reader.need("sysfs", Kind::Text).text, reader.text("meaning"), {}};
  if (reader.has("unless")) {
    const std::string words = reader.text("unless");
    for (const std::string_view word : split(words)) made.unless.emplace_back(word);
  }
  kernel.mitigations.push_back(std::move(made));
}

void read_mitigations(const TomlValue& table, KernelModel& kernel) {
  for (const TomlMember& member : table.members) read_mitigation(member, kernel);
  for (const TomlMember& member : table.members)
    if (const TomlValue* const unless = member.value.find("unless"))
      check_condition(*unless, "unless", kernel);
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
  if (reader.has("vsyscall_fault")) kernel.vsyscall_fault = reader.price("vsyscall_fault");
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

const DoorModel* KernelModel::door(std::string_view wanted) const {
  const auto place = std::ranges::find(doors, wanted, &DoorModel::name);
  return place == doors.end() ? nullptr : &*place;
}

bool DoorModel::open_on(const CpuModel& cpu) const {
  if (vendor && *vendor != cpu.vendor) return false;
  return std::ranges::all_of(needs, [&](const Requirement& need) {
    return std::ranges::find(cpu.features, need.feature) != cpu.features.end();
  });
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
      {"extends",     "description",    "release",       "version",
       "bits",        "requires",       "syscall_limit", "compat_syscall_limit",
       "entry_stack", "task",           "selectors",     "constants",
       "mitigations", "work",           "doors",         "stage",
       "services",    "copy_from_user", "copy_to_user",  "hz",
       "vsyscall",    "vsyscall_fault", "vdso",          "mmap",
       "thread_areas"});
  KernelModel kernel;
  kernel.name = std::move(name);
  kernel.at = root.at;
  kernel.description = reader.text("description");
  kernel.release = reader.text("release");
  kernel.version = reader.text("version");
  read_shape(reader, kernel);
  read_user_pages(reader, kernel);
  if (reader.has("constants")) read_constants(reader.need("constants", Kind::Table), kernel);
  if (reader.has("mitigations")) read_mitigations(reader.need("mitigations", Kind::Table), kernel);
  read_stages(reader.need("stage", Kind::Array), kernel);
  if (reader.has("doors")) read_doors(reader.need("doors", Kind::Table), kernel);
  if (reader.has("work")) read_work(reader.need("work", Kind::Table), kernel);
  read_services(reader.need("services", Kind::Table), kernel);
  kernel.copy_from_user = read_copy(reader, "copy_from_user");
  kernel.copy_to_user = read_copy(reader, "copy_to_user");
  return kernel;
}

}  // namespace ringfare
