// SPDX-License-Identifier: MIT
// prctl(2): what its arguments are, option by option.
#include <fmt/format.h>

#include <algorithm>

#include "emu/strace/call_families.hpp"
#include "emu/strace/capability_names.hpp"
#include "emu/strace/structures.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Values of linux/prctl.h, linux/securebits.h.
constexpr Name kUnalign[] = {{0x1, "PR_UNALIGN_NOPRINT"}, {0x2, "PR_UNALIGN_SIGBUS"}};
constexpr Name kTscs[] = {{0x1, "PR_TSC_ENABLE"}, {0x2, "PR_TSC_SIGSEGV"}};
constexpr Name kMceKill[] = {{0x0, "PR_MCE_KILL_CLEAR"}, {0x1, "PR_MCE_KILL_SET"}};
constexpr Name kMcePolicy[] = {
    {0x0, "PR_MCE_KILL_LATE"}, {0x1, "PR_MCE_KILL_EARLY"}, {0x2, "PR_MCE_KILL_DEFAULT"}};
constexpr Name kAmbient[] = {{0x1, "PR_CAP_AMBIENT_IS_SET"},
                             {0x2, "PR_CAP_AMBIENT_RAISE"},
                             {0x3, "PR_CAP_AMBIENT_LOWER"},
                             {0x4, "PR_CAP_AMBIENT_CLEAR_ALL"}};
constexpr Name kSpecWhich[] = {
    {0x0, "PR_SPEC_STORE_BYPASS"}, {0x1, "PR_SPEC_INDIRECT_BRANCH"}, {0x2, "PR_SPEC_L1D_FLUSH"}};
constexpr Name kSpecSet[] = {{0x2, "PR_SPEC_ENABLE"},
                             {0x4, "PR_SPEC_DISABLE"},
                             {0x8, "PR_SPEC_FORCE_DISABLE"},
                             {0x10, "PR_SPEC_DISABLE_NOEXEC"}};
constexpr Name kSecureBits[] = {{0x1, "SECBIT_NOROOT"},
                                {0x2, "SECBIT_NOROOT_LOCKED"},
                                {0x4, "SECBIT_NO_SETUID_FIXUP"},
                                {0x8, "SECBIT_NO_SETUID_FIXUP_LOCKED"},
                                {0x10, "SECBIT_KEEP_CAPS"},
                                {0x20, "SECBIT_KEEP_CAPS_LOCKED"},
                                {0x40, "SECBIT_NO_CAP_AMBIENT_RAISE"},
                                {0x80, "SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED"}};
constexpr Name kFpMode[] = {{0x1, "PR_FP_MODE_FR"}, {0x2, "PR_FP_MODE_FRE"}};
constexpr Name kSetMm[] = {
    {0x1, "PR_SET_MM_START_CODE"}, {0x2, "PR_SET_MM_END_CODE"},    {0x3, "PR_SET_MM_START_DATA"},
    {0x4, "PR_SET_MM_END_DATA"},   {0x5, "PR_SET_MM_START_STACK"}, {0x6, "PR_SET_MM_START_BRK"},
    {0x7, "PR_SET_MM_BRK"},        {0x8, "PR_SET_MM_ARG_START"},   {0x9, "PR_SET_MM_ARG_END"},
    {0xa, "PR_SET_MM_ENV_START"},  {0xb, "PR_SET_MM_ENV_END"},     {0xc, "PR_SET_MM_AUXV"},
    {0xd, "PR_SET_MM_EXE_FILE"},   {0xe, "PR_SET_MM_MAP"},         {0xf, "PR_SET_MM_MAP_SIZE"}};
constexpr Name kPacKeys[] = {{0x1, "PR_PAC_APIAKEY"},
                             {0x2, "PR_PAC_APIBKEY"},
                             {0x4, "PR_PAC_APDAKEY"},
                             {0x8, "PR_PAC_APDBKEY"},
                             {0x10, "PR_PAC_APGAKEY"}};
constexpr Name kDispatch[] = {{0x0, "PR_SYS_DISPATCH_OFF"}, {0x1, "PR_SYS_DISPATCH_ON"}};
constexpr Name kSchedCore[] = {{0x0, "PR_SCHED_CORE_GET"},
                               {0x1, "PR_SCHED_CORE_CREATE"},
                               {0x2, "PR_SCHED_CORE_SHARE_TO"},
                               {0x3, "PR_SCHED_CORE_SHARE_FROM"}};
constexpr Name kEndian[] = {
    {0x0, "PR_ENDIAN_BIG"}, {0x1, "PR_ENDIAN_LITTLE"}, {0x2, "PR_ENDIAN_PPC_LITTLE"}};
constexpr Name kFpexc[] = {{0x0, "PR_FP_EXC_DISABLED"},   {0x1, "PR_FP_EXC_NONRECOV"},
                           {0x2, "PR_FP_EXC_ASYNC"},      {0x3, "PR_FP_EXC_PRECISE"},
                           {0x80, "PR_FP_EXC_SW_ENABLE"}, {0x10000, "PR_FP_EXC_DIV"},
                           {0x20000, "PR_FP_EXC_OVF"},    {0x40000, "PR_FP_EXC_UND"},
                           {0x80000, "PR_FP_EXC_RES"},    {0x100000, "PR_FP_EXC_INV"}};
constexpr Name kTiming[] = {{0x0, "PR_TIMING_STATISTICAL"}, {0x1, "PR_TIMING_TIMESTAMP"}};
constexpr Name kDumps[] = {{0, "SUID_DUMP_DISABLE"}, {1, "SUID_DUMP_USER"}, {2, "SUID_DUMP_ROOT"}};
constexpr Name kSeccomp[] = {
    {0, "SECCOMP_MODE_DISABLED"}, {1, "SECCOMP_MODE_STRICT"}, {2, "SECCOMP_MODE_FILTER"}};
constexpr Name kVectorFlags[] = {{0x40000, "PR_SVE_SET_VL_ONEXEC"}, {0x20000, "PR_SVE_VL_INHERIT"}};
constexpr Name kMatrixFlags[] = {{0x40000, "PR_SME_SET_VL_ONEXEC"}, {0x20000, "PR_SME_VL_INHERIT"}};
constexpr Name kVma[] = {{0, "PR_SET_VMA_ANON_NAME"}};
constexpr Name kPidTypes[] = {
    {0, "PIDTYPE_PID"}, {1, "PIDTYPE_TGID"}, {2, "PIDTYPE_PGID"}, {3, "PIDTYPE_SID"}};

constexpr NameTable kUnalignBits{{}, 0, kUnalign, "PR_UNALIGN_???"};
constexpr NameTable kTscModes{kTscs, kAll, {}, "PR_TSC_???"};
constexpr NameTable kMceKills{kMceKill, kAll, {}, "PR_MCE_KILL_???"};
constexpr NameTable kMcePolicies{kMcePolicy, kAll, {}, "PR_MCE_KILL_???"};
constexpr NameTable kAmbients{kAmbient, kAll, {}, "PR_CAP_AMBIENT_???"};
constexpr NameTable kSpeculations{kSpecWhich, kAll, {}, "PR_SPEC_???"};
constexpr NameTable kSpeculationSet{kSpecSet, kAll, {}, "PR_SPEC_???"};
constexpr NameTable kSecure{{}, 0, kSecureBits, "SECBIT_???"};
constexpr NameTable kFpModes{{}, 0, kFpMode, "PR_FP_MODE_???"};
constexpr NameTable kSetMms{kSetMm, kAll, {}, "PR_SET_MM_???"};
constexpr NameTable kPacs{{}, 0, kPacKeys, "PR_PAC_???"};
constexpr NameTable kEnabledPacs{{}, 0, std::span(kPacKeys).first(4), "PR_PAC_???"};
constexpr NameTable kDispatches{kDispatch, kAll, {}, "PR_SYS_DISPATCH_???"};
constexpr NameTable kSchedCores{kSchedCore, kAll, {}, "PR_SCHED_CORE_???"};
constexpr NameTable kEndians{kEndian, kAll, {}, "PR_ENDIAN_???"};
constexpr NameTable kFpExceptions{{}, 0, kFpexc, "PR_FP_EXC_???"};
constexpr NameTable kTimings{kTiming, kAll, {}, "PR_TIMING_???"};
constexpr NameTable kCaps{kCapabilities, kAll, {}, "CAP_???"};
constexpr NameTable kDumpModes{kDumps, kAll, {}, "SUID_DUMP_???"};
constexpr NameTable kSeccompModes{kSeccomp, kAll, {}, "SECCOMP_MODE_???"};
constexpr NameTable kVmas{kVma, kAll, {}, "PR_SET_VMA_???"};
constexpr NameTable kPidTypeNames{kPidTypes, kAll, {}, "PIDTYPE_???"};

/// What the kernel wrote: "[1]".
std::string number_found(const ToldCall& call, std::size_t index) {
  const auto value = call.load<std::uint32_t>(call[index]);
  if (!call.filled() || !value) return address_text(call[index]);
  return fmt::format("[{}]", *value);
}
template <const NameTable& kTable>
std::string names_found(const ToldCall& call, std::size_t index) {
  const auto value = call.load<std::uint32_t>(call[index]);
  if (!call.filled() || !value) return address_text(call[index]);
  return fmt::format("[{}]", named(kTable, *value, call.style()));
}
std::string signal_found(const ToldCall& call, std::size_t index) {
  const auto value = call.load<std::uint32_t>(call[index]);
  if (!call.filled() || !value) return address_text(call[index]);
  return fmt::format("[{}]", signal_text(*value, call.style()));
}
std::string pointer_found(const ToldCall& call, std::size_t index) {
  const auto value = call.word(call[index]);
  if (!call.filled() || !value) return address_text(call[index]);
  return fmt::format("[{}]", address_text(*value));
}

std::string signal_number(const ToldCall& call, std::size_t index) {
  return call[index] > 64 ? std::to_string(call[index]) : signal_text(call[index], call.style());
}

constexpr std::size_t kNameSize = 16;

/// A thread's name: what is beyond 15 bytes the kernel does not read.
std::string thread_name(const ToldCall& call, std::size_t index) {
  std::string name;
  for (std::size_t i = 0; i < kNameSize - 1; ++i) {
    const auto c = call[index] == 0 ? std::nullopt : call.memory.load<char>({call[index] + i});
    if (!c) return address_text(call[index]);
    if (*c == '\0') return quoted(name, call.options.strings);
    name += *c;
  }
  return quoted(name, call.options.strings) +
         (call.load<char>(call[index] + kNameSize - 1).value_or('x') == '\0' ? "" : "...");
}
std::string name_found(const ToldCall& call, std::size_t index) {
  return call.filled() ? thread_name(call, index) : address_text(call[index]);
}

template <const Name (&kFlags)[2]>
std::string vector_length(const ToldCall& call, std::size_t index) {
  const std::uint64_t value = call[index], length = value & 0xffff, flags = value & ~length;
  if (call.style() == ConstantStyle::Numbers) return hex_text(value);
  const NameTable table{{}, 0, kFlags, ""};
  const std::string text = (flags == 0 ? "" : named(table, flags) + '|') + hex_text(length);
  return flags == 0 ? text : constant_text(text, hex_text(value), call.style());
}

std::string tagged_addresses(const ToldCall& call, std::size_t index) {
  constexpr std::string_view kChecks[] = {"PR_MTE_TCF_NONE", "PR_MTE_TCF_SYNC", "PR_MTE_TCF_ASYNC",
                                          "PR_MTE_TCF_MASK"};
  const std::uint64_t value = call[index], tags = value >> 3 & 0xffff, rest = value & ~0x7ffffull;
  std::string text = fmt::format("{}PR_TAGGED_ADDR_ENABLE|{}", (value & 1) != 0 ? "" : "!",
                                 kChecks[value >> 1 & 3]);
  if (tags != 0) text += fmt::format("|{:#x}<<PR_MTE_TAG_SHIFT", tags);
  if (rest != 0) text += fmt::format("|{:#x}", rest);
  return constant_text(text, hex_text(value), call.style());
}

std::string mce_policy(const ToldCall& call, std::size_t index) {
  return call[1] == 1 ? told::long_names<kMcePolicies>(call, index) : told::hex(call, index);
}
std::string ambient_capability(const ToldCall& call, std::size_t index) {
  const bool capability = call[1] >= 1 && call[1] <= 3;
  return capability ? told::long_names<kCaps>(call, index) : told::hex(call, index);
}
std::string vma_address(const ToldCall& call, std::size_t index) {
  return told::address(call, index);
}
std::string vma_size(const ToldCall& call, std::size_t index) {
  return call[1] == 0 ? told::unsigned_long(call, index) : told::hex(call, index);
}
std::string vma_name(const ToldCall& call, std::size_t index) {
  if (call[1] != 0) return told::hex(call, index);
  if (call[index] == 0) return "NULL";
  constexpr std::size_t kLongest = 80;
  std::string name;
  while (name.size() < kLongest) {
    const auto c = call.memory.load<char>({call[index] + name.size()});
    if (!c) return address_text(call[index]);
    if (*c == '\0') return quoted(name, call.options.strings);
    name += *c;
  }
  return quoted(name.substr(0, kLongest - 1), call.options.strings) + "...";
}
/// The range that is left to calls of the process, and the byte that switches.
std::string dispatch_end(const ToldCall& call, std::size_t index) {
  return told::hex(call, index);
}
std::string core_cookie(const ToldCall& call, std::size_t index) {
  const auto cookie = call.load<std::uint64_t>(call[index]);
  if (!call.filled() || !cookie) return address_text(call[index]);
  return fmt::format("[{}]", hex_text(*cookie));
}
std::string pid_type(const ToldCall& call, std::size_t index) {
  return told::names<kPidTypeNames>(call, index);
}
std::string tracer(const ToldCall& call, std::size_t index) {
  const auto pid = static_cast<std::int64_t>(call[index]);
  return pid == -1 || (call.compat() && call.low(index) == 0xffffffff)
             ? constant_text("PR_SET_PTRACER_ANY", hex_text(call[index]), call.style())
             : std::to_string(pid);
}
std::string seccomp_program(const ToldCall& call, std::size_t index) {
  return call[1] == 2 ? filter_text(call, FilterUse::Calls, call[index]) : told::hex(call, index);
}

struct Option {
  std::uint32_t number;
  std::string_view name;
  std::array<ArgumentText, 4> arguments{};
  const NameTable* result = nullptr;
};

constexpr Option kOptions[] = {
    {1, "PR_SET_PDEATHSIG", {signal_number}},
    {2, "PR_GET_PDEATHSIG", {signal_found}},
    {3, "PR_GET_DUMPABLE", {}, &kDumpModes},
    {4, "PR_SET_DUMPABLE", {told::long_names<kDumpModes>}},
    {5, "PR_GET_UNALIGN", {names_found<kUnalignBits>}},
    {6, "PR_SET_UNALIGN", {told::long_names<kUnalignBits>}},
    {7, "PR_GET_KEEPCAPS", {}},
    {8, "PR_SET_KEEPCAPS", {told::unsigned_long}},
    {9, "PR_GET_FPEMU", {number_found}},
    {10, "PR_SET_FPEMU", {told::unsigned_long}},
    {11, "PR_GET_FPEXC", {number_found}},
    {12, "PR_SET_FPEXC", {told::long_names<kFpExceptions>}},
    {13, "PR_GET_TIMING", {}},
    {14, "PR_SET_TIMING", {told::long_names<kTimings>}},
    {15, "PR_SET_NAME", {thread_name}},
    {16, "PR_GET_NAME", {name_found}},
    {19, "PR_GET_ENDIAN", {number_found}},
    {20, "PR_SET_ENDIAN", {told::long_names<kEndians>}},
    {21, "PR_GET_SECCOMP", {}},
    {22, "PR_SET_SECCOMP", {told::long_names<kSeccompModes>, seccomp_program}},
    {23, "PR_CAPBSET_READ", {told::long_names<kCaps>}},
    {24, "PR_CAPBSET_DROP", {told::long_names<kCaps>}},
    {25, "PR_GET_TSC", {names_found<kTscModes>}},
    {26, "PR_SET_TSC", {told::names<kTscModes>}},
    {27, "PR_GET_SECUREBITS", {}, &kSecure},
    {28, "PR_SET_SECUREBITS", {told::long_names<kSecure>}},
    {29, "PR_SET_TIMERSLACK", {told::signed_long}},
    {30, "PR_GET_TIMERSLACK", {}},
    {31, "PR_TASK_PERF_EVENTS_DISABLE", {}},
    {32, "PR_TASK_PERF_EVENTS_ENABLE", {}},
    {33, "PR_MCE_KILL", {told::long_names<kMceKills>, mce_policy, told::hex, told::hex}},
    {34, "PR_MCE_KILL_GET", {told::hex, told::hex, told::hex, told::hex}, &kMcePolicies},
    {35, "PR_SET_MM", {told::long_names<kSetMms>, told::hex, told::hex, told::hex}},
    {36, "PR_SET_CHILD_SUBREAPER", {told::unsigned_long}},
    {37, "PR_GET_CHILD_SUBREAPER", {number_found}},
    {38, "PR_SET_NO_NEW_PRIVS", {told::unsigned_long, told::hex, told::hex, told::hex}},
    {39, "PR_GET_NO_NEW_PRIVS", {told::hex, told::hex, told::hex, told::hex}},
    {40, "PR_GET_TID_ADDRESS", {pointer_found}},
    {41, "PR_SET_THP_DISABLE", {told::unsigned_long, told::hex, told::hex, told::hex}},
    {42, "PR_GET_THP_DISABLE", {told::hex, told::hex, told::hex, told::hex}},
    {43, "PR_MPX_ENABLE_MANAGEMENT", {told::hex, told::hex, told::hex, told::hex}},
    {44, "PR_MPX_DISABLE_MANAGEMENT", {told::hex, told::hex, told::hex, told::hex}},
    {45, "PR_SET_FP_MODE", {told::long_names<kFpModes>}},
    {46, "PR_GET_FP_MODE", {}, &kFpModes},
    {47, "PR_CAP_AMBIENT", {told::long_names<kAmbients>, ambient_capability, told::hex, told::hex}},
    {50, "PR_SVE_SET_VL", {vector_length<kVectorFlags>}},
    {51, "PR_SVE_GET_VL", {}},
    {52, "PR_GET_SPECULATION_CTRL", {told::long_names<kSpeculations>}},
    {53,
     "PR_SET_SPECULATION_CTRL",
     {told::long_names<kSpeculations>, told::long_names<kSpeculationSet>}},
    {54, "PR_PAC_RESET_KEYS", {told::long_names<kPacs>, told::hex, told::hex, told::hex}},
    {55, "PR_SET_TAGGED_ADDR_CTRL", {tagged_addresses, told::hex, told::hex, told::hex}},
    {56, "PR_GET_TAGGED_ADDR_CTRL", {told::hex, told::hex, told::hex, told::hex}},
    {57, "PR_SET_IO_FLUSHER", {told::unsigned_long, told::hex, told::hex, told::hex}},
    {58, "PR_GET_IO_FLUSHER", {told::hex, told::hex, told::hex, told::hex}},
    {59,
     "PR_SET_SYSCALL_USER_DISPATCH",
     {told::long_names<kDispatches>, told::hex, dispatch_end, told::address}},
    {60,
     "PR_PAC_SET_ENABLED_KEYS",
     {told::long_names<kEnabledPacs>, told::long_names<kEnabledPacs>, told::hex, told::hex}},
    {61, "PR_PAC_GET_ENABLED_KEYS", {told::hex, told::hex, told::hex, told::hex}, &kEnabledPacs},
    {62, "PR_SCHED_CORE", {told::names<kSchedCores>, told::signed_int, pid_type, core_cookie}},
    {63, "PR_SME_SET_VL", {vector_length<kMatrixFlags>}},
    {64, "PR_SME_GET_VL", {}},
    {0x53564d41, "PR_SET_VMA", {told::long_names<kVmas>, vma_address, vma_size, vma_name}},
    {0x59616d61, "PR_SET_PTRACER", {tracer}},
};

const Option* option_of(const ToldCall& call) {
  const auto row = std::ranges::find(kOptions, call.low(0), &Option::number);
  return row != std::end(kOptions) ? &*row : nullptr;
}

std::string all(const ToldCall& call, std::size_t) {
  const Option* const option = option_of(call);
  const std::string number = hex_text(call.low(0));
  if (option == nullptr) {
    std::string text = call.style() == ConstantStyle::Numbers ? number : number + " /* PR_??? */";
    for (std::size_t i = 1; i < 5; ++i) text += ", " + told::hex(call, i);
    return text;
  }
  std::string text = constant_text(std::string(option->name), number, call.style());
  for (std::size_t i = 0; i < 4 && option->arguments[i] != nullptr; ++i)
    text += ", " + option->arguments[i](call, i + 1);
  return text;
}

/// "0x1 (SUID_DUMP_USER)" of what is told by name.
std::string result(const ToldCall& call, std::int64_t value) {
  const Option* const option = option_of(call);
  if (option == nullptr || option->result == nullptr) return "";
  const auto number = static_cast<std::uint64_t>(value);
  const bool flags = option->result->choices.empty();
  if (flags && value == 0) return "0";
  const std::string text = named(*option->result, number);
  return fmt::format("{} ({})", flags ? hex_text(number) : std::to_string(value), text);
}

constexpr CallText kCalls[] = {{"prctl", {all}, result}};

}  // namespace

std::span<const CallText> calls_prctl() {
  return kCalls;
}

}  // namespace ringfare
