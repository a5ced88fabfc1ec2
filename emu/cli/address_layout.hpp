// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare {

/// The host must place the emulator's libraries and memory above the guest's addresses. Where its
/// layout is the old one (setarch -L, an unlimited stack), this program begins again with the usual
/// one. Throws UserError where the host knows no other (vm.legacy_va_layout).
void leave_legacy_layout(char** arguments);

}  // namespace ringfare
