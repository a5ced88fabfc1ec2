// SPDX-License-Identifier: MIT
// /proc/PID/fdinfo/N (proc(5)): the host's lines with the guest's numbers.
#include <fcntl.h>
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <optional>

#include "emu/linux/proc/proc_subject.hpp"
#include "emu/linux/state/own_file.hpp"

namespace ringfare {
namespace {

/// The guest's number of a host descriptor.
std::optional<int> guest_number(Process& process, int host_fd) {
  for (int fd = 0; fd < process.descriptors.end(); ++fd)
    if (process.descriptors.host(fd) == host_fd) return fd;
  return std::nullopt;
}

/// "flags:\t0100001": the open mode is the host's, O_CLOEXEC the guest's.
std::string flags_line(const Descriptor& descriptor, std::string_view line) {
  constexpr std::uint64_t kOctal = 8;
  std::uint64_t flags = 0;
  const std::string_view digits = line.substr(line.find('\t') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), flags, kOctal);
  flags &= ~std::uint64_t{O_CLOEXEC};
  if (descriptor.close_on_exec) flags |= O_CLOEXEC;
  return fmt::format("flags:\t0{:o}\n", flags);
}

/// "tfd:        5 events:       19 data: ...": a file that epoll(7) watches.
std::string watched_line(Process& process, std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ', line.find(':') + 1);
  int host = -1;
  const auto [end, error] = std::from_chars(line.data() + begin, line.data() + line.size(), host);
  const std::optional<int> fd = guest_number(process, host);
  if (error != std::errc() || !fd) return {};
  return fmt::format("tfd: {:8}{}\n", *fd,
                     line.substr(static_cast<std::size_t>(end - line.data())));
}

}  // namespace

std::string fdinfo_text(Process& process, int guest_fd) {
  const Descriptor* const descriptor = process.descriptors.find(guest_fd);
  if (descriptor == nullptr) return {};
  std::ifstream file(fmt::format("/proc/self/fdinfo/{}", descriptor->host_fd));
  std::string text, line;
  while (std::getline(file, line)) {
    if (line.starts_with("flags:"))
      text += flags_line(*descriptor, line);
    else if (line.starts_with("tfd:"))
      text += watched_line(process, line);
    else if (descriptor->own_file == nullptr || line.starts_with("pos:") ||
             line.starts_with("mnt_id:") || line.starts_with("ino:"))
      text += line + "\n";  // of an own file the host knows another one
  }
  if (descriptor->own_file != nullptr) text += descriptor->own_file->note(process);
  return text;
}

}  // namespace ringfare
