// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/linux/abi/call.hpp"
#include "emu/strace/words/describe_options.hpp"

namespace ringfare {

/// Decodes the arguments of one call as strace does. `before` is called when the call is entered
/// (it decodes what the kernel reads), `after` when it has returned (what the kernel wrote).
class CallDescription {
 public:
  CallDescription(const AddressSpace& memory, const DescribeOptions& options)
      : memory_(memory), options_(options) {}

  /// Where the names of descriptors come from; without it they are plain numbers.
  void name_descriptors(const DescriptorNames& names) { options_.descriptor_names = &names; }

  /// Whether the call names one of `options.paths`, or has a descriptor of one.
  bool concerns_paths(const Call& call) const;

  void before(const Call& call);
  /// "wait4(-1, ": how the text of `after` will begin, as far as that is known before.
  std::string begun(const Call& call) const;
  /// "write(1, \"hi\\n\", 3)": the whole call without its result.
  std::string after(const Call& call, std::int64_t result);
  /// `result_text`, and what poll and select found: "1 ([{fd=0, revents=POLLIN}])".
  std::string result(const Call& call, std::int64_t result) const;
  /// The bytes it moved, where `options` asks for those of its descriptor: a line for 16 of them.
  std::vector<std::string> dump(const Call& call, std::int64_t result) const;

 private:
  std::string pointed(const Call& call, const ArgSpec& spec, std::size_t index,
                      std::uint64_t available) const;
  std::string written(const Call& call, const ArgSpec& spec, std::size_t index,
                      std::int64_t result) const;
  std::uint64_t count(const Call& call, const ArgSpec& spec) const;
  std::optional<int> netlink_protocol(const Call& call) const;
  std::string restored_mask(const Call& call) const;
  std::string time_left(const Call& call, std::size_t index) const;
  std::string poll_note(const Call& call, std::int64_t result) const;
  std::string select_note(const Call& call, std::int64_t result) const;

  void choose_style(const Call& call);

  const AddressSpace& memory_;
  DescribeOptions options_;
  bool always_verbose_ = options_.verbose;
  bool raw_ = false;          // of the call that is described: its arguments as numbers
  bool dereferenced_ = true;  // what its pointers point to
  std::array<std::string, 6> entered_;
};

}  // namespace ringfare
