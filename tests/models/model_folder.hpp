// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "models/machine.hpp"

namespace ringfare {

/// A folder of model files that lives as long as a test: cpus/plain.toml and kernels/plain.toml,
/// both complete, and what the test adds.
class ModelFolder {
 public:
  ModelFolder();
  ~ModelFolder();
  ModelFolder(const ModelFolder&) = delete;
  ModelFolder& operator=(const ModelFolder&) = delete;

  const std::filesystem::path& root() const { return root_; }
  std::string path(std::string_view file) const { return (root_ / file).string(); }
  void write(std::string_view file, std::string_view text) const;
  ModelLibrary library() const { return ModelLibrary({root_}); }

  /// What `action` throws as UserError, with the folder's own path cut out; "" if it does not.
  std::string complaint(const std::function<void()>& action) const;

 private:
  std::filesystem::path root_;
};

/// The text of plain.toml without its prices, and the prices alone.
std::string plain_cpu();
std::string plain_prices();
std::string plain_kernel();

}  // namespace ringfare
