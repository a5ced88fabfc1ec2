// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace ringfare {

/// What execve(2) finds wrong with a program before the old one is gone: 0 or -errno. Its headers
/// are looked at, and those of the interpreter it names; scripts have been followed before.
std::int64_t check_loadable(const std::string& path);

/// Whether somebody has the open file open for writing, too (ETXTBSY).
bool is_being_written(int fd);

}  // namespace ringfare
