// SPDX-License-Identifier: MIT
#include "emu/crossing/effect.hpp"

#include <fmt/format.h>

#include <string_view>

namespace ringfare {
namespace {

constexpr std::string_view kNames[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                       "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

struct FlagName {
  std::uint64_t bit;
  std::string_view name;
};
constexpr FlagName kFlags[] = {
    {flag::kCarry, "CF"},     {flag::kParity, "PF"},     {flag::kAdjust, "AF"},
    {flag::kZero, "ZF"},      {flag::kSign, "SF"},       {flag::kTrap, "TF"},
    {flag::kInterrupt, "IF"}, {flag::kDirection, "DF"},  {flag::kOverflow, "OF"},
    {flag::kResume, "RF"},    {flag::kNestedTask, "NT"}, {flag::kAlignmentCheck, "AC"},
};

/// A register of the system half that is shown when it changes.
struct SystemName {
  std::string_view name;
  std::uint64_t SystemState::*member;
};
constexpr SystemName kSystem[] = {
    {"cr0", &SystemState::cr0},
    {"cr3", &SystemState::cr3},
    {"cr4", &SystemState::cr4},
    {"IA32_SPEC_CTRL", &SystemState::spec_ctrl},
    {"IA32_PRED_CMD", &SystemState::pred_cmd},
    {"kernel_gs_base", &SystemState::kernel_gs_base},
};

std::string flags_text(std::uint64_t before, std::uint64_t after) {
  std::string text;
  for (const FlagName& f : kFlags)
    if ((before ^ after) & f.bit)
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", f.name, after & f.bit ? 1 : 0);
  return text;
}

}  // namespace

/// Phrases with commas between them.
class Effect::Words {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (!text_.empty()) text_ += ", ";
    text_ += fmt::format(format, std::forward<Args>(args)...);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

Effect::Effect(const Registers& registers, const SystemState& system)
    : gpr_(registers.gpr),
      rflags_(registers.rflags),
      gs_base_(registers.gs.base),
      cs_(registers.cs.selector),
      ss_(registers.ss.selector),
      system_(system) {}

std::string Effect::since(const Registers& registers, const SystemState& system) const {
  Words words;
  for (std::size_t i = 0; i < gpr_.size(); ++i)
    if (registers.gpr[i] != gpr_[i]) words.add("{} = {:#x}", kNames[i], registers.gpr[i]);
  changes(words, registers, system);
  return words.take();
}

std::string Effect::since(const Registers& registers, const SystemState& system,
                          const Executed& done) const {
  Words words;
  if (done.stored) words.add("[{:#x}] = {:#x}", done.stored->address.value, done.stored->bits);
  for (std::size_t i = 0; i < gpr_.size(); ++i)
    if (done.written >> i & 1) words.add("{} = {:#x}", kNames[i], registers.gpr[i]);
  if (done.ends_run && registers.rip == done.address.value + done.length)
    words.add("not taken");
  else if (done.ends_run)
    words.add("to {:#x}", registers.rip);
  changes(words, registers, system);
  return words.take();
}

void Effect::changes(Words& words, const Registers& registers, const SystemState& system) const {
  if (registers.cs.selector != cs_) words.add("cs = {:#x}", registers.cs.selector);
  if (registers.ss.selector != ss_) words.add("ss = {:#x}", registers.ss.selector);
  if (registers.gs.base != gs_base_) words.add("gs.base = {:#x}", registers.gs.base);
  for (const SystemName& s : kSystem)
    if (system.*s.member != system_.*s.member) words.add("{} = {:#x}", s.name, system.*s.member);
  if (system.cpl != system_.cpl) words.add("CPL = {}", system.cpl);
  if (registers.rflags != rflags_) words.add("{}", flags_text(rflags_, registers.rflags));
}

}  // namespace ringfare
