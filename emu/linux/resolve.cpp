// SPDX-License-Identifier: MIT
#include "emu/linux/resolve.hpp"

#include "emu/linux/compat/unwrap.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {

Call resolved(const CallRequest& request, const AddressSpace& memory) {
  Call call(request, find_syscall(request.abi, request.number));
  if (call.row == nullptr) return call;
  if (request.abi == Abi::Amd64) {
    call.row->args.narrow(call.args);
    return call;
  }
  // 64-bit code may make calls of i386, too: the upper halves of its registers do not count.
  for (std::uint64_t& arg : call.args) arg = static_cast<std::uint32_t>(arg);
  unwrap(call, memory);
  call.served = &served_as(*call.meant);
  return call;
}

}  // namespace ringfare
