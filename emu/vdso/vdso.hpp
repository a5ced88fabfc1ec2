// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/processor/clock.hpp"
#include "emu/program/program_image.hpp"
#include "emu/vdso/image.hpp"
#include "emu/vdso/vvar.hpp"

namespace ringfare {

/// What a process gets as its vDSO (--vdso): the image as it is; one whose functions make the
/// system call of their name at once; none, so that the auxiliary vector does not name one.
enum class VdsoMode : std::uint8_t { Real, Trap, Absent };

/// Features that stand for an open door of 32-bit code.
inline constexpr std::string_view kSyscall32 = "syscall32", kSysenter32 = "sysenter32",
                                  kSyscall32Behind = "syscall32-behind";

/// The region that holds the code of an executable vsyscall page; /proc/self/maps shows the page in
/// its place.
inline constexpr const char* kVsyscallName = "[vsyscall]";

struct VdsoOptions {
  Abi abi = Abi::Amd64;
  VdsoMode mode = VdsoMode::Real;  // not Absent
  Clocksource clocksource = Clocksource::Tsc;
  bool only_vsyscall = false;  // only the code of an executable vsyscall page, no vDSO
  std::string release;         // the kernel's: "6.1.0"
  std::set<std::string, std::less<>> features;  // of the processor, as /proc/cpuinfo spells them
};

/// The vDSO of a process, and the data pages in front of it that the kernel writes.
class Vdso {
 public:
  /// Maps [vvar] at `at` and [vdso] behind it; there must be room.
  Vdso(AddressSpace& memory, GuestAddress at, const VdsoOptions& options);

  GuestAddress base() const { return base_; }                                // AT_SYSINFO_EHDR
  GuestAddress kernel_vsyscall() const { return base_ + image_.entry(); }    // AT_SYSINFO of i386
  GuestAddress landing_pad() const { return base_ + image_.landing_pad(); }  // behind it
  GuestAddress data() const { return base_ - kVvarPageSize; }
  GuestRange code() const { return {base_, base_ + image_.loaded().size()}; }
  /// Where the code of a function of the vsyscall page lies, where user mode executes that page.
  std::optional<GuestAddress> vsyscall_entry(std::string_view call) const;
  std::span<const std::uint8_t> code_at(GuestAddress address) const;  // to the end; within `code`
  const VdsoImage& image() const { return image_; }
  Abi abi() const { return image_.abi(); }
  /// Of i386: where handlers return to.
  SignalReturns signal_returns() const;

  /// Writes the time of the last timer tick to the data page, where one has passed since the last
  /// time, and adds 2 to its sequence counter: a reader that is in the middle begins again.
  void publish(const SimulatedClock& clock);

  /// This is another process now: getrandom's state, inherited from its parent, must be made anew.
  void begin_process();

  /// Where a reader of a coarse clock says that it is about to look: a load of 32 bits into EAX,
  /// which no processor can do for it (emu/vdso/image/processor.h).
  bool is_cue(GuestAddress address) const { return address == base_ - 2 * kVvarPageSize; }
  /// The value of that load.
  std::uint32_t sequence() const { return sequence_; }

  static constexpr std::uint64_t kDataPages = 2;

 private:
  void fit(std::vector<std::byte>& code, const VdsoOptions& options) const;
  void make_trap(std::vector<std::byte>& code) const;

  AddressSpace& memory_;
  VdsoImage image_;
  GuestAddress base_;
  Clocksource clocksource_;
  std::uint32_t sequence_ = 0;
  std::uint64_t random_generation_ = 1;
  SimulatedClock::TickMark due_;
};

}  // namespace ringfare
