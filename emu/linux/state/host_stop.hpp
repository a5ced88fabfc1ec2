// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare {

/// Stops this process of the host by `signal`, which an engine may have a handler for, until it is
/// continued. A process group without a shell is not stopped, as on Linux.
void stop_on_host(int signal);

}  // namespace ringfare
