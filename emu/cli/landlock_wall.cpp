// SPDX-License-Identifier: MIT
#include "emu/cli/landlock_wall.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "emu/linux/host/held_file.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;

// landlock(7): what came after the headers of Debian 12, with the version of the ABI that brought
// it.
constexpr std::uint64_t kRefer = 1u << 13, kTruncate = 1u << 14;         // ABI 2, 3
constexpr std::uint64_t kBindTcp = 1u << 0, kConnectTcp = 1u << 1;       // ABI 4
constexpr std::uint64_t kAbstractSockets = 1u << 0, kSignals = 1u << 1;  // ABI 6
constexpr long kReferAbi = 2, kTruncateAbi = 3, kNetworkAbi = 4, kScopeAbi = 6;

constexpr std::uint64_t kReading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWritingFile = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t kWritingFolder =
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

/// struct landlock_ruleset_attr of ABI 6; older kernels are given its beginning.
struct RulesetAttributes {
  std::uint64_t files, network, scoped;
};

RulesetAttributes handled(const LandlockWall& wanted, long abi) {
  RulesetAttributes all{.files = kReading | kWritingFile | kWritingFolder,
                        .network = wanted.network ? 0 : kBindTcp | kConnectTcp,
                        .scoped = wanted.signals ? 0 : kAbstractSockets | kSignals};
  if (abi >= kReferAbi) all.files |= kRefer;
  if (abi >= kTruncateAbi) all.files |= kTruncate;
  if (abi < kNetworkAbi) all.network = 0;
  if (abi < kScopeAbi) all.scoped = 0;
  return all;
}

std::size_t attributes_size(long abi) {
  return abi >= kScopeAbi     ? sizeof(RulesetAttributes)
         : abi >= kNetworkAbi ? offsetof(RulesetAttributes, scoped)
                              : offsetof(RulesetAttributes, network);
}

/// 0 or an errno.
int allow(int ruleset, const fs::path& place, std::uint64_t what) {
  const HeldFile beneath(::open(place.c_str(), O_PATH | O_CLOEXEC));
  if (!beneath.open()) return 0;
  struct stat status {};
  if (::fstat(beneath.fd(), &status) != 0) return errno;
  if (!S_ISDIR(status.st_mode)) what &= kOfFiles;
  const landlock_path_beneath_attr rule{.allowed_access = what, .parent_fd = beneath.fd()};
  const long done = ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  return done == 0 ? 0 : errno;
}

void add_all_but(const fs::path& place, const std::vector<fs::path>& hidden,
                 std::vector<fs::path>& to) {
  const auto is_below = [](const fs::path& inner, const fs::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first ==
           outer.end();
  };
  if (std::ranges::any_of(hidden, [&](const auto& each) { return is_below(place, each); })) return;
  if (std::ranges::none_of(hidden, [&](const auto& each) { return is_below(each, place); })) {
    to.push_back(place);
    return;
  }
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(place, unreadable))
    if (!entry.is_symlink()) add_all_but(entry.path(), hidden, to);
}

}  // namespace

std::vector<fs::path> all_but(const std::vector<fs::path>& hidden) {
  std::vector<fs::path> places;
  add_all_but("/", hidden, places);
  return places;
}

int build_landlock_wall(const LandlockWall& wanted) {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) return errno;
  const RulesetAttributes attributes = handled(wanted, abi);
  const HeldFile ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, attributes_size(abi), 0)));
  if (!ruleset.open()) return errno;
  for (const fs::path& place : wanted.readable)
    if (const int error = allow(ruleset.fd(), place, kReading); error != 0) return error;
  for (const fs::path& place : wanted.writable)
    if (const int error = allow(ruleset.fd(), place, attributes.files); error != 0) return error;
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return ::syscall(SYS_landlock_restrict_self, ruleset.fd(), 0) == 0 ? 0 : errno;
}

}  // namespace ringfare
