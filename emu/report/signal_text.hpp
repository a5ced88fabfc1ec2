// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emu/event.hpp"

namespace ringfare {

/// "SIGSEGV"; "SIGRT_3" above the named ones.
std::string signal_name(int signal);

/// "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}", sigaction(2).
std::string signal_details(const SignalEvent& event);

}  // namespace ringfare
