// SPDX-License-Identifier: MIT
#pragma once

#include "emu/strace/pointee.hpp"

namespace ringfare {

// Socket addresses and messages, as strace writes them.
Text socket_address(const Pointee& p);
Text message_header(const Pointee& p);
Text message_headers(const Pointee& p);

/// For `Pointee::available` of messages that were sent: each header says how many bytes.
inline constexpr std::uint64_t kAllWasSent = ~std::uint64_t{0} - 1;

/// "[{iov_base=\"hi\", iov_len=2}]": the first `filled` bytes of the buffers mean something.
/// As `filled`: nothing was read into the buffers, and only where they are is told.
inline constexpr std::uint64_t kUnreadBuffers = ~std::uint64_t{0} - 1;

Text buffers_text(const Pointee& p, std::uint64_t count, std::uint64_t filled);

}  // namespace ringfare
