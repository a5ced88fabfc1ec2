// SPDX-License-Identifier: MIT
#include "emu/linux/abi/call.hpp"

#include <fmt/format.h>

namespace ringfare {

Call::Call(const CallRequest& asked, const SyscallRow* found)
    : request(asked), row(found), meant(found), args(asked.args), served(found) {
  if (found == nullptr)
    *fmt::format_to_n(unnamed_.data(), unnamed_.size() - 1, "syscall_{:#x}", asked.number).out = 0;
}

const CallShape& Call::shape() const {
  if (!shape_) shape_.emplace(told(), request.abi, told_args());
  return *shape_;
}

}  // namespace ringfare
