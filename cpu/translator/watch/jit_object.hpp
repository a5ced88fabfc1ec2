// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cpu/translator/watch/code_names.hpp"

namespace ringfare {

/// An ELF object file for a debugger: it holds no code, only a section .text that says where the
/// code lies in memory (from the first name's beginning to the furthest end) and a function symbol
/// for each name. System V ABI, chapter 4. `names` is not empty.
std::vector<std::byte> jit_object(std::span<const NamedCode> names);

}  // namespace ringfare
