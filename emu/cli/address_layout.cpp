// SPDX-License-Identifier: MIT
#include "emu/cli/address_layout.hpp"

#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>

#include "cpu/base/failure.hpp"
#include "cpu/memory.hpp"
#include "emu/program/guest_layout.hpp"

namespace ringfare {
namespace {

constexpr unsigned long kAskOnly = 0xffff'ffff;  // personality(2)

/// Where the host puts what is mapped anywhere.
bool is_legacy() {
  void* const probe = mmap(nullptr, kPageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED) return false;
  munmap(probe, kPageSize);
  return reinterpret_cast<std::uintptr_t>(probe) < kLayout64.stack_top.value;
}

/// Whether there was anything to change.
bool ask_for_usual_layout() {
  bool changed = false;
  const int now = personality(kAskOnly);
  if (now != -1 && (now & ADDR_COMPAT_LAYOUT) != 0)
    changed = personality(static_cast<unsigned long>(now & ~ADDR_COMPAT_LAYOUT)) != -1;
  rlimit stack{};
  constexpr rlim_t kUsualStack = 8u << 20;
  if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur == RLIM_INFINITY) {
    stack.rlim_cur = kUsualStack;
    changed = setrlimit(RLIMIT_STACK, &stack) == 0 || changed;
  }
  return changed;
}

}  // namespace

void leave_legacy_layout(char** arguments) {
  if (!is_legacy()) return;
  if (ask_for_usual_layout()) execv("/proc/self/exe", arguments);
  throw UserError(
      "this host places libraries where the guest's memory belongs (vm.legacy_va_layout); set "
      "sysctl vm.legacy_va_layout=0");
}

}  // namespace ringfare
