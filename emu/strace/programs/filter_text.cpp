// SPDX-License-Identifier: MIT
#include "emu/strace/programs/filter_text.hpp"

#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <algorithm>

#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr Name kClasses[] = {{0, "BPF_LD"},  {1, "BPF_LDX"}, {2, "BPF_ST"},  {3, "BPF_STX"},
                             {4, "BPF_ALU"}, {5, "BPF_JMP"}, {6, "BPF_RET"}, {7, "BPF_MISC"}};
constexpr Name kSizes[] = {{0x00, "BPF_W"}, {0x08, "BPF_H"}, {0x10, "BPF_B"}, {0x18, "BPF_DW"}};
constexpr Name kModes[] = {{0x00, "BPF_IMM"}, {0x20, "BPF_ABS"}, {0x40, "BPF_IND"},
                           {0x60, "BPF_MEM"}, {0x80, "BPF_LEN"}, {0xa0, "BPF_MSH"}};
constexpr Name kSources[] = {{0x00, "BPF_K"}, {0x08, "BPF_X"}};
constexpr Name kOperations[] = {{0x00, "BPF_ADD"}, {0x10, "BPF_SUB"}, {0x20, "BPF_MUL"},
                                {0x30, "BPF_DIV"}, {0x40, "BPF_OR"},  {0x50, "BPF_AND"},
                                {0x60, "BPF_LSH"}, {0x70, "BPF_RSH"}, {0x80, "BPF_NEG"},
                                {0x90, "BPF_MOD"}, {0xa0, "BPF_XOR"}};
constexpr Name kJumps[] = {
    {0x00, "BPF_JA"}, {0x10, "BPF_JEQ"}, {0x20, "BPF_JGT"}, {0x30, "BPF_JGE"}, {0x40, "BPF_JSET"}};
constexpr Name kResults[] = {{0x00, "BPF_K"}, {0x08, "BPF_X"}, {0x10, "BPF_A"}};
constexpr Name kMoves[] = {{0x00, "BPF_TAX"}, {0x80, "BPF_TXA"}};

/// The bits of an instruction's code that have names of their own, in the order they are written.
struct Part {
  std::uint16_t mask;
  NameTable names;
};
constexpr Part kSizePart{0x18, {kSizes, kAll, {}, "BPF_?\??"}};
constexpr Part kModePart{0xe0, {kModes, kAll, {}, "BPF_?\??"}};
constexpr Part kSourcePart{0x08, {kSources, kAll, {}, "BPF_?\??"}};
constexpr Part kOperationPart{0xf0, {kOperations, kAll, {}, "BPF_?\??"}};
constexpr Part kJumpPart{0xf0, {kJumps, kAll, {}, "BPF_?\??"}};
constexpr Part kResultPart{0x18, {kResults, kAll, {}, "BPF_?\??"}};
constexpr Part kMovePart{0xf8, {kMoves, kAll, {}, "BPF_?\??"}};
constexpr Part kLoad[] = {kSizePart, kModePart};
constexpr Part kArithmetic[] = {kSourcePart, kOperationPart};
constexpr Part kJump[] = {kSourcePart, kJumpPart};
constexpr Part kReturn[] = {kResultPart};
constexpr Part kMove[] = {kMovePart};
constexpr std::span<const Part> kParts[] = {kLoad,       kLoad, {},      {},
                                            kArithmetic, kJump, kReturn, kMove};

constexpr NameTable kClassNames{kClasses, kAll, {}, "BPF_?\??"};
constexpr NameTable kRestNames{{}, 0, {}, "BPF_?\??"};

std::string code_text(std::uint16_t code, ConstantStyle style) {
  const unsigned kind = code & 7;
  std::string text = named(kClassNames, kind, style);
  std::uint16_t rest = static_cast<std::uint16_t>(code & ~7u);
  for (const Part& part : kParts[kind]) {
    text += '|' + named(part.names, code & part.mask, style);
    rest = static_cast<std::uint16_t>(rest & ~part.mask);
  }
  return rest != 0 ? text + '|' + named(kRestNames, rest, style) : text;
}

constexpr Name kAncillary[] = {{SKF_AD_PROTOCOL, "SKF_AD_PROTOCOL"},
                               {SKF_AD_PKTTYPE, "SKF_AD_PKTTYPE"},
                               {SKF_AD_IFINDEX, "SKF_AD_IFINDEX"},
                               {SKF_AD_NLATTR, "SKF_AD_NLATTR"},
                               {SKF_AD_NLATTR_NEST, "SKF_AD_NLATTR_NEST"},
                               {SKF_AD_MARK, "SKF_AD_MARK"},
                               {SKF_AD_QUEUE, "SKF_AD_QUEUE"},
                               {SKF_AD_HATYPE, "SKF_AD_HATYPE"},
                               {SKF_AD_RXHASH, "SKF_AD_RXHASH"},
                               {SKF_AD_CPU, "SKF_AD_CPU"},
                               {SKF_AD_ALU_XOR_X, "SKF_AD_ALU_XOR_X"},
                               {SKF_AD_VLAN_TAG, "SKF_AD_VLAN_TAG"},
                               {SKF_AD_VLAN_TAG_PRESENT, "SKF_AD_VLAN_TAG_PRESENT"},
                               {SKF_AD_PAY_OFFSET, "SKF_AD_PAY_OFFSET"},
                               {SKF_AD_RANDOM, "SKF_AD_RANDOM"},
                               {SKF_AD_VLAN_TPID, "SKF_AD_VLAN_TPID"}};
constexpr NameTable kAncillaries{kAncillary, kAll, {}, "SKF_AD_?\??"};

constexpr Name kAction[] = {{SECCOMP_RET_KILL_PROCESS, "SECCOMP_RET_KILL_PROCESS"},
                            {SECCOMP_RET_KILL_THREAD, "SECCOMP_RET_KILL_THREAD"},
                            {SECCOMP_RET_TRAP, "SECCOMP_RET_TRAP"},
                            {SECCOMP_RET_ERRNO, "SECCOMP_RET_ERRNO"},
                            {SECCOMP_RET_USER_NOTIF, "SECCOMP_RET_USER_NOTIF"},
                            {SECCOMP_RET_TRACE, "SECCOMP_RET_TRACE"},
                            {SECCOMP_RET_LOG, "SECCOMP_RET_LOG"},
                            {SECCOMP_RET_ALLOW, "SECCOMP_RET_ALLOW"}};
constexpr NameTable kActions{kAction, kAll, {}, "SECCOMP_RET_?\??"};

/// Where a filter of sockets loads from what is no packet.
std::string offset_text(std::uint32_t offset, ConstantStyle style) {
  struct Origin {
    std::int32_t at;
    std::string_view name;
  };
  constexpr Origin kOrigins[] = {
      {SKF_AD_OFF, "SKF_AD_OFF"}, {SKF_NET_OFF, "SKF_NET_OFF"}, {SKF_LL_OFF, "SKF_LL_OFF"}};
  const auto place = static_cast<std::int32_t>(offset);
  for (const Origin& origin : kOrigins) {
    if (place >= 0 || place < origin.at) continue;
    const auto further = static_cast<std::uint32_t>(place - origin.at);
    return constant_text(std::string(origin.name), hex_text(static_cast<std::uint32_t>(origin.at)),
                         style) +
           '+' +
           (origin.at == SKF_AD_OFF ? named(kAncillaries, further, style)
                                    : std::to_string(further));
  }
  return hex_text(offset);
}

std::string constant(const sock_filter& one, FilterUse use, ConstantStyle style) {
  const bool loads = (one.code & 7) == BPF_LD && (one.code & 0xe0) == BPF_ABS;
  if (use == FilterUse::Sockets && loads) return offset_text(one.k, style);
  if (use == FilterUse::Calls && (one.code & 0x1f) == (BPF_RET | BPF_K)) {
    const std::uint32_t action = one.k & SECCOMP_RET_ACTION_FULL, data = one.k & SECCOMP_RET_DATA;
    const std::string text = named(kActions, action, style);
    return data != 0 ? text + '|' + hex_text(data) : text;
  }
  return hex_text(one.k);
}

std::string instruction_text(const sock_filter& one, FilterUse use, ConstantStyle style) {
  const std::string code = code_text(one.code, style);
  const std::string value = constant(one, use, style);
  return one.jt == 0 && one.jf == 0 ? fmt::format("BPF_STMT({}, {})", code, value)
                                    : fmt::format("BPF_JUMP({}, {}, {}, {})", code, value,
                                                  hex_text(one.jt), hex_text(one.jf));
}

}  // namespace

std::string filter_instructions_text(const AddressSpace& memory, const DescribeOptions& options,
                                     FilterUse use, std::uint64_t at, std::uint64_t count) {
  if (!options.verbose || at == 0) return address_text(at);
  std::string list;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t here = at + i * sizeof(sock_filter);
    const auto one = memory.load<sock_filter>({here});
    if (!one && i == 0) return address_text(at);
    if (i != 0) list += ", ";
    if (!one) return fmt::format("[{}... /* {:#x} */]", list, here);
    if (i == BPF_MAXINSNS) return '[' + list + "...]";
    list += instruction_text(*one, use, options.constants);
  }
  return '[' + list + ']';
}

}  // namespace ringfare
