// SPDX-License-Identifier: MIT
#pragma once

#include "emu/strace/pointee.hpp"

namespace ringfare {

// The structures of files, descriptors, terminals and sockets, as strace writes them.
Text stat_text(const Pointee& p);
Text statx_text(const Pointee& p);
Text statfs_text(const Pointee& p);
Text dirents_text(const Pointee& p);
Text old_dirents_text(const Pointee& p);
Text poll_text(const Pointee& p);
Text epoll_text(const Pointee& p);
Text fd_pair_text(const Pointee& p);
Text termios_text(const Pointee& p);
Text window_size(const Pointee& p);
Text file_lock(const Pointee& p);
Text found_lock(const Pointee& p);

}  // namespace ringfare
