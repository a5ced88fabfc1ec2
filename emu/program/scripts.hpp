// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/program/exec_request.hpp"

namespace ringfare {

/// execve(2), "Interpreter scripts": where the program is a script, its interpreter takes its
/// place, and the script becomes an argument. Returns 0 where the request then names an ELF file,
/// else -errno as execve(2); the request is changed up to the file that failed.
std::int64_t follow_scripts(ExecRequest& request);

}  // namespace ringfare
