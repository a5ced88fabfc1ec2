// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace ringfare {

/// execve(2), past all that can make it fail.
struct ExecRequest {
  std::string program;  // the host's path
  std::string name;     // of the process from now on
  std::vector<std::string> arguments, environment;
};

}  // namespace ringfare
