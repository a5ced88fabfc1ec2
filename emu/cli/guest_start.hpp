// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace ringfare {

/// As a shell finds a program: a name without a slash is looked for in PATH. Throws UserError for
/// what execve(2) does not start.
std::string find_program(const std::string& name);

/// Ours, with "NAME=VALUE" set and "NAME" removed.
/// The descriptors above 2 that whoever started us has left open.
std::vector<int> inherited_descriptors();

std::vector<std::string> guest_environment(const std::vector<std::string>& settings);

}  // namespace ringfare
