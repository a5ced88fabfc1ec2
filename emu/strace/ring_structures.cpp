// SPDX-License-Identifier: MIT
#include "emu/strace/ring_structures.hpp"

#include <fmt/format.h>
#include <linux/io_uring.h>
#include <sys/uio.h>

#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {

Text ring_parameters(const Pointee& p) {
  const auto r = at<io_uring_params>(p);
  if (!r) return std::nullopt;
  const ConstantStyle style = p.options.constants;
  std::string text =
      fmt::format("{{flags={}, sq_thread_cpu={}, sq_thread_idle={}",
                  named(names::kRingFlags, r->flags, style), r->sq_thread_cpu, r->sq_thread_idle);
  if ((r->flags & IORING_SETUP_ATTACH_WQ) != 0)
    text += fmt::format(", wq_fd={}", descriptor_text(static_cast<int>(r->wq_fd), p.options));
  if (p.available == 0) return text + '}';
  const auto& sq = r->sq_off;
  const auto& cq = r->cq_off;
  text += fmt::format(", sq_entries={}, cq_entries={}, features={}", r->sq_entries, r->cq_entries,
                      named(names::kRingFeatures, r->features, style));
  text += fmt::format(
      ", sq_off={{head={}, tail={}, ring_mask={}, ring_entries={}, flags={}, dropped={}, "
      "array={}}}",
      sq.head, sq.tail, sq.ring_mask, sq.ring_entries, sq.flags, sq.dropped, sq.array);
  return text + fmt::format(
                    ", cq_off={{head={}, tail={}, ring_mask={}, ring_entries={}, overflow={}, "
                    "cqes={}, flags={}}}}}",
                    cq.head, cq.tail, cq.ring_mask, cq.ring_entries, cq.overflow, cq.cqes,
                    cq.flags);
}

Text buffer_addresses(const Pointee& p) {
  return array_text(p, p.count.value_or(0), [&](std::uint64_t i) -> Text {
    const auto one = at<iovec>(p, i);
    if (!one) return std::nullopt;
    return fmt::format("{{iov_base={}, iov_len={}}}",
                       address_text(reinterpret_cast<std::uintptr_t>(one->iov_base)), one->iov_len);
  });
}

}  // namespace ringfare
