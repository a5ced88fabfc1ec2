// SPDX-License-Identifier: MIT
// The second wall of a confined guest, around the whole process.
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cpu/base/failure.hpp"
#include "emu/cli/confinement.hpp"
#include "emu/cli/hidden_places.hpp"
#include "emu/cli/landlock_wall.hpp"
#include "emu/cli/namespace_walls.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;

// capabilities(7) that a guest of root's keeps over its own files and processes.
constexpr unsigned kKeptCapabilities[] = {CAP_CHOWN,   CAP_DAC_OVERRIDE,    CAP_FOWNER, CAP_FSETID,
                                          CAP_KILL,    CAP_SETGID,          CAP_SETUID, CAP_SETFCAP,
                                          CAP_SETPCAP, CAP_NET_BIND_SERVICE};

constexpr rlim_t kMostMemory = rlim_t{16} << 30, kLargestFile = rlim_t{4} << 30;

[[noreturn]] void refuse_without_namespaces(const Confinement& wanted, int error) {
  throw UserError(
      fmt::format("--{}: this host allows no namespaces of one's own: {}; allow user namespaces "
                  "(user.max_user_namespaces), or run as root",
                  !wanted.root.empty()    ? "root"
                  : !wanted.bound.empty() ? "bind"
                  : wanted.untrusted      ? "confine"
                                          : "read-only",
                  std::strerror(error)));
}

/// What is built cannot be taken down again from within.
void drop_capabilities() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  std::array<__user_cap_data_struct, 2> data{};
  if (::geteuid() == 0)
    for (const unsigned kept : kKeptCapabilities) {
      data[kept / 32].permitted |= 1u << kept % 32;
      data[kept / 32].effective |= 1u << kept % 32;
    }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  if (::syscall(SYS_capset, &header, data.data()) != 0)
    throw UserError(fmt::format("--confine: fewer capabilities: {}; run it as another user",
                                std::strerror(errno)));
}

void limit_resources() {
  const auto limit = [](__rlimit_resource which, rlim_t most) {
    rlimit now{};
    ::getrlimit(which, &now);
    now.rlim_max = std::min(now.rlim_max, most);
    now.rlim_cur = std::min(now.rlim_cur, now.rlim_max);
    ::setrlimit(which, &now);
  };
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_DATA, kMostMemory);
  limit(RLIMIT_FSIZE, kLargestFile);
}

/// Behind the namespaces: what they leave writable, and nobody outside to signal.
LandlockWall behind_namespaces(const Confinement& wanted) {
  LandlockWall wall{.readable = {"/"}, .network = wanted.network, .signals = !wanted.untrusted};
  if (!wanted.read_only) {
    wall.writable = {"/"};
    return wall;
  }
  wall.writable = {"/proc", "/dev"};
  if (wanted.untrusted) {
    wall.writable.insert(wall.writable.end(), {"/tmp", "/var/tmp"});
    if (wanted.root.empty()) wall.writable.push_back(fs::current_path());
  }
  for (const BoundFolder& each : wanted.bound)
    if (!each.read_only) wall.writable.emplace_back(each.guest);
  return wall;
}

/// In place of namespaces: nothing can be hidden but by refusing it, and nothing copied.
LandlockWall instead_of_namespaces(const Confinement& wanted) {
  LandlockWall wall{.readable = {"/"}, .network = wanted.network, .signals = !wanted.untrusted};
  if (!wanted.read_only) wall.writable = {"/"};
  if (wanted.read_only)
    for (const char* const device : {"null", "zero", "full", "tty", "ptmx", "pts"})
      wall.writable.push_back(fs::path("/dev") / device);
  if (!wanted.untrusted) return wall;
  std::vector<fs::path> hidden = hidden_folders();
  hidden.insert(hidden.end(), hidden_files().begin(), hidden_files().end());
  hidden.insert(hidden.end(), {"/tmp", "/var/tmp"});
  wall.readable = all_but(hidden);
  wall.readable.push_back(fs::current_path());
  wall.readable.push_back(fs::absolute(wanted.program));
  return wall;
}

std::string walls_in_place_of(const Confinement& wanted, int error) {
  const bool files = wanted.read_only;
  if (!wanted.root.empty() || !wanted.bound.empty()) refuse_without_namespaces(wanted, error);
  const bool stands = build_landlock_wall(instead_of_namespaces(wanted)) == 0;
  if (!stands && files) refuse_without_namespaces(wanted, error);
  if (wanted.untrusted) limit_resources();
  drop_capabilities();
  if (!files)
    return fmt::format(
        "the personality refuses the network; the host's kernel adds {}: it allows no namespaces "
        "of one's own",
        stands ? "no wall but to TCP" : "no wall");
  return fmt::format(
      "the host allows no namespaces of one's own: Landlock refuses to write any file{}, and the "
      "personality (system calls, /proc{}) stands before it",
      wanted.untrusted ? " and to read what is hidden, without a copy of the current folder" : "",
      wanted.network ? "" : ", network");
}

}  // namespace

std::string build_walls(const Confinement& wanted) {
  if (!wanted.any()) return {};
  if (const int error = build_namespace_walls(wanted); error != 0)
    return walls_in_place_of(wanted, error);
  if (wanted.untrusted) limit_resources();
  drop_capabilities();
  const bool landlock = build_landlock_wall(behind_namespaces(wanted)) == 0;
  std::vector<std::string_view> walls;
  if (wanted.changes_files()) walls.emplace_back("files");
  if (!wanted.network) walls.emplace_back("network");
  if (landlock) walls.emplace_back("Landlock");
  return fmt::format(
      "the personality (system calls, /proc{}) and the host's kernel ({}) stand around the guest",
      wanted.network ? "" : ", network", fmt::join(walls, ", "));
}

}  // namespace ringfare
