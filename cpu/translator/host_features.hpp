// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare::translator {

// What the host's processor offers and its kernel keeps across switches (SDM vol. 1, 13.2; vol. 2,
// CPUID leaves 1, 7 and 0DH).

bool host_has_avx512vl();
bool host_has_avx512bw();
/// AVX, and XGETBV that tells what is in use.
bool host_has_xinuse();
/// XSAVE keeps the pointers to the last x87 instruction also where it has raised nothing: AMD's
/// processors keep them of those only that have (APM vol. 5, FXSAVE).
bool host_saves_x87_pointers();
/// The kernel lets programs write their segment bases.
bool host_has_fsgsbase();

}  // namespace ringfare::translator
