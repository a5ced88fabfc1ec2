// SPDX-License-Identifier: MIT
#include "snapshot.hpp"

#include <fmt/format.h>

#include <cstring>

namespace ringfare::lockstep {
namespace {

constexpr std::size_t kStatusWord = 2, kTags = 4, kPointers = 6, kMxcsrMask = 28, kRegisters = 32,
                      kXmm = 160, kReserved = 416, kHeader = 512, kYmmHigh = 576;
constexpr const char* kNames[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                  "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

template <class T>
T at(const VectorState& state, std::size_t offset) {
  T value;
  std::memcpy(&value, state.bytes.data() + offset, sizeof value);
  return value;
}

template <class T>
void set(VectorState& state, std::size_t offset, T value) {
  std::memcpy(state.bytes.data() + offset, &value, sizeof value);
}

void fill(VectorState& state, std::size_t offset, std::size_t size) {
  std::memset(state.bytes.data() + offset, 0, size);
}

class Report {
 public:
  template <class T>
  void compare(const std::string& what, const T& expected, const T& actual) {
    if (expected != actual)
      text_ += fmt::format("    {:<12} {:#x} expected {:#x}\n", what, actual, expected);
  }
  void memory(const char* what, const std::vector<std::byte>& expected,
              const std::vector<std::byte>& actual) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (expected[i] != actual[i])
        return compare(fmt::format("{}+{:#x}", what, i), std::to_integer<int>(expected[i]),
                       std::to_integer<int>(actual[i]));
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
};

bool is_nan(std::uint32_t bits) {
  return (bits & 0x7fffffff) > 0x7f800000;
}

/// Whether two lanes differ in the payload or sign of a NaN only.
bool both_nan(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kInfinity = 0x7ff0000000000000, kMagnitude = ~0ull >> 1;
  if ((a & kMagnitude) > kInfinity && (b & kMagnitude) > kInfinity) return true;
  const auto same = [](std::uint32_t x, std::uint32_t y) {
    return x == y || (is_nan(x) && is_nan(y));
  };
  return same(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)) &&
         same(static_cast<std::uint32_t>(a >> 32), static_cast<std::uint32_t>(b >> 32));
}

void compare_vectors(Report& report, const VectorState& expected, const VectorState& actual,
                     const Tolerance& tolerance) {
  report.compare("mxcsr", at<std::uint32_t>(expected, VectorState::kMxcsr) & ~tolerance.mxcsr,
                 at<std::uint32_t>(actual, VectorState::kMxcsr) & ~tolerance.mxcsr);
  report.compare("fcw", at<std::uint16_t>(expected, 0), at<std::uint16_t>(actual, 0));
  const auto defined = static_cast<std::uint16_t>(~tolerance.x87_status);
  report.compare("fsw", at<std::uint16_t>(expected, kStatusWord) & defined,
                 at<std::uint16_t>(actual, kStatusWord) & defined);
  if (!tolerance.x87_tags)
    report.compare("ftw", at<std::uint8_t>(expected, kTags), at<std::uint8_t>(actual, kTags));
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t slot = kRegisters + 16 * i;
    const auto x = at<std::uint64_t>(expected, slot), y = at<std::uint64_t>(actual, slot);
    const bool both_nan =
        (at<std::uint16_t>(expected, slot + 8) & 0x7fff) == 0x7fff && x << 1 != 0 && y << 1 != 0;
    if (!tolerance.nan_payloads || !both_nan) report.compare(fmt::format("st{} mantissa", i), x, y);
    if (!tolerance.x87_exponents)
      report.compare(fmt::format("st{} exponent", i), at<std::uint16_t>(expected, slot + 8),
                     at<std::uint16_t>(actual, slot + 8));
  }
  for (std::size_t i = 0; i < 16; ++i)
    for (const std::size_t part : {0u, 1u}) {
      const auto x = at<std::uint64_t>(expected, kXmm + 16 * i + 8 * part),
                 y = at<std::uint64_t>(actual, kXmm + 16 * i + 8 * part);
      if (!tolerance.nan_payloads || !both_nan(x, y))
        report.compare(fmt::format("xmm{}.{}", i, part), x, y);
      report.compare(fmt::format("ymm{}.{}", i, part + 2),
                     at<std::uint64_t>(expected, kYmmHigh + 16 * i + 8 * part),
                     at<std::uint64_t>(actual, kYmmHigh + 16 * i + 8 * part));
    }
}

}  // namespace

VectorState normalised(const VectorState& state) {
  VectorState made = state;
  const auto present = at<std::uint64_t>(state, kHeader);
  if ((present & 1) == 0) {
    fill(made, 0, VectorState::kMxcsr);
    fill(made, kRegisters, kXmm - kRegisters);
    set<std::uint16_t>(made, 0, 0x37f);
  }
  if ((present & 2) == 0) fill(made, kXmm, kReserved - kXmm);
  if ((present & 4) == 0) fill(made, kYmmHigh, made.bytes.size() - kYmmHigh);
  fill(made, kTags + 1, 1);
  fill(made, kPointers, VectorState::kMxcsr - kPointers);
  fill(made, kMxcsrMask, 4);
  for (std::size_t i = 0; i < 8; ++i) fill(made, kRegisters + 16 * i + 10, 6);
  fill(made, kReserved, kYmmHigh - kReserved);
  set<std::uint64_t>(made, kHeader, VectorState::kComponents);
  return made;
}

std::string differences(const Result& expected, const Result& actual, const Tolerance& tolerance) {
  Report report;
  const Outcome &e = expected.outcome, &a = actual.outcome;
  report.compare("faulted", int{e.faulted}, int{a.faulted});
  report.compare("vector", e.vector, a.vector);
  report.compare("error code", e.error_code, a.error_code);
  report.compare("address", e.address, a.address);
  report.compare("signal", e.signal, a.signal);
  report.compare("si_code", e.code, a.code);
  report.compare("rip", e.offset, a.offset);
  const Registers &x = expected.after.registers, &y = actual.after.registers;
  const std::size_t registers = x.mode() == CodeMode::Long64 ? 16 : 8;
  for (std::size_t i = 0; i < registers; ++i) report.compare(kNames[i], x.gpr[i], y.gpr[i]);
  // RF is set in the frame a fault pushes (SDM vol. 3, 18.3.1.1) and means nothing to a program.
  const std::uint64_t ignored = tolerance.flags | flag::kResume;
  report.compare("rflags", x.rflags & ~ignored, y.rflags & ~ignored);
  compare_vectors(report, normalised(x.vector), normalised(y.vector), tolerance);
  report.memory("data", expected.after.data, actual.after.data);
  report.memory("stack", expected.after.stack, actual.after.stack);
  return report.text();
}

}  // namespace ringfare::lockstep
