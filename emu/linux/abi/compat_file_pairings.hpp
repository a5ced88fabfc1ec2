// SPDX-License-Identifier: MIT
// What i386 programs are told of files (<asm/stat.h>, <asm/statfs.h>, <asm/fcntl.h> as Linux
// exports them to 32-bit programs) beside what amd64 programs are.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "emu/linux/abi/compat_pairing.hpp"

namespace ringfare::compat {

/// The fields of struct stat and struct stat64 but the inode, which stat64 has twice. A member of
/// 64 bits has room for every value.
void stat_fields(auto&& f, auto& n, auto& w) {
  f.fit(n.dev, w.st_dev);
  f(n.mode, w.st_mode);
  f.fit(n.nlink, w.st_nlink);
  f(n.uid, w.st_uid);
  f(n.gid, w.st_gid);
  f.fit(n.rdev, w.st_rdev);
  f.fit(n.size, w.st_size);
  f(n.blksize, w.st_blksize);
  f(n.blocks, w.st_blocks);
  f(n.atime, w.st_atim.tv_sec);
  f(n.atime_nsec, w.st_atim.tv_nsec);
  f(n.mtime, w.st_mtim.tv_sec);
  f(n.mtime_nsec, w.st_mtim.tv_nsec);
  f(n.ctime, w.st_ctim.tv_sec);
  f(n.ctime_nsec, w.st_ctim.tv_nsec);
}

struct StatPairing {
  struct Compat {
    U32 dev, ino;
    U16 mode, nlink, uid, gid;
    U32 rdev, size, blksize, blocks;
    U32 atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
    U32 unused4, unused5;
  };
  using Wide = struct stat;
  static void fields(auto&& f, auto& n, auto& w) {
    f.fit(n.ino, w.st_ino);
    stat_fields(f, n, w);
  }
};
static_assert(sizeof(StatPairing::Compat) == 64);

struct Stat64Pairing {
  struct Compat {
    U64 dev;
    U32 padding0, low_ino, mode, nlink, uid, gid;
    U64 rdev;
    U32 padding3;
    I64 size;
    U32 blksize;
    U64 blocks;
    U32 atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
    U64 ino;
  };
  using Wide = struct stat;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.low_ino, w.st_ino);
    f(n.ino, w.st_ino);
    stat_fields(f, n, w);
  }
};
static_assert(sizeof(Stat64Pairing::Compat) == 96);

/// struct __old_kernel_stat
struct OldStatPairing {
  struct Compat {
    U16 dev, ino, mode, nlink, uid, gid, rdev, padding;
    U32 size, atime, mtime, ctime;
  };
  using Wide = struct stat;
  static_assert(sizeof(Compat) == 32);
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.dev, w.st_dev);
    f.fit(n.ino, w.st_ino);
    f(n.mode, w.st_mode);
    f.fit(n.nlink, w.st_nlink);
    f(n.uid, w.st_uid);
    f(n.gid, w.st_gid);
    f(n.rdev, w.st_rdev);
    f(n.size, w.st_size);
    f(n.atime, w.st_atim.tv_sec);
    f(n.mtime, w.st_mtim.tv_sec);
    f(n.ctime, w.st_ctim.tv_sec);
  }
};

/// A user or group number that needs more than 16 bits becomes the overflow identity.
struct SmallIdentities {
  static constexpr U32 kOverflowIdentity = 65534, kLastIdentity = 65535;
  static void from_compat(struct stat&) {}
  static void for_compat(struct stat& w) {
    if (w.st_uid > kLastIdentity) w.st_uid = kOverflowIdentity;
    if (w.st_gid > kLastIdentity) w.st_gid = kOverflowIdentity;
  }
};
template <>
struct Adjusted<StatPairing> : SmallIdentities {};
template <>
struct Adjusted<OldStatPairing> : SmallIdentities {};

/// A member of 64 bits has room for every value.
void statfs_fields(auto&& f, auto& n, auto& w) {
  f(n.type, w.f_type);
  f(n.bsize, w.f_bsize);
  f.fit(n.blocks, w.f_blocks);
  f.fit(n.bfree, w.f_bfree);
  f.fit(n.bavail, w.f_bavail);
  f.fit(n.files, w.f_files);
  f.fit(n.ffree, w.f_ffree);
  for (int i = 0; i < 2; ++i) f(n.fsid[i], w.f_fsid.__val[i]);
  f(n.namelen, w.f_namelen);
  f(n.frsize, w.f_frsize);
  f(n.flags, w.f_flags);
}

struct StatfsPairing {
  struct Compat {
    U32 type, bsize, blocks, bfree, bavail, files, ffree;
    I32 fsid[2];
    U32 namelen, frsize, flags, spare[4];
  };
  using Wide = struct statfs;
  static void fields(auto&& f, auto& n, auto& w) { statfs_fields(f, n, w); }
};
static_assert(sizeof(StatfsPairing::Compat) == 64);

struct Statfs64Pairing {
  struct Compat {
    U32 type, bsize;
    U64 blocks, bfree, bavail, files, ffree;
    I32 fsid[2];
    U32 namelen, frsize, flags, spare[4];
  };
  using Wide = struct statfs;
  static void fields(auto&& f, auto& n, auto& w) { statfs_fields(f, n, w); }
};
static_assert(sizeof(Statfs64Pairing::Compat) == 84);

void lock_fields(auto&& f, auto& n, auto& w) {
  f(n.type, w.l_type);
  f(n.whence, w.l_whence);
  f.fit(n.start, w.l_start);
  f.fit(n.length, w.l_len);
  f(n.pid, w.l_pid);
}

struct FileLockPairing {
  struct Compat {
    I16 type, whence;
    I32 start, length, pid;
  };
  using Wide = struct flock;
  static void fields(auto&& f, auto& n, auto& w) { lock_fields(f, n, w); }
};

struct FileLock64Pairing {
  struct Compat {
    I16 type, whence;
    I64 start, length;
    I32 pid;
  };
  using Wide = struct flock;
  static void fields(auto&& f, auto& n, auto& w) { lock_fields(f, n, w); }
};

}  // namespace ringfare::compat
