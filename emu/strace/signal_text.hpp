// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {

/// As strace prints a siginfo_t:
/// "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}".
std::string signal_info_text(const SignalInfo& info);

}  // namespace ringfare
