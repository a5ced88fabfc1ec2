// SPDX-License-Identifier: MIT
// What the rows about doors are written in: short names, and the cases a row stands for.
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "gate_world.hpp"

namespace ringfare::gate_rows {

using enum Door;
using enum Gpr;
inline constexpr Vendors kAll = Vendors::All, kIntel = Vendors::Intel, kAmd = Vendors::Amd;
inline constexpr std::uint64_t kUserRip = World::kUserRip, kUserStack = World::kUserStack;

/// What the processor may be doing: a bit for each `Running`.
inline constexpr unsigned k64 = 1, kCompat = 2, kLegacy = 4, kV86 = 8;

// As the manuals call the flags.
using flag::kFixed, flag::kIopl;
inline constexpr std::uint64_t kCf = flag::kCarry, kTf = flag::kTrap, kIf = flag::kInterrupt,
                               kDf = flag::kDirection, kNt = flag::kNestedTask, kRf = flag::kResume,
                               kVm = flag::kVirtual8086, kAc = flag::kAlignmentCheck;

inline constexpr std::uint64_t kNonCanonical = 0x0000800000000000;
inline constexpr std::uint64_t kPresent = 1ULL << 47, kOrdinary = 1ULL << 44,
                               kConforming = 1ULL << 42, kWritable = 1ULL << 41, kLong = 1ULL << 53,
                               kDefault = 1ULL << 54;
inline constexpr unsigned kTaskGate = 5, kInterrupt16 = 6, kTrap16 = 7, kCallGate = 12,
                          kInterruptGate = 14, kTrapGate = 15;
inline constexpr std::uint32_t kVectorCode = 0x80 * 8 + 2;
inline constexpr std::uint16_t kTlsSelector = 0x7b, kBeyond = 0x1003;

constexpr Exception gp(std::uint32_t code) {
  return {vector::kProtection, code};
}
constexpr Exception np(std::uint32_t code) {
  return {vector::kNotPresent, code};
}
constexpr Exception ss(std::uint32_t code) {
  return {vector::kStack, code};
}
constexpr Exception ts(std::uint32_t code) {
  return {vector::kInvalidTss, code};
}
inline constexpr Exception kUd{vector::kInvalidOpcode, {}}, kGp0{vector::kProtection, 0};
inline constexpr Exception kPf{vector::kPageFault, 0};
inline constexpr std::uint16_t kCodeN = World::kNative.kernel_code,
                               kDataN = World::kNative.kernel_data,
                               kUserN = World::kNative.user_code32,
                               kUserDataN = World::kNative.user_data;
inline constexpr std::uint16_t kCode = kSelectors64.kernel_code, kData = kSelectors64.kernel_data,
                               kUser = kSelectors64.user_code, kUser32 = kSelectors64.user_code32,
                               kUserData = kSelectors64.user_data;

/// What is prepared before the door; `{}`: nothing.
using Arrange = void (*)(World&);

template <class Row>
struct Case {
  const Row* row;
  Running running;
  Vendor vendor;
};

template <class Row, std::size_t N>
std::vector<Case<Row>> cases(const Row (&rows)[N]) {
  std::vector<Case<Row>> all;
  for (const Row& row : rows)
    for (unsigned running = 0; running < 4; ++running)
      for (const Vendor vendor : {Vendor::Intel, Vendor::Amd})
        if ((row.running >> running & 1) != 0 &&
            (row.vendors == kAll || (row.vendors == kIntel) == (vendor == Vendor::Intel)))
          all.push_back({&row, static_cast<Running>(running), vendor});
  return all;
}

/// The row's name, and where the row is about several, what the processor is doing.
template <class Row>
std::string case_name(const testing::TestParamInfo<Case<Row>>& info) {
  constexpr std::string_view kRunning[] = {"64", "Compat", "Legacy", "V86"};
  const auto& [row, running, vendor] = info.param;
  const bool several = (row->running & (row->running - 1)) != 0;
  return row->name + std::string(several ? kRunning[static_cast<std::size_t>(running)] : "") +
         (vendor == Vendor::Intel ? "_intel" : "_amd");
}

}  // namespace ringfare::gate_rows
