// SPDX-License-Identifier: MIT
#include "emu/cli/guest_start.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

bool executable_file(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

std::string executable_program(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0)
    throw UserError(fmt::format("{}: cannot be run: {}; give the path of a program", path,
                                std::strerror(errno)));
  if (!executable_file(path))
    throw UserError(
        fmt::format("{}: cannot be run: {}; give a program that may be executed "
                    "(chmod +x)",
                    path, std::strerror(EACCES)));
  return path;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return executable_program(name);
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':'))
    if (std::string candidate = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
        executable_file(candidate))
      return candidate;
  throw UserError(fmt::format("{}: not found in PATH; give its path", name));
}

std::vector<int> inherited_descriptors() {
  std::vector<int> all;
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return all;
  while (const dirent* const entry = readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    if (fd > STDERR_FILENO && fd != dirfd(directory)) all.push_back(fd);
  }
  closedir(directory);
  return all;
}

std::vector<std::string> guest_environment(const std::vector<std::string>& settings) {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    environment.emplace_back(*variable);
  for (const std::string& setting : settings) {
    const std::string name = setting.substr(0, setting.find('='));
    std::erase_if(environment,
                  [&](const std::string& variable) { return variable.starts_with(name + "="); });
    if (setting.size() != name.size()) environment.push_back(setting);
  }
  return environment;
}

}  // namespace ringfare
