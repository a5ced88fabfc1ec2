// SPDX-License-Identifier: MIT
#include "emu/report/signal_text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace ringfare {
namespace {

struct CodeName {
  int signal;  // 0: any
  int code;
  const char* name;
};

/// si_code values of sigaction(2).
constexpr CodeName kCodes[] = {
    {SIGSEGV, SEGV_MAPERR, "SEGV_MAPERR"},
    {SIGSEGV, SEGV_ACCERR, "SEGV_ACCERR"},
    {SIGBUS, BUS_ADRALN, "BUS_ADRALN"},
    {SIGBUS, BUS_ADRERR, "BUS_ADRERR"},
    {SIGBUS, BUS_OBJERR, "BUS_OBJERR"},
    {SIGFPE, FPE_INTDIV, "FPE_INTDIV"},
    {SIGFPE, FPE_INTOVF, "FPE_INTOVF"},
    {SIGFPE, FPE_FLTDIV, "FPE_FLTDIV"},
    {SIGFPE, FPE_FLTOVF, "FPE_FLTOVF"},
    {SIGFPE, FPE_FLTUND, "FPE_FLTUND"},
    {SIGFPE, FPE_FLTRES, "FPE_FLTRES"},
    {SIGFPE, FPE_FLTINV, "FPE_FLTINV"},
    {SIGFPE, FPE_FLTSUB, "FPE_FLTSUB"},
    {SIGILL, ILL_ILLOPC, "ILL_ILLOPC"},
    {SIGILL, ILL_ILLOPN, "ILL_ILLOPN"},
    {SIGILL, ILL_PRVOPC, "ILL_PRVOPC"},
    {SIGTRAP, TRAP_BRKPT, "TRAP_BRKPT"},
    {SIGTRAP, TRAP_TRACE, "TRAP_TRACE"},
    {0, SI_USER, "SI_USER"},
    {0, SI_KERNEL, "SI_KERNEL"},
    {0, SI_TKILL, "SI_TKILL"},
};

std::string code_name(int signal, int code) {
  for (const CodeName& row : kCodes)
    if ((row.signal == signal || row.signal == 0) && row.code == code) return row.name;
  return fmt::format("{:#x}", code);
}

}  // namespace

std::string signal_name(int signal) {
  if (const char* name = signal > 0 && signal < 32 ? sigabbrev_np(signal) : nullptr)
    return fmt::format("SIG{}", name);
  return signal >= 32 ? fmt::format("SIGRT_{}", signal - 32) : std::to_string(signal);
}

std::string signal_details(const SignalEvent& event) {
  const bool sent = event.code <= 0;
  const bool addressed = !sent && event.code != SI_KERNEL;
  return fmt::format(
      "{{si_signo={}, si_code={}{}}}", signal_name(event.signal),
      code_name(event.signal, event.code),
      addressed ? (event.address ? fmt::format(", si_addr={:#x}", event.address) : ", si_addr=NULL")
                : "");
}

}  // namespace ringfare
