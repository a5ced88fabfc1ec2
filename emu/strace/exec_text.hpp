// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "emu/program/exec_request.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// Where the arguments and the environment of a new program lie.
struct ExecVectors {
  GuestAddress path, arguments, environment;
};

/// "execve(\"/bin/true\", [\"true\"], 0x7edfffffe808 /* 37 vars */)": the call that starts a run,
/// which no guest makes.
std::string exec_text(const ExecRequest& request, const ExecVectors& vectors,
                      const DescribeOptions& options);

}  // namespace ringfare
