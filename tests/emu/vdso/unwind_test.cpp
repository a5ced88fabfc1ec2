// SPDX-License-Identifier: MIT
// The frame descriptions of the images against what their instructions do to the stack, on every
// path through every function: where the caller's frame begins, and where its registers are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cpu/decoder.hpp"
#include "emu/vdso/image/alternatives.h"
#include "tests/emu/vdso/image_dump.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kRegisters = 16;
constexpr unsigned kStackPointer = 4;

/// Both ABIs, as far as unwinding is concerned (System V ABI: AMD64 3.2.1 and 3.2.2, i386 2.2).
struct Convention {
  Abi abi;
  CodeMode mode;
  long word;
  long red_zone;  // bytes below the stack pointer that a signal leaves alone
  std::array<const char*, kRegisters> names;
  std::vector<unsigned> preserved;
};

const Convention kAmd64{Abi::Amd64,
                        CodeMode::Long64,
                        8,
                        128,
                        {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10",
                         "r11", "r12", "r13", "r14", "r15"},
                        {3, 5, 12, 13, 14, 15}};
const Convention kI386{Abi::I386,
                       CodeMode::Compat32,
                       4,
                       0,
                       {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "-", "-", "-", "-",
                        "-", "-", "-", "-"},
                       {3, 5, 6, 7}};

/// Where a frame description says that things are, from some instruction on.
struct FrameRow {
  long cfa = 0;                    // above the stack pointer; that is all there is here
  std::map<std::string, long> at;  // below it; registers without a row are untouched
};

struct FrameDescription {
  std::uint64_t begin = 0, end = 0;
  std::map<std::uint64_t, FrameRow> rows;
  bool of_signal = false;
};

FrameRow row_of(const Convention& abi, const std::vector<std::string>& columns,
                std::istringstream& cells) {
  FrameRow row;
  std::string cell;
  cells >> cell;
  const std::string base = std::string(abi.names[kStackPointer]) + "+";
  EXPECT_TRUE(cell.starts_with(base)) << cell;
  row.cfa = std::stol(cell.substr(base.size()));
  for (const std::string& column : columns) {
    cells >> cell;
    if (cell.starts_with("c-")) row.at[column] = std::stol(cell.substr(2));
  }
  return row;
}

/// What readelf makes of .eh_frame.
std::vector<FrameDescription> descriptions(const Convention& abi) {
  const FrameRow initial{.cfa = abi.word, .at = {{"ra", abi.word}}};
  std::vector<FrameDescription> all;
  std::vector<std::string> columns;
  std::set<std::string> of_signals;  // common descriptions, by their offsets
  bool signal = false, inside = false;
  std::istringstream text(Dump(abi.abi).shown_by("readelf -wF"));
  const std::regex entry(" FDE cie=([0-9a-f]+) pc=([0-9a-f]+)\\.\\.([0-9a-f]+)");
  for (std::string line; std::getline(text, line);) {
    std::smatch found;
    if (line.find(" CIE ") != std::string::npos) {
      if (line.find("S\"") != std::string::npos) of_signals.insert(line.substr(0, line.find(' ')));
      inside = false;
    } else if (std::regex_search(line, found, entry)) {
      signal = of_signals.contains(found[1]);
      all.push_back({.begin = std::stoull(found[2], nullptr, 16),
                     .end = std::stoull(found[3], nullptr, 16),
                     .rows = {},
                     .of_signal = signal});
      if (!signal) all.back().rows[all.back().begin] = initial;
      inside = true;
    } else if (inside && !line.empty() && !signal) {
      std::istringstream cells(line);
      std::string first;
      cells >> first;
      if (first == "LOC") {
        columns.clear();
        cells >> first;
        while (cells >> first) columns.push_back(first);
      } else {
        all.back().rows[std::stoull(first, nullptr, 16)] = row_of(abi, columns, cells);
      }
    }
  }
  return all;
}

/// What is known of the stack in front of an instruction.
struct StackState {
  long depth = 0;                 // from the stack pointer up to the caller's frame
  std::set<unsigned> intact;      // registers with the caller's values
  std::map<long, unsigned> kept;  // whose value of the caller's lies so far below its frame

  bool operator==(const StackState&) const = default;
};

StackState merged(const StackState& a, const StackState& b) {
  StackState both{.depth = a.depth, .intact = {}, .kept = {}};
  for (const unsigned r : a.intact)
    if (b.intact.contains(r)) both.intact.insert(r);
  for (const auto& [at, r] : a.kept)
    if (const auto it = b.kept.find(at); it != b.kept.end() && it->second == r) both.kept[at] = r;
  return both;
}

/// The assembler's padding, as an instruction that does nothing.
bool is_nothing(const std::string& text) {
  static const std::regex kNothing("lea (0x0+)?\\(%esi(,%eiz,1)?\\), %esi");
  return std::regex_match(text, kNothing);
}

/// The image as one kind of processor gets it, followed instruction by instruction.
class Follower {
 public:
  Follower(const Convention& abi, const std::set<unsigned>& features) : abi_(abi), image_(abi.abi) {
    const auto bytes = image_.loaded();
    const auto* const first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    code_.assign(first, first + bytes.size());
    for (const VdsoImage::Site& site : image_.sites()) {
      if (!features.contains(site.feature)) continue;
      std::fill_n(code_.begin() + static_cast<long>(site.offset), site.length, 0x90);
      std::copy_n(first + site.replacement, site.replacement_length,
                  code_.begin() + static_cast<long>(site.offset));
    }
  }

  /// Code of i386 asks where it is by a call of "mov (%esp), %REGISTER; ret", whose answer is in a
  /// register that any other function would have to preserve.
  bool says_where_it_is(const FrameDescription& frame) const {
    return frame.end - frame.begin == 4 && text_at(frame.begin).starts_with("mov (%esp), ");
  }

  /// Follows the code of one description and compares; the number of instructions.
  std::size_t follow(const FrameDescription& frame) {
    StackState at_entry{.depth = abi_.word, .intact = {}, .kept = {}};
    for (unsigned r = 0; r < kRegisters; ++r) at_entry.intact.insert(r);
    known_ = {{frame.begin, at_entry}};
    std::set<std::uint64_t> todo = {frame.begin};
    while (!todo.empty()) {
      const std::uint64_t at = *todo.begin();
      todo.erase(todo.begin());
      for (const auto& [next, state] : successors(at, known_.at(at), frame)) {
        const auto [it, is_new] = known_.try_emplace(next, state);
        if (is_new) {
          todo.insert(next);
          continue;
        }
        EXPECT_EQ(it->second.depth, state.depth) << fmt::format("at {:#x}", next);
        const StackState both = merged(it->second, state);
        if (both == it->second) continue;
        it->second = both;
        todo.insert(next);
      }
    }
    for (const auto& [at, state] : known_) compare(at, state, frame);
    expect_all_reached(frame);
    return known_.size();
  }

 private:
  using Next = std::vector<std::pair<std::uint64_t, StackState>>;

  std::string text_at(std::uint64_t at) const {
    return disassemble({code_.data() + at, code_.size() - at}, at, Syntax::Att, abi_.mode);
  }
  std::optional<unsigned> named(const std::string& name) const {
    for (unsigned r = 0; r < kRegisters; ++r)
      if (abi_.names[r] == name) return r;
    return std::nullopt;
  }

  Next successors(std::uint64_t at, StackState state, const FrameDescription& frame) const {
    const auto one = decode_instruction({code_.data() + at, code_.size() - at}, {at}, abi_.mode);
    EXPECT_TRUE(one.has_value()) << at;
    execute(at, *one, state);
    const std::uint64_t behind = at + one->length;
    const bool leaves = one->target.value < frame.begin || one->target.value >= frame.end;
    switch (one->flow) {
      case Flow::Return:
        EXPECT_EQ(state.depth, abi_.word) << fmt::format("return at {:#x}", at);
        for (const unsigned r : abi_.preserved)
          EXPECT_TRUE(state.intact.contains(r)) << fmt::format("{} at {:#x}", abi_.names[r], at);
        return {};
      case Flow::Jump:
        EXPECT_FALSE(leaves) << fmt::format("at {:#x}", at);
        return {{one->target.value, state}};
      case Flow::ConditionalJump:
        EXPECT_FALSE(leaves) << fmt::format("at {:#x}", at);
        return {{one->target.value, state}, {behind, state}};
      case Flow::IndirectJump:
        ADD_FAILURE() << fmt::format("at {:#x}", at);
        return {};
      default:
        return {{behind, state}};
    }
  }

  /// What the instruction does to the stack and to the caller's registers.
  void execute(std::uint64_t at, const Instruction& one, StackState& state) const {
    const std::string text = text_at(at);
    static const std::regex kPush("push %(\\w+)"), kPop("pop %(\\w+)");
    static const std::regex kAdjust("(add|sub) \\$(-?)0x([0-9A-F]+), %[re]sp");
    std::smatch match;
    if (std::regex_match(text, match, kPush)) {
      state.depth += abi_.word;
      state.kept.erase(state.depth);
      const auto r = named(match[1]);
      if (r && state.intact.contains(*r)) state.kept[state.depth] = *r;
    } else if (text.starts_with("push ")) {
      state.depth += abi_.word;
      state.kept.erase(state.depth);
    } else if (std::regex_match(text, match, kPop)) {
      const auto r = named(match[1]);
      ASSERT_TRUE(r.has_value()) << text;
      const auto kept = state.kept.find(state.depth);
      state.intact.erase(*r);
      if (kept != state.kept.end() && kept->second == *r) state.intact.insert(*r);
      state.depth -= abi_.word;
    } else if (std::regex_match(text, match, kAdjust)) {
      long by = std::stol(match[3], nullptr, 16) * (match[2] == "-" ? -1 : 1);
      state.depth += match[1] == "sub" ? by : -by;
    } else if (one.flow != Flow::Call && one.flow != Flow::Return && one.flow != Flow::Gate) {
      forget_changed(at, text, state);
    } else if (one.flow != Flow::Return) {
      for (unsigned r = 0; r < kRegisters; ++r)
        if (!std::ranges::count(abi_.preserved, r)) state.intact.erase(r);
    }
  }

  void forget_changed(std::uint64_t at, const std::string& text, StackState& state) const {
    if (is_nothing(text)) return;
    for (unsigned r = 0; r < kRegisters; ++r) {
      if (abi_.names[r][0] == '-') continue;
      const RegisterUse use = register_use({code_.data() + at, code_.size() - at}, r, abi_.mode);
      if (use != RegisterUse::Overwrites && use != RegisterUse::Changes) continue;
      EXPECT_NE(r, kStackPointer) << fmt::format("{:#x}: {}", at, text);
      state.intact.erase(r);
    }
  }

  void compare(std::uint64_t at, const StackState& state, const FrameDescription& frame) const {
    const FrameRow& row = std::prev(frame.rows.upper_bound(at))->second;
    const std::string place = fmt::format("{:#x}: {}", at, text_at(at));
    EXPECT_EQ(row.cfa, state.depth) << place;
    ASSERT_TRUE(row.at.contains("ra")) << place;
    EXPECT_EQ(row.at.at("ra"), abi_.word) << place;
    for (unsigned r = 0; r < kRegisters; ++r) {
      const auto said = row.at.find(abi_.names[r]);
      if (said == row.at.end()) {
        EXPECT_TRUE(!std::ranges::count(abi_.preserved, r) || state.intact.contains(r))
            << abi_.names[r] << " at " << place;
        continue;
      }
      const auto kept = state.kept.find(said->second);
      EXPECT_TRUE(kept != state.kept.end() && kept->second == r)
          << abi_.names[r] << " at " << place;
      EXPECT_LE(said->second, state.depth + abi_.red_zone) << abi_.names[r] << " at " << place;
    }
  }

  /// Between the paths there is nothing but padding.
  void expect_all_reached(const FrameDescription& frame) const {
    for (std::uint64_t at = frame.begin; at < frame.end;) {
      const auto one = decode_instruction({code_.data() + at, code_.size() - at}, {at}, abi_.mode);
      ASSERT_TRUE(one.has_value()) << at;
      const std::string text = text_at(at);
      const bool padding = text.starts_with("nop") || text.starts_with("xchg %ax, %ax") ||
                           text.starts_with("data16") || is_nothing(text);
      EXPECT_TRUE(known_.contains(at) || padding) << fmt::format("{:#x}: {}", at, text);
      at += one->length;
    }
  }

  const Convention& abi_;
  VdsoImage image_;
  std::vector<std::uint8_t> code_;
  std::map<std::uint64_t, StackState> known_;
};

std::size_t follow_all(const Convention& abi, const std::set<unsigned>& features) {
  std::size_t instructions = 0;
  Follower follower(abi, features);
  for (const FrameDescription& frame : descriptions(abi))
    if (!frame.of_signal && !follower.says_where_it_is(frame))
      instructions += follower.follow(frame);
  return instructions;
}

TEST(FrameDescriptions, AreTrueAtEveryInstruction) {
  for (const std::set<unsigned>& features :
       {std::set<unsigned>{},
        {ALTERNATIVE_LFENCE},
        {ALTERNATIVE_LFENCE, ALTERNATIVE_RDTSCP, ALTERNATIVE_RDPID}})
    EXPECT_GT(follow_all(kAmd64, features), 500u);
}

TEST(FrameDescriptions, AreTrueAtEveryInstructionOfI386) {
  for (const std::set<unsigned>& features :
       {std::set<unsigned>{},
        {ALTERNATIVE_LFENCE, ALTERNATIVE_SYSENTER32},
        {ALTERNATIVE_LFENCE, ALTERNATIVE_RDTSCP, ALTERNATIVE_RDPID, ALTERNATIVE_SYSCALL32}})
    EXPECT_GT(follow_all(kI386, features), 500u);
}

/// sigreturn(2): the registers that a signal interrupted lie in the frame of the kernel, and the
/// two functions that end a handler describe where. Stepped through by guests/time/unwind.c.
TEST(FrameDescriptions, MarkTheEndsOfHandlers) {
  std::size_t signals = 0;
  for (const FrameDescription& frame : descriptions(kI386)) signals += frame.of_signal;
  EXPECT_EQ(signals, 2u);
}

}  // namespace
}  // namespace ringfare
