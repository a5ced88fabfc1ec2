// SPDX-License-Identifier: MIT
// getpid(2), getuid(2), setuid(2), setpgid(2), setsid(2), capget(2), uname(2).
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/named_threads.hpp"
#include "emu/linux/syscalls/pass_through.hpp"

namespace ringfare {
namespace {

/// The process whose thread has this number; 0 is the caller.
ProcessEntry* named(Process& process, std::uint64_t pid) {
  return named_process(process, pid);
}

/// getresuid(2), getresgid(2): three values of the host's.
std::int64_t three_ids(Process& process, const CallArguments& args) {
  std::array<std::uint32_t, 3> ids{};
  const std::int64_t result = host_call(process.row->amd64, &ids[0], &ids[1], &ids[2]);
  if (result < 0) return result;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!process.user.store(args[i], ids[i])) return -EFAULT;
  return 0;
}

template <std::size_t N>
void set_field(char (&field)[N], std::string_view text) {
  const std::size_t length = std::min(text.size(), N - 1);
  std::memcpy(field, text.data(), length);
  field[length] = '\0';
}

}  // namespace

std::int64_t sys_getpid(Process& process, const CallArguments&) {
  return process.pid();
}
std::int64_t sys_getppid(Process& process, const CallArguments&) {
  return process.parent_pid();
}
std::int64_t sys_getpgrp(Process& process, const CallArguments&) {
  return process.group();
}

std::int64_t sys_getpgid(Process& process, const CallArguments& args) {
  const ProcessEntry* const entry = named(process, args[0]);
  return entry == nullptr ? -ESRCH : entry->group;
}

std::int64_t sys_getsid(Process& process, const CallArguments& args) {
  const ProcessEntry* const entry = named(process, args[0]);
  return entry == nullptr ? -ESRCH : entry->session;
}

std::int64_t sys_setpgid(Process& process, const CallArguments& args) {
  const auto group = static_cast<std::int32_t>(args[1]);
  if (group < 0) return -EINVAL;
  ProcessEntry* const entry = named(process, args[0]);
  if (entry == nullptr) return -ESRCH;
  if (static_cast<std::int32_t>(args[0]) != 0 && entry->pid != static_cast<std::int32_t>(args[0]))
    return -EINVAL;  // a thread that is not its process's first
  const bool is_child = entry->parent == process.pid();
  if (!is_child && entry->pid != process.pid()) return -ESRCH;
  if (is_child && entry->session != process.session()) return -EPERM;
  if (is_child && entry->executed) return -EACCES;
  if (entry->session == entry->pid) return -EPERM;
  const std::int32_t wanted = group == 0 ? entry->pid : group;
  const auto members = process.tree.all();
  const bool exists = std::ranges::any_of(members, [&](const ProcessEntry* member) {
    return member->group == wanted && member->session == process.session();
  });
  if (wanted != entry->pid && !exists) return -EPERM;
  entry->group = wanted;
  return 0;
}

std::int64_t sys_setsid(Process& process, const CallArguments&) {
  const auto members = process.tree.all();
  if (std::ranges::any_of(
          members, [&](const ProcessEntry* member) { return member->group == process.pid(); }))
    return -EPERM;
  process.tree.self().terminal = 0;
  return process.tree.self().session = process.tree.self().group = process.pid();
}

std::int64_t sys_getresuid(Process& process, const CallArguments& args) {
  return three_ids(process, args);
}
std::int64_t sys_getresgid(Process& process, const CallArguments& args) {
  return three_ids(process, args);
}

std::int64_t sys_getgroups(Process& process, const CallArguments& args) {
  const auto size = static_cast<std::int32_t>(args[0]);
  if (size < 0) return -EINVAL;
  std::vector<std::uint32_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const std::int64_t count = host_call(SYS_getgroups, groups.size(), groups.data());
  if (count < 0 || size == 0) return count;
  if (count > size) return -EINVAL;
  const auto bytes = std::as_bytes(std::span(groups));
  if (!process.user.space().write({args[1]}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return count;
}

std::int64_t sys_setgroups(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kMostGroups = 65'536;  // NGROUPS_MAX
  const std::uint64_t size = 4 * std::min(args[0] & 0xffff'ffff, kMostGroups);
  const std::int64_t result =
      host_call(SYS_setgroups, args[0] & 0xffff'ffff, process.user.in(args[1], size));
  if (result == 0) process.user.count_in(size);
  return result;
}

std::int64_t sys_capget(Process& process, const CallArguments& args) {
  auto header = process.user.load<__user_cap_header_struct>(args[0]);
  if (!header) return -EFAULT;
  if (header->pid < 0) return -EINVAL;
  if (named_process(process, static_cast<std::uint64_t>(header->pid)) == nullptr) return -ESRCH;
  header->pid = 0;
  std::array<__user_cap_data_struct, 2> sets{};
  const std::size_t count = header->version == _LINUX_CAPABILITY_VERSION_1 ? 1 : 2;
  const std::int64_t result = host_call(SYS_capget, &*header, args[1] == 0 ? nullptr : sets.data());
  // The host's kernel has put its preferred version there.
  if (!process.user.store(args[0], header->version)) return -EFAULT;
  if (result != 0 || args[1] == 0) return result;
  const auto bytes = std::as_bytes(std::span(sets).first(count));
  if (!process.user.space().write({args[1]}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return 0;
}

std::int64_t sys_capset(Process& process, const CallArguments& args) {
  auto header = process.user.load<__user_cap_header_struct>(args[0]);
  if (!header) return -EFAULT;
  const std::int32_t pid = std::exchange(header->pid, 0);
  const bool known = header->version == _LINUX_CAPABILITY_VERSION_1 ||
                     header->version == _LINUX_CAPABILITY_VERSION_2 ||
                     header->version == _LINUX_CAPABILITY_VERSION_3;
  if (!known) {
    header->version = _LINUX_CAPABILITY_VERSION_3;
    return process.user.store(args[0], header->version) ? -EINVAL : -EFAULT;
  }
  if (pid != 0 && pid != process.task->id) return -EPERM;  // of itself only
  std::array<__user_cap_data_struct, 2> sets{};
  const std::size_t count = header->version == _LINUX_CAPABILITY_VERSION_1 ? 1 : 2;
  const auto bytes = std::as_writable_bytes(std::span(sets).first(count));
  if (!process.user.space().read({args[1]}, bytes)) return -EFAULT;
  process.user.count_in(bytes.size());
  return host_call(SYS_capset, &*header, sets.data());
}

/// setuid(2) and its like: others ask whose process it is now.
std::int64_t sys_set_user(Process& process, const CallArguments& args) {
  const std::int64_t result = pass_to_host(process, args);
  std::uint32_t real = 0, effective = 0, saved = 0;
  if (getresuid(&real, &effective, &saved) == 0) {
    ProcessEntry& own = process.tree.self();
    own.user = real;
    own.effective_user = effective;
    own.saved_user = saved;
  }
  return result;
}

std::int64_t sys_uname(Process& process, const CallArguments& args) {
  utsname answer{};
  set_field(answer.sysname, "Linux");
  set_field(answer.nodename, process.options.nodename);
  set_field(answer.release, process.options.uname_release);
  set_field(answer.version, process.options.uname_version);
  set_field(answer.machine, process.options.uname_machine);
  set_field(answer.domainname, "(none)");
  return process.user.store(args[0], answer) ? 0 : -EFAULT;
}

}  // namespace ringfare
