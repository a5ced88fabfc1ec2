// SPDX-License-Identifier: MIT
// The structures of i386 (System V ABI Intel386 supplement; <asm/...> as Linux exports them to
// 32-bit programs) beside those of amd64.
#include "emu/linux/abi/compat_layouts.hpp"

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "emu/linux/abi/compat_file_pairings.hpp"
#include "emu/linux/abi/compat_time_pairings.hpp"
#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {
namespace {

using namespace compat;

struct OldSignalSetPairing {
  using Compat = U32;
  using Wide = std::uint64_t;
  static void fields(auto&& f, auto& n, auto& w) { f(n, w); }
};

struct OffsetPairing {
  using Compat = I32;
  using Wide = std::int64_t;
  static void fields(auto&& f, auto& n, auto& w) { f.fit(n, w); }
};

struct RlimitPairing {
  struct Compat {
    U32 current, maximum;
  };
  using Wide = rlimit;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.current, w.rlim_cur);
    f(n.maximum, w.rlim_max);
  }
};

/// Of the first getrlimit(2): its numbers have a sign.
struct OldRlimitPairing : RlimitPairing {};

struct RusagePairing {
  struct Compat {
    TimevalPairing::Compat utime, stime;
    I32 counts[14];
  };
  struct Wide {
    timeval utime, stime;
    std::int64_t counts[14];
  };
  static void fields(auto&& f, auto& n, auto& w) {
    TimevalPairing::fields(f, n.utime, w.utime);
    TimevalPairing::fields(f, n.stime, w.stime);
    for (int i = 0; i < 14; ++i) f(n.counts[i], w.counts[i]);
  }
};
static_assert(sizeof(RusagePairing::Wide) == sizeof(rusage));

struct SysinfoPairing {
  struct Compat {
    I32 uptime;
    U32 loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
    U16 procs, padding;
    U32 totalhigh, freehigh, mem_unit;
    char rest[8];
  };
  using Wide = struct sysinfo;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.uptime, w.uptime);
    for (int i = 0; i < 3; ++i) f(n.loads[i], w.loads[i]);
    f(n.totalram, w.totalram);
    f(n.freeram, w.freeram);
    f(n.sharedram, w.sharedram);
    f(n.bufferram, w.bufferram);
    f(n.totalswap, w.totalswap);
    f(n.freeswap, w.freeswap);
    f(n.procs, w.procs);
    f(n.totalhigh, w.totalhigh);
    f(n.freehigh, w.freehigh);
    f(n.mem_unit, w.mem_unit);
  }
};
static_assert(sizeof(SysinfoPairing::Compat) == 64);

struct WideSignalAction {
  std::uint64_t handler, flags, restorer, mask;
};

struct SignalActionPairing {
  struct Compat {
    U32 handler, flags, restorer;
    U64 mask;
  };
  using Wide = WideSignalAction;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.handler, w.handler);
    f(n.flags, w.flags);
    f(n.restorer, w.restorer);
    f(n.mask, w.mask);
  }
};
static_assert(sizeof(SignalActionPairing::Compat) == 20);

struct OldSignalActionPairing {
  struct Compat {
    U32 handler, mask, flags, restorer;
  };
  using Wide = WideSignalAction;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.handler, w.handler);
    f(n.mask, w.mask);
    f(n.flags, w.flags);
    f(n.restorer, w.restorer);
  }
};

struct WideSignalStack {
  std::uint64_t base;
  std::int32_t flags;
  std::uint64_t size;
};

struct SignalStackPairing {
  struct Compat {
    U32 base;
    I32 flags;
    U32 size;
  };
  using Wide = WideSignalStack;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.base, w.base);
    f(n.flags, w.flags);
    f(n.size, w.size);
  }
};

/// What olduname(2) writes, and oldolduname(2): the first five texts of struct utsname, each cut to
/// `size` bytes with its end.
constexpr std::size_t kOldNameSize = 65, kOldestNameSize = 9, kOldNames = 5;
template <std::size_t size>
bool to_old_names(const std::byte* from, std::byte* to) {
  constexpr std::size_t kWide = sizeof(utsname::sysname);
  for (std::size_t i = 0; i < kOldNames; ++i) {
    std::memcpy(to + i * size, from + i * kWide, size);
    to[i * size + size - 1] = std::byte{};
  }
  return true;
}

struct SignalEventPairing {
  struct Compat {
    U32 value;
    I32 signal, notify, thread;
    U32 rest[12];
  };
  struct Wide {
    std::uint64_t value;
    I32 signal, notify, thread;
    U32 rest[11];
  };
  static_assert(sizeof(Compat) == 64 && sizeof(Wide) == 64);
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.value, w.value);
    f(n.signal, w.signal);
    f(n.notify, w.notify);
    f(n.thread, w.thread);
  }
};

void signal_info_to_wide(const std::byte* from, std::byte* to) {
  const SignalInfo info = widened_signal_info({from, SignalInfo::kUserSize});
  std::memset(to, 0, SignalInfo::kUserSize);
  std::memcpy(to, &info, sizeof info);
}

bool signal_info_to_compat(const std::byte* from, std::byte* to) {
  SignalInfo info;
  std::memcpy(&info, from, sizeof info);
  const auto bytes = compat_signal_info(info);
  std::memcpy(to, bytes.data(), bytes.size());
  return true;
}

}  // namespace

namespace compat {

/// A limit that does not fit is told as "no limit", which is the largest number.
template <>
struct Adjusted<RlimitPairing> {
  static constexpr std::uint64_t kCompatInfinity = std::numeric_limits<U32>::max();
  static void from_compat(rlimit& w) {
    for (rlim_t* const limit : {&w.rlim_cur, &w.rlim_max})
      if (*limit == kCompatInfinity) *limit = RLIM_INFINITY;
  }
  static void for_compat(rlimit& w) {
    w.rlim_cur = std::min<rlim_t>(w.rlim_cur, kCompatInfinity);
    w.rlim_max = std::min<rlim_t>(w.rlim_max, kCompatInfinity);
  }
};

template <>
struct Adjusted<OldRlimitPairing> {
  static constexpr rlim_t kLargest = std::numeric_limits<I32>::max();
  static void from_compat(rlimit&) {}
  static void for_compat(rlimit& w) {
    w.rlim_cur = std::min(w.rlim_cur, kLargest);
    w.rlim_max = std::min(w.rlim_max, kLargest);
  }
};

/// Sizes are counted in larger units until they fit (sysinfo(2)).
template <>
struct Adjusted<SysinfoPairing> {
  static void from_compat(struct sysinfo&) {}
  static void for_compat(struct sysinfo& w) {
    if (w.totalram >> 32 == 0 && w.totalswap >> 32 == 0) return;
    unsigned shift = 0;
    for (; w.mem_unit < 4096; w.mem_unit <<= 1) ++shift;
    for (auto* const size : {&w.totalram, &w.freeram, &w.sharedram, &w.bufferram, &w.totalswap,
                             &w.freeswap, &w.totalhigh, &w.freehigh})
      *size >>= shift;
  }
};

}  // namespace compat

namespace {

constexpr CompatLayout kLayouts[] = {
    layout<TimespecPairing>(ArgKind::Timespec),
    layout<TimespecPairing>(ArgKind::RemainingTime),
    layout<Timespec64Pairing>(ArgKind::Timespec64),
    layout<Timespec64Pairing>(ArgKind::RemainingTime64),
    layout<Twice<Timespec64Pairing>>(ArgKind::TimespecPair64),
    layout<Twice<Timespec64Pairing>>(ArgKind::ItimerSpec64),
    layout<Twice<TimespecPairing>>(ArgKind::TimespecPair),
    layout<Twice<TimespecPairing>>(ArgKind::ItimerSpec),
    layout<TimevalPairing>(ArgKind::Timeval),
    layout<Twice<TimevalPairing>>(ArgKind::TimevalPair),
    layout<Twice<TimevalPairing>>(ArgKind::ItimerVal),
    layout<TimePairing>(ArgKind::Time),
    layout<TmsPairing>(ArgKind::Tms),
    layout<UtimbufPairing>(ArgKind::Utimbuf),
    layout<StatPairing>(ArgKind::Stat),
    layout<Stat64Pairing>(ArgKind::Stat64),
    layout<OldStatPairing>(ArgKind::OldStat),
    layout<StatfsPairing>(ArgKind::Statfs),
    layout<Statfs64Pairing>(ArgKind::Statfs64),
    layout<RlimitPairing>(ArgKind::Rlimit),
    layout<OldRlimitPairing>(ArgKind::OldRlimit),
    {ArgKind::OldUtsname, kOldNames* kOldNameSize, sizeof(utsname), nullptr,
     to_old_names<kOldNameSize>},
    {ArgKind::OldestUtsname, kOldNames* kOldestNameSize, sizeof(utsname), nullptr,
     to_old_names<kOldestNameSize>},
    layout<RusagePairing>(ArgKind::Rusage),
    layout<SysinfoPairing>(ArgKind::Sysinfo),
    layout<SignalActionPairing>(ArgKind::SignalAction),
    layout<OldSignalActionPairing>(ArgKind::OldSignalAction),
    layout<SignalStackPairing>(ArgKind::SignalStack),
    layout<OldSignalSetPairing>(ArgKind::OldSignalMask),
    layout<OffsetPairing>(ArgKind::OffsetPointer),
    layout<SignalEventPairing>(ArgKind::SignalEvent),
    {ArgKind::SignalInfo, SignalInfo::kUserSize, SignalInfo::kUserSize, signal_info_to_wide,
     signal_info_to_compat},
};

constexpr std::uint64_t kMostBuffers = 1024;  // UIO_MAXIOV

/// An array of pointers or sizes: words of 32 bits become words of 64.
std::vector<std::byte> widened_words(const AddressSpace& memory, GuestAddress address,
                                     std::uint64_t words) {
  std::vector<std::uint32_t> compat(words);
  if (!memory.read(address, std::as_writable_bytes(std::span(compat)))) return {};
  const std::vector<std::uint64_t> wide(compat.begin(), compat.end());
  const auto bytes = std::as_bytes(std::span(wide));
  return {bytes.begin(), bytes.end()};
}

constexpr CompatLayout kFileLocks[] = {layout<FileLockPairing>(ArgKind::FileLock),
                                       layout<FileLock64Pairing>(ArgKind::FileLock)};

}  // namespace

const CompatLayout* compat_layout(ArgKind kind) {
  const auto row = std::ranges::find(kLayouts, kind, &CompatLayout::kind);
  return row != std::end(kLayouts) ? &*row : nullptr;
}

std::vector<std::byte> widened(const AddressSpace& memory, ArgKind kind, GuestAddress address,
                               std::uint64_t count) {
  if (kind == ArgKind::IoVector)
    return widened_words(memory, address, 2 * std::min(count, kMostBuffers));
  if (kind == ArgKind::StringVector) {
    std::uint64_t words = 1;
    for (;; ++words) {
      const auto pointer = memory.load<std::uint32_t>(address + (words - 1) * 4);
      if (!pointer) return {};
      if (*pointer == 0) break;
    }
    return widened_words(memory, address, words);
  }
  const CompatLayout* const layout = compat_layout(kind);
  return layout != nullptr && layout->to_wide != nullptr ? widened(memory, *layout, address)
                                                         : std::vector<std::byte>();
}

std::vector<std::byte> widened(const AddressSpace& memory, const CompatLayout& layout,
                               GuestAddress address) {
  std::vector<std::byte> compat(layout.compat_size), wide(layout.wide_size);
  if (!memory.read(address, compat)) return {};
  layout.to_wide(compat.data(), wide.data());
  return wide;
}

const CompatLayout& file_lock_layout(bool large) {
  return kFileLocks[large ? 1 : 0];
}

}  // namespace ringfare
