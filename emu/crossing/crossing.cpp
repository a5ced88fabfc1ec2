// SPDX-License-Identifier: MIT
#include "emu/crossing/crossing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>

#include "cpu/base/failure.hpp"
#include "emu/crossing/doorway.hpp"
#include "emu/crossing/kernel_path.hpp"
#include "emu/crossing/path_price.hpp"

namespace ringfare {
namespace {

/// The price row of one call: found once, for calls come with the same name and kind of file.
struct ServiceRow {
  std::string_view call, file_kind;
  const Price* price = nullptr;
};

/// A bill whose service and copies are filled in anew for each call.
struct Form {
  CrossingBill bill;
  Cycles fixed_total;                                   // everything but service and copies
  Cycles fixed_service;                                 // of the service stage: its stub
  std::size_t service = 0, from_user = 0, to_user = 0;  // stages; the copies may be missing
  const Price* price = nullptr;                         // whose source the service stage shows
};

/// A path as it is charged: a form for each combination of copies.
struct Charged {
  PricedPath priced;
  std::array<std::optional<Form>, 4> forms;
};

/// What decides how a repeatable path runs.
struct Question {
  std::uint64_t number, rflags, rip;
  Gate gate;
  CodeMode mode;
  std::uint64_t pointer = 0;  // to the sixth argument, where the kernel asks what it is

  bool operator==(const Question&) const = default;
};

struct QuestionHash {
  std::size_t operator()(const Question& q) const noexcept {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio
    const std::uint64_t door =
        static_cast<std::uint64_t>(q.gate) << 1 | static_cast<std::uint64_t>(q.mode);
    return ((((q.number * kMix ^ q.rip) * kMix ^ q.rflags) * kMix ^ q.pointer) * kMix ^ door) *
           kMix;
  }
};

/// How it ran.
struct Outcome {
  Charged* path = nullptr;
  bool served = false;
  std::uint64_t answer = 0;  // RAX where the kernel answered by itself
  std::uint64_t rip = 0, rflags = 0;
  Segment cs, ss;
  Sources sources{};
  std::array<std::uint64_t, 16> fixed{};  // what registers of Source::Fixed hold
};

Cycles copy_price(const CopyModel& model, std::uint64_t bytes) {
  return model.fixed.cycles + model.per_byte.cycles * static_cast<std::int64_t>(bytes);
}

}  // namespace

class Crossings::Kernel {
  static constexpr std::size_t kMostOutcomes = 1 << 16;

 public:
  Kernel(const Machine& machine, Pricer& pricer)
      : machine_(machine), path_(machine), pricer_(machine, pricer, path_) {}

  void watch(Watch what, bool intel_syntax) {
    watching_ = what == Watch::Instructions;
    syntax_ = intel_syntax ? Syntax::Intel : Syntax::Att;
    path_.record_effects(watching_);
  }

  Entered enter(Registers& registers, Arrival arrival) {
    question_ = {registers[Gpr::Rax], registers.rflags, registers.rip, arrival.gate,
                 registers.mode()};
    arrival_ = arrival;
    gpr_ = registers.gpr;
    known_ = nullptr;
    if (!watching_ && !path_.work_wanted()) known_ = find_known();
    if (known_) {
      if (!known_->served) registers[Gpr::Rax] = known_->answer;
      return {.served = known_->served, .raised = {}};
    }
    return path_.in(registers, arrival);
  }

  const CrossingBill& leave(Registers& registers, std::int64_t result,
                            const ServiceCharge& charge) {
    if (known_ && path_.work_wanted()) walk_in(registers);
    if (known_) return leave_as_known(registers, result, charge);
    path_.out(registers, static_cast<std::uint64_t>(result));
    const bool served = path_.service_at().has_value();
    if (path_.generation() != generation_) {
      outcomes_.clear();
      generation_ = path_.generation();
    }
    if (watching_) return bill_once(path_.items().size(), charge, served);
    Charged& charged = charged_path();
    if (path_.repeatable()) {
      if (outcomes_.size() >= kMostOutcomes) outcomes_.clear();
      asks_for_pointer_ |= path_.asked_for_pointer();
      question_.pointer = path_.asked_for_pointer() ? pointer().value_or(0) : 0;
      outcomes_.emplace(question_, Outcome{.path = &charged,
                                           .served = served,
                                           .answer = registers[Gpr::Rax],
                                           .rip = registers.rip,
                                           .rflags = registers.rflags,
                                           .cs = registers.cs,
                                           .ss = registers.ss,
                                           .sources = path_.sources(),
                                           .fixed = registers.gpr});
    }
    return total(charged, charge, served);
  }

  const CrossingBill& end(const ServiceCharge& charge) {
    if (known_) {  // the bill of half a path: walk that half
      Registers registers;
      if (question_.mode == CodeMode::Compat32)
        registers.cs = {.selector = selector::kUserCode32, .default_size = true};
      walk_in(registers);
    }
    const bool served = path_.service_at().has_value();
    return bill_once(path_.items().size(), charge, served);
  }

  bool has_door(Gate gate, CodeMode mode) const { return path_.has_door(gate, mode); }
  void show_user(const UserWindow* window) {
    user_ = window;
    path_.show_user(window);
  }
  void set_landing_pad(std::uint64_t address) {
    path_.set_landing_pad(address);
    outcomes_.clear();
  }
  bool set_work(std::string_view name, bool on) { return path_.set_work(name, on); }

  const KernelMemory& memory() const { return path_.memory(); }

 private:
  /// A known path reads the word on the caller's stack without a fault.
  const Outcome* find_known() {
    auto found = outcomes_.find(question_);
    if (found == outcomes_.end() && asks_for_pointer_) {
      question_.pointer = pointer().value_or(0);
      found = outcomes_.find(question_);
    }
    if (found == outcomes_.end() || (pointer() && !sixth_word())) return nullptr;
    return &found->second;
  }

  /// Of the crossing under way: where the sixth argument lies.
  std::optional<std::uint64_t> pointer() const {
    const auto reg = sixth_argument(question_.gate, question_.mode);
    if (!reg) return {};
    return gpr_[static_cast<std::size_t>(*reg)] & 0xffffffff;
  }

  std::optional<std::uint64_t> sixth_word() const {
    const auto at = pointer();
    return at && user_ ? user_->load(*at, 4) : std::nullopt;
  }

  /// Goes in again for real, with the registers as they stood at the gate.
  void walk_in(Registers walking) {
    walking.gpr = gpr_;
    walking.rflags = question_.rflags;
    walking.rip = question_.rip;
    known_ = nullptr;
    path_.in(walking, arrival_);
  }

  /// The registers as ring 0 would have left them.
  const CrossingBill& leave_as_known(Registers& registers, std::int64_t result,
                                     const ServiceCharge& charge) {
    const auto word = sixth_word();
    for (std::size_t i = 0; i < gpr_.size(); ++i)
      registers.gpr[i] = value_of(known_->sources[i], i, result, word.value_or(0));
    registers.rip = known_->rip;
    registers.rflags = known_->rflags;
    registers.cs = known_->cs;
    registers.ss = known_->ss;
    return total(*known_->path, charge, known_->served);
  }

  std::uint64_t value_of(Source source, std::size_t i, std::int64_t result,
                         std::uint64_t word) const {
    switch (source) {
      case Source::Result:
        return static_cast<std::uint64_t>(result);
      case Source::Answer:
        return known_->answer;
      case Source::Fixed:
        return known_->fixed[i];
      case Source::UserRbp:
        return gpr_[static_cast<std::size_t>(Gpr::Rbp)];
      case Source::SixthWord:
        return word;
      default:
        return gpr_[i];
    }
  }

  /// Paths that execute the same instructions share their prices.
  Charged& charged_path() {
    std::string shape;
    for (const PathItem& item : path_.items()) {
      const std::uint64_t id =
          item.step ? reinterpret_cast<std::uintptr_t>(item.step) : item.address.value;
      shape.append(reinterpret_cast<const char*>(&id), sizeof id);
      shape += item.price_key;
    }
    const auto [found, is_new] = paths_.try_emplace(std::move(shape));
    if (is_new) found->second.priced = pricer_.price(path_.items().size(), Steps::Leave, syntax_);
    return found->second;
  }

  const Price& service_price(const ServiceCharge& charge) {
    if (row_.price && row_.call.data() == charge.call.data() &&
        row_.call.size() == charge.call.size() && row_.file_kind == charge.file_kind)
      return *row_.price;
    const auto& services = machine_.kernel.services;
    auto service = services.find(charge.call);
    if (service == services.end()) service = services.find("default");
    CHECK(service != services.end(), "a kernel without a default service");
    const auto kind = service->second.by_file_kind.find(charge.file_kind);
    const Price& price =
        kind != service->second.by_file_kind.end() ? kind->second : service->second.fixed;
    row_ = {charge.call, charge.file_kind, &price};
    return price;
  }

  static Form make_form(const PricedPath& priced, const KernelModel& kernel, bool in, bool out) {
    Form form{.bill = {.stages = priced.stages, .steps = {}, .total = {}},
              .fixed_total = priced.total};
    if (!priced.service_stage) return form;
    std::vector<StageCost>& stages = form.bill.stages;
    form.service = *priced.service_stage;
    form.fixed_service = stages[form.service].cycles;
    std::size_t at = form.service;
    const auto insert = [&](const char* name, const CopyModel& model) {
      ++at;
      stages.insert(stages.begin() + static_cast<std::ptrdiff_t>(at),
                    {.name = name,
                     .side = "copy",
                     .cycles = {},
                     .instructions = 0,
                     .note = "",
                     .source = model.per_byte.source});
      return at;
    };
    if (in) form.from_user = insert("copy from user", kernel.copy_from_user);
    if (out) form.to_user = insert("copy to user", kernel.copy_to_user);
    return form;
  }

  const CrossingBill& total(Charged& charged, const ServiceCharge& charge, bool served) {
    const bool in = served && charge.bytes_in != 0, out = served && charge.bytes_out != 0;
    std::optional<Form>& form = charged.forms[(in ? 1u : 0u) + (out ? 2u : 0u)];
    if (!form) form = make_form(charged.priced, machine_.kernel, in, out);
    return fill(*form, charge, served);
  }

  const CrossingBill& fill(Form& form, const ServiceCharge& charge, bool served) {
    CrossingBill& bill = form.bill;
    bill.total = form.fixed_total;
    if (!served) return bill;
    const Price& price = service_price(charge);
    StageCost& service = bill.stages[form.service];
    service.cycles = form.fixed_service + price.cycles;
    if (form.price != &price) {
      service.source = price.source;
      form.price = &price;
    }
    bill.total += price.cycles;
    for (const ServedEntry& entry : charge.entries) {
      const Cycles more = service_price({entry.call, entry.file_kind}).cycles;
      service.cycles += more;
      bill.total += more;
    }
    const auto copy = [&](std::size_t stage, const CopyModel& model, std::uint64_t bytes) {
      if (stage == 0) return;
      bill.stages[stage].cycles = copy_price(model, bytes);
      bill.total += bill.stages[stage].cycles;
    };
    copy(form.from_user, machine_.kernel.copy_from_user, charge.bytes_in);
    copy(form.to_user, machine_.kernel.copy_to_user, charge.bytes_out);
    return bill;
  }

  /// The bill of the path as it just ran, with its steps where somebody watches.
  const CrossingBill& bill_once(std::size_t count, const ServiceCharge& charge, bool served) {
    PricedPath priced = pricer_.price(count, watching_ ? Steps::Keep : Steps::Leave, syntax_);
    once_ = make_form(priced, machine_.kernel, served && charge.bytes_in != 0,
                      served && charge.bytes_out != 0);
    fill(once_, charge, served);
    if (watching_) once_.bill.steps = steps(std::move(priced), charge);
    return once_.bill;
  }

  /// The steps of the path with those of service and copies, by the stage numbers of the bill.
  std::vector<KernelStep> steps(PricedPath priced, const ServiceCharge& charge) const {
    if (!priced.service_stage) return std::move(priced.steps);
    const std::size_t copies = once_.bill.stages.size() - priced.stages.size();
    for (KernelStep& step : priced.steps)
      if (step.stage > *priced.service_stage)
        step.stage = static_cast<std::uint16_t>(step.stage + copies);
    std::vector<KernelStep> inserted;
    for (std::size_t i = once_.service; i <= once_.service + copies; ++i) {
      const StageCost& stage = once_.bill.stages[i];
      const bool service = i == once_.service;
      inserted.push_back({.address = 0,
                          .bytes = {},
                          .text = service ? service_text(charge) : stage.name,
                          .effect = service ? std::string() : copy_text(stage, charge),
                          .cycles = service ? stage.cycles - once_.fixed_service : stage.cycles,
                          .stage = static_cast<std::uint16_t>(i)});
    }
    priced.steps.insert(priced.steps.begin() + static_cast<std::ptrdiff_t>(*priced.service_step),
                        std::make_move_iterator(inserted.begin()),
                        std::make_move_iterator(inserted.end()));
    return std::move(priced.steps);
  }

  static std::string service_text(const ServiceCharge& charge) {
    if (charge.call.empty()) return "serve the call";
    return charge.file_kind.empty() ? fmt::format("serve {}", charge.call)
                                    : fmt::format("serve {}: {}", charge.call, charge.file_kind);
  }

  static std::string copy_text(const StageCost& stage, const ServiceCharge& charge) {
    return fmt::format("{} bytes",
                       stage.name == "copy to user" ? charge.bytes_out : charge.bytes_in);
  }

  const Machine& machine_;
  KernelPath path_;
  PathPricer pricer_;
  bool watching_ = false;
  Syntax syntax_ = Syntax::Att;

  std::unordered_map<std::string, Charged> paths_;  // by what is executed
  std::unordered_map<Question, Outcome, QuestionHash> outcomes_;
  bool asks_for_pointer_ = false;  // some outcome does
  std::uint64_t generation_ = 0;   // of what the outcomes hold
  ServiceRow row_;
  Form once_;

  // The crossing under way.
  Question question_{};
  Arrival arrival_;
  const UserWindow* user_ = nullptr;
  const Outcome* known_ = nullptr;
  std::array<std::uint64_t, 16> gpr_{};
};

Crossings::Crossings(const Machine& machine, Pricer& pricer)
    : kernel_(std::make_unique<Kernel>(machine, pricer)) {}

Crossings::~Crossings() = default;

void Crossings::watch(Watch what, bool intel_syntax) {
  kernel_->watch(what, intel_syntax);
}

Entered Crossings::enter(Registers& registers, Gate gate, std::uint8_t length,
                         std::uint8_t vector) {
  return kernel_->enter(registers, {.gate = gate, .length = length, .vector = vector});
}

bool Crossings::has_door(Gate gate, CodeMode mode) const {
  return kernel_->has_door(gate, mode);
}

void Crossings::show_user(const UserWindow* window) {
  kernel_->show_user(window);
}

void Crossings::set_landing_pad(std::uint64_t address) {
  kernel_->set_landing_pad(address);
}

bool Crossings::set_work(std::string_view name, bool on) {
  return kernel_->set_work(name, on);
}

const CrossingBill& Crossings::leave(Registers& registers, std::int64_t result,
                                     const ServiceCharge& charge) {
  return kernel_->leave(registers, result, charge);
}

const CrossingBill& Crossings::end(const ServiceCharge& charge) {
  return kernel_->end(charge);
}

const KernelMemory& Crossings::memory() const {
  return kernel_->memory();
}

}  // namespace ringfare
