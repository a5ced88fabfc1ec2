// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace ringfare {

// Each verb gets the words after it and returns the exit status.
int run_verb(const std::vector<std::string>& words);
int trace_verb(const std::vector<std::string>& words);
int explain_verb(const std::vector<std::string>& words);
int doors_verb(const std::vector<std::string>& words);
int models_verb(const std::vector<std::string>& words);
int syscalls_verb(const std::vector<std::string>& words);
int vdso_verb(const std::vector<std::string>& words);

}  // namespace ringfare
