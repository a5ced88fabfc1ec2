// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/translation_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "cpu/translator/code_cache.hpp"
#include "cpu/translator/host_operands.hpp"
#include "cpu/translator/watch/translation_text.hpp"

namespace ringfare {
namespace {

using namespace translator;

constexpr double kHundredths = 100;

std::string plural(std::uint64_t count) {
  return count == 1 ? "" : "s";
}

/// Two columns under each other.
class Columns {
 public:
  void add(const std::vector<std::string>& guest, const std::vector<std::string>& host) {
    for (std::size_t i = 0; i < std::max(guest.size(), host.size()); ++i)
      text_ += fmt::format("{:<50}  {}\n", i < guest.size() ? guest[i] : "",
                           i < host.size() ? host[i] : "");
  }
  std::string take() {
    // A line without a right side ends where its left side does.
    std::string trimmed;
    for (const char c : std::exchange(text_, {})) {
      if (c == '\n') trimmed.erase(trimmed.find_last_not_of(' ') + 1);
      trimmed += c;
    }
    return trimmed;
  }

 private:
  std::string text_;
};

/// Writes one superblock.
class Sheet {
 public:
  Sheet(const CodeCache& cache, std::uint32_t index, Syntax syntax, const NameOfAddress& name_of)
      : cache_(cache),
        superblock_(cache.superblock(index)),
        index_(index),
        mode_(superblock_.path.front()->mode),
        syntax_(syntax),
        name_of_(name_of) {}

  std::string text() {
    columns_.add({"guest"}, {"host"});
    write_heads();
    for (std::size_t i = 0; i < superblock_.points.size(); ++i) write_instruction(i);
    write_rest();
    return header() + "\n" + columns_.take() + "\n" + exits();
  }

 private:
  std::string header() const {
    const Work work = work_of(cache_, superblock_);
    const std::string name = name_at(superblock_.entry);
    const char* const state = superblock_.dead ? "dropped: its code was changed or mapped anew"
                              : cache_.is_current(index_) ? "current"
                                                          : "replaced by another";
    return fmt::format(
        "superblock {} at {:#x}{}: {}\nexecuted {} time{}, {} instruction{} in all; {}\n"
        "host {:#x}, {} bytes; off the path {:#x}, {} bytes\n",
        index_, superblock_.entry.value, name.empty() ? "" : fmt::format(" <{}>", name),
        path_text(superblock_), work.times, plural(work.times), work.instructions,
        plural(work.instructions), state, Arena::address_of(superblock_.begin),
        superblock_.end - superblock_.begin, Arena::address_of(superblock_.cold_begin),
        superblock_.cold_end - superblock_.cold_begin);
  }

  std::string name_at(GuestAddress address) const {
    return name_of_ ? name_of_(cache_.memory(), address) : std::string();
  }

  void write_heads() {
    const Superblock& made = superblock_;
    if (made.indirect_head != nullptr)
      columns_.add({"(entry from indirect branches)"}, host(made.indirect_head, made.indirect_end));
    columns_.add({"(entries from direct branches)"}, host(made.begin, host_of(0)));
  }

  /// The path ends before its last guest instruction where it is cut, and may have none.
  void write_rest() {
    if (superblock_.points.empty())
      columns_.add({"(no instruction)"}, host(superblock_.begin, superblock_.end));
    if (superblock_.cold_begin != superblock_.cold_end)
      columns_.add({"(off the path)"}, host(superblock_.cold_begin, superblock_.cold_end));
  }

  const std::byte* host_of(std::size_t point) const {
    if (point < superblock_.points.size())
      return superblock_.begin + superblock_.points[point].host;
    return superblock_.end;
  }

  void write_instruction(std::size_t i) {
    const Point& point = superblock_.points[i];
    const Block& block = *superblock_.path[point.step];
    std::size_t offset = 0;
    for (std::size_t k = 0; k < point.index; ++k) offset += block.instructions[k].length;
    const auto code =
        std::span(block.bytes).subspan(offset, block.instructions[point.index].length);
    const GuestAddress address = block.start + offset;
    columns_.add({line(fmt::format("{:#x}", address.value), code, address.value)},
                 host(host_of(i), host_of(i + 1)));
  }

  std::string line(const std::string& place, std::span<const std::uint8_t> code,
                   std::uint64_t address) const {
    std::string bytes;
    for (const std::uint8_t byte : code) fmt::format_to(std::back_inserter(bytes), "{:02x}", byte);
    return fmt::format("{} {:<14} {}", place, bytes, disassemble(code, address, syntax_, mode_));
  }

  std::vector<std::string> host(const std::byte* begin, const std::byte* end) const {
    std::vector<std::string> lines;
    while (begin < end) {
      const std::uint64_t at = Arena::address_of(begin);
      const std::span code(reinterpret_cast<const std::uint8_t*>(begin),
                           static_cast<std::size_t>(end - begin));
      const HostOperands operands = host_operands(code, at, mode_);
      const std::size_t length = std::max<std::size_t>(operands.length, 1);
      const std::string what = line(place_of(begin), code.first(length), at);
      const std::string note = note_on(operands, begin, length);
      lines.push_back(note.empty() ? what : fmt::format("{:<58} ; {}", what, note));
      begin += length;
    }
    return lines;
  }

  std::string place_of(const std::byte* host) const {
    if (host >= superblock_.begin && host < superblock_.end)
      return fmt::format("+{:03x}", host - superblock_.begin);
    return fmt::format("{:#x}", Arena::address_of(host));
  }

  /// What the instruction is there for, where its operands tell.
  std::string note_on(const HostOperands& operands, const std::byte* at, std::size_t length) const {
    for (ExitId id = superblock_.first_exit; id < superblock_.end_exit; ++id) {
      const Exit& exit = cache_.exit(id);
      if (exit.site.displacement != nullptr && exit.site.displacement > at &&
          exit.site.displacement < at + length)
        return fmt::format("exit {}: {}", id, link_text(exit));
      if (operands.branch && exit.unlinked != nullptr &&
          *operands.branch == Arena::address_of(exit.unlinked))
        return fmt::format("exit {}, coming back", id);
    }
    const std::uint64_t exit_field = Arena::address_of(&cache_.arena().context().exit);
    if (operands.memory == exit_field && operands.value)
      return fmt::format("exit {}: {}", *operands.value, exit_text(cache_.exit(*operands.value)));
    if (operands.memory) return place_text(cache_, *operands.memory);
    if (!operands.branch) return "";
    if (is_within(*operands.branch, superblock_.begin, superblock_.end)) return "";
    if (is_within(*operands.branch, superblock_.cold_begin, superblock_.cold_end))
      return at >= superblock_.begin && at < superblock_.end ? "off the path" : "";
    return place_text(cache_, *operands.branch);
  }

  static bool is_within(std::uint64_t host, const std::byte* begin, const std::byte* end) {
    return host >= Arena::address_of(begin) && host <= Arena::address_of(end);
  }

  std::string link_text(const Exit& exit) const {
    const std::byte* const to = exit.site.target();
    if (to == exit.unlinked) return fmt::format("{}, not linked", exit_text(exit));
    return fmt::format("{}, linked to {}", exit_text(exit),
                       place_text(cache_, Arena::address_of(to)));
  }

  std::string exits() const {
    std::string text = "exits      taken  blocks  instructions     cycles  what\n";
    for (ExitId id = superblock_.first_exit; id < superblock_.end_exit; ++id) {
      const Exit& exit = cache_.exit(id);
      text +=
          fmt::format("{:>5} {:>10} {:>7} {:>13} {:>10.2f}  {}\n", id,
                      cache_.arena().counters()[id], exit.path_length, exit.price[kInstructionLane],
                      static_cast<double>(exit.price[kFirstCycleLane]) / kHundredths,
                      exit.kind == ExitKind::Direct ? link_text(exit) : exit_text(exit));
    }
    return text;
  }

  const CodeCache& cache_;
  const Superblock& superblock_;
  const std::uint32_t index_;
  const CodeMode mode_;
  const Syntax syntax_;
  const NameOfAddress& name_of_;
  Columns columns_;
};

bool executes(const Superblock& superblock, GuestAddress address) {
  return std::ranges::any_of(superblock.path, [address](const Block* block) {
    return block->start <= address && address < block->end();
  });
}

}  // namespace

void TranslationDump::forgetting(const CodeCache& cache) {
  if (cache.superblocks().empty()) return;
  const auto at = choice_.at ? choice_.at(cache.memory()) : std::nullopt;
  if (choice_.at && !at) return;
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < cache.superblocks().size(); ++i)
    if (!at || executes(cache.superblock(i), *at)) chosen.push_back(i);
  const auto instructions = [&cache](std::uint32_t index) {
    return work_of(cache, cache.superblock(index)).instructions;
  };
  std::ranges::stable_sort(chosen, std::greater<>(), instructions);
  if (chosen.size() > choice_.most) chosen.resize(choice_.most);
  for (const std::uint32_t index : chosen) take(cache, index);
}

void TranslationDump::take(const CodeCache& cache, std::uint32_t index) {
  const std::uint64_t instructions = work_of(cache, cache.superblock(index)).instructions;
  const auto place = std::ranges::find_if(
      shown_, [instructions](const Shown& shown) { return shown.instructions < instructions; });
  if (place == shown_.end() && shown_.size() >= choice_.most) return;
  shown_.insert(place, {instructions, Sheet(cache, index, choice_.syntax, choice_.name_of).text()});
  if (shown_.size() > choice_.most) shown_.pop_back();
}

std::string TranslationDump::text() const {
  std::string text;
  for (const Shown& shown : shown_) text += (text.empty() ? "" : "\n\n") + shown.text;
  return text;
}

}  // namespace ringfare
