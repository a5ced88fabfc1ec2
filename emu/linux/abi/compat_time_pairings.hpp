// SPDX-License-Identifier: MIT
// Times of i386 programs beside those of amd64.
#pragma once

#include <sys/time.h>
#include <sys/times.h>
#include <utime.h>

#include "emu/linux/abi/compat_pairing.hpp"

namespace ringfare::compat {

struct TimespecPairing {
  struct Compat {
    I32 sec, nsec;
  };
  using Wide = timespec;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.sec, w.tv_sec);
    f(n.nsec, w.tv_nsec);
  }
};

/// The upper half of the nanoseconds is padding.
struct Timespec64Pairing {
  struct Compat {
    I64 sec;
    U32 nsec, padding;
  };
  using Wide = timespec;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.sec, w.tv_sec);
    f(n.nsec, w.tv_nsec);
  }
};

struct TimevalPairing {
  struct Compat {
    I32 sec, usec;
  };
  using Wide = timeval;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.sec, w.tv_sec);
    f(n.usec, w.tv_usec);
  }
};

/// Two structures of one kind, one after the other.
template <class One>
struct Twice {
  struct Compat {
    typename One::Compat first, second;
  };
  struct Wide {
    typename One::Wide first, second;
  };
  static void fields(auto&& f, auto& n, auto& w) {
    One::fields(f, n.first, w.first);
    One::fields(f, n.second, w.second);
  }
};

struct TimePairing {
  using Compat = I32;
  using Wide = std::int64_t;
  static void fields(auto&& f, auto& n, auto& w) { f(n, w); }
};

struct TmsPairing {
  struct Compat {
    I32 utime, stime, cutime, cstime;
  };
  using Wide = tms;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.utime, w.tms_utime);
    f(n.stime, w.tms_stime);
    f(n.cutime, w.tms_cutime);
    f(n.cstime, w.tms_cstime);
  }
};

struct UtimbufPairing {
  struct Compat {
    I32 actime, modtime;
  };
  using Wide = utimbuf;
  static void fields(auto&& f, auto& n, auto& w) {
    f(n.actime, w.actime);
    f(n.modtime, w.modtime);
  }
};

}  // namespace ringfare::compat
