// SPDX-License-Identifier: MIT
#include "emu/effect.hpp"

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

/// A number of the system half that is shown when it changes.
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

class Words {
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

std::string flags_text(std::uint64_t before, std::uint64_t after) {
  std::string text;
  for (const FlagName& f : kFlags)
    if ((before ^ after) & f.bit)
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", f.name, after & f.bit ? 1 : 0);
  return text;
}

}  // namespace

Effect::Effect(const Registers& registers, const SystemState& system)
    : gpr_(registers.gpr),
      rflags_(registers.rflags),
      gs_base_(registers.gs.base),
      cs_(registers.cs.selector),
      ss_(registers.ss.selector),
      system_(system) {}

std::string Effect::since(const Registers& registers, const SystemState& system,
                          const std::optional<Stored>& stored) const {
  Words words;
  if (stored) words.add("[{:#x}] = {:#x}", stored->address.value, stored->bits);
  const std::size_t rsp = static_cast<std::size_t>(Gpr::Rsp);
  for (std::size_t i = 0; i < gpr_.size(); ++i) {
    // One word of the stack more or less goes without saying.
    const bool pushed_or_popped =
        i == rsp && (registers.gpr[i] == gpr_[i] + 8 || registers.gpr[i] == gpr_[i] - 8);
    if (registers.gpr[i] != gpr_[i] && !pushed_or_popped)
      words.add("{} = {:#x}", kNames[i], registers.gpr[i]);
  }
  if (registers.cs.selector != cs_) words.add("cs = {:#x}", registers.cs.selector);
  if (registers.ss.selector != ss_) words.add("ss = {:#x}", registers.ss.selector);
  if (registers.gs.base != gs_base_) words.add("gs.base = {:#x}", registers.gs.base);
  for (const SystemName& s : kSystem)
    if (system.*s.member != system_.*s.member) words.add("{} = {:#x}", s.name, system.*s.member);
  if (system.cpl != system_.cpl) words.add("CPL = {}", system.cpl);
  if (registers.rflags != rflags_) words.add("{}", flags_text(rflags_, registers.rflags));
  return words.take();
}

}  // namespace ringfare
