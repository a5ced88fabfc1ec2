// SPDX-License-Identifier: MIT
#include "emu/crossing/path_price.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cpu/base/debug_log.hpp"
#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};

/// A hardware door by the name of its instruction, with the suffix of its operands' width.
std::string door_text(Door door, std::uint8_t width, const Arrival& arrival) {
  constexpr std::uint8_t kWide = 8, kNarrow = 2;
  switch (door) {
    case Door::Interrupt:
      return fmt::format("int ${:#x}", arrival.vector);
    case Door::Sysret:
      return width == kWide ? "sysretq" : "sysretl";
    case Door::Iret:
      return width == kWide ? "iretq" : width == kNarrow ? "iretw" : "iret";
    case Door::Sysexit:
      return width == kWide ? "sysexitq" : "sysexit";
    default:
      return std::string(to_string(door));
  }
}

}  // namespace

PathPricer::PathPricer(const Machine& machine, Pricer& pricer, const KernelPath& path)
    : machine_(machine), pricer_(pricer), path_(path) {
  const std::vector<const StageModel*>& assembled = path.kernel().text().stages;
  fixed_before_.resize(assembled.size());
  std::size_t next = 0;
  const auto conditions = machine.conditions();
  for (const DoorModel& door : machine.kernel.doors) {
    std::vector<const StageModel*> waiting;
    for (const StageModel& stage : door.stages) {
      if (next < assembled.size() && &stage == assembled[next]) {
        fixed_before_[next++] = std::move(waiting);
        waiting.clear();
      } else if (stage.fixed && stage.active(conditions)) {
        waiting.push_back(&stage);
      }
    }
    if (!waiting.empty()) fixed_last_[door.name] = std::move(waiting);
  }
}

Cycles PathPricer::key(std::string_view name) const {
  const auto price = machine_.cpu.prices.find(name);
  if (price == machine_.cpu.prices.end())
    throw UserError(machine_.cpu.at, fmt::format("no price for '{}', which kernel {} executes; add "
                                                 "it to [prices]",
                                                 name, machine_.kernel.name));
  return price->second.cycles;
}

const RunCost& PathPricer::run(KernelAddress start, std::span<const std::uint8_t> lengths) {
  std::uint64_t size = 0;
  for (const std::uint8_t length : lengths) size += length;
  const std::uint64_t id = (start.value << 20) ^ size;
  const auto found = runs_.find(id);
  if (found != runs_.end()) return found->second;
  std::vector<std::uint8_t> bytes;
  for (KernelAddress at = start; bytes.size() < size;) {
    const auto code = path_.kernel().memory().fetch(at, PageTable::Kernel);
    const std::size_t length = std::min<std::size_t>(code.size(), size - bytes.size());
    bytes.insert(bytes.end(), code.begin(), code.begin() + static_cast<std::ptrdiff_t>(length));
    at += length;
  }
  return runs_.emplace(id, pricer_.price(bytes, lengths, path_.kernel().mode())).first->second;
}

/// One walk over the items of a path.
class PathPricer::Pass {
 public:
  Pass(PathPricer& owner, Steps steps, Syntax syntax)
      : owner_(owner),
        path_(owner.path_),
        keep_(steps == Steps::Keep),
        syntax_(syntax),
        assembled_(path_.kernel().text().stages.size(), kNone) {
    gates_.fill(kNone);
  }

  PricedPath walk(std::size_t count) {
    const std::vector<PathItem>& items = path_.items();
    for (std::size_t i = 0; i < count; ++i) {
      if (path_.service_at() == i) service();
      if (items[i].step) {
        micro_step(items[i], i);
      } else {
        instruction(items[i], i);
      }
    }
    if (path_.service_at() == count) service();
    const auto last = owner_.fixed_last_.find(path_.door_name());
    if (last != owner_.fixed_last_.end())
      for (const StageModel* stage : last->second) fixed(*stage);
    flush();
    return std::move(result_);
  }

 private:
  std::size_t open(std::string name, std::string side, std::string note, std::string source) {
    result_.stages.push_back({.name = std::move(name),
                              .side = std::move(side),
                              .cycles = {},
                              .instructions = 0,
                              .note = std::move(note),
                              .source = std::move(source)});
    return result_.stages.size() - 1;
  }

  void charge(std::size_t stage, Cycles cycles) {
    result_.stages[stage].cycles += cycles;
    result_.total += cycles;
  }

  void fixed(const StageModel& stage) {
    const std::size_t index = open(stage.name, stage.side, stage.note, stage.source);
    charge(index, stage.fixed->cycles);
    if (keep_)
      result_.steps.push_back({.address = 0,
                               .bytes = {},
                               .text = stage.name,
                               .effect = stage.note,
                               .cycles = stage.fixed->cycles,
                               .stage = static_cast<std::uint16_t>(index)});
  }

  void service() {
    flush();
    result_.service_stage = open("service", "service", "", "");
    result_.service_step = result_.steps.size();
  }

  std::size_t gate_stage(const PathItem& item) {
    std::size_t& index = gates_[static_cast<std::size_t>(item.step->door)];
    if (index == kNone)
      index = open(door_text(item.step->door, item.width, path_.arrival()), "gate",
                   "what the processor does by itself", std::string(item.step->clause));
    return index;
  }

  void micro_step(const PathItem& item, std::size_t i) {
    flush();
    const MicroStep& step = *item.step;
    const std::size_t stage = gate_stage(item);
    const Cycles cycles = item.charged ? owner_.key(step.key) : Cycles{};
    charge(stage, cycles);
    if (keep_)
      result_.steps.push_back({.address = 0,
                               .bytes = {},
                               .text = std::string(step.what),
                               .effect = effect(i),
                               .cycles = cycles,
                               .stage = static_cast<std::uint16_t>(stage)});
  }

  /// The stage of an instruction, opened at its first execution.
  std::size_t stage_of(const PathItem& item) {
    const AssembledInstruction* assembled = path_.kernel().instruction(item.address);
    if (!assembled) {  // the service stub
      CHECK(result_.service_stage.has_value(), "code outside the text before the service");
      return *result_.service_stage;
    }
    std::size_t& index = assembled_[assembled->stage];
    if (index == kNone) {
      flush();
      for (const StageModel* stage : owner_.fixed_before_[assembled->stage]) fixed(*stage);
      const StageModel& stage = *path_.kernel().text().stages[assembled->stage];
      index = open(stage.name, stage.side, stage.note, stage.source);
    }
    return index;
  }

  void instruction(const PathItem& item, std::size_t i) {
    if (item.door) {
      flush();
      const std::size_t stage = gate_stage(path_.items()[i + 1]);
      ++result_.stages[stage].instructions;
      keep_step(item, i, stage, Cycles{});
      return;
    }
    const std::size_t stage = stage_of(item);
    ++result_.stages[stage].instructions;
    const bool follows = !lengths_.empty() && stage == run_stage_ && item.address == run_end_;
    if (!follows || !item.price_key.empty()) flush();
    if (!item.price_key.empty()) {
      const Cycles cycles = owner_.key(item.price_key);
      charge(stage, cycles);
      keep_step(item, i, stage, cycles);
      return;
    }
    if (lengths_.empty()) {
      run_start_ = item.address;
      run_stage_ = stage;
      run_first_step_ = result_.steps.size();
    }
    lengths_.push_back(item.length);
    run_end_ = item.address + item.length;
    keep_step(item, i, stage, Cycles{});
    if (item.ends_run) flush();
  }

  void flush() {
    if (lengths_.empty()) return;
    const RunCost& cost = owner_.run(run_start_, lengths_);
    charge(run_stage_, cost.total);
    for (std::size_t i = 0; keep_ && i < lengths_.size(); ++i)
      result_.steps[run_first_step_ + i].cycles = cost.each[i];
    lengths_.clear();
  }

  void keep_step(const PathItem& item, std::size_t i, std::size_t stage, Cycles cycles) {
    if (!keep_) return;
    const auto code =
        path_.kernel().memory().fetch(item.address, PageTable::Kernel).first(item.length);
    result_.steps.push_back(
        {.address = item.address.value,
         .bytes = {code.begin(), code.end()},
         .text = disassemble(code, item.address.value, syntax_, path_.kernel().mode()),
         .effect = effect(i),
         .cycles = cycles,
         .stage = static_cast<std::uint16_t>(stage)});
  }

  std::string effect(std::size_t i) const {
    return i < path_.effects().size() ? path_.effects()[i] : std::string();
  }

  PathPricer& owner_;
  const KernelPath& path_;
  bool keep_;
  Syntax syntax_;
  PricedPath result_;
  std::vector<std::size_t> assembled_;  // index into the bill by index into KernelText::stages
  std::array<std::size_t, kDoors> gates_;
  KernelAddress run_start_, run_end_;
  std::size_t run_stage_ = 0, run_first_step_ = 0;
  std::vector<std::uint8_t> lengths_;
};

PricedPath PathPricer::price(std::size_t count, Steps steps, Syntax syntax) {
  PricedPath path = Pass(*this, steps, syntax).walk(count);
  if (log_ != nullptr) log(path);
  return path;
}

void PathPricer::log(const PricedPath& path) const {
  std::uint32_t instructions = 0;
  for (const StageCost& stage : path.stages) instructions += stage.instructions;
  log_->write(LogCategory::Prices,
              "path of {} through {}, {}: {} stages, {} kernel instructions, {} cycles on {} "
              "without service and copies",
              machine_.kernel.name, path_.door_name(),
              path_.service_at() ? "served" : "answered by the kernel itself", path.stages.size(),
              instructions, log_text(path.total), machine_.cpu.name);
}

}  // namespace ringfare
