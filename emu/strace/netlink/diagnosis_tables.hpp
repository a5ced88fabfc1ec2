// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "emu/strace/netlink/attributes.hpp"

namespace ringfare::netlink {

// Attributes of sockets of the internet, and of those over shared memory.
extern const AttributeTable kInternetTable, kInternetRequestTable, kSharedTable;

/// "[[SK_MEMINFO_RMEM_ALLOC]=0, ...]"
std::optional<std::string> memory_in_use(const Place& place);

}  // namespace ringfare::netlink
