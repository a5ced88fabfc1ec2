// SPDX-License-Identifier: MIT
#pragma once

namespace ringfare {

class Process;
struct Task;

/// set_robust_list(2): the robust futexes of a thread that ends have no owner any more; whoever
/// waits for one is woken.
void release_robust_list(Process& process, const Task& task);

}  // namespace ringfare
