// SPDX-License-Identifier: MIT
#include "emu/vdso/vdso.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "cpu/failure.hpp"
#include "emu/kernel/syscall_table.hpp"
#include "emu/vdso/image/alternatives.h"

namespace ringfare {
namespace {

// emu/vdso/image/alternatives.h
constexpr std::string_view kFeatures[] = {"sse2", "rdtscp", "rdpid"};
static_assert(ALTERNATIVE_LFENCE == 0 && ALTERNATIVE_RDTSCP == 1 && ALTERNATIVE_RDPID == 2);

constexpr std::byte kNop{0x90};
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
  const Region regions[] = {
      {.range = {at, data()}, .permissions = {}, .name = "[vvar]"},
      {.range = {data(), base_}, .permissions = {.read = true}, .name = "[vvar]"},
      {.range = {base_, {page_up(base_.value + code.size())}},
       .permissions = {.read = true, .execute = true},
       .name = "[vdso]"}};
  for (const Region& region : regions)
    CHECK(memory.map(region) == 0, "{} could not be mapped", region.name);
  CHECK(memory.write_as_kernel(base_, code), "[vdso] could not be written");
}

std::span<const std::uint8_t> Vdso::code_at(GuestAddress address) const {
  return {reinterpret_cast<const std::uint8_t*>(AddressSpace::host(address)), code().end - address};
}

/// The kernel's version, and at each site what the processor has; the last row of a site wins.
void Vdso::fit(std::vector<std::byte>& code, const VdsoOptions& options) const {
  place(code, image_.version_note(), version_code(options.release));
  for (const VdsoImage::Site& site : image_.sites()) {
    if (!options.features.contains(kFeatures[site.feature])) continue;
    const auto to = code.begin() + static_cast<std::ptrdiff_t>(site.offset);
    const auto from = code.begin() + static_cast<std::ptrdiff_t>(site.replacement);
    std::fill_n(std::copy_n(from, site.replacement_length, to),
                site.length - site.replacement_length, kNop);
  }
}

/// At each entry: mov $number, %eax; syscall; ret.
void Vdso::make_trap(std::vector<std::byte>& code) const {
  for (const VdsoImage::Function& function : image_.functions()) {
    if (!function.name.starts_with(kPrefix)) continue;
    const SyscallRow* const row =
        find_syscall(Abi::Amd64, std::string_view(function.name).substr(kPrefix.size()));
    CHECK(row != nullptr, "no system call stands behind {}", function.name);
    std::uint8_t trap[] = {0xb8, 0, 0, 0, 0, 0x0f, 0x05, 0xc3};
    const std::uint32_t number = static_cast<std::uint16_t>(row->amd64);
    std::memcpy(trap + 1, &number, sizeof number);
    place(code, function.offset, trap);
  }
}

void Vdso::publish(const SimulatedClock& clock) {
  if (clock.before_tick(due_)) return;
  Vvar vvar = vvar_of(clock, clocksource_);
  due_ = clock.next_tick();
  // The counter is odd while the data are written, for readers on other processors. There is one
  // processor, so nobody sees it odd.
  vvar.sequence = sequence_ += 2;
  // False where the guest has unmapped it.
  memory_.write_as_kernel(data(), std::as_bytes(std::span(&vvar, 1)));
}

}  // namespace ringfare
