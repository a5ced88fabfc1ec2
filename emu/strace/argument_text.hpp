// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "emu/linux/abi/argument_kinds.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// An argument that is a value: 3, AT_FDCWD, 0644, PROT_READ|PROT_WRITE. What is neither here nor
/// has names (`names_of`) is an address.
std::string argument_text(ArgKind kind, std::uint64_t value, const DescribeOptions& options);

}  // namespace ringfare
