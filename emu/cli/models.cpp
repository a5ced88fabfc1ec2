// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cpu/base/failure.hpp"
#include "emu/cli/options/machine_options.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

void list(const ModelLibrary& library) {
  fmt::print("processors (--cpu)\n");
  for (const std::string& name : library.cpu_names())
    fmt::print("  {:<14} {}\n", name, library.cpu(name).description);
  fmt::print("\nkernels (--kernel)\n");
  for (const std::string& name : library.kernel_names())
    fmt::print("  {:<14} {}\n", name, library.kernel(name).description);
  fmt::print("\n'ringfare models NAME' shows one with its prices and their sources.\n");
}

void show_price(std::string_view name, const Price& price) {
  fmt::print("  {:<28} {:>9}  {:<9}  {}\n", name, cycles_text(price.cycles),
             to_string(price.evidence), price.source);
}

void show(const CpuModel& cpu) {
  fmt::print("{}: {}\n\n", cpu.name, cpu.description);
  fmt::print("  {:<14} {} family {} model {} stepping {}, \"{}\"\n", "cpuid",
             cpu.vendor == Vendor::Intel ? "Intel" : "AMD", cpu.family, cpu.model, cpu.stepping,
             cpu.brand);
  fmt::print("  {:<14} {} MHz core, {} MHz TSC\n", "clock",
             static_cast<double>(cpu.core_khz) / 1000, static_cast<double>(cpu.tsc_khz) / 1000);
  fmt::print("  {:<14} {}\n", "ordinary code",
             cpu.core ? fmt::format("a table of its own: {}", cpu.core->source)
                      : fmt::format("LLVM's {}", cpu.llvm_cpu));
  fmt::print("  {:<14} {}\n", "mitigations", fmt::join(cpu.mitigations, " "));
  fmt::print("  {:<14} {}\n", "features", fmt::join(cpu.features, " "));
  fmt::print("\n  {:<28} {:>9}  {:<9}  {}\n", "price", "cycles", "evidence", "source");
  for (const auto& [name, price] : cpu.prices) show_price(name, price);
}

void show_stages(const DoorModel& door) {
  fmt::print("\ndoor {}\n", door.name);
  for (const StageModel& stage : door.stages) {
    fmt::print("\n  [{}] {}{}\n", stage.side, stage.name,
               stage.when.empty() ? "" : fmt::format(" (when {})", stage.when));
    if (!stage.note.empty()) fmt::print("    {}\n", stage.note);
    if (!stage.source.empty()) fmt::print("    source: {}\n", stage.source);
    if (stage.fixed) show_price("fixed", *stage.fixed);
    std::string_view left = stage.assembly;
    while (!left.empty()) {
      const std::size_t end = left.find('\n');
      if (const auto line = left.substr(0, end); !line.empty()) fmt::print("      | {}\n", line);
      left.remove_prefix(end == left.npos ? left.size() : end + 1);
    }
  }
}

void show(const KernelModel& kernel) {
  fmt::print("{}: {}\n\n", kernel.name, kernel.description);
  fmt::print("  {:<14} {} {}\n", "uname", kernel.release, kernel.version);
  for (const MitigationModel& mitigation : kernel.mitigations)
    fmt::print("  mitigation {:<14} {} ({})\n", mitigation.name, mitigation.meaning,
               mitigation.sysfs);
  for (const DoorModel& door : kernel.doors) show_stages(door);
  fmt::print("\n  {:<28} {:>9}  {:<9}  {}\n", "service", "cycles", "evidence", "source");
  for (const auto& [name, service] : kernel.services) {
    show_price(name, service.fixed);
    for (const auto& [kind, price] : service.by_file_kind)
      show_price(fmt::format("{} on {}", name, kind), price);
  }
  show_price("copy from user", kernel.copy_from_user.fixed);
  show_price("copy from user, per byte", kernel.copy_from_user.per_byte);
  show_price("copy to user", kernel.copy_to_user.fixed);
  show_price("copy to user, per byte", kernel.copy_to_user.per_byte);
}

/// A file of the user: shown as a processor if it can be read as one, else as a kernel.
void show_file(const ModelLibrary& library, const std::string& path) {
  std::optional<KernelModel> kernel;
  try {
    show(library.cpu(path));
    return;
  } catch (const UserError& no_cpu) {
    try {
      kernel = library.kernel(path);
    } catch (const UserError& no_kernel) {
      throw UserError(fmt::format("{} (read as a processor; read as a kernel: {})", no_cpu.what(),
                                  no_kernel.what()));
    }
  }
  show(*kernel);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

int models_verb(const std::vector<std::string>& words) {
  OptionTable table("options");
  add_option(table, kHelpOption);
  const ParsedOptions options = parse_options("models", table, words, Words::Ours);
  if (options.has("help")) return print_help("models [NAME]", table), 0;
  const ModelLibrary library = model_library();
  if (options.rest.empty()) {
    list(library);
    return 0;
  }
  if (options.rest.size() > 1) throw UserError("models: name one model at a time");
  const std::string& name = options.rest.front();
  if (name.find('/') != name.npos || name.ends_with(".toml")) {
    show_file(library, name);
  } else if (contains(library.kernel_names(), name)) {
    show(library.kernel(name));
  } else if (contains(library.cpu_names(), name)) {
    show(library.cpu(name));
  } else {
    auto names = library.cpu_names();
    for (const std::string& kernel : library.kernel_names()) names.push_back(kernel);
    const auto near = nearest(name, names);
    throw UserError(fmt::format("models: no model '{}'; {}", name,
                                near ? fmt::format("did you mean '{}'?", *near)
                                     : std::string("'ringfare models' lists them")));
  }
  return 0;
}

}  // namespace ringfare
