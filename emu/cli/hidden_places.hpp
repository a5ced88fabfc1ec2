// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace ringfare {

/// Where secrets and other people's files lie, hidden from a program one does not trust: in order,
/// deeper ones behind those above them. Some may not be there.
std::vector<std::filesystem::path> hidden_folders();
std::span<const std::string_view> hidden_files();

}  // namespace ringfare
