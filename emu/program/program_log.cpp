// SPDX-License-Identifier: MIT
#include "emu/program/program_log.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace ringfare {
namespace {

struct AuxiliaryName {
  std::uint64_t type;
  std::string_view name;
};
constexpr AuxiliaryName kAuxiliaryNames[] = {
    {AT_PHDR, "AT_PHDR"},
    {AT_PHENT, "AT_PHENT"},
    {AT_PHNUM, "AT_PHNUM"},
    {AT_PAGESZ, "AT_PAGESZ"},
    {AT_BASE, "AT_BASE"},
    {AT_FLAGS, "AT_FLAGS"},
    {AT_ENTRY, "AT_ENTRY"},
    {AT_UID, "AT_UID"},
    {AT_EUID, "AT_EUID"},
    {AT_GID, "AT_GID"},
    {AT_EGID, "AT_EGID"},
    {AT_PLATFORM, "AT_PLATFORM"},
    {AT_HWCAP, "AT_HWCAP"},
    {AT_CLKTCK, "AT_CLKTCK"},
    {AT_SECURE, "AT_SECURE"},
    {AT_RANDOM, "AT_RANDOM"},
    {AT_HWCAP2, "AT_HWCAP2"},
    {AT_EXECFN, "AT_EXECFN"},
    {AT_SYSINFO, "AT_SYSINFO"},
    {AT_SYSINFO_EHDR, "AT_SYSINFO_EHDR"},
    {AT_MINSIGSTKSZ, "AT_MINSIGSTKSZ"},
};

std::string name_of(std::uint64_t type) {
  const auto row = std::ranges::find(kAuxiliaryNames, type, &AuxiliaryName::type);
  return row == std::end(kAuxiliaryNames) ? fmt::format("entry {}", type) : std::string(row->name);
}

std::string text(const Region& region) {
  const Permissions& allowed = region.permissions;
  const std::string_view name = region.name.empty() ? "(no file)" : std::string_view(region.name);
  return fmt::format("maps {:#x}-{:#x} {}{}{} {}{}", region.range.begin.value,
                     region.range.end.value, allowed.read ? 'r' : '-', allowed.write ? 'w' : '-',
                     allowed.execute ? 'x' : '-', name,
                     name.starts_with('/') ? fmt::format(", offset {:#x}", region.offset) : "");
}

/// Goes through the words on a fresh stack, upwards.
class StackReader {
 public:
  StackReader(const AddressSpace& memory, const ProgramImage& image)
      : memory_(memory), word_(image.layout.word()), at_(image.stack_pointer) {}

  /// Nothing where the stack ends.
  std::optional<std::uint64_t> next() {
    const GuestAddress here = at_;
    at_ += word_;
    if (word_ == sizeof(std::uint64_t)) return memory_.load<std::uint64_t>(here);
    return memory_.load<std::uint32_t>(here);
  }
  /// To behind the next null pointer.
  void skip_strings() {
    while (next().value_or(0) != 0) {
    }
  }

 private:
  const AddressSpace& memory_;
  const std::uint64_t word_;
  GuestAddress at_;
};

}  // namespace

void log_program(DebugLog& log, const AddressSpace& memory, const ProgramImage& image) {
  constexpr LogCategory kLoader = LogCategory::Loader;
  if (!log.wants(kLoader)) return;
  for (const Region& region : memory.regions()) log.write(kLoader, "{}", text(region));
  log.write(kLoader, "{} starts at {:#x}, its stack at {:#x}", image.path, image.start.value,
            image.stack_pointer.value);
  StackReader stack(memory, image);
  stack.next();          // how many arguments there are
  stack.skip_strings();  // they
  stack.skip_strings();  // the environment
  while (const auto type = stack.next()) {
    if (*type == AT_NULL) break;
    log.write(kLoader, "{} {:#x}", name_of(*type), stack.next().value_or(0));
  }
}

}  // namespace ringfare
