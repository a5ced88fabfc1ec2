// SPDX-License-Identifier: MIT
#include "cpu/baseline.hpp"

#include <algorithm>
#include <array>

namespace ringfare {
namespace {

/// What Unicorn 2.0.1 executes. Not SSSE3 and what builds on it, nor BMI: of those it computes some
/// instructions wrong.
constexpr std::array<std::string_view, 34> kFeatures{
    "fpu",         "cx8",           "cmov",     "mmx",     "fxsr",
    "sse",         "sse2",          "pni",      "cx16",    "aes",
    "adx",         "abm",           "lahf_lm",  "clflush", "lm",
    "nx",          "syscall",       "sep",      "tsc",     "rdtscp",
    "rdpid",       "erms",          "fsrm",     "pae",     "pge",
    "msr",         "3dnowprefetch", "cldemote", "nopl",    "constant_tsc",
    "nonstop_tsc", "rep_good",      "cpuid",    "pat"};

}  // namespace

bool in_baseline(std::string_view feature) {
  return std::ranges::find(kFeatures, feature) != kFeatures.end();
}

}  // namespace ringfare
