// SPDX-License-Identifier: MIT
#include "emu/strace/signal_text.hpp"

#include <fmt/format.h>

#include <csignal>

#include "emu/strace/words/names.hpp"

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
    {SIGSEGV, SEGV_BNDERR, "SEGV_BNDERR"},
    {SIGSEGV, SEGV_PKUERR, "SEGV_PKUERR"},
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
    {SIGILL, ILL_ILLADR, "ILL_ILLADR"},
    {SIGILL, ILL_ILLTRP, "ILL_ILLTRP"},
    {SIGILL, ILL_PRVOPC, "ILL_PRVOPC"},
    {SIGILL, ILL_PRVREG, "ILL_PRVREG"},
    {SIGILL, ILL_COPROC, "ILL_COPROC"},
    {SIGILL, ILL_BADSTK, "ILL_BADSTK"},
    {SIGTRAP, TRAP_BRKPT, "TRAP_BRKPT"},
    {SIGTRAP, TRAP_TRACE, "TRAP_TRACE"},
    {SIGTRAP, TRAP_BRANCH, "TRAP_BRANCH"},
    {SIGTRAP, TRAP_HWBKPT, "TRAP_HWBKPT"},
    {SIGCHLD, CLD_EXITED, "CLD_EXITED"},
    {SIGCHLD, CLD_KILLED, "CLD_KILLED"},
    {SIGCHLD, CLD_DUMPED, "CLD_DUMPED"},
    {SIGCHLD, CLD_TRAPPED, "CLD_TRAPPED"},
    {SIGCHLD, CLD_STOPPED, "CLD_STOPPED"},
    {SIGCHLD, CLD_CONTINUED, "CLD_CONTINUED"},
    {SIGPOLL, POLL_IN, "POLL_IN"},
    {SIGPOLL, POLL_OUT, "POLL_OUT"},
    {SIGPOLL, POLL_MSG, "POLL_MSG"},
    {SIGPOLL, POLL_ERR, "POLL_ERR"},
    {SIGPOLL, POLL_PRI, "POLL_PRI"},
    {SIGPOLL, POLL_HUP, "POLL_HUP"},
    {SIGSYS, 1, "SYS_SECCOMP"},
    {SIGSYS, 2, "SYS_USER_DISPATCH"},
    {0, SI_USER, "SI_USER"},
    {0, SI_KERNEL, "SI_KERNEL"},
    {0, SI_QUEUE, "SI_QUEUE"},
    {0, SI_TIMER, "SI_TIMER"},
    {0, SI_MESGQ, "SI_MESGQ"},
    {0, SI_ASYNCIO, "SI_ASYNCIO"},
    {0, SI_SIGIO, "SI_SIGIO"},
    {0, SI_TKILL, "SI_TKILL"},
    {0, SI_DETHREAD, "SI_DETHREAD"},
    {0, SI_ASYNCNL, "SI_ASYNCNL"},
};

std::string code_name(const SignalInfo& info) {
  for (const CodeName& row : kCodes)
    if ((row.signal == info.signal || row.signal == 0) && row.code == info.code) return row.name;
  return fmt::format("{:#x}", static_cast<std::uint32_t>(info.code));
}

std::string pointer_text(std::uint64_t address) {
  return address == 0 ? "NULL" : fmt::format("{:#x}", address);
}

std::string value_text(std::uint64_t value) {
  return fmt::format(", si_int={}, si_ptr={}", static_cast<std::int32_t>(value),
                     pointer_text(value));
}

std::string sender_text(const SignalInfo& info) {
  const auto sender = info.as<SignalInfo::Sender>();
  return fmt::format(", si_pid={}, si_uid={}", sender.pid, sender.uid);
}

std::string child_text(const SignalInfo::Child& child, int code) {
  const std::string status = code == CLD_EXITED
                                 ? std::to_string(child.status)
                                 : signal_name(static_cast<std::uint64_t>(child.status));
  return fmt::format(", si_status={}, si_utime={}, si_stime={}", status, child.user_ticks,
                     child.system_ticks);
}

std::string sent_text(const SignalInfo& info) {
  if (info.code == SI_USER || info.code == SI_TKILL) return sender_text(info);
  if (info.code == SI_TIMER) {
    const auto timer = info.as<SignalInfo::Timer>();
    return fmt::format(", si_timerid={:#x}, si_overrun={}", timer.id, timer.overrun) +
           value_text(timer.value);
  }
  const auto value = info.as<SignalInfo::Queued>().value;
  return sender_text(info) + (value != 0 ? value_text(value) : "");
}

/// The fields of a signal that the kernel sends by itself; for others strace shows the sender.
std::string raised_text(const SignalInfo& info) {
  switch (info.signal) {
    case SIGCHLD:
      return sender_text(info) + child_text(info.as<SignalInfo::Child>(), info.code);
    case SIGILL:
    case SIGFPE:
    case SIGSEGV:
    case SIGBUS:
      if (info.code == SI_KERNEL) return "";
      return ", si_addr=" + pointer_text(info.as<SignalInfo::Fault>().address);
    case SIGPOLL: {
      const auto poll = info.as<SignalInfo::Poll>();
      return fmt::format(", si_band={:#x}", poll.band);
    }
    case SIGSYS: {
      const auto call = info.as<SignalInfo::SystemCall>();
      return fmt::format(", si_call_addr={}, si_syscall={}, si_arch={:#x}",
                         pointer_text(call.address), call.number, call.architecture);
    }
    default: {
      const auto queued = info.as<SignalInfo::Queued>();
      return (queued.pid != 0 || queued.uid != 0 ? sender_text(info) : "") +
             (queued.value != 0 ? value_text(queued.value) : "");
    }
  }
}

}  // namespace

std::string signal_info_text(const SignalInfo& info) {
  const std::string error = info.error != 0 ? fmt::format(", si_errno={}", info.error) : "";
  return fmt::format("{{si_signo={}, si_code={}{}{}}}",
                     signal_name(static_cast<std::uint64_t>(info.signal)), code_name(info), error,
                     info.code <= 0 ? sent_text(info) : raised_text(info));
}

}  // namespace ringfare
