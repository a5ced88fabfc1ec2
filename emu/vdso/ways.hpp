// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emu/crossing/crossing.hpp"
#include "emu/crossing/doors.hpp"
#include "emu/vdso/walk.hpp"

namespace ringfare {

/// What the image is fitted to on a machine: the processor's features, and for 32-bit code the best
/// door that its kernel opens.
std::set<std::string, std::less<>> vdso_features(const Machine& machine, const Crossings& crossings,
                                                 Abi abi);

/// What a function of the vDSO, with or without `__vdso_`, is called with to see what it costs: the
/// monotonic clock, and room for its answers.
std::array<std::uint64_t, 3> usual_arguments(std::string_view function);

/// The ways to the answer of `call` that pass no door: the vDSO's function of that name, and the
/// vsyscall page.
std::vector<Way> ways_without_a_door(const Machine& machine, std::string_view call);

}  // namespace ringfare
