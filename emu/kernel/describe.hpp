// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cpu/memory.hpp"
#include "emu/kernel/personality.hpp"

namespace ringfare {

struct DescribeOptions {
  std::size_t string_limit = 32;  // strace -s
  bool verbose = false;           // strace -v
};

/// The name of a call: its row's, or "syscall_0x1f4" as strace writes one it does not know.
std::string call_name(Abi abi, std::uint64_t number);

/// "ENOENT (No such file or directory)" style text of a result: "3", "0x7f..", "-1 ENOENT (...)",
/// "?".
std::string describe_result(const CallRequest& request, std::int64_t result);

/// Decodes the arguments of one call as strace does. `before` is called when the call is entered
/// (it decodes what the kernel reads), `after` when it has returned (what the kernel wrote).
class CallDescription {
 public:
  CallDescription(const AddressSpace& memory, const DescribeOptions& options)
      : memory_(memory), options_(options) {}

  void before(const CallRequest& request);
  /// "write(1, \"hi\\n\", 3)": the whole call without its result.
  std::string after(const CallRequest& request, std::int64_t result);

 private:
  const AddressSpace& memory_;
  DescribeOptions options_;
  std::string entered_[6];
};

}  // namespace ringfare
