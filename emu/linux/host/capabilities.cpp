// SPDX-License-Identifier: MIT
#include "emu/linux/host/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace ringfare {

void keep_ambient_capabilities() {
  if (::getuid() == 0 || ::geteuid() == 0) return;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return;
  if (sets[0].permitted == 0 && sets[1].permitted == 0) return;
  for (unsigned half = 0; half < sets.size(); ++half) {
    sets[half].permitted = 0;
    for (unsigned bit = 0; bit < 32 && half * 32 + bit <= CAP_LAST_CAP; ++bit)
      if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, half * 32 + bit, 0, 0) == 1)
        sets[half].permitted |= 1u << bit;
    sets[half].effective = sets[half].permitted;
  }
  ::syscall(SYS_capset, &header, sets.data());
  ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
}

}  // namespace ringfare
