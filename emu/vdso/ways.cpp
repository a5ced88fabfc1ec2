// SPDX-License-Identifier: MIT
#include "emu/vdso/ways.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/vdso/vsyscall.hpp"
#include "emu/vdso/vsyscall_crossing.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kPrefix = "__vdso_";

struct UsualArguments {
  std::string_view function;
  std::array<std::uint64_t, 3> values;
};

constexpr std::uint64_t kBuffer = VdsoWalk::kBuffer.value;
constexpr UsualArguments kArguments[] = {
    {"clock_gettime", {CLOCK_MONOTONIC, kBuffer, 0}},
    {"clock_gettime64", {CLOCK_MONOTONIC, kBuffer, 0}},
    {"clock_getres", {CLOCK_MONOTONIC, kBuffer, 0}},
    {"gettimeofday", {kBuffer, 0, 0}},
    {"time", {0, 0, 0}},
    {"getcpu", {kBuffer, kBuffer + 8, 0}},
    {"getrandom", {kBuffer, 8, 0}},
};

constexpr std::uint8_t kCall[] = {0xe8, 0, 0, 0, 0};
constexpr std::uint8_t kCallLength[] = {sizeof kCall};

/// The bill of a function with the caller's instruction in front of it.
CrossingBill called(CrossingBill bill, Pricer& pricer, CodeMode mode) {
  StageCost stage;
  stage.name = "call";
  stage.side = "user";
  stage.cycles = pricer.price(kCall, kCallLength, mode).total;
  stage.instructions = 1;
  bill.total += stage.cycles;
  bill.stages.insert(bill.stages.begin(), std::move(stage));
  return bill;
}

/// One machine's image, walked through.
class Walker {
 public:
  Walker(const Machine& machine, Pricer& pricer, const Crossings& crossings, Abi abi)
      : pricer_(pricer),
        mode_(abi == Abi::Amd64 ? CodeMode::Long64 : CodeMode::Compat32),
        walk_(machine, {.abi = abi,
                        .release = machine.kernel.release,
                        .features = vdso_features(machine, crossings, abi)}) {}

  std::optional<CrossingBill> function(std::string_view call) {
    const std::uint64_t offset = walk_.vdso().image().function(fmt::format("{}{}", kPrefix, call));
    if (offset == 0) return std::nullopt;
    return at(offset, call);
  }
  std::optional<CrossingBill> of_page(std::string_view call) {
    const auto entry = walk_.vdso().vsyscall_entry(call);
    if (!entry) return std::nullopt;
    return at(*entry - walk_.vdso().base(), call);
  }

 private:
  CrossingBill at(std::uint64_t offset, std::string_view call) {
    const VdsoWalk::Call done = walk_.call(offset, usual_arguments(call));
    return called(walk_.bill(done, pricer_, false), pricer_, mode_);
  }

  Pricer& pricer_;
  CodeMode mode_;
  VdsoWalk walk_;
};

std::optional<CrossingBill> through_page(const Machine& machine, Pricer& pricer, Walker& walker,
                                         std::string_view call) {
  const auto slot = std::ranges::find(kVsyscallSlots, call, &VsyscallSlot::call);
  if (slot == kVsyscallSlots.end() || machine.kernel.vsyscall == VsyscallMode::None)
    return std::nullopt;
  if (machine.kernel.vsyscall == VsyscallMode::Native) return walker.of_page(call);
  const ServiceCharge charge{
      .call = call, .file_kind = {}, .bytes_in = 0, .bytes_out = slot->pointees[0]};
  return called(VsyscallCrossing(machine, pricer).bill(0, charge), pricer, CodeMode::Long64);
}

bool returns_behind(const KernelModel& kernel) {
  const DoorModel* const door = kernel.door(model_door::kSyscall32);
  return door != nullptr && door->returns_behind;
}

}  // namespace

std::set<std::string, std::less<>> vdso_features(const Machine& machine, const Crossings& crossings,
                                                 Abi abi) {
  std::set<std::string, std::less<>> features(machine.cpu.features.begin(),
                                              machine.cpu.features.end());
  if (abi == Abi::Amd64) return features;
  if (crossings.has_door(Gate::Sysenter, CodeMode::Compat32))
    features.emplace(kSysenter32);
  else if (crossings.has_door(Gate::Syscall, CodeMode::Compat32))
    features.emplace(returns_behind(machine.kernel) ? kSyscall32Behind : kSyscall32);
  return features;
}

std::array<std::uint64_t, 3> usual_arguments(std::string_view function) {
  if (function.starts_with(kPrefix)) function.remove_prefix(kPrefix.size());
  const auto row = std::ranges::find(kArguments, function, &UsualArguments::function);
  return row == std::end(kArguments) ? std::array<std::uint64_t, 3>{} : row->values;
}

std::vector<Way> ways_without_a_door(const Machine& machine, std::string_view call) {
  const auto known = std::ranges::find(kArguments, call, &UsualArguments::function);
  if (known == std::end(kArguments)) return {};
  Pricer pricer(machine.cpu);
  const Crossings crossings(machine, pricer);
  std::vector<Way> ways;
  const auto add = [&](std::string_view name, CodeMode mode, std::optional<CrossingBill> bill) {
    if (bill) ways.push_back({name, mode, std::move(*bill)});
  };
  if (machine.kernel.has_vdso) {
    Walker narrow(machine, pricer, crossings, Abi::I386);
    add("vdso", CodeMode::Compat32, narrow.function(call));
  }
  if (machine.kernel.bits == 32) return ways;
  Walker wide(machine, pricer, crossings, Abi::Amd64);
  if (machine.kernel.has_vdso) add("vdso", CodeMode::Long64, wide.function(call));
  add("vsyscall", CodeMode::Long64, through_page(machine, pricer, wide, call));
  return ways;
}

}  // namespace ringfare
