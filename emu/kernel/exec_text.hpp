// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "emu/kernel/describe.hpp"
#include "emu/kernel/personality.hpp"

namespace ringfare {

/// "execve(\"/bin/true\", [\"true\"], 0x2fffffffe808 /* 37 vars */)": the call that starts a run.
/// No guest makes it: `environment` is where the new program finds the variables.
std::string exec_text(const ExecRequest& request, GuestAddress environment,
                      const DescribeOptions& options);

}  // namespace ringfare
