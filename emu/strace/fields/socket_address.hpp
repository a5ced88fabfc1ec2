// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "emu/strace/fields/place.hpp"

namespace ringfare {

/// "{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}": all bytes of the
/// place; nothing where they cannot be read or are too few.
std::optional<std::string> socket_address_text(const Place& place);

}  // namespace ringfare
