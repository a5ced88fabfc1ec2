// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "emu/strace/words/names.hpp"

namespace ringfare {

/// The requests of ioctl(2), in the order of their codes; of one code there may be several names.
std::span<const Name> ioctl_names();

}  // namespace ringfare
