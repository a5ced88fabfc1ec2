// SPDX-License-Identifier: MIT
#include "tests/house/layering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <string_view>

namespace ringfare {
namespace {

namespace fs = std::filesystem;

/// Lowest first: a file includes headers of its own folder and of folders above it in this list.
constexpr std::string_view kLayers[] = {
    "cpu/base",
    "cpu",
    "cpu/kernel_space",
    "cpu/gate",
    "cpu/ring0",
    "cpu/translator",
    "cpu/translator/watch",
    "cpu/unicorn",
    "models",
    "models/pricing",
    "emu/program",
    "emu/processor",
    "emu/linux/abi",
    "emu/linux/signals",
    "emu/linux/host",
    "emu/linux/tree",
    "emu/linux/state",
    "emu/linux/paths",
    "emu/linux/proc",
    "emu/linux/syscalls",
    "emu/linux/syscalls/ipc",
    "emu/linux/syscalls/tracing",
    "emu/linux/syscalls/processes",
    "emu/linux/compat",
    "emu/linux",
    "emu/crossing",
    "emu/vdso/image",
    "emu/vdso",
    "emu/stack",
    "emu/bill",
    "emu/strace/words",
    "emu/strace/kernel_names",
    "emu/strace/fields",
    "emu/strace/programs",
    "emu/strace/netlink",
    "emu/strace",
    "emu/session",
    "emu/report",
    "emu/cli/options",
    "emu/cli/trace",
    "emu/cli",
};

/// Arrows that the order allows and the design does not.
struct Ban {
  std::string_view from, header, reason;
};
constexpr Ban kBans[] = {
    {"cpu/unicorn/", "cpu/translator/", "engines do not know each other"},
    {"cpu/translator/", "cpu/unicorn/", "engines do not know each other"},
    {"emu/linux/", "cpu/engine.hpp", "Linux knows no engine"},
    {"emu/linux/", "cpu/translator/", "Linux knows no engine"},
    {"emu/linux/", "cpu/unicorn/", "Linux knows no engine"},
    {"emu/linux/", "emu/processor/e", "Linux knows no engine"},
    {"emu/linux/", "models/pricing/", "Linux knows no price"},
    {"emu/crossing/", "emu/linux/state/", "a crossing knows calls, not what Linux keeps"},
    {"emu/crossing/", "emu/linux/tree/", "a crossing knows calls, not what Linux keeps"},
    {"emu/bill/", "emu/linux/state/", "bills know calls, not what Linux keeps"},
    {"emu/bill/", "emu/linux/tree/", "bills know calls, not what Linux keeps"},
    {"emu/strace/", "emu/linux/syscalls/syscall_rows.hpp", "traces read rows, never handlers"},
    {"emu/report/", "cpu/memory.hpp", "reports see events, never guest memory"},
    {"emu/report/", "emu/linux/", "reports see events, never Linux"},
    {"emu/report/", "emu/session/", "reports see events, never the session"},
};

/// An outside library, or headers of the host, and the only places below `within` that may include
/// them.
struct Place {
  std::string_view header;
  std::vector<std::string_view> files;
  std::string_view within = "";
};
const std::vector<std::string_view> kHostSignals{"cpu/guarded_access", "cpu/interruption",
                                                 "cpu/translator/faults", "cpu/unicorn/host_int1",
                                                 "cpu/unicorn/interruption_notes"};
const Place kPlaces[] = {
    {"Zydis", {"cpu/"}},
    {"llvm", {"models/assembler", "models/pricing/"}},
    {"toml++", {"models/toml"}},
    {"boost/", {"emu/cli/"}},
    {"nlohmann/", {"emu/report/", "emu/bill/bill_json"}},
    {"unicorn/", {"cpu/unicorn/"}},
    // A processor raises exceptions; signals are Linux's. Only the host's own are met in cpu/.
    {"csignal", kHostSignals, "cpu/"},
    {"signal.h", kHostSignals, "cpu/"},
    {"sys/signal.h", kHostSignals, "cpu/"},
    {"bits/sig", kHostSignals, "cpu/"},
    {"ucontext.h", kHostSignals, "cpu/"},
    {"sys/ucontext.h", kHostSignals, "cpu/"},
    {"asm/sig", kHostSignals, "cpu/"},
    {"linux/", {}, "cpu/"},
};

constexpr std::size_t kMostFiles = 47;

constexpr std::string_view kRoot[] = {"cpu",       "models",         "emu",
                                      "guests",    "tests",          "docs",
                                      "README.md", "CMakeLists.txt", "CMakePresets.json",
                                      "LICENSE"};

std::string folder_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return std::string(slash == file.npos ? "" : file.substr(0, slash));
}

/// A place in `kLayers`; the end for a folder it does not have.
std::ptrdiff_t layer(const std::string& folder) {
  return std::ranges::find(kLayers, folder) - std::begin(kLayers);
}

bool is_ours(std::string_view header) {
  return header.starts_with("cpu/") || header.starts_with("models/") || header.starts_with("emu/");
}

std::string fault(const Inclusion& it) {
  const std::string folder = folder_of(it.file);
  if (layer(folder) == std::ssize(kLayers)) return fmt::format("{} is no layer", folder);
  if (it.header.starts_with("tests/")) return "nothing includes tests/";
  for (const Ban& ban : kBans)
    if (it.file.starts_with(ban.from) && it.header.starts_with(ban.header))
      return std::string(ban.reason);
  for (const Place& place : kPlaces)
    if (it.header.starts_with(place.header) && it.file.starts_with(place.within) &&
        std::ranges::none_of(place.files,
                             [&](std::string_view file) { return it.file.starts_with(file); }))
      return "this library has its place elsewhere";
  if (!is_ours(it.header)) return "";
  const std::string other = folder_of(it.header);
  if (layer(other) == std::ssize(kLayers)) return fmt::format("{} is no layer", other);
  if (layer(other) > layer(folder)) return fmt::format("{} lies above {}", other, folder);
  return "";
}

bool is_code(const fs::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".hpp";
}

/// Calls `visit` with every C++ file of the three folders.
template <class Visit>
void each_file(const fs::path& root, Visit visit) {
  for (const char* folder : {"cpu", "models", "emu"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (is_code(entry.path())) visit(entry.path());
}

}  // namespace

std::vector<Inclusion> inclusions(const fs::path& root) {
  static const std::regex kLine(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::vector<Inclusion> found;
  each_file(root, [&](const fs::path& path) {
    std::ifstream file(path);
    int number = 0;
    for (std::string text; std::getline(file, text);) {
      ++number;
      std::smatch match;
      if (std::regex_search(text, match, kLine))
        found.push_back({fs::relative(path, root).string(), number, match[1]});
    }
  });
  return found;
}

std::vector<std::string> layering_faults(const std::vector<Inclusion>& inclusions) {
  std::vector<std::string> faults;
  for (const Inclusion& it : inclusions)
    if (const std::string why = fault(it); !why.empty())
      faults.push_back(fmt::format("{}:{}: includes {}: {}", it.file, it.line, it.header, why));
  return faults;
}

std::vector<std::string> crowded_folders(const fs::path& root) {
  std::map<std::string, std::size_t> sizes;
  each_file(root, [&](const fs::path& path) {
    ++sizes[fs::relative(path.parent_path(), root).string()];
  });
  std::vector<std::string> crowded;
  for (const auto& [folder, size] : sizes)
    if (size > kMostFiles)
      crowded.push_back(fmt::format("{} has {} files, more than {}", folder, size, kMostFiles));
  return crowded;
}

std::vector<std::string> strangers(const std::vector<std::string>& root_entries) {
  std::vector<std::string> found;
  for (const std::string& entry : root_entries)
    if (!entry.starts_with('.') && std::ranges::find(kRoot, entry) == std::end(kRoot))
      found.push_back(entry);
  return found;
}

}  // namespace ringfare
