// SPDX-License-Identifier: MIT
#include "emu/cli/options/machine_options.hpp"

#include <cstdlib>
#include <filesystem>

#include "cpu/base/choice.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kHighestMhz = 100'000;

constexpr OptionRow kMachineOptions[] = {
    {"cpu", "NAME", "processor to price for: a shipped name or a .toml file", kDefaultCpu},
    {"mhz", "N", "its core clock in MHz; the TSC rate scales with it"},
    {"kernel", "NAME", "kernel whose paths are executed: a shipped name or a .toml file",
     kDefaultKernel},
    {"mitigations", "LIST",
     "auto, off, or names with commas; after auto or off, NAME adds and no-NAME removes", "auto"},
};

constexpr OptionRow kAlsoCpu = {"also-cpu", "NAME...",
                                "price the run for this processor too; may be given again"};

/// The models folder beside the build folder that holds this program, else that of its sources.
fs::path shipped_models() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path near = program.parent_path().parent_path() / "models";
  return !error && fs::is_directory(near / "cpus", error) ? near : fs::path(RINGFARE_MODELS);
}

}  // namespace

void add_machine_options(OptionTable& table) {
  add_options(table, kMachineOptions);
}

ModelLibrary model_library() {
  std::vector<fs::path> roots;
  if (const char* const path = std::getenv("RINGFARE_MODEL_PATH"))
    for (const std::string& folder : split(path, ':'))
      if (!folder.empty()) roots.emplace_back(folder);
  roots.push_back(shipped_models());
  return ModelLibrary(std::move(roots));
}

std::optional<std::uint64_t> chosen_mhz(const ParsedOptions& options) {
  if (!options.has("mhz")) return std::nullopt;
  return options.number("mhz", {.least = 1, .most = kHighestMhz});
}

Machine chosen_machine(const ParsedOptions& options) {
  const ModelLibrary library = model_library();
  return make_machine(library.cpu(options.text("cpu")), library.kernel(options.text("kernel")),
                      options.text("mitigations"), chosen_mhz(options));
}

void add_also_cpu_option(OptionTable& table) {
  add_option(table, kAlsoCpu);
}

std::vector<Machine> also_priced_machines(const ParsedOptions& options) {
  std::vector<Machine> machines;
  if (!options.has("also-cpu")) return machines;
  const ModelLibrary library = model_library();
  const KernelModel kernel = library.kernel(options.text("kernel"));
  for (const std::string& name : options.list("also-cpu"))
    machines.push_back(
        make_machine(library.cpu(name), kernel, options.text("mitigations"), std::nullopt));
  return machines;
}

}  // namespace ringfare
