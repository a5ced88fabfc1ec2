// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "cpu/decoder.hpp"
#include "cpu/memory.hpp"
#include "cpu/translator/translation_watcher.hpp"
#include "cpu/translator/watch/code_names.hpp"

namespace ringfare {

/// Shows what guest code became, guest on the left and host on the right:
///
///     superblock 0 at 0x401000 <_start>: first tier, 1 block, 2 instructions
///     executed 1 time, 2 instructions in all; current
///     host 0x5ff14000, 42 bytes; off the path 0x63f14060, 0 bytes
///
///     guest                                         host
///                                                   +000 488b0d.. movq -0x1f(%rip), %rcx ; guest
///                                                   ...
///     0x401000 31ff        xorl %edi, %edi          +007 31ff     xorl %edi, %edi
///     0x401002 0f05        syscall                  +009 6261..   vpaddq ...     ; price of exit 0
///                                                   +01d c705..   movl $0, ...   ; exit 0: gate
///                                                   ... +027 e9..     jmp 0x63f14000 ; leaves
///
///     exits   taken  blocks  instructions  cycles  what
///         0       1       1             2    0.50  gate (syscall) at 0x401002
///
/// "+000" is the offset from the first host byte. Cycles are those of the machine that decides.
class TranslationDump final : public TranslationWatcher {
 public:
  struct Choice {
    /// Which superblocks: all whose path executes this address; nothing: those that have executed
    /// the most instructions. Asked again whenever the program's memory may have changed.
    std::function<std::optional<GuestAddress>(const AddressSpace&)> at;
    std::size_t most = 5;  // superblocks
    Syntax syntax = Syntax::Att;
    NameOfAddress name_of;
  };

  explicit TranslationDump(Choice choice) : choice_(std::move(choice)) {}

  void forgetting(const translator::CodeCache& cache) override;

  /// What there is to show once the run is over; empty where no superblock was one of the chosen.
  std::string text() const;

 private:
  struct Shown {
    std::uint64_t instructions = 0;
    std::string text;
  };

  void take(const translator::CodeCache& cache, std::uint32_t index);

  const Choice choice_;
  std::vector<Shown> shown_;  // those with the most instructions first
};

}  // namespace ringfare
