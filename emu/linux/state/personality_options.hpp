// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/state.hpp"

namespace ringfare {

class Cpuid;
class DebugLog;

/// What the guest finds around it besides its program. All of it is input of the run.
struct PersonalityOptions {
  std::string_view nodename = "localhost";  // which every host's resolver knows
  std::string uname_release, uname_version, uname_machine = "x86_64";
  std::string_view vsyscall = {};  // the page's permissions as /proc/self/maps shows them; or none
  std::string_view clocksource = "tsc";  // as sysfs names it
  std::uint64_t seed = 1;
  std::uint64_t schedule_seed = 0;  // 0: every turn of a thread is equally long
  int pid = 1000;
  std::vector<int> descriptors = {};                  // above 2, that are the guest's, too
  bool host_limits = false;                           // resource limits and priority of the host's
  std::uint64_t features = VectorState::kComponents;  // XCR0 of user mode; 0 without XSAVE
  bool network = true;                                // sockets of other families than AF_UNIX
  bool confined = false;                              // of /proc only what belongs to the guest
  const Cpuid* cpuid = nullptr;  // of the modelled processor, for /proc/cpuinfo
  DebugLog* log = nullptr;       // for those who work on the emulator
};

}  // namespace ringfare
