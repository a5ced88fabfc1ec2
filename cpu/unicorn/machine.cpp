// SPDX-License-Identifier: MIT
#include "cpu/unicorn/machine.hpp"

#include <sys/mman.h>

#include <array>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "cpu/memory.hpp"

#ifdef __SANITIZE_ADDRESS__
// The library's uc_close leaves the map of a page whose code was changed. LeakSanitizer asks here.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
const char* __lsan_default_suppressions();
const char* __lsan_default_options();

const char* __lsan_default_suppressions() {
  return "leak:tb_invalidate_phys_page_fast\n";
}
const char* __lsan_default_options() {
  return "print_suppressions=0";
}
}
// NOLINTEND(bugprone-reserved-identifier)
#endif

namespace ringfare::unicorn {
namespace {

constexpr std::array kGprs{UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
                           UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
                           UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                           UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};

// Offsets in the XSAVE image (SDM vol. 1, tables 10-2 and 13-1).
constexpr std::size_t kControlWord = 0, kStatusWord = 2, kTagByte = 4, kStack = 32, kXmm = 160,
                      kComponentBits = 512;
constexpr std::uint64_t kX87 = 1, kSse = 2;

constexpr std::uint16_t kInitialControlWord = 0x37f;
constexpr std::uint64_t kCr0 = 0x33;   // PE | MP | ET | NE; no paging: the region map decides
constexpr std::uint64_t kCr4 = 0x600;  // OSFXSR | OSXMMEXCPT

template <class T>
T from_image(const VectorState& state, std::size_t offset) {
  T value;
  std::memcpy(&value, state.bytes.data() + offset, sizeof value);
  return value;
}

template <class T>
void to_image(VectorState& state, std::size_t offset, const T& value) {
  std::memcpy(state.bytes.data() + offset, &value, sizeof value);
}

/// Flat descriptors, SDM vol. 3, 3.4.5.
constexpr std::uint64_t kKernelCode = 0x00af9b000000ffff, kKernelData = 0x00cf93000000ffff,
                        kUserCode32 = 0x00cffb000000ffff, kUserData = 0x00cff3000000ffff,
                        kUserCode = 0x00affb000000ffff;

}  // namespace

void require(uc_err error, const char* what) {
  CHECK(error == UC_ERR_OK, "unicorn: {}: {}", what, uc_strerror(error));
}

Machine::Machine() {
  require(uc_open(UC_ARCH_X86, UC_MODE_64, &handle_), "open");
  require(uc_ctl_set_cpu_model(handle_, UC_CPU_X86_SKYLAKE_CLIENT), "processor model");
  write(UC_X86_REG_CR0, kCr0);
  write(UC_X86_REG_CR4, kCr4);
  uc_context* kernel = nullptr;
  require(uc_context_alloc(handle_, &kernel), "context");
  require(uc_context_save(handle_, kernel), "save");
  constexpr std::array kCode{selector::kUserCode, selector::kUserCode32};
  for (std::size_t mode = 0; mode < clean_.size(); ++mode) {
    require(uc_context_restore(handle_, kernel), "restore");
    enter_user_mode(kCode[mode]);
    require(uc_context_alloc(handle_, &clean_[mode]), "context");
    require(uc_context_save(handle_, clean_[mode]), "save");
  }
  uc_context_free(kernel);
}

Machine::~Machine() {
  for (uc_context* const context : clean_) uc_context_free(context);
  uc_close(handle_);
}

/// There is no interface to change CPL in 64-bit mode; an executed IRETQ does.
void Machine::enter_user_mode(std::uint16_t code) {
  struct Page {
    std::array<std::uint64_t, 7> descriptors{0,           0,         kKernelCode, kKernelData,
                                             kUserCode32, kUserData, kUserCode};
    std::array<std::uint64_t, 5> frame;
    std::array<std::uint8_t, 6> iretq{0x8e, 0xd8, 0x8e, 0xc0, 0x48, 0xcf};  // DS and ES first
  };
  constexpr std::uint64_t kAt = 0x1000, kTarget = kAt + 0x800;
  Page page;
  page.frame = {kTarget, code, flag::kFixed, kTarget, selector::kUserData};
  require(uc_mem_map(handle_, kAt, kPageSize, UC_PROT_ALL), "map");
  require(uc_mem_write(handle_, kAt, &page, sizeof page), "write");
  uc_x86_mmr table{.base = kAt, .limit = sizeof page.descriptors - 1};
  require(uc_reg_write(handle_, UC_X86_REG_GDTR, &table), "GDTR");
  write(UC_X86_REG_RSP, kAt + offsetof(Page, frame));
  write(UC_X86_REG_RAX, code == selector::kUserCode32 ? selector::kUserData : 0u);
  require(uc_emu_start(handle_, kAt + offsetof(Page, iretq), kTarget, 0, 0), "iretq");
  CHECK(read(UC_X86_REG_RIP) == kTarget && read(UC_X86_REG_CS) == code,
        "unicorn is not in user mode");
  require(uc_mem_unmap(handle_, kAt, kPageSize), "unmap");
}

void Machine::write(int reg, std::uint64_t value) {
  require(uc_reg_write(handle_, reg, &value), "register");
}

std::uint64_t Machine::read(int reg) const {
  std::uint64_t value = 0;
  require(uc_reg_read(handle_, reg, &value), "register");
  return value;
}

std::uint64_t Machine::read(Gpr reg) const {
  return read(kGprs[static_cast<std::size_t>(reg)]);
}

Machine::X87Tops Machine::x87_tops() const {
  return {read(UC_X86_REG_FPSW), read(UC_X86_REG_FPTAG)};
}

void Machine::write(const X87Tops& tops) {
  write(UC_X86_REG_FPSW, tops.status);
  write(UC_X86_REG_FPTAG, tops.tags);
}

long double Machine::x87_top() const {
  const int top = static_cast<int>(read(UC_X86_REG_FPSW) >> 11 & 7);
  std::array<std::byte, 16> image{};
  require(uc_reg_read(handle_, UC_X86_REG_FP0 + top, image.data()), "x87");
  long double value = 0;
  std::memcpy(&value, image.data(), 10);
  return value;
}

void Machine::load(const Registers& registers) {
  require(uc_context_restore(handle_, clean_[static_cast<std::size_t>(registers.mode())]),
          "restore");
  for (std::size_t i = 0; i < kGprs.size(); ++i) write(kGprs[i], registers.gpr[i]);
  write(UC_X86_REG_RFLAGS, registers.rflags);
  write(UC_X86_REG_FS_BASE, registers.fs.base);
  write(UC_X86_REG_GS_BASE, registers.gs.base);

  const VectorState& vector = registers.vector;
  const auto present = from_image<std::uint64_t>(vector, kComponentBits);
  write(UC_X86_REG_MXCSR, from_image<std::uint32_t>(vector, VectorState::kMxcsr));
  using Xmm = std::array<std::uint64_t, 2>;
  for (int i = 0; i < 16; ++i) {
    const Xmm value = (present & kSse) != 0 ? from_image<Xmm>(vector, kXmm + 16u * i) : Xmm{};
    require(uc_reg_write(handle_, UC_X86_REG_XMM0 + i, &value), "XMM");
  }
  load_x87(vector);
}

void Machine::load_x87(const VectorState& state) {
  const bool present = (from_image<std::uint64_t>(state, kComponentBits) & kX87) != 0;
  const auto status = present ? from_image<std::uint16_t>(state, kStatusWord) : 0;
  const auto tags = present ? from_image<std::uint8_t>(state, kTagByte) : 0;
  write(UC_X86_REG_FPCW,
        present ? from_image<std::uint16_t>(state, kControlWord) : kInitialControlWord);
  write(UC_X86_REG_FPSW, static_cast<std::uint64_t>(status));
  std::uint64_t full_tags = 0;
  const int top = status >> 11 & 7;
  for (int physical = 0; physical < 8; ++physical) {
    if ((tags >> physical & 1) == 0) full_tags |= 3ull << 2 * physical;
    std::array<std::byte, 16> value{};
    const auto slot = kStack + 16u * static_cast<unsigned>((physical - top) & 7);
    if (present) std::memcpy(value.data(), state.bytes.data() + slot, 10);
    require(uc_reg_write(handle_, UC_X86_REG_FP0 + physical, value.data()), "x87");
  }
  write(UC_X86_REG_FPTAG, full_tags);
}

void Machine::store(Registers& registers) const {
  // 32-bit code neither sees nor keeps the rest of the registers (SDM vol. 1, 3.4.1.1), and moves
  // no base without a segment.
  const bool narrow = registers.mode() == CodeMode::Compat32;
  const std::uint64_t mask = narrow ? 0xffffffff : ~std::uint64_t{0};
  for (std::size_t i = 0; i < kGprs.size(); ++i)
    if (!narrow || i < 8) registers.gpr[i] = read(kGprs[i]) & mask;
  registers.rflags = read(UC_X86_REG_RFLAGS);
  if (!narrow) {
    registers.fs.base = read(UC_X86_REG_FS_BASE);
    registers.gs.base = read(UC_X86_REG_GS_BASE);
  }

  VectorState& vector = registers.vector;
  to_image(vector, VectorState::kMxcsr, static_cast<std::uint32_t>(read(UC_X86_REG_MXCSR)));
  for (int i = 0; i < 16; ++i) {
    std::array<std::uint64_t, 2> value{};
    require(uc_reg_read(handle_, UC_X86_REG_XMM0 + i, &value), "XMM");
    to_image(vector, kXmm + 16u * i, value);
  }
  store_x87(vector);
  to_image(vector, kComponentBits, from_image<std::uint64_t>(vector, kComponentBits) | kX87 | kSse);
}

void Machine::store_x87(VectorState& state) const {
  const auto status = static_cast<std::uint16_t>(read(UC_X86_REG_FPSW));
  const std::uint64_t full_tags = read(UC_X86_REG_FPTAG);
  to_image(state, kControlWord, static_cast<std::uint16_t>(read(UC_X86_REG_FPCW)));
  to_image(state, kStatusWord, status);
  unsigned tags = 0;
  const int top = status >> 11 & 7;
  for (int physical = 0; physical < 8; ++physical) {
    if ((full_tags >> 2 * physical & 3) != 3) tags |= 1u << physical;
    std::array<std::byte, 16> value{};
    require(uc_reg_read(handle_, UC_X86_REG_FP0 + physical, value.data()), "x87");
    const auto slot = kStack + 16u * static_cast<unsigned>((physical - top) & 7);
    std::memset(value.data() + 10, 0, 6);
    to_image(state, slot, value);
  }
  to_image(state, kTagByte, static_cast<std::uint8_t>(tags));
}

void Machine::forget_code(GuestRange range) {
  // Where nothing was translated there is nothing to drop, which Unicorn calls an error.
  (void)uc_ctl_remove_cache(handle_, range.begin.value, range.end.value);
}

}  // namespace ringfare::unicorn
