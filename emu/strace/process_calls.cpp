// SPDX-License-Identifier: MIT
// Processes and what they may do: scheduling, capabilities, seccomp(2), landlock(7), kcmp(2),
// pidfd_open(2).
#include <fmt/format.h>

#include <algorithm>

#include "emu/strace/call_families.hpp"
#include "emu/strace/capability_names.hpp"
#include "emu/strace/structures.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Values of linux/kcmp.h, linux/sched.h, linux/ioprio.h, linux/capability.h, linux/seccomp.h,
// linux/landlock.h, linux/personality.h.
constexpr Name kKcmp[] = {{0x0, "KCMP_FILE"},    {0x1, "KCMP_VM"},       {0x2, "KCMP_FILES"},
                          {0x3, "KCMP_FS"},      {0x4, "KCMP_SIGHAND"},  {0x5, "KCMP_IO"},
                          {0x6, "KCMP_SYSVSEM"}, {0x7, "KCMP_EPOLL_TFD"}};
constexpr Name kLandlockFs[] = {
    {0x1, "LANDLOCK_ACCESS_FS_EXECUTE"},     {0x2, "LANDLOCK_ACCESS_FS_WRITE_FILE"},
    {0x4, "LANDLOCK_ACCESS_FS_READ_FILE"},   {0x8, "LANDLOCK_ACCESS_FS_READ_DIR"},
    {0x10, "LANDLOCK_ACCESS_FS_REMOVE_DIR"}, {0x20, "LANDLOCK_ACCESS_FS_REMOVE_FILE"},
    {0x40, "LANDLOCK_ACCESS_FS_MAKE_CHAR"},  {0x80, "LANDLOCK_ACCESS_FS_MAKE_DIR"},
    {0x100, "LANDLOCK_ACCESS_FS_MAKE_REG"},  {0x200, "LANDLOCK_ACCESS_FS_MAKE_SOCK"},
    {0x400, "LANDLOCK_ACCESS_FS_MAKE_FIFO"}, {0x800, "LANDLOCK_ACCESS_FS_MAKE_BLOCK"},
    {0x1000, "LANDLOCK_ACCESS_FS_MAKE_SYM"}, {0x2000, "LANDLOCK_ACCESS_FS_REFER"}};
constexpr Name kLandlockCreate[] = {{0x1, "LANDLOCK_CREATE_RULESET_VERSION"}};
constexpr Name kLandlockRule[] = {{0x1, "LANDLOCK_RULE_PATH_BENEATH"}};
constexpr Name kSeccompOps[] = {{0x0, "SECCOMP_SET_MODE_STRICT"},
                                {0x1, "SECCOMP_SET_MODE_FILTER"},
                                {0x2, "SECCOMP_GET_ACTION_AVAIL"},
                                {0x3, "SECCOMP_GET_NOTIF_SIZES"}};
constexpr Name kSeccompFlags[] = {
    {0x1, "SECCOMP_FILTER_FLAG_TSYNC"},        {0x2, "SECCOMP_FILTER_FLAG_LOG"},
    {0x4, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},   {0x8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
    {0x10, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"}, {0x20, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}};
constexpr Name kSeccompActions[] = {{0x80000000, "SECCOMP_RET_KILL_PROCESS"},
                                    {0x0, "SECCOMP_RET_KILL_THREAD"},
                                    {0x30000, "SECCOMP_RET_TRAP"},
                                    {0x50000, "SECCOMP_RET_ERRNO"},
                                    {0x7fc00000, "SECCOMP_RET_USER_NOTIF"},
                                    {0x7ff00000, "SECCOMP_RET_TRACE"},
                                    {0x7ffc0000, "SECCOMP_RET_LOG"},
                                    {0x7fff0000, "SECCOMP_RET_ALLOW"}};
constexpr Name kSchedFlags[] = {
    {0x1, "SCHED_FLAG_RESET_ON_FORK"},  {0x2, "SCHED_FLAG_RECLAIM"},
    {0x4, "SCHED_FLAG_DL_OVERRUN"},     {0x8, "SCHED_FLAG_KEEP_POLICY"},
    {0x10, "SCHED_FLAG_KEEP_PARAMS"},   {0x20, "SCHED_FLAG_UTIL_CLAMP_MIN"},
    {0x40, "SCHED_FLAG_UTIL_CLAMP_MAX"}};
constexpr Name kPolicies[] = {{0, "SCHED_OTHER"},   {1, "SCHED_FIFO"}, {2, "SCHED_RR"},
                              {3, "SCHED_BATCH"},   {4, "SCHED_ISO"},  {5, "SCHED_IDLE"},
                              {6, "SCHED_DEADLINE"}};
constexpr Name kIoprioWho[] = {
    {0x1, "IOPRIO_WHO_PROCESS"}, {0x2, "IOPRIO_WHO_PGRP"}, {0x3, "IOPRIO_WHO_USER"}};
constexpr Name kIoprioClass[] = {{0x0, "IOPRIO_CLASS_NONE"},
                                 {0x1, "IOPRIO_CLASS_RT"},
                                 {0x2, "IOPRIO_CLASS_BE"},
                                 {0x3, "IOPRIO_CLASS_IDLE"}};
constexpr Name kPersonalities[] = {{0x0, "PER_LINUX"},
                                   {0x6, "PER_BSD"},
                                   {0x8, "PER_LINUX32"},
                                   {0xc, "PER_RISCOS"},
                                   {0xf, "PER_OSF4"},
                                   {0x10, "PER_HPUX"},
                                   {0x80000, "PER_LINUX_FDPIC"},
                                   {0x740000, "PER_CLEAR_ON_SETID"},
                                   {0x800000, "PER_LINUX_32BIT"},
                                   {0x4000005, "PER_ISCR4"},
                                   {0x4000006, "PER_SUNOS"},
                                   {0x4000009, "PER_IRIX32"},
                                   {0x400000a, "PER_IRIXN32"},
                                   {0x400000b, "PER_IRIX64"},
                                   {0x400000d, "PER_SOLARIS"},
                                   {0x4100001, "PER_SVR4"},
                                   {0x410000e, "PER_UW7"},
                                   {0x5000002, "PER_SVR3"},
                                   {0x5000004, "PER_WYSEV386"},
                                   {0x5000007, "PER_XENIX"},
                                   {0x6000003, "PER_OSR5"},
                                   {0x7000003, "PER_SCOSVR3"},
                                   {0x8000008, "PER_LINUX32_3GB"}};
constexpr Name kPersonalityFlags[] = {{0x20000, "UNAME26"},
                                      {0x40000, "ADDR_NO_RANDOMIZE"},
                                      {0x80000, "FDPIC_FUNCPTRS"},
                                      {0x100000, "MMAP_PAGE_ZERO"},
                                      {0x200000, "ADDR_COMPAT_LAYOUT"},
                                      {0x400000, "READ_IMPLIES_EXEC"},
                                      {0x800000, "ADDR_LIMIT_32BIT"},
                                      {0x1000000, "SHORT_INODE"},
                                      {0x2000000, "WHOLE_SECONDS"},
                                      {0x4000000, "STICKY_TIMEOUTS"},
                                      {0x8000000, "ADDR_LIMIT_3GB"}};
constexpr Name kPidfd[] = {{0x800, "PIDFD_NONBLOCK"}};
constexpr Name kCapVersions[] = {{0x19980330, "_LINUX_CAPABILITY_VERSION_1"},
                                 {0x20071026, "_LINUX_CAPABILITY_VERSION_2"},
                                 {0x20080522, "_LINUX_CAPABILITY_VERSION_3"}};
constexpr Name kNamespaces[] = {{0x80, "CLONE_NEWTIME"},        {0x20000, "CLONE_NEWNS"},
                                {0x2000000, "CLONE_NEWCGROUP"}, {0x4000000, "CLONE_NEWUTS"},
                                {0x8000000, "CLONE_NEWIPC"},    {0x10000000, "CLONE_NEWUSER"},
                                {0x20000000, "CLONE_NEWPID"},   {0x40000000, "CLONE_NEWNET"}};

constexpr NameTable kKcmpTypes{kKcmp, kAll, {}, "KCMP_???"};
constexpr NameTable kFsAccess{{}, 0, kLandlockFs, "LANDLOCK_ACCESS_FS_???"};
constexpr NameTable kCreateFlags{{}, 0, kLandlockCreate, "LANDLOCK_CREATE_RULESET_???"};
constexpr NameTable kRuleTypes{kLandlockRule, kAll, {}, "LANDLOCK_RULE_???"};
constexpr NameTable kSeccompOperations{kSeccompOps, kAll, {}, "SECCOMP_SET_MODE_???"};
constexpr NameTable kSeccompFilterFlags{{}, 0, kSeccompFlags, "SECCOMP_FILTER_FLAG_???"};
constexpr NameTable kActions{kSeccompActions, kAll, {}, "SECCOMP_RET_???"};
constexpr NameTable kSchedulingFlags{{}, 0, kSchedFlags, "SCHED_FLAG_???"};
constexpr NameTable kSchedulers{kPolicies, kAll, {}, "SCHED_???"};
constexpr NameTable kWhos{kIoprioWho, kAll, {}, "IOPRIO_WHO_???"};
constexpr NameTable kClasses{kIoprioClass, kAll, {}, "IOPRIO_CLASS_???"};
constexpr NameTable kVersions{kCapVersions, kAll, {}, "_LINUX_CAPABILITY_VERSION_???"};
constexpr NameTable kExecutionDomains{kPersonalities, kAll, {}, "PER_???"};
constexpr NameTable kDomainFlags{{}, 0, kPersonalityFlags, ""};
constexpr NameTable kPidfdFlags{{}, 0, kPidfd, "PIDFD_???"};
constexpr NameTable kNamespaceTypes{{}, 0, kNamespaces, "CLONE_NEW???"};

/// What the two numbers of kcmp(2) are, as its type says.
std::string compared(const ToldCall& call, std::size_t) {
  constexpr std::uint32_t kFile = 0, kEpoll = 7, kLast = 7;
  const std::uint32_t type = call.low(2);
  if (type == kFile)
    return fmt::format("{}, {}", static_cast<std::int32_t>(call.low(3)),
                       static_cast<std::int32_t>(call.low(4)));
  if (type == kEpoll) {
    struct Slot {  // struct kcmp_epoll_slot
      std::uint32_t efd, tfd, toff;
    };
    const auto slot = call.load<Slot>(call[4]);
    const std::string second =
        slot ? fmt::format("{{efd={}, tfd={}, toff={}}}", static_cast<std::int32_t>(slot->efd),
                           static_cast<std::int32_t>(slot->tfd), slot->toff)
             : address_text(call[4]);
    return fmt::format("{}, {}", static_cast<std::int32_t>(call.low(3)), second);
  }
  return type > kLast ? fmt::format("{}, {}", told::hex(call, 3), told::hex(call, 4)) : "";
}

struct SchedulingAttributes {  // struct sched_attr
  std::uint32_t size, policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;
  std::uint32_t least, most;
};
constexpr std::uint32_t kFirstSize = 48, kSecondSize = 56;

std::string attributes_text(const ToldCall& call, const SchedulingAttributes& a, bool more) {
  std::string text = fmt::format(
      "{{size={}, sched_policy={}, sched_flags={}, sched_nice={}, sched_priority={}, "
      "sched_runtime={}, sched_deadline={}, sched_period={}",
      a.size, named(kSchedulers, a.policy, call.style()),
      named(kSchedulingFlags, a.flags, call.style()), a.nice, a.priority, a.runtime, a.deadline,
      a.period);
  if (a.size >= kSecondSize)
    text += fmt::format(", sched_util_min={}, sched_util_max={}", a.least, a.most);
  return text + (more ? ", ...}" : "}");
}

std::optional<SchedulingAttributes> attributes_at(const ToldCall& call, std::uint64_t at,
                                                  std::uint64_t size) {
  SchedulingAttributes attributes{};
  std::vector<std::byte> bytes(std::min<std::uint64_t>(size, sizeof attributes));
  if (at == 0 || !call.memory.read({at}, bytes)) return std::nullopt;
  std::memcpy(&attributes, bytes.data(), bytes.size());
  return attributes;
}

std::string attributes_found(const ToldCall& call, std::size_t index) {
  const std::uint64_t size = call.low(2);
  const auto attributes = call.filled() && size >= kFirstSize
                              ? attributes_at(call, call[index], std::min<std::uint64_t>(size, 56))
                              : std::nullopt;
  return attributes ? attributes_text(call, *attributes, false) : address_text(call[index]);
}

std::string attributes_given(const ToldCall& call, std::size_t index) {
  const auto size = call.load<std::uint32_t>(call[index]);
  if (!size) return address_text(call[index]);
  const std::uint32_t real = *size == 0 ? kFirstSize : *size;
  if (real < kFirstSize) return fmt::format("{{size={}}}", *size);
  const auto attributes = attributes_at(call, call[index], std::min(real, kSecondSize));
  if (!attributes) return address_text(call[index]);
  return attributes_text(call, *attributes, real > kSecondSize);
}

std::string priority_value(std::uint32_t value, ConstantStyle style) {
  const std::string text =
      fmt::format("IOPRIO_PRIO_VALUE({}, {})", named(kClasses, value >> 13, ConstantStyle::Names),
                  value & 0x1fff);
  if (style == ConstantStyle::Numbers) return std::to_string(static_cast<std::int32_t>(value));
  if (style == ConstantStyle::Names) return text;
  return fmt::format("{} /* IOPRIO_PRIO_VALUE({}, {}) */", static_cast<std::int32_t>(value),
                     named(kClasses, value >> 13, style), value & 0x1fff);
}
std::string io_priority(const ToldCall& call, std::size_t index) {
  return priority_value(call.low(index), call.style());
}
std::string io_priority_found(const ToldCall& call, std::int64_t value) {
  if (call.style() == ConstantStyle::Numbers) return "";
  const auto number = static_cast<std::uint32_t>(value);
  return fmt::format("{} (IOPRIO_PRIO_VALUE({}, {}))", number,
                     named(kClasses, number >> 13, call.style()), number & 0x1fff);
}

/// A domain in the low byte, and flags.
std::string domain_text(std::uint32_t value, ConstantStyle style) {
  constexpr std::uint32_t kDomain = 0xff;
  if (style == ConstantStyle::Numbers) return hex_text(value);
  const std::string domain = named(kExecutionDomains, value & kDomain);
  const std::uint32_t flags = value & ~kDomain;
  const std::string text = flags == 0 ? domain : domain + '|' + named(kDomainFlags, flags);
  const bool unnamed = flags == 0 && text.find("/*") != text.npos;
  return unnamed ? text : constant_text(text, hex_text(value), style);
}

std::string personality(const ToldCall& call, std::size_t index) {
  constexpr std::uint32_t kAsk = 0xffffffff;
  return call.low(index) == kAsk ? "0xffffffff" : domain_text(call.low(index), call.style());
}
std::string personality_found(const ToldCall& call, std::int64_t value) {
  const auto number = static_cast<std::uint32_t>(value);
  return fmt::format("{} ({})", hex_text(number), domain_text(number, call.style()));
}

std::string capability_header(const ToldCall& call, std::size_t index) {
  const auto words = call.load<std::array<std::uint32_t, 2>>(call[index]);
  if (!words) return address_text(call[index]);
  return fmt::format("{{version={}, pid={}}}", named(kVersions, (*words)[0], call.style()),
                     static_cast<std::int32_t>((*words)[1]));
}

/// "1<<CAP_CHOWN|1<<CAP_KILL"
std::string capability_set(const ToldCall& call, std::uint32_t low, std::uint32_t high) {
  const std::uint64_t set = std::uint64_t{high} << 32 | low;
  if (set == 0) return "0";
  if (call.style() == ConstantStyle::Numbers)
    return high == 0 ? hex_text(low) : fmt::format("{:#x}<<32|{:#x}", high, low);
  std::string text;
  std::uint64_t rest = set;
  for (const Name& name : kCapabilities) {
    if ((rest >> name.value & 1) == 0) continue;
    rest &= ~(std::uint64_t{1} << name.value);
    text += fmt::format("{}1<<{}", text.empty() ? "" : "|", name.text);
  }
  const auto put = [&](std::uint64_t half, std::string_view shift) {
    if (half != 0) text += fmt::format("{}{:#x}{}", text.empty() ? "" : "|", half, shift);
  };
  put(rest & 0xffffffff, "");
  put(rest >> 32, "<<32");
  return text;
}

std::string capabilities(const ToldCall& call, std::size_t index, bool known) {
  constexpr std::uint32_t kFirstVersion = 0x19980330;
  const auto version = call.load<std::uint32_t>(call[0]);
  if (!known || !version) return address_text(call[index]);
  std::array<std::uint32_t, 6> words{};
  if (*version == kFirstVersion) {
    const auto first = call.load<std::array<std::uint32_t, 3>>(call[index]);
    if (!first) return address_text(call[index]);
    std::copy(first->begin(), first->end(), words.begin());
  } else {
    const auto both = call.load<std::array<std::uint32_t, 6>>(call[index]);
    if (!both) return address_text(call[index]);
    words = *both;
  }
  return fmt::format(
      "{{effective={}, permitted={}, inheritable={}}}", capability_set(call, words[0], words[3]),
      capability_set(call, words[1], words[4]), capability_set(call, words[2], words[5]));
}
std::string capabilities_given(const ToldCall& call, std::size_t index) {
  return capabilities(call, index, true);
}
std::string capabilities_found(const ToldCall& call, std::size_t index) {
  return capabilities(call, index, call.filled());
}

std::string seccomp_rest(const ToldCall& call, std::size_t) {
  switch (call.low(0)) {
    case 1:  // SECCOMP_SET_MODE_FILTER
      return fmt::format("{}, {}", named(kSeccompFilterFlags, call.low(1), call.style()),
                         filter_text(call, FilterUse::Calls, call[2]));
    case 2: {  // SECCOMP_GET_ACTION_AVAIL
      const auto action = call.load<std::uint32_t>(call[2]);
      return fmt::format("{}, {}", hex_text(call.low(1)),
                         action ? fmt::format("[{}]", named(kActions, *action, call.style()))
                                : address_text(call[2]));
    }
    case 3: {  // SECCOMP_GET_NOTIF_SIZES
      const auto sizes = call.load<std::array<std::uint16_t, 3>>(call[2]);
      return fmt::format(
          "{}, {}", hex_text(call.low(1)),
          sizes && call.filled()
              ? fmt::format("{{seccomp_notif={}, seccomp_notif_resp={}, seccomp_data={}}}",
                            (*sizes)[0], (*sizes)[1], (*sizes)[2])
              : address_text(call[2]));
    }
    default:
      return fmt::format("{}, {}", hex_text(call.low(1)), address_text(call[2]));
  }
}

std::string ruleset(const ToldCall& call, std::size_t index) {
  const auto access = call.load<std::uint64_t>(call[index]);
  if (!access || call[1] < sizeof *access) return address_text(call[index]);
  return fmt::format("{{handled_access_fs={}{}}}", named(kFsAccess, *access, call.style()),
                     call[1] > sizeof *access ? ", ..." : "");
}
std::string rule(const ToldCall& call, std::size_t index) {
  const auto access = call.load<std::uint64_t>(call[index]);
  const auto parent = call[index] == 0
                          ? std::nullopt
                          : call.memory.load<std::int32_t>({call[index] + sizeof(std::uint64_t)});
  if (call.low(1) != 1 || !access || !parent) return address_text(call[index]);
  return fmt::format("{{allowed_access={}, parent_fd={}}}", named(kFsAccess, *access, call.style()),
                     descriptor_text(*parent, call.options));
}

std::string signal(const ToldCall& call, std::size_t index) {
  return signal_text(call.low(index), call.style());
}
std::string information(const ToldCall& call, std::size_t index) {
  if (call.compat()) return address_text(call[index]);
  return structure_text(ArgKind::SignalInfo, call.pointee(call[index]));
}

std::string scheduling_priority(const ToldCall& call, std::size_t index, bool known) {
  const auto priority = call.load<std::int32_t>(call[index]);
  return known && priority ? fmt::format("[{}]", *priority) : address_text(call[index]);
}
std::string priority_given(const ToldCall& call, std::size_t index) {
  return scheduling_priority(call, index, true);
}
std::string priority_found(const ToldCall& call, std::size_t index) {
  return scheduling_priority(call, index, call.filled());
}

std::string policy_found(const ToldCall& call, std::int64_t value) {
  constexpr std::uint64_t kResetOnFork = 0x40000000;
  const auto number = static_cast<std::uint64_t>(value);
  const std::string reset = (number & kResetOnFork) != 0 ? "|SCHED_RESET_ON_FORK" : "";
  return fmt::format("{} ({}{})", hex_text(number),
                     named(kSchedulers, number & ~kResetOnFork, call.style()), reset);
}

std::string robust_list_found(const ToldCall& call, std::size_t index) {
  const auto head = call.word(call[index]);
  return call.filled() && head ? fmt::format("[{}]", address_text(*head))
                               : told::address(call, index);
}
std::string robust_size_found(const ToldCall& call, std::size_t index) {
  const auto size = call.word(call[index]);
  return call.filled() && size ? fmt::format("[{}]", *size) : told::address(call, index);
}

constexpr CallText kCalls[] = {
    {"get_robust_list", {told::signed_int, robust_list_found, robust_size_found}},
    {"sched_getscheduler", {told::signed_int}, policy_found},
    {"kcmp", {told::signed_int, told::signed_int, told::names<kKcmpTypes>, compared}},
    {"sched_getattr", {told::signed_int, attributes_found, told::unsigned_int, told::unsigned_int}},
    {"sched_setattr", {told::signed_int, attributes_given, told::unsigned_int}},
    {"sched_getparam", {told::signed_int, priority_found}},
    {"sched_setparam", {told::signed_int, priority_given}},
    {"sched_get_priority_max", {told::names<kSchedulers>}},
    {"sched_get_priority_min", {told::names<kSchedulers>}},
    {"ioprio_get", {told::names<kWhos>, told::signed_int}, io_priority_found},
    {"ioprio_set", {told::names<kWhos>, told::signed_int, io_priority}},
    {"personality", {personality}, personality_found},
    {"capget", {capability_header, capabilities_found}},
    {"capset", {capability_header, capabilities_given}},
    {"seccomp", {told::names<kSeccompOperations>, seccomp_rest}},
    {"landlock_create_ruleset", {ruleset, told::unsigned_long, told::names<kCreateFlags>}},
    {"landlock_add_rule", {told::descriptor, told::names<kRuleTypes>, rule, told::hex_int}},
    {"landlock_restrict_self", {told::descriptor, told::hex_int}},
    {"pidfd_open", {told::signed_int, told::names<kPidfdFlags>}},
    {"pidfd_getfd", {told::descriptor, told::signed_int, told::hex_int}},
    {"pidfd_send_signal", {told::descriptor, signal, information, told::hex_int}},
    {"process_mrelease", {told::descriptor, told::hex_int}},
    {"setns", {told::descriptor, told::names<kNamespaceTypes>}},
};

}  // namespace

std::string filter_text(const ToldCall& call, FilterUse use, std::uint64_t at) {
  // struct sock_fprog: a count and a pointer, aligned.
  const auto count = call.load<std::uint16_t>(at);
  const auto program = call.word(at, 1);
  if (!count || !program) return address_text(at);
  return fmt::format("{{len={}, filter={}}}", *count,
                     filter_instructions_text(call.memory, call.options, use, *program, *count));
}

std::span<const CallText> calls_on_processes() {
  return kCalls;
}

}  // namespace ringfare
