// SPDX-License-Identifier: MIT
#include "emu/vdso/vdso.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "emu/vdso/image/alternatives.h"

namespace ringfare {
namespace {

// emu/vdso/image/alternatives.h
constexpr std::string_view kFeatures[] = {"sse2",     "rdtscp",    "rdpid",
                                          kSyscall32, kSysenter32, kSyscall32Behind};
static_assert(ALTERNATIVE_LFENCE == 0 && ALTERNATIVE_RDTSCP == 1 && ALTERNATIVE_RDPID == 2 &&
              ALTERNATIVE_SYSCALL32 == 3 && ALTERNATIVE_SYSENTER32 == 4);

/// One instruction that does nothing, by its length (SDM vol. 2, NOP, table 4-12).
constexpr std::size_t kLongestNop = 9;
constexpr std::array<std::array<std::uint8_t, kLongestNop>, kLongestNop + 1> kNops = {
    {{},
     {0x90},
     {0x66, 0x90},
     {0x0f, 0x1f, 0x00},
     {0x0f, 0x1f, 0x40, 0x00},
     {0x0f, 0x1f, 0x44, 0x00, 0x00},
     {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
     {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
     {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
     {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00}}};

/// As few as it takes.
void fill_with_nops(std::span<std::byte> room) {
  while (!room.empty()) {
    const std::size_t length = std::min(room.size(), kLongestNop);
    std::memcpy(room.data(), kNops[length].data(), length);
    room = room.subspan(length);
  }
}

constexpr std::string_view kPrefix = "__vdso_";

/// "6.1.0-13" as LINUX_VERSION_CODE.
std::uint32_t version_code(std::string_view release) {
  std::uint32_t code = 0;
  for (int part = 0; part < 3; ++part) {
    std::uint32_t number = 0;
    const auto [end, error] =
        std::from_chars(release.data(), release.data() + release.size(), number);
    release.remove_prefix(static_cast<std::size_t>(end - release.data()));
    if (!release.empty() && release.front() == '.') release.remove_prefix(1);
    code = code << 8 | std::min(number, 255u);
  }
  return code;
}

template <class T>
void place(std::vector<std::byte>& code, std::uint64_t at, const T& value) {
  CHECK(at + sizeof value <= code.size(), "the vDSO ends before {:#x}", at);
  std::memcpy(code.data() + at, &value, sizeof value);
}

}  // namespace

Vdso::Vdso(AddressSpace& memory, GuestAddress at, const VdsoOptions& options)
    : memory_(memory),
      image_(options.abi),
      base_(at + kDataPages * kVvarPageSize),
      clocksource_(options.clocksource) {
  std::vector<std::byte> code(image_.loaded().begin(), image_.loaded().end());
  fit(code, options);
  if (options.mode == VdsoMode::Trap) make_trap(code);
  const char* const data_name = options.only_vsyscall ? kVsyscallName : "[vvar]";
  const char* const code_name = options.only_vsyscall ? kVsyscallName : "[vdso]";
  const Region regions[] = {
      {.range = {at, data()}, .permissions = {}, .name = data_name},
      {.range = {data(), base_}, .permissions = {.read = true}, .name = data_name},
      {.range = {base_, {page_up(base_.value + code.size())}},
       .permissions = {.read = true, .execute = true},
       .name = code_name}};
  for (const Region& region : regions)
    CHECK(memory.map(region) == 0, "{} could not be mapped", region.name);
  CHECK(memory.write_as_kernel(base_, code), "[vdso] could not be written");
}

std::optional<GuestAddress> Vdso::vsyscall_entry(std::string_view call) const {
  const std::uint64_t offset = image_.place(fmt::format("vsyscall {}", call));
  return offset == 0 ? std::nullopt : std::optional(base_ + offset);
}

SignalReturns Vdso::signal_returns() const {
  if (image_.abi() != Abi::I386) return {};
  return {.plain = base_ + image_.function("__kernel_sigreturn"),
          .extended = base_ + image_.function("__kernel_rt_sigreturn")};
}

std::span<const std::uint8_t> Vdso::code_at(GuestAddress address) const {
  return {reinterpret_cast<const std::uint8_t*>(AddressSpace::host(address)), code().end - address};
}

/// The kernel's version, and at each site what the processor has; the last row of a site wins.
void Vdso::fit(std::vector<std::byte>& code, const VdsoOptions& options) const {
  place(code, image_.version_note(), version_code(options.release));
  for (const VdsoImage::Site& site : image_.sites()) {
    if (!options.features.contains(kFeatures[site.feature])) continue;
    const std::span to = std::span(code).subspan(site.offset, site.length);
    std::copy_n(code.begin() + static_cast<std::ptrdiff_t>(site.replacement),
                site.replacement_length, to.begin());
    fill_with_nops(to.subspan(site.replacement_length));
  }
}

/// Each symbol of a function that stands for a call leads to code that makes that call.
void Vdso::make_trap(std::vector<std::byte>& code) const {
  for (const VdsoImage::Function& function : image_.functions()) {
    std::string_view call = function.name;
    if (call.starts_with(kPrefix)) call.remove_prefix(kPrefix.size());
    const std::uint64_t trap = image_.place(fmt::format("trap {}", call));
    if (trap == 0) continue;  // of i386: a door
    if (image_.abi() == Abi::Amd64)
      place(code, function.symbol, trap);
    else
      place(code, function.symbol, static_cast<std::uint32_t>(trap));
  }
}

void Vdso::publish(const SimulatedClock& clock) {
  if (clock.before_tick(due_)) return;
  Vvar vvar = vvar_of(clock, clocksource_);
  due_ = clock.next_tick();
  // The counter is odd while the data are written, for readers on other processors. There is one
  // processor, so nobody sees it odd.
  vvar.sequence = sequence_ += 2;
  vvar.first_number = vvar.second_number = sequence_;
  vvar.random_generation = random_generation_;
  // False where the guest has unmapped it.
  memory_.write_as_kernel(data(), std::as_bytes(std::span(&vvar, 1)));
}

void Vdso::begin_process() {
  ++random_generation_;
  memory_.write_as_kernel(data() + offsetof(Vvar, random_generation),
                          std::as_bytes(std::span(&random_generation_, 1)));
}

}  // namespace ringfare
