// SPDX-License-Identifier: MIT
// The kernel itself: its modules, its log, its end; reboot(2), kexec_load(2), init_module(2),
// syslog(2).
#include <fmt/format.h>

#include "emu/strace/call_families.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Values of linux/reboot.h, linux/kexec.h, linux/module.h.
constexpr Name kRebootMagic1[] = {{0xfee1dead, "LINUX_REBOOT_MAGIC1"}};
constexpr Name kRebootMagic2[] = {{0x5121996, "LINUX_REBOOT_MAGIC2A"},
                                  {0x16041998, "LINUX_REBOOT_MAGIC2B"},
                                  {0x20112000, "LINUX_REBOOT_MAGIC2C"},
                                  {0x28121969, "LINUX_REBOOT_MAGIC2"}};
constexpr Name kRebootCommands[] = {
    {0x0, "LINUX_REBOOT_CMD_CAD_OFF"},          {0x1234567, "LINUX_REBOOT_CMD_RESTART"},
    {0x4321fedc, "LINUX_REBOOT_CMD_POWER_OFF"}, {0x45584543, "LINUX_REBOOT_CMD_KEXEC"},
    {0x89abcdef, "LINUX_REBOOT_CMD_CAD_ON"},    {0xa1b2c3d4, "LINUX_REBOOT_CMD_RESTART2"},
    {0xcdef0123, "LINUX_REBOOT_CMD_HALT"},      {0xd000fce2, "LINUX_REBOOT_CMD_SW_SUSPEND"}};
constexpr Name kKexecArch[] = {
    {0x0, "KEXEC_ARCH_DEFAULT"},     {0x30000, "KEXEC_ARCH_386"},
    {0x40000, "KEXEC_ARCH_68K"},     {0x80000, "KEXEC_ARCH_MIPS"},
    {0xa0000, "KEXEC_ARCH_MIPS_LE"}, {0xf0000, "KEXEC_ARCH_PARISC"},
    {0x140000, "KEXEC_ARCH_PPC"},    {0x150000, "KEXEC_ARCH_PPC64"},
    {0x160000, "KEXEC_ARCH_S390"},   {0x280000, "KEXEC_ARCH_ARM"},
    {0x2a0000, "KEXEC_ARCH_SH"},     {0x320000, "KEXEC_ARCH_IA_64"},
    {0x3e0000, "KEXEC_ARCH_X86_64"}, {0xb70000, "KEXEC_ARCH_AARCH64"},
    {0xf30000, "KEXEC_ARCH_RISCV"},  {0x1020000, "KEXEC_ARCH_LOONGARCH"}};
constexpr Name kKexecFlags[] = {{0x1, "KEXEC_ON_CRASH"}, {0x2, "KEXEC_PRESERVE_CONTEXT"}};
constexpr Name kKexecFile[] = {
    {0x1, "KEXEC_FILE_UNLOAD"}, {0x2, "KEXEC_FILE_ON_CRASH"}, {0x4, "KEXEC_FILE_NO_INITRAMFS"}};
constexpr Name kModuleInit[] = {{0x1, "MODULE_INIT_IGNORE_MODVERSIONS"},
                                {0x2, "MODULE_INIT_IGNORE_VERMAGIC"},
                                {0x4, "MODULE_INIT_COMPRESSED_FILE"}};
constexpr Name kUnload[] = {{0x800, "O_NONBLOCK"}, {0x200, "O_TRUNC"}};
constexpr Name kLogActions[] = {
    {0, "SYSLOG_ACTION_CLOSE"},         {1, "SYSLOG_ACTION_OPEN"},
    {2, "SYSLOG_ACTION_READ"},          {3, "SYSLOG_ACTION_READ_ALL"},
    {4, "SYSLOG_ACTION_READ_CLEAR"},    {5, "SYSLOG_ACTION_CLEAR"},
    {6, "SYSLOG_ACTION_CONSOLE_OFF"},   {7, "SYSLOG_ACTION_CONSOLE_ON"},
    {8, "SYSLOG_ACTION_CONSOLE_LEVEL"}, {9, "SYSLOG_ACTION_SIZE_UNREAD"},
    {10, "SYSLOG_ACTION_SIZE_BUFFER"}};

constexpr NameTable kMagic1{kRebootMagic1, kAll, {}, "LINUX_REBOOT_MAGIC_???"};
constexpr NameTable kMagic2{kRebootMagic2, kAll, {}, "LINUX_REBOOT_MAGIC_???"};
constexpr NameTable kReboots{kRebootCommands, kAll, {}, "LINUX_REBOOT_CMD_???"};
constexpr NameTable kArchitectures{kKexecArch, kAll, {}, "KEXEC_ARCH_???"};
constexpr NameTable kLoadFlags{{}, 0, kKexecFlags, "KEXEC_???"};
constexpr NameTable kFileFlags{{}, 0, kKexecFile, "KEXEC_FILE_???"};
constexpr NameTable kModuleFlags{{}, 0, kModuleInit, "MODULE_INIT_???"};
constexpr NameTable kUnloadFlags{{}, 0, kUnload, "O_???"};
constexpr NameTable kActions{kLogActions, kAll, {}, "SYSLOG_ACTION_???"};

std::string restart_command(const ToldCall& call, std::size_t index) {
  constexpr std::uint32_t kRestart2 = 0xa1b2c3d4;
  return call.low(2) == kRestart2 ? told::text(call, index) : "";
}

std::string load_flags(const ToldCall& call, std::size_t index) {
  const std::uint64_t architecture = call[index] & 0xffff0000, flags = call[index] & ~0xffff0000ull;
  if (call.style() == ConstantStyle::Numbers) return hex_text(call[index]);
  const std::string first = named(kArchitectures, architecture, call.style());
  return flags == 0 ? first : fmt::format("{}|{}", first, named(kLoadFlags, flags, call.style()));
}

std::string segments(const ToldCall& call, std::size_t index) {
  constexpr std::uint64_t kMost = 16;
  const std::uint64_t count = call[1], at = call[index], size = call.compat() ? 16 : 32;
  if (count > kMost || at == 0) return address_text(at);
  if (count == 0) return "[]";
  std::string list;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0) list += ", ";
    const std::uint64_t here = at + i * size;
    const auto last = call.word(here, 3);
    if (!last && i == 0) return address_text(at);
    if (!last) return fmt::format("[{}... /* {:#x} */]", list, here);
    list += fmt::format("{{buf={}, bufsz={}, mem={}, memsz={}}}", address_text(*call.word(here, 0)),
                        *call.word(here, 1), address_text(*call.word(here, 2)), *last);
  }
  return '[' + list + ']';
}

std::string command_line(const ToldCall& call, std::size_t index) {
  return call[index] == 0 ? "NULL" : told::bytes(call, call[index], call[2]);
}

std::string log_bytes(const ToldCall& call, std::size_t index) {
  const std::uint32_t action = call.low(0);
  if (action < 2 || action > 4) return told::address(call, index);
  return call.filled() ? told::bytes(call, call[index], static_cast<std::uint64_t>(*call.result))
                       : told::address(call, index);
}

/// A name of the host: longer ones the kernel does not read.
std::string host_name(const ToldCall& call, std::size_t index) {
  constexpr std::uint32_t kLongest = 64;
  if (call[index] == 0 || call.low(1) > kLongest) return told::address(call, index);
  return told::bytes(call, call[index], call.low(1));
}

constexpr CallText kCalls[] = {
    {"sethostname", {host_name, told::unsigned_int}},
    {"setdomainname", {host_name, told::unsigned_int}},
    {"reboot",
     {told::names<kMagic1>, told::names<kMagic2>, told::names<kReboots>, restart_command}},
    {"ioperm", {told::hex, told::hex, told::signed_int}},
    {"kexec_load", {told::address, told::unsigned_long, segments, load_flags}},
    {"kexec_file_load",
     {told::descriptor, told::descriptor, told::unsigned_long, command_line,
      told::long_names<kFileFlags>}},
    {"init_module", {told::address, told::unsigned_long, told::text}},
    {"finit_module", {told::descriptor, told::text, told::names<kModuleFlags>}},
    {"delete_module", {told::text, told::names<kUnloadFlags>}},
    {"syslog", {told::names<kActions>, log_bytes, told::signed_int}},
};

}  // namespace

std::span<const CallText> calls_on_kernel() {
  return kCalls;
}

}  // namespace ringfare
