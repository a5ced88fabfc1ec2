// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ringfare {

/// Something a call did besides its own work and that has a service price of its own: an entry of
/// io_uring_enter(2). `call` is a system call's name or one of the kernel model's services.
struct ServedEntry {
  std::string_view call;
  std::string_view file_kind = {};
};

}  // namespace ringfare
