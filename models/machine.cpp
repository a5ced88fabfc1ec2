// SPDX-License-Identifier: MIT
#include "models/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ringfare {

namespace {

constexpr std::string_view kOff = "no-";

using Mitigations = std::set<std::string, std::less<>>;

std::vector<std::string> allowed_words(const KernelModel& kernel) {
  std::vector<std::string> words = {"auto", "off"};
  for (const MitigationModel& mitigation : kernel.mitigations) words.push_back(mitigation.name);
  return words;
}

/// Whether `auto` leaves a mitigation off because another one or the processor makes it needless.
bool is_replaced(const MitigationModel& mitigation, const CpuModel& cpu,
                 const Mitigations& listed) {
  constexpr std::string_view kOfCpu = "cpu:";
  return std::ranges::any_of(mitigation.unless, [&](std::string_view word) {
    if (!word.starts_with(kOfCpu)) return listed.contains(word);
    return std::ranges::find(cpu.features, word.substr(kOfCpu.size())) != cpu.features.end();
  });
}

Mitigations automatic(const CpuModel& cpu, const KernelModel& kernel) {
  const Mitigations listed(cpu.mitigations.begin(), cpu.mitigations.end());
  Mitigations known;
  for (const MitigationModel& mitigation : kernel.mitigations)
    if (listed.contains(mitigation.name)) known.insert(mitigation.name);
  Mitigations on;
  for (const MitigationModel& mitigation : kernel.mitigations)
    if (known.contains(mitigation.name) && !is_replaced(mitigation, cpu, known))
      on.insert(mitigation.name);
  return on;
}

void apply(std::string_view word, const KernelModel& kernel, Mitigations& on) {
  if (word.empty()) {
    throw UserError(
        "--mitigations: an empty word; write auto, off or names with commas between them");
  }
  if (word == "auto" || word == "off") {
    throw UserError(fmt::format("--mitigations: '{}' can only stand first", word));
  }
  const bool off = word.starts_with(kOff);
  const std::string_view name = off ? word.substr(kOff.size()) : word;
  if (kernel.mitigation(name) == nullptr) {
    throw UserError(fmt::format("--mitigations: kernel '{}' knows no '{}'{}", kernel.name, name,
                                suggestion(name, allowed_words(kernel))));
  }
  if (off) {
    on.erase(std::string(name));
  } else {
    on.emplace(name);
  }
}

Mitigations choose(const CpuModel& cpu, const KernelModel& kernel, std::string_view choice) {
  Mitigations on;
  for (bool first = true; first || !choice.empty(); first = false) {
    const std::size_t comma = std::min(choice.find(','), choice.size());
    const std::string_view word = choice.substr(0, comma);
    choice.remove_prefix(std::min(comma + 1, choice.size()));
    if (first && word == "auto") {
      on = automatic(cpu, kernel);
    } else if (!(first && word == "off")) {
      apply(word, kernel, on);
    }
  }
  return on;
}

/// A kernel runs only where the processor has what it is built for.
void check_requirements(const CpuModel& cpu, const KernelModel& kernel) {
  for (const Requirement& need : kernel.needs)
    if (std::ranges::find(cpu.features, need.feature) == cpu.features.end())
      throw UserError(need.at,
                      fmt::format("kernel {} needs a processor with '{}', which {} has not; "
                                  "choose another --cpu or --kernel",
                                  kernel.name, need.feature, cpu.name));
}

}  // namespace

std::set<std::string, std::less<>> Machine::conditions() const {
  std::set<std::string, std::less<>> all = mitigations;
  for (const std::string& feature : cpu.features) all.insert("cpu:" + feature);
  return all;
}

Machine make_machine(CpuModel cpu, KernelModel kernel, std::string_view mitigation_choice,
                     std::optional<std::uint64_t> mhz) {
  if (mhz) {
    constexpr std::uint64_t kMost = 1'000'000;
    if (*mhz == 0 || *mhz > kMost) {
      throw UserError(fmt::format("--mhz: {} is no clock; it goes from 1 to {}", *mhz, kMost));
    }
    const std::uint64_t core_khz = *mhz * 1000;
    // The TSC keeps its ratio to the core clock. At most 10^9 x 10^9 kHz: fits.
    cpu.tsc_khz = cpu.tsc_khz * core_khz / cpu.core_khz;
    cpu.core_khz = core_khz;
  }
  check_requirements(cpu, kernel);
  Mitigations on = choose(cpu, kernel, mitigation_choice);
  return {std::move(cpu), std::move(kernel), std::move(on)};
}

}  // namespace ringfare
