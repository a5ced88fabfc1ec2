// SPDX-License-Identifier: MIT
// The structures of semctl(2), msgctl(2) and shmctl(2): <asm/sembuf.h>, <asm/msgbuf.h> and
// <asm/shmbuf.h> as Linux exports them to 32-bit programs, beside those of amd64.
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "emu/linux/abi/compat_pairing.hpp"

namespace ringfare {
namespace {

using namespace compat;

struct Permissions32 {
  I32 key;
  U32 uid, gid, cuid, cgid;
  U16 mode, padding, sequence, padding_again;
  U32 unused[2];
};
static_assert(sizeof(Permissions32) == 36);

void permission_fields(auto&& f, auto& n, auto& w) {
  f(n.key, w.__key);
  f(n.uid, w.uid);
  f(n.gid, w.gid);
  f(n.cuid, w.cuid);
  f(n.cgid, w.cgid);
  f(n.mode, w.mode);
  f(n.sequence, w.__seq);
}

struct SemaphoresPairing {
  struct Compat {
    Permissions32 permissions;
    U64 operated, changed;
    U32 count, unused[2];
  };
  using Wide = semid_ds;
  static_assert(sizeof(Compat) == 64);
  static void fields(auto&& f, auto& n, auto& w) {
    permission_fields(f, n.permissions, w.sem_perm);
    f(n.operated, w.sem_otime);
    f(n.changed, w.sem_ctime);
    f(n.count, w.sem_nsems);
  }
};

struct QueuePairing {
  struct Compat {
    Permissions32 permissions;
    U64 sent, received, changed;
    U32 bytes, messages, limit;
    I32 last_sender, last_receiver;
    U32 unused[2];
  };
  using Wide = msqid_ds;
  static_assert(sizeof(Compat) == 88);
  static void fields(auto&& f, auto& n, auto& w) {
    permission_fields(f, n.permissions, w.msg_perm);
    f(n.sent, w.msg_stime);
    f(n.received, w.msg_rtime);
    f(n.changed, w.msg_ctime);
    f(n.bytes, w.__msg_cbytes);
    f(n.messages, w.msg_qnum);
    f(n.limit, w.msg_qbytes);
    f(n.last_sender, w.msg_lspid);
    f(n.last_receiver, w.msg_lrpid);
  }
};

struct SegmentPairing {
  struct Compat {
    Permissions32 permissions;
    U32 size;
    U64 attached_at, detached_at, changed;
    I32 creator, last;
    U32 attached, unused[2];
  };
  using Wide = shmid_ds;
  static_assert(sizeof(Compat) == 84);
  static void fields(auto&& f, auto& n, auto& w) {
    permission_fields(f, n.permissions, w.shm_perm);
    f(n.size, w.shm_segsz);
    f(n.attached_at, w.shm_atime);
    f(n.detached_at, w.shm_dtime);
    f(n.changed, w.shm_ctime);
    f(n.creator, w.shm_cpid);
    f(n.last, w.shm_lpid);
    f(n.attached, w.shm_nattch);
  }
};

constexpr CompatLayout kLayouts[] = {layout<SemaphoresPairing>(ArgKind::Opaque),
                                     layout<QueuePairing>(ArgKind::Opaque),
                                     layout<SegmentPairing>(ArgKind::Opaque)};

}  // namespace

const CompatLayout& ipc_status_layout(IpcKind kind) {
  return kLayouts[static_cast<std::size_t>(kind)];
}

}  // namespace ringfare
