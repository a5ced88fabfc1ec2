// SPDX-License-Identifier: MIT
#include "cpu/translator/host_features.hpp"

#include <cpuid.h>
#include <sys/auxv.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace ringfare::translator {
namespace {

struct CpuidLeaf {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// All zero where the host has no such leaf.
CpuidLeaf cpuid(unsigned leaf, unsigned subleaf = 0) {
  CpuidLeaf result;
  if (__get_cpuid_count(leaf, subleaf, &result.eax, &result.ebx, &result.ecx, &result.edx) == 0)
    return {};
  return result;
}

bool has(unsigned bits, unsigned number) {
  return (bits >> number & 1) != 0;
}

}  // namespace

bool host_has_avx512vl() {
  const CpuidLeaf features = cpuid(7);
  if (!has(features.ebx, 16) || !has(features.ebx, 31)) return false;
  unsigned low, high;
  asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr unsigned kZmmState = 0xe0;  // opmask, ZMM_Hi256, Hi16_ZMM
  return (low & kZmmState) == kZmmState;
}

bool host_has_avx512bw() {
  return host_has_avx512vl() && has(cpuid(7).ebx, 30);
}

bool host_has_xinuse() {
  return has(cpuid(1).ecx, 28) && has(cpuid(0xd, 1).eax, 2);
}

/// CPUID does not tell: XSaveErrPtr is about what has raised something.
bool host_saves_x87_pointers() {
  constexpr std::size_t kPointer = 8;  // SDM vol. 1, table 10-2
  alignas(16) std::array<unsigned char, 512> image{};
  std::uint64_t pointer = 0;
  asm volatile("fldz\n fxsave64 %0\n fstp %%st" : "=m"(image) : : "st");
  std::memcpy(&pointer, image.data() + kPointer, sizeof pointer);
  return pointer != 0;
}

bool host_has_fsgsbase() {
  constexpr unsigned long kHwcap2Fsgsbase = 1u << 1;  // <asm/hwcap2.h>
  return (getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
}

}  // namespace ringfare::translator
