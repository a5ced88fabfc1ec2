// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/syscall_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kIntroduction = R"(# System calls

Generated from `emu/linux/syscalls/syscall_rows.hpp` by `ringfare syscalls`; do not edit. Every call
of Linux 6.1 has a row. **full**: as Linux does it; **partial**: within the limits of the note;
**refused**: with the error Linux gives where the note applies; empty: the guest gets `ENOSYS`, and
where there is no note, a warning names the call the first time. The calls of i386, made by 32-bit
programs and by `int $0x80` in 64-bit code, are served as the amd64 calls they stand for, their
arguments and structures translated ([i386.md](i386.md)): "as `fstat`", with the support that
`fstat` has.

)";

struct SupportName {
  Support support;
  std::string_view name;
};
constexpr SupportName kSupportNames[] = {{Support::Full, "full"},
                                         {Support::Partial, "partial"},
                                         {Support::Refused, "refused"},
                                         {Support::No, ""}};

std::string_view support_name(Support support) {
  return std::ranges::find(kSupportNames, support, &SupportName::support)->name;
}

std::string number(std::int16_t value) {
  return value == kNoNumber ? std::string() : fmt::format("{}", value);
}

std::string groups(const SyscallRow& row) {
  std::string text;
  for (const CallGroupName& group : kCallGroupNames)
    if (row.traits.in(group)) text += fmt::format("{}%{}", text.empty() ? "" : " ", group.name);
  return text;
}

/// "as `fstat`; only ...": who serves it, and with which limits.
std::string note(const SyscallRow& row) {
  const std::string_view limits = served_as(row).answer.note;
  if (row.traits.as.name.empty()) return std::string(limits);
  return fmt::format("as `{}`{}{}", row.traits.as.name, limits.empty() ? "" : "; ", limits);
}

std::ptrdiff_t count(Abi abi, Support support) {
  return std::ranges::count_if(syscall_table(), [&](const SyscallRow& row) {
    return number_of(row, abi) != kNoNumber && served_as(row).answer.support == support;
  });
}

std::string summary() {
  std::string text = "| Support | amd64 calls | i386 calls |\n|---|---:|---:|\n";
  for (const SupportName& row : kSupportNames)
    text += fmt::format("| {} | {} | {} |\n", row.name.empty() ? "none" : row.name,
                        count(Abi::Amd64, row.support), count(Abi::I386, row.support));
  return text + "\n";
}

}  // namespace

std::string render_syscall_document() {
  std::string text = std::string(kIntroduction) + summary();
  text += "| amd64 | i386 | Call | Support | Groups of `-e trace=` | Note |\n";
  text += "|---:|---:|---|---|---|---|\n";
  for (const SyscallRow& row : syscall_table())
    text +=
        fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", number(row.amd64), number(row.i386),
                    row.name, support_name(served_as(row).answer.support), groups(row), note(row));
  return text;
}

}  // namespace ringfare
