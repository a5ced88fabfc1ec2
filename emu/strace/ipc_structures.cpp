// SPDX-License-Identifier: MIT
#include "emu/strace/ipc_structures.hpp"

#include <fmt/format.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <algorithm>

#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

std::string permissions(const ipc_perm& perm) {
  return fmt::format("{{uid={}, gid={}, mode={}, key={}, cuid={}, cgid={}}}", perm.uid, perm.gid,
                     octal_text(perm.mode), hex_text(static_cast<std::uint32_t>(perm.__key)),
                     perm.cuid, perm.cgid);
}

}  // namespace

Text shared_memory_status(const Pointee& p) {
  const auto s = at<shmid_ds>(p);
  if (!s) return std::nullopt;
  return fmt::format(
      "{{shm_perm={}, shm_segsz={}, shm_cpid={}, shm_lpid={}, shm_nattch={}, shm_atime={}, "
      "shm_dtime={}, shm_ctime={}}}",
      permissions(s->shm_perm), s->shm_segsz, s->shm_cpid, s->shm_lpid, s->shm_nattch, s->shm_atime,
      s->shm_dtime, s->shm_ctime);
}

Text queue_status(const Pointee& p) {
  const auto q = at<msqid_ds>(p);
  if (!q) return std::nullopt;
  return fmt::format(
      "{{msg_perm={}, msg_stime={}, msg_rtime={}, msg_ctime={}, msg_qnum={}, msg_qbytes={}, "
      "msg_lspid={}, msg_lrpid={}}}",
      permissions(q->msg_perm), q->msg_stime, q->msg_rtime, q->msg_ctime, q->msg_qnum,
      q->msg_qbytes, q->msg_lspid, q->msg_lrpid);
}

Text semaphore_operations(const Pointee& p) {
  return array_text(
      p, p.count.value_or(0),
      [&](std::uint64_t i) -> Text {
        const auto one = at<sembuf>(p, i);
        if (!one) return std::nullopt;
        return fmt::format("{{sem_num={}, sem_op={}, sem_flg={}}}", one->sem_num, one->sem_op,
                           named(*names_of(ArgKind::SemaphoreFlags),
                                 static_cast<std::uint16_t>(one->sem_flg), p.options.constants));
      },
      sizeof(sembuf));
}

Text queue_message(const Pointee& p) {
  const auto type = at<std::int64_t>(p);
  if (!type) return std::nullopt;
  const std::size_t limit = p.options.string_limit;
  std::string bytes(std::min<std::uint64_t>(p.count.value_or(0), limit + 1), '\0');
  if (!p.memory.read(p.address + sizeof *type, std::as_writable_bytes(std::span(bytes))))
    return std::nullopt;
  return fmt::format("{{mtype={}, mtext={}}}", *type, quoted(bytes, limit, p.options.strings));
}

}  // namespace ringfare
