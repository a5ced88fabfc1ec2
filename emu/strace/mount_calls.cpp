// SPDX-License-Identifier: MIT
// File systems and what they are mounted on: fsopen(2) and its like, swapon(2), quotactl(2).
#include <fmt/format.h>

#include "emu/strace/call_families.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Values of linux/mount.h, sys/swap.h, linux/quota.h, linux/dqblk_xfs.h.
constexpr Name kFsopen[] = {{0x1, "FSOPEN_CLOEXEC"}};
constexpr Name kFsmount[] = {{0x1, "FSMOUNT_CLOEXEC"}};
constexpr Name kFspick[] = {{0x1, "FSPICK_CLOEXEC"},
                            {0x2, "FSPICK_SYMLINK_NOFOLLOW"},
                            {0x4, "FSPICK_NO_AUTOMOUNT"},
                            {0x8, "FSPICK_EMPTY_PATH"}};
constexpr Name kOpenTree[] = {{0x1, "OPEN_TREE_CLONE"},       {0x80000, "OPEN_TREE_CLOEXEC"},
                              {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"},
                              {0x400, "AT_SYMLINK_FOLLOW"},   {0x800, "AT_NO_AUTOMOUNT"},
                              {0x1000, "AT_EMPTY_PATH"},      {0x8000, "AT_RECURSIVE"}};
constexpr Name kMoveMount[] = {{0x1, "MOVE_MOUNT_F_SYMLINKS"},    {0x2, "MOVE_MOUNT_F_AUTOMOUNTS"},
                               {0x4, "MOVE_MOUNT_F_EMPTY_PATH"},  {0x10, "MOVE_MOUNT_T_SYMLINKS"},
                               {0x20, "MOVE_MOUNT_T_AUTOMOUNTS"}, {0x40, "MOVE_MOUNT_T_EMPTY_PATH"},
                               {0x100, "MOVE_MOUNT_SET_GROUP"}};
constexpr Name kMountAttrTimes[] = {{0x0, "MOUNT_ATTR_RELATIME"},
                                    {0x10, "MOUNT_ATTR_NOATIME"},
                                    {0x20, "MOUNT_ATTR_STRICTATIME"},
                                    {0x70, "MOUNT_ATTR__ATIME"}};
constexpr Name kMountAttr[] = {{0x1, "MOUNT_ATTR_RDONLY"},          {0x2, "MOUNT_ATTR_NOSUID"},
                               {0x4, "MOUNT_ATTR_NODEV"},           {0x8, "MOUNT_ATTR_NOEXEC"},
                               {0x80, "MOUNT_ATTR_NODIRATIME"},     {0x100000, "MOUNT_ATTR_IDMAP"},
                               {0x200000, "MOUNT_ATTR_NOSYMFOLLOW"}};
constexpr Name kFsconfig[] = {{0x0, "FSCONFIG_SET_FLAG"},       {0x1, "FSCONFIG_SET_STRING"},
                              {0x2, "FSCONFIG_SET_BINARY"},     {0x3, "FSCONFIG_SET_PATH"},
                              {0x4, "FSCONFIG_SET_PATH_EMPTY"}, {0x5, "FSCONFIG_SET_FD"},
                              {0x6, "FSCONFIG_CMD_CREATE"},     {0x7, "FSCONFIG_CMD_RECONFIGURE"}};
constexpr Name kSwap[] = {{0x8000, "SWAP_FLAG_PREFER"},
                          {0x10000, "SWAP_FLAG_DISCARD"},
                          {0x20000, "SWAP_FLAG_DISCARD_ONCE"},
                          {0x40000, "SWAP_FLAG_DISCARD_PAGES"}};
constexpr Name kPropagation[] = {{1u << 17, "MS_UNBINDABLE"},
                                 {1u << 18, "MS_PRIVATE"},
                                 {1u << 19, "MS_SLAVE"},
                                 {1u << 20, "MS_SHARED"}};
constexpr Name kAt[] = {{0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"},
                        {0x400, "AT_SYMLINK_FOLLOW"},   {0x800, "AT_NO_AUTOMOUNT"},
                        {0x1000, "AT_EMPTY_PATH"},      {0x8000, "AT_RECURSIVE"}};

constexpr NameTable kFsopenFlags{{}, 0, kFsopen, "FSOPEN_???"};
constexpr NameTable kFsmountFlags{{}, 0, kFsmount, "FSMOUNT_???"};
constexpr NameTable kFspickFlags{{}, 0, kFspick, "FSPICK_???"};
constexpr NameTable kOpenTreeFlags{{}, 0, kOpenTree, "OPEN_TREE_???"};
constexpr NameTable kMoveMountFlags{{}, 0, kMoveMount, "MOVE_MOUNT_???"};
constexpr NameTable kMountAttributes{kMountAttrTimes, 0x70, kMountAttr, "MOUNT_ATTR_???"};
constexpr NameTable kFsconfigCommands{kFsconfig, kAll, {}, "FSCONFIG_???"};
constexpr NameTable kSwapFlags{{}, 0, kSwap, "SWAP_FLAG_???"};
constexpr NameTable kPropagationFlags{kPropagation, kAll, {}, "MS_???"};
constexpr NameTable kAtFlags{{}, 0, kAt, "AT_???"};

/// Key, value and auxiliary of fsconfig(2), as its command means them.
std::string fsconfig_rest(const ToldCall& call, std::size_t) {
  const std::string key = told::text(call, 2), aux = told::signed_int(call, 4);
  switch (call.low(1)) {
    case 0:  // FSCONFIG_SET_FLAG
      return fmt::format("{}, {}, {}", key, told::address(call, 3), aux);
    case 1:  // FSCONFIG_SET_STRING
      return fmt::format("{}, {}, {}", key, told::text(call, 3), aux);
    case 2:  // FSCONFIG_SET_BINARY
      return fmt::format("{}, {}, {}", key,
                         call[3] == 0 ? "NULL" : told::bytes(call, call[3], call.low(4)), aux);
    case 3:  // FSCONFIG_SET_PATH
    case 4:  // FSCONFIG_SET_PATH_EMPTY
      return fmt::format("{}, {}, {}", key, told::path(call, 3), told::directory(call, 4));
    case 5:  // FSCONFIG_SET_FD
      return fmt::format("{}, {}, {}", key, told::address(call, 3), told::descriptor(call, 4));
    default:
      return fmt::format("{}, {}, {}", told::address(call, 2), told::address(call, 3), aux);
  }
}

/// The priority is in the low bits, and counts where SWAP_FLAG_PREFER is set.
std::string swap_flags(const ToldCall& call, std::size_t index) {
  const std::uint32_t priority = call.low(index) & 0x7fff, flags = call.low(index) & ~0x7fffu;
  if (call.style() == ConstantStyle::Numbers) return hex_text(call.low(index));
  if (flags == 0) return std::to_string(priority);
  const std::string names = named(kSwapFlags, flags, call.style());
  return priority == 0 ? names : fmt::format("{}|{}", names, priority);
}

std::string mount_attributes(const ToldCall& call, std::size_t index) {
  struct Attributes {  // struct mount_attr
    std::uint64_t set, clear, propagation, namespace_fd;
  };
  if (call[4] < sizeof(Attributes)) return address_text(call[index]);
  const auto attributes = call.load<Attributes>(call[index]);
  if (!attributes) return address_text(call[index]);
  const auto [set, clear, propagation, namespace_fd] = *attributes;
  const NameTable flags{{}, 0, kMountAttr, "MOUNT_ATTR_???"};
  const auto names = [&](std::uint64_t value) {
    return (value & 0x70) != 0 ? named(kMountAttributes, value, call.style())
                               : named(flags, value, call.style());
  };
  const std::string rest = call[4] > sizeof(Attributes) ? ", ..." : "";
  return fmt::format("{{attr_set={}, attr_clr={}, propagation={}, userns_fd={}{}}}", names(set),
                     names(clear),
                     propagation == 0 ? "0" : named(kPropagationFlags, propagation, call.style()),
                     namespace_fd, rest);
}

/// Kinds of access time are flags here.
constexpr Name kNewMount[] = {{0x1, "MOUNT_ATTR_RDONLY"},          {0x2, "MOUNT_ATTR_NOSUID"},
                              {0x4, "MOUNT_ATTR_NODEV"},           {0x8, "MOUNT_ATTR_NOEXEC"},
                              {0x10, "MOUNT_ATTR_NOATIME"},        {0x20, "MOUNT_ATTR_STRICTATIME"},
                              {0x80, "MOUNT_ATTR_NODIRATIME"},     {0x100000, "MOUNT_ATTR_IDMAP"},
                              {0x200000, "MOUNT_ATTR_NOSYMFOLLOW"}};
constexpr NameTable kNewMountAttributes{{}, 0, kNewMount, "MOUNT_ATTR_???"};

/// Programs of old put a number of their own into the upper half.
std::string mount_flags(const ToldCall& call, std::size_t index) {
  constexpr std::uint64_t kMagic = 0xc0ed0000, kMagicMask = 0xffff0000;
  const NameTable& table = *names_of(ArgKind::MountFlags);
  const std::uint64_t flags = call[index];
  if ((flags & kMagicMask) != kMagic) return named(table, flags, call.style());
  const std::uint64_t rest = flags & ~kMagicMask;
  const std::string names = rest == 0 ? "MS_MGC_VAL" : "MS_MGC_VAL|" + named(table, rest);
  return constant_text(names, hex_text(flags), call.style());
}

constexpr CallText kCalls[] = {
    {"mount", {told::text, told::path, told::text, mount_flags, told::text}},
    {"fsopen", {told::text, told::names<kFsopenFlags>}},
    {"fsmount", {told::descriptor, told::names<kFsmountFlags>, told::names<kNewMountAttributes>}},
    {"fspick", {told::directory, told::path, told::names<kFspickFlags>}},
    {"fsconfig", {told::descriptor, told::names<kFsconfigCommands>, fsconfig_rest}},
    {"open_tree", {told::directory, told::path, told::names<kOpenTreeFlags>}},
    {"move_mount",
     {told::directory, told::path, told::directory, told::path, told::names<kMoveMountFlags>}},
    {"mount_setattr",
     {told::directory, told::path, told::names<kAtFlags>, mount_attributes, told::unsigned_long}},
    {"swapon", {told::path, swap_flags}},
};

}  // namespace

std::span<const CallText> calls_on_mounts() {
  return kCalls;
}

}  // namespace ringfare
