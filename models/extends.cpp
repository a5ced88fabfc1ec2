// SPDX-License-Identifier: MIT
#include "models/extends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "cpu/base/nearest.hpp"

namespace ringfare {

namespace {

using Kind = TomlValue::Kind;
using Stages = std::vector<TomlValue>;

constexpr std::array<std::string_view, 3> kStageEdits = {"remove", "after", "before"};

const std::string& stage_text(const TomlValue& stage, std::string_view key) {
  const TomlValue* value = stage.is(Kind::Table) ? stage.find(key) : nullptr;
  if (value == nullptr || !value->is(Kind::Text)) {
    throw UserError(stage.at, fmt::format("a stage needs {} = \"...\"", key));
  }
  return value->text;
}

std::vector<std::string> stages_of(const Stages& stages, const std::string& door) {
  std::vector<std::string> names;
  for (const TomlValue& stage : stages) {
    if (stage_text(stage, "door") == door) names.push_back(stage_text(stage, "name"));
  }
  return names;
}

Stages::iterator find_stage(Stages& stages, const std::string& door, const std::string& name) {
  return std::ranges::find_if(stages, [&](const TomlValue& stage) {
    return stage_text(stage, "door") == door && stage_text(stage, "name") == name;
  });
}

[[noreturn]] void no_such_stage(const SourcePosition& at, const Stages& stages,
                                const std::string& door, const std::string& name) {
  throw UserError(at, fmt::format("door '{}' has no stage '{}'{}", door, name,
                                  suggestion(name, stages_of(stages, door))));
}

void remove_stage(Stages& stages, const TomlValue& edit) {
  const TomlValue& remove = *edit.find("remove");
  if (!remove.is(Kind::Boolean) || !remove.boolean) {
    throw UserError(remove.at, "'remove' can only be true; leave it out to keep the stage");
  }
  for (const TomlMember& member : edit.members) {
    if (member.key == "door" || member.key == "name" || member.key == "remove") continue;
    throw UserError(
        member.at,
        fmt::format("a removed stage has no '{}'; only door, name and remove", member.key));
  }
  const std::string &door = stage_text(edit, "door"), &name = stage_text(edit, "name");
  const auto place = find_stage(stages, door, name);
  if (place == stages.end()) no_such_stage(edit.find("name")->at, stages, door, name);
  stages.erase(place);
}

/// Where an edit wants its stage: in front of the returned one.
Stages::iterator wanted_place(Stages& stages, const TomlValue& edit) {
  const TomlValue *after = edit.find("after"), *before = edit.find("before");
  if (after != nullptr && before != nullptr) {
    throw UserError(before->at, "a stage goes 'after' one or 'before' one, not both; remove one");
  }
  const TomlValue& target = after != nullptr ? *after : *before;
  if (!target.is(Kind::Text)) {
    throw UserError(target.at, "'after' and 'before' name a stage of the same door");
  }
  const std::string& door = stage_text(edit, "door");
  const auto place = find_stage(stages, door, target.text);
  if (place == stages.end()) no_such_stage(target.at, stages, door, target.text);
  return after != nullptr ? place + 1 : place;
}

TomlValue without_edits(TomlValue stage) {
  for (const std::string_view key : kStageEdits) stage.erase(key);
  return stage;
}

TomlValue changed_stage(TomlValue stage, const TomlValue& edit) {
  if (edit.find("asm") != nullptr) stage.erase("price");
  if (edit.find("price") != nullptr) stage.erase("asm");
  stage.at = edit.at;
  for (const TomlMember& member : edit.members) stage.set(member);
  return without_edits(std::move(stage));
}

void edit_stage(Stages& stages, const TomlValue& edit) {
  const std::string &door = stage_text(edit, "door"), &name = stage_text(edit, "name");
  if (edit.find("remove") != nullptr) return remove_stage(stages, edit);
  const auto old = find_stage(stages, door, name);
  const bool placed = edit.find("after") != nullptr || edit.find("before") != nullptr;
  if (old != stages.end() && !placed) {
    *old = changed_stage(std::move(*old), edit);
    return;
  }
  if (!placed && !stages_of(stages, door).empty()) {
    throw UserError(edit.at, fmt::format("door '{}' has no stage '{}'{} A new stage says where it "
                                         "goes: after = \"...\" or before = \"...\"",
                                         door, name, suggestion(name, stages_of(stages, door))));
  }
  if (!placed) {
    stages.push_back(edit);
    return;
  }
  TomlValue stage = without_edits(edit);
  if (old != stages.end()) {
    stage = changed_stage(std::move(*old), edit);
    stages.erase(old);
  }
  stages.insert(wanted_place(stages, edit), std::move(stage));
}

bool is_price(const TomlValue& value) {
  return value.is(Kind::Table) && value.find("cycles") != nullptr;
}

TomlValue merged(TomlValue base, const TomlValue& changes) {
  const bool by_key =
      base.is(Kind::Table) && changes.is(Kind::Table) && !is_price(base) && !is_price(changes);
  if (!by_key) return changes;
  for (const TomlMember& member : changes.members) {
    TomlValue* old = base.find(member.key);
    if (old == nullptr) {
      base.set(member);
    } else {
      base.set({member.key, member.at, merged(std::move(*old), member.value)});
    }
  }
  return base;
}

}  // namespace

TomlValue extended(TomlValue base, const TomlValue& changes) {
  TomlValue rest = changes;
  rest.erase("stage");
  TomlValue result = merged(std::move(base), rest);
  result.at = changes.at;
  const TomlValue* edits = changes.find("stage");
  if (edits == nullptr) return result;
  TomlValue* stages = result.find("stage");
  if (stages == nullptr || !edits->is(Kind::Array)) {
    result.set({"stage", edits->at, *edits});
    return result;
  }
  for (const TomlValue& edit : edits->items) edit_stage(stages->items, edit);
  return result;
}

void refuse_stage_edits(const TomlValue& root) {
  const TomlValue* stages = root.find("stage");
  if (stages == nullptr) return;
  for (const TomlValue& stage : stages->items) {
    for (const TomlMember& member : stage.members) {
      if (std::ranges::find(kStageEdits, member.key) == kStageEdits.end()) continue;
      throw UserError(member.at, fmt::format("'{}' edits a stage of another file; this file needs "
                                             "extends = \"...\" for it",
                                             member.key));
    }
  }
}

}  // namespace ringfare
