// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare::translator {

// What the host's processor offers and its kernel keeps across switches (SDM vol. 1, 13.2; vol. 2,
// CPUID leaves 1, 7 and 0DH).

bool host_has_avx512vl();
bool host_has_avx512bw();
/// AVX, and XGETBV that tells what is in use.
bool host_has_xinuse();
/// The kernel lets programs write their segment bases.
bool host_has_fsgsbase();

}  // namespace ringfare::translator
