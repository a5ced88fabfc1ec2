// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "cpu/base/nearest.hpp"
#include "models/extends.hpp"
#include "models/machine.hpp"
#include "models/toml.hpp"

namespace ringfare {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".toml";

/// The two kinds of model: the folder they are in and their name in messages.
struct ModelKind {
  std::string_view folder;
  std::string_view called;
};
constexpr ModelKind kCpu{"cpus", "CPU"};
constexpr ModelKind kKernel{"kernels", "kernel"};

bool is_path(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(kExtension);
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  return fs::equivalent(a, b, failed);
}

std::vector<std::string> names_in(const std::vector<fs::path>& roots, const ModelKind& kind) {
  std::set<std::string> names;
  for (const fs::path& root : roots) {
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(root / kind.folder, failed)) {
      if (entry.path().extension() == kExtension) names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

/// Follows `extends` from file to file.
class ModelFiles {
 public:
  ModelFiles(const std::vector<fs::path>& roots, const ModelKind& kind)
      : roots_(roots), kind_(kind) {}

  TomlValue read(std::string_view name_or_path) { return read_file(named(name_or_path)); }

  std::string name_of(std::string_view name_or_path) const {
    return is_path(name_or_path) ? fs::path(name_or_path).stem().string()
                                 : std::string(name_or_path);
  }

 private:
  fs::path named(std::string_view name_or_path) const {
    if (is_path(name_or_path)) return fs::path(name_or_path);
    if (const auto file = shipped(name_or_path, nullptr)) return *file;
    throw UserError(unknown(name_or_path));
  }

  std::string unknown(std::string_view name) const {
    return fmt::format("no {} model is called '{}'{}", kind_.called, name,
                       suggestion(name, names_in(roots_, kind_)));
  }

  /// NAME.toml of the first root that has it, other than `but`: a file may extend one of its name.
  std::optional<fs::path> shipped(std::string_view name, const fs::path* but) const {
    for (const fs::path& root : roots_) {
      fs::path file = root / kind_.folder / fmt::format("{}{}", name, kExtension);
      std::error_code failed;
      if (!fs::exists(file, failed) || (but != nullptr && same_file(file, *but))) continue;
      return file;
    }
    return std::nullopt;
  }

  TomlValue read_file(const fs::path& file) {
    TomlValue root = read_toml(file);
    const TomlValue* base = root.find("extends");
    if (base == nullptr) {
      refuse_stage_edits(root);
      return root;
    }
    if (!base->is(TomlValue::Kind::Text)) {
      throw UserError(base->at, fmt::format("'extends' must be a text, not {}; write extends = "
                                            "\"name\"",
                                            to_string(base->kind)));
    }
    chain_.push_back(file);
    const fs::path base_file = extended_file(*base, file);
    for (const fs::path& earlier : chain_) {
      if (!same_file(base_file, earlier)) continue;
      throw UserError(base->at, fmt::format("'{}' is extended by itself; one of the files must "
                                            "stand alone",
                                            base->text));
    }
    return extended(read_file(base_file), root);
  }

  /// A name as on the command line, or a path seen from the folder of the file that says it.
  fs::path extended_file(const TomlValue& base, const fs::path& from) const {
    if (is_path(base.text)) {
      fs::path file = from.parent_path() / base.text;
      std::error_code failed;
      if (fs::exists(file, failed)) return file;
      throw UserError(base.at,
                      fmt::format("'extends' names {}, which does not exist", file.string()));
    }
    if (const auto file = shipped(base.text, &from)) return *file;
    if (shipped(base.text, nullptr)) return from;
    throw UserError(base.at, unknown(base.text));
  }

  const std::vector<fs::path>& roots_;
  ModelKind kind_;
  std::vector<fs::path> chain_;
};

}  // namespace

ModelLibrary::ModelLibrary(std::vector<fs::path> roots) : roots_(std::move(roots)) {}

CpuModel ModelLibrary::cpu(std::string_view name_or_path) const {
  ModelFiles files(roots_, kCpu);
  return read_cpu_model(files.read(name_or_path), files.name_of(name_or_path));
}

KernelModel ModelLibrary::kernel(std::string_view name_or_path) const {
  ModelFiles files(roots_, kKernel);
  return read_kernel_model(files.read(name_or_path), files.name_of(name_or_path));
}

std::vector<std::string> ModelLibrary::cpu_names() const {
  return names_in(roots_, kCpu);
}

std::vector<std::string> ModelLibrary::kernel_names() const {
  return names_in(roots_, kKernel);
}

}  // namespace ringfare
