// SPDX-License-Identifier: MIT
#include "emu/cli/machine_options.hpp"

#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdlib>
#include <filesystem>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::uint64_t kHighestMhz = 100'000;

/// Beside the program's build folder, else where this program was built from.
fs::path shipped_models() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path near = program.parent_path().parent_path() / "models";
  return !error && fs::is_directory(near / "cpus", error) ? near : fs::path(RINGFARE_MODELS);
}

}  // namespace

void add_machine_options(OptionTable& table) {
  table.add_options()("cpu",
                      po::value<std::string>()->default_value(kDefaultCpu)->value_name("NAME"),
                      "processor to price for: a shipped name or a .toml file")(
      "mhz", po::value<std::uint64_t>()->value_name("N"),
      "its core clock in MHz; the TSC rate scales with it")(
      "kernel", po::value<std::string>()->default_value(kDefaultKernel)->value_name("NAME"),
      "kernel whose paths are executed: a shipped name or a .toml file")(
      "mitigations", po::value<std::string>()->default_value("auto")->value_name("LIST"),
      "auto, off, or names with commas; after auto or off, NAME adds and no-NAME removes");
}

ModelLibrary model_library() {
  std::vector<fs::path> roots;
  if (const char* path = std::getenv("RINGFARE_MODEL_PATH")) {
    std::string_view left = path;
    while (!left.empty()) {
      const std::size_t colon = std::min(left.find(':'), left.size());
      if (colon != 0) roots.emplace_back(left.substr(0, colon));
      left.remove_prefix(std::min(colon + 1, left.size()));
    }
  }
  roots.push_back(shipped_models());
  return ModelLibrary(std::move(roots));
}

std::optional<std::uint64_t> chosen_mhz(const ParsedOptions& options) {
  if (!options.has("mhz")) return std::nullopt;
  const std::uint64_t mhz = options.values["mhz"].as<std::uint64_t>();
  if (mhz == 0 || mhz > kHighestMhz)
    throw UserError(fmt::format("--mhz {}: give a clock between 1 and {} MHz", mhz, kHighestMhz));
  return mhz;
}

Machine chosen_machine(const ParsedOptions& options) {
  const ModelLibrary library = model_library();
  return make_machine(library.cpu(options.text("cpu")), library.kernel(options.text("kernel")),
                      options.text("mitigations"), chosen_mhz(options));
}

void add_also_cpu_option(OptionTable& table) {
  table.add_options()("also-cpu", po::value<std::vector<std::string>>()->value_name("NAME"),
                      "price the run for this processor too; may be given again");
}

std::vector<Machine> also_priced_machines(const ParsedOptions& options) {
  std::vector<Machine> machines;
  if (!options.has("also-cpu")) return machines;
  const ModelLibrary library = model_library();
  const KernelModel kernel = library.kernel(options.text("kernel"));
  for (const std::string& name : options.values["also-cpu"].as<std::vector<std::string>>())
    machines.push_back(
        make_machine(library.cpu(name), kernel, options.text("mitigations"), std::nullopt));
  return machines;
}

}  // namespace ringfare
