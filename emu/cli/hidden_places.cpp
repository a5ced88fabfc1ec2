// SPDX-License-Identifier: MIT
#include "emu/cli/hidden_places.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace ringfare {
namespace {

constexpr std::string_view kHiddenFolders[] = {"/root",
                                               "/home",
                                               "/run",
                                               "/mnt",
                                               "/media",
                                               "/boot",
                                               "/var/spool",
                                               "/var/mail",
                                               "/var/backups",
                                               "/etc/ssh",
                                               "/etc/sudoers.d",
                                               "/etc/wireguard",
                                               "/etc/docker",
                                               "/etc/ssl/private",
                                               "/var/lib/docker",
                                               "/etc/kubernetes",
                                               "/etc/NetworkManager"};
constexpr std::string_view kHiddenFiles[] = {"/etc/shadow",   "/etc/shadow-", "/etc/gshadow",
                                             "/etc/gshadow-", "/etc/sudoers", "/etc/krb5.keytab"};

}  // namespace

std::vector<std::filesystem::path> hidden_folders() {
  std::vector<std::filesystem::path> folders(std::begin(kHiddenFolders), std::end(kHiddenFolders));
  if (const char* const home = std::getenv("HOME")) folders.emplace_back(home);
  if (const passwd* const user = ::getpwuid(::geteuid())) folders.emplace_back(user->pw_dir);
  std::erase_if(folders, [](const auto& each) { return each == "/" || !each.is_absolute(); });
  std::ranges::sort(folders);
  return folders;
}

std::span<const std::string_view> hidden_files() {
  return kHiddenFiles;
}

}  // namespace ringfare
