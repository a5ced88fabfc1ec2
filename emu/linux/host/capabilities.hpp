// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare {

/// What execve(2) leaves this process of its capabilities where neither its real nor its effective
/// user is root: the ambient ones (capabilities(7), "Transformation of capabilities during
/// execve").
void keep_ambient_capabilities();

}  // namespace ringfare
