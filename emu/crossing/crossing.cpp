// SPDX-License-Identifier: MIT
#include "emu/crossing/crossing.hpp"

#include <array>
#include <unordered_map>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/crossing/doorway.hpp"
#include "emu/crossing/kernel_path.hpp"
#include "emu/crossing/path_price.hpp"
#include "emu/crossing/service_bill.hpp"

namespace ringfare {
namespace {

/// A path as it is charged: a form for each combination of copies, from user and to user.
struct ChargedPath {
  PricedPath priced;
  std::array<std::optional<BillForm>, 4> forms;
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
  ChargedPath* path = nullptr;
  bool served = false;
  std::uint64_t answer = 0;  // RAX where the kernel answered by itself
  std::uint64_t rip = 0, rflags = 0;
  Segment cs, ss;
  Sources sources{};
  std::array<std::uint64_t, 16> fixed{};  // what registers of Source::Fixed hold
};

}  // namespace

/// Executes a path the first time and repeats its outcome afterwards.
class Crossings::Repeater {
  static constexpr std::size_t kMostOutcomes = 1 << 16;

 public:
  Repeater(const Machine& machine, Pricer& pricer)
      : path_(machine), pricer_(machine, pricer, path_), services_(machine.kernel) {}

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
    if (!known_) return path_.in(registers, arrival);
    if (!known_->served) registers[Gpr::Rax] = known_->answer;
    return {.served = known_->served, .raised = {}};
  }

  const CrossingBill& leave(Registers& registers, std::int64_t result,
                            const ServiceCharge& charge) {
    if (known_ && path_.work_wanted()) walk_in(registers);
    if (known_) return leave_as_known(registers, result, charge);
    path_.out(registers, static_cast<std::uint64_t>(result));
    if (path_.generation() != generation_) {
      outcomes_.clear();
      generation_ = path_.generation();
    }
    if (watching_) return bill_once(charge);
    ChargedPath& charged = charged_path();
    if (path_.sources()) remember(registers, charged);
    return total(charged, charge, path_.service_at().has_value());
  }

  const CrossingBill& end(const ServiceCharge& charge) {
    if (known_) {  // the bill of half a path: walk that half
      Registers registers;
      if (question_.mode == CodeMode::Compat32)
        registers.cs = {.selector = selector::kUserCode32, .default_size = true};
      walk_in(registers);
    }
    return bill_once(charge);
  }

  void log_to(DebugLog* log) { pricer_.log_to(log); }

  bool has_door(Gate gate, CodeMode mode) const { return path_.kernel().has_door(gate, mode); }
  void show_user(const UserWindow* window) {
    user_ = window;
    path_.show_user(window);
  }
  void set_landing_pad(std::uint64_t address) {
    path_.set_landing_pad(address);
    outcomes_.clear();
  }
  bool set_work(std::string_view name, bool on) { return path_.set_work(name, on); }

  const KernelMemory& memory() const { return path_.kernel().memory(); }

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

  /// The path that has just been executed; `registers` are as it left them.
  void remember(const Registers& registers, ChargedPath& charged) {
    if (outcomes_.size() >= kMostOutcomes) outcomes_.clear();
    asks_for_pointer_ |= path_.asked_for_pointer();
    question_.pointer = path_.asked_for_pointer() ? pointer().value_or(0) : 0;
    outcomes_.emplace(question_, Outcome{.path = &charged,
                                         .served = path_.service_at().has_value(),
                                         .answer = registers[Gpr::Rax],
                                         .rip = registers.rip,
                                         .rflags = registers.rflags,
                                         .cs = registers.cs,
                                         .ss = registers.ss,
                                         .sources = *path_.sources(),
                                         .fixed = registers.gpr});
  }

  /// Paths that execute the same instructions share their prices.
  ChargedPath& charged_path() {
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

  const CrossingBill& total(ChargedPath& charged, const ServiceCharge& charge, bool served) {
    const bool in = served && charge.bytes_in != 0, out = served && charge.bytes_out != 0;
    std::optional<BillForm>& form = charged.forms[(in ? 1u : 0u) + (out ? 2u : 0u)];
    if (!form) {
      form = services_.form(charged.priced, in, out);
      form->bill.settle();
    }
    return services_.fill(*form, charge, served);
  }

  /// The bill of the path as it just ran, with its steps where somebody watches.
  const CrossingBill& bill_once(const ServiceCharge& charge) {
    const bool served = path_.service_at().has_value();
    PricedPath priced =
        pricer_.price(path_.items().size(), watching_ ? Steps::Keep : Steps::Leave, syntax_);
    once_ = services_.form(priced, served && charge.bytes_in != 0, served && charge.bytes_out != 0);
    services_.fill(once_, charge, served);
    if (watching_) once_.bill.steps = ServiceBill::steps(std::move(priced), once_, charge);
    return once_.bill;
  }

  KernelPath path_;
  PathPricer pricer_;
  ServiceBill services_;
  bool watching_ = false;
  Syntax syntax_ = Syntax::Att;

  std::unordered_map<std::string, ChargedPath> paths_;  // by what is executed
  std::unordered_map<Question, Outcome, QuestionHash> outcomes_;
  bool asks_for_pointer_ = false;  // some outcome does
  std::uint64_t generation_ = 0;   // of what the outcomes hold
  BillForm once_;

  // The crossing under way.
  Question question_{};
  Arrival arrival_;
  const UserWindow* user_ = nullptr;
  const Outcome* known_ = nullptr;
  std::array<std::uint64_t, 16> gpr_{};
};

Crossings::Crossings(const Machine& machine, Pricer& pricer)
    : repeater_(std::make_unique<Repeater>(machine, pricer)) {}

Crossings::~Crossings() = default;

void Crossings::watch(Watch what, bool intel_syntax) {
  repeater_->watch(what, intel_syntax);
}

void Crossings::log_to(DebugLog* log) {
  repeater_->log_to(log);
}

Entered Crossings::enter(Registers& registers, Gate gate, std::uint8_t length,
                         std::uint8_t vector) {
  return repeater_->enter(registers, {.gate = gate, .length = length, .vector = vector});
}

bool Crossings::has_door(Gate gate, CodeMode mode) const {
  return repeater_->has_door(gate, mode);
}

void Crossings::show_user(const UserWindow* window) {
  repeater_->show_user(window);
}

void Crossings::set_landing_pad(std::uint64_t address) {
  repeater_->set_landing_pad(address);
}

bool Crossings::set_work(std::string_view name, bool on) {
  return repeater_->set_work(name, on);
}

const CrossingBill& Crossings::leave(Registers& registers, std::int64_t result,
                                     const ServiceCharge& charge) {
  return repeater_->leave(registers, result, charge);
}

const CrossingBill& Crossings::end(const ServiceCharge& charge) {
  return repeater_->end(charge);
}

const KernelMemory& Crossings::memory() const {
  return repeater_->memory();
}

}  // namespace ringfare
