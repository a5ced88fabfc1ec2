// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "emu/cli/options/options.hpp"
#include "models/machine.hpp"

namespace ringfare {

inline constexpr const char* kDefaultCpu = "skylake";
inline constexpr const char* kDefaultKernel = "linux-6.1";

/// --cpu, --mhz, --kernel, --mitigations.
void add_machine_options(OptionTable& table);

/// $RINGFARE_MODEL_PATH first, then the shipped models.
ModelLibrary model_library();

/// --mhz, checked; nothing where it was not given.
std::optional<std::uint64_t> chosen_mhz(const ParsedOptions& options);

Machine chosen_machine(const ParsedOptions& options);

/// --also-cpu: the machines a run is priced for besides the one that decides, with its kernel and
/// --mitigations.
void add_also_cpu_option(OptionTable& table);
std::vector<Machine> also_priced_machines(const ParsedOptions& options);

}  // namespace ringfare
