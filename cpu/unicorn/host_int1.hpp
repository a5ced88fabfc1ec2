// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare::unicorn {

/// Whether RIP is behind INT1 when its trap comes, as the manuals say; a hypervisor that passes it
/// on may leave it there.
bool host_int1_traps_behind();

}  // namespace ringfare::unicorn
