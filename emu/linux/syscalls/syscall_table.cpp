// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/syscall_table.hpp"

#include <algorithm>
#include <array>

#include "emu/linux/syscalls/syscall_rows.hpp"

namespace ringfare {
namespace {

using rows::kSyscalls;

/// The index of each number's row + 1; 0 where there is none.
constexpr std::size_t kNumbers = 512;
using Index = std::array<std::uint16_t, kNumbers>;

/// Does not compile where two rows claim one number or a number is beyond the index.
consteval Index index_of(Abi abi) {
  Index index{};
  for (std::size_t row = 0; row < std::size(kSyscalls); ++row) {
    const std::int16_t number = number_of(kSyscalls[row], abi);
    if (number == kNoNumber) continue;
    std::uint16_t& entry = index.at(static_cast<std::size_t>(number));
    if (entry != 0) throw "two rows claim one number";
    entry = static_cast<std::uint16_t>(row + 1);
  }
  return index;
}

constexpr Index kAmd64Index = index_of(Abi::Amd64);
constexpr Index kI386Index = index_of(Abi::I386);

/// For each row the index of the row that serves it: its own, or that of the amd64 call it names.
using ServedIndex = std::array<std::uint16_t, std::size(kSyscalls)>;

consteval std::uint16_t amd64_row(std::string_view name) {
  for (std::size_t row = 0; row < std::size(kSyscalls); ++row)
    if (kSyscalls[row].amd64 != kNoNumber && kSyscalls[row].name == name)
      return static_cast<std::uint16_t>(row);
  throw "served as a call that amd64 does not have";
}

consteval ServedIndex served_index() {
  ServedIndex index{};
  for (std::size_t row = 0; row < std::size(kSyscalls); ++row) {
    const std::string_view as = kSyscalls[row].traits.as.name;
    index[row] = as.empty() ? static_cast<std::uint16_t>(row) : amd64_row(as);
  }
  return index;
}

constexpr ServedIndex kServedIndex = served_index();

/// How many arguments a call of i386 has, the halves of an offset being one.
consteval std::size_t joined_count(const ArgList& args) {
  const auto halves =
      std::ranges::count(args, ArgKind::OffsetLow, [](const ArgSpec& spec) { return spec.kind; });
  return args.size() - static_cast<std::size_t>(halves);
}

/// A call that another one serves hands over as many arguments as that has, and has no answer and
/// no amd64 number of its own.
consteval bool served_calls_fit() {
  for (std::size_t i = 0; i < std::size(kSyscalls); ++i) {
    const SyscallRow& row = kSyscalls[i];
    const ServedAs& as = row.traits.as;
    if (as.name.empty()) continue;
    const std::size_t count = as.count != 0 ? as.count : joined_count(row.args);
    if (count != kSyscalls[kServedIndex[i]].args.size()) return false;
    if (row.amd64 != kNoNumber || !row.answer.note.empty()) return false;
    for (std::size_t source = 0; source < as.count; ++source)
      if (as.sources[source].index >= joined_count(row.args)) return false;
  }
  return true;
}
static_assert(served_calls_fit(), "a call is served as one with other arguments");

consteval bool waits_name_descriptors() {
  for (const SyscallRow& row : kSyscalls)
    for (std::size_t i = 0; i < row.traits.wait_count; ++i) {
      const std::size_t at = row.traits.waits[i].fd;
      if (at >= row.args.size() || row.args[at].kind != ArgKind::Fd) return false;
    }
  return true;
}
static_assert(waits_name_descriptors(), "a call waits for what is no descriptor");

consteval bool moved_data_is_there() {
  return std::ranges::all_of(kSyscalls, [](const SyscallRow& row) {
    return !row.traits.moves || (row.args.size() > 2 && row.args[0].kind == ArgKind::Fd &&
                                 row.args[1].direction != Direction::None);
  });
}
static_assert(moved_data_is_there(), "a call moves data that it does not have");

consteval bool partial_support_is_explained() {
  return std::ranges::all_of(kSyscalls, [](const SyscallRow& row) {
    return row.answer.support != Support::Partial || !row.answer.note.empty();
  });
}
static_assert(partial_support_is_explained(), "what is partial needs a note");

}  // namespace

std::span<const SyscallRow> syscall_table() {
  return kSyscalls;
}

const SyscallRow* find_syscall(Abi abi, std::uint64_t number) {
  if (number >= kNumbers) return nullptr;
  const std::uint16_t entry = (abi == Abi::Amd64 ? kAmd64Index : kI386Index)[number];
  return entry == 0 ? nullptr : &kSyscalls[entry - 1];
}

const SyscallRow* find_syscall(Abi abi, std::string_view name) {
  const auto row = std::ranges::find_if(kSyscalls, [&](const SyscallRow& candidate) {
    return candidate.name == name && number_of(candidate, abi) != kNoNumber;
  });
  return row == std::end(kSyscalls) ? nullptr : row;
}

const SyscallRow& served_as(const SyscallRow& row) {
  return kSyscalls[kServedIndex[static_cast<std::size_t>(&row - std::begin(kSyscalls))]];
}

}  // namespace ringfare
