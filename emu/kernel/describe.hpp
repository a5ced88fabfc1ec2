// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cpu/memory.hpp"
#include "emu/kernel/arguments.hpp"
#include "emu/kernel/personality.hpp"

namespace ringfare {

class DescriptorNames;

/// How strings are written: with escapes, those that are not ASCII in hex, or all in hex.
enum class StringStyle : std::uint8_t { Escapes, HexWhereNotAscii, Hex };
/// How named constants are written: "O_RDWR", 0x2, or 0x2 /* O_RDWR */.
enum class ConstantStyle : std::uint8_t { Names, Numbers, Both };
/// What is written behind descriptors: nothing, <path>, or <path> and details.
enum class DescriptorStyle : std::uint8_t { Plain, Paths, Details };

struct DescribeOptions {
  std::size_t string_limit = 32;                         // strace -s
  bool verbose = false;                                  // strace -v
  StringStyle strings = StringStyle::Escapes;            // strace -x, -xx
  ConstantStyle constants = ConstantStyle::Names;        // strace -X
  DescriptorStyle descriptors = DescriptorStyle::Plain;  // strace -y, -yy
  const DescriptorNames* descriptor_names = nullptr;     // where `descriptors` asks for them
};

/// The name of a call: its row's, or "syscall_0x1f4" as strace writes one it does not know.
std::string call_name(Abi abi, std::uint64_t number);

/// The text of a result: "3", "0x7f..", "-1 ENOENT (No such file or directory)",
/// "0x1 (flags FD_CLOEXEC)", "?".
std::string describe_result(const CallRequest& request, std::int64_t result);

/// Decodes the arguments of one call as strace does. `before` is called when the call is entered
/// (it decodes what the kernel reads), `after` when it has returned (what the kernel wrote).
class CallDescription {
 public:
  CallDescription(const AddressSpace& memory, const DescribeOptions& options)
      : memory_(memory), options_(options) {}

  /// Where the names of descriptors come from; without it they are plain numbers.
  void name_descriptors(const DescriptorNames& names) { options_.descriptor_names = &names; }

  void before(const CallRequest& request);
  /// "wait4(-1, ": how the text of `after` will begin, as far as that is known before.
  std::string begun(const CallRequest& request) const;
  /// "write(1, \"hi\\n\", 3)": the whole call without its result.
  std::string after(const CallRequest& request, std::int64_t result);
  /// `describe_result`, and what poll and select found: "1 ([{fd=0, revents=POLLIN}])".
  std::string result(const CallRequest& request, std::int64_t result) const;

 private:
  std::string pointed(const CallRequest& request, const ArgSpec& spec, std::size_t index,
                      std::uint64_t available) const;
  std::string written(const CallRequest& request, const ArgSpec& spec, std::size_t index,
                      std::int64_t result) const;
  std::uint64_t count(const CallRequest& request, const ArgSpec& spec) const;
  std::string restored_mask(const CallRequest& request) const;
  std::string time_left(const CallRequest& request, std::size_t index) const;
  std::string poll_note(const CallRequest& request, std::int64_t result) const;
  std::string select_note(const CallRequest& request, std::int64_t result) const;

  const AddressSpace& memory_;
  DescribeOptions options_;
  std::array<std::string, 6> entered_;
};

}  // namespace ringfare
