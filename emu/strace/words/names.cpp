// SPDX-License-Identifier: MIT
#include "emu/strace/words/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Numbers and names of the Linux 6.1 user ABI on x86-64 (its uapi headers; the man pages of the
// calls). Of names for one value the first wins.
constexpr Name kAccessModes[] = {
    {0x0, "O_RDONLY"}, {0x1, "O_WRONLY"}, {0x2, "O_RDWR"}, {0x3, "O_ACCMODE"}};
/// As the kernel has them: the C library's O_LARGEFILE is 0 on x86-64.
constexpr Name kOpen[] = {
    {0x40, "O_CREAT"},       {0x80, "O_EXCL"},          {0x100, "O_NOCTTY"},
    {0x200, "O_TRUNC"},      {0x400, "O_APPEND"},       {0x800, "O_NONBLOCK"},
    {0x101000, "O_SYNC"},    {0x100000, "__O_SYNC"},    {0x1000, "O_DSYNC"},
    {0x4000, "O_DIRECT"},    {0x8000, "O_LARGEFILE"},   {0x20000, "O_NOFOLLOW"},
    {0x40000, "O_NOATIME"},  {0x80000, "O_CLOEXEC"},    {0x200000, "O_PATH"},
    {0x410000, "O_TMPFILE"}, {0x400000, "__O_TMPFILE"}, {0x10000, "O_DIRECTORY"},
    {0x2000, "FASYNC"}};
constexpr Name kWhences[] = {{0x0, "SEEK_SET"},
                             {0x1, "SEEK_CUR"},
                             {0x2, "SEEK_END"},
                             {0x3, "SEEK_DATA"},
                             {0x4, "SEEK_HOLE"}};
constexpr Name kNoAccess[] = {{0x0, "F_OK"}};
constexpr Name kAccess[] = {{0x4, "R_OK"}, {0x2, "W_OK"}, {0x1, "X_OK"}};
constexpr Name kStatSync[] = {
    {0, "AT_STATX_SYNC_AS_STAT"}, {0x2000, "AT_STATX_FORCE_SYNC"}, {0x4000, "AT_STATX_DONT_SYNC"}};
constexpr Name kAccessAt[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_EACCESS"}, {0x1000, "AT_EMPTY_PATH"}};
constexpr Name kAt[] = {{0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"},
                        {0x400, "AT_SYMLINK_FOLLOW"},   {0x800, "AT_NO_AUTOMOUNT"},
                        {0x1000, "AT_EMPTY_PATH"},      {0x8000, "AT_RECURSIVE"}};
constexpr Name kNoProtection[] = {{0x0, "PROT_NONE"}};
constexpr Name kProtections[] = {{0x1, "PROT_READ"},
                                 {0x2, "PROT_WRITE"},
                                 {0x4, "PROT_EXEC"},
                                 {0x1000000, "PROT_GROWSDOWN"},
                                 {0x2000000, "PROT_GROWSUP"}};
constexpr Name kMapTypes[] = {
    {0x0, "MAP_FILE"}, {0x1, "MAP_SHARED"}, {0x2, "MAP_PRIVATE"}, {0x3, "MAP_SHARED_VALIDATE"}};
constexpr Name kMap[] = {
    {0x10, "MAP_FIXED"},       {0x20, "MAP_ANONYMOUS"},          {0x40, "MAP_32BIT"},
    {0x4000, "MAP_NORESERVE"}, {0x8000, "MAP_POPULATE"},         {0x10000, "MAP_NONBLOCK"},
    {0x100, "MAP_GROWSDOWN"},  {0x800, "MAP_DENYWRITE"},         {0x1000, "MAP_EXECUTABLE"},
    {0x2000, "MAP_LOCKED"},    {0x20000, "MAP_STACK"},           {0x40000, "MAP_HUGETLB"},
    {0x80000, "MAP_SYNC"},     {0x100000, "MAP_FIXED_NOREPLACE"}};
constexpr Name kRemap[] = {
    {0x1, "MREMAP_MAYMOVE"}, {0x2, "MREMAP_FIXED"}, {0x4, "MREMAP_DONTUNMAP"}};
constexpr Name kSync[] = {{0x4, "MS_SYNC"}, {0x1, "MS_ASYNC"}, {0x2, "MS_INVALIDATE"}};
constexpr Name kLockAll[] = {{0x1, "MCL_CURRENT"}, {0x2, "MCL_FUTURE"}, {0x4, "MCL_ONFAULT"}};
constexpr Name kAdvices[] = {
    {0x0, "MADV_NORMAL"},      {0x1, "MADV_RANDOM"},         {0x2, "MADV_SEQUENTIAL"},
    {0x3, "MADV_WILLNEED"},    {0x4, "MADV_DONTNEED"},       {0x8, "MADV_FREE"},
    {0x9, "MADV_REMOVE"},      {0xa, "MADV_DONTFORK"},       {0xb, "MADV_DOFORK"},
    {0xc, "MADV_MERGEABLE"},   {0xd, "MADV_UNMERGEABLE"},    {0xe, "MADV_HUGEPAGE"},
    {0xf, "MADV_NOHUGEPAGE"},  {0x10, "MADV_DONTDUMP"},      {0x11, "MADV_DODUMP"},
    {0x12, "MADV_WIPEONFORK"}, {0x13, "MADV_KEEPONFORK"},    {0x14, "MADV_COLD"},
    {0x15, "MADV_PAGEOUT"},    {0x16, "MADV_POPULATE_READ"}, {0x17, "MADV_POPULATE_WRITE"},
    {0x64, "MADV_HWPOISON"}};
constexpr Name kFileAdvices[] = {{0x0, "POSIX_FADV_NORMAL"},     {0x1, "POSIX_FADV_RANDOM"},
                                 {0x2, "POSIX_FADV_SEQUENTIAL"}, {0x3, "POSIX_FADV_WILLNEED"},
                                 {0x4, "POSIX_FADV_DONTNEED"},   {0x5, "POSIX_FADV_NOREUSE"}};
constexpr Name kFcntl[] = {
    {0x0, "F_DUPFD"},        {0x1, "F_GETFD"},         {0x2, "F_SETFD"},
    {0x3, "F_GETFL"},        {0x4, "F_SETFL"},         {0x5, "F_GETLK"},
    {0x6, "F_SETLK"},        {0x7, "F_SETLKW"},        {0x8, "F_SETOWN"},
    {0x9, "F_GETOWN"},       {0xa, "F_SETSIG"},        {0xb, "F_GETSIG"},
    {0xf, "F_SETOWN_EX"},    {0x10, "F_GETOWN_EX"},    {0xc, "F_GETLK64"},
    {0xd, "F_SETLK64"},      {0xe, "F_SETLKW64"},      {0x24, "F_OFD_GETLK"},
    {0x25, "F_OFD_SETLK"},   {0x26, "F_OFD_SETLKW"},   {0x400, "F_SETLEASE"},
    {0x401, "F_GETLEASE"},   {0x402, "F_NOTIFY"},      {0x406, "F_DUPFD_CLOEXEC"},
    {0x407, "F_SETPIPE_SZ"}, {0x408, "F_GETPIPE_SZ"},  {0x409, "F_ADD_SEALS"},
    {0x40a, "F_GET_SEALS"},  {0x40b, "F_GET_RW_HINT"}, {0x40c, "F_SET_RW_HINT"}};
constexpr Name kDescriptor[] = {{0x1, "FD_CLOEXEC"}};
constexpr Name kSeal[] = {{0x1, "F_SEAL_SEAL"},
                          {0x2, "F_SEAL_SHRINK"},
                          {0x4, "F_SEAL_GROW"},
                          {0x8, "F_SEAL_WRITE"},
                          {0x10, "F_SEAL_FUTURE_WRITE"}};
constexpr Name kIoctls[] = {{0x5401, "TCGETS"},
                            {0x5402, "TCSETS"},
                            {0x5403, "TCSETSW"},
                            {0x5404, "TCSETSF"},
                            {0x5405, "TCGETA"},
                            {0x5406, "TCSETA"},
                            {0x5407, "TCSETAW"},
                            {0x5408, "TCSETAF"},
                            {0x5409, "TCSBRK"},
                            {0x540a, "TCXONC"},
                            {0x540b, "TCFLSH"},
                            {0x540c, "TIOCEXCL"},
                            {0x540d, "TIOCNXCL"},
                            {0x540e, "TIOCSCTTY"},
                            {0x540f, "TIOCGPGRP"},
                            {0x5410, "TIOCSPGRP"},
                            {0x5411, "TIOCOUTQ"},
                            {0x5412, "TIOCSTI"},
                            {0x5413, "TIOCGWINSZ"},
                            {0x5414, "TIOCSWINSZ"},
                            {0x5415, "TIOCMGET"},
                            {0x5418, "TIOCMSET"},
                            {0x541b, "FIONREAD"},
                            {0x541d, "TIOCCONS"},
                            {0x5421, "FIONBIO"},
                            {0x5422, "TIOCNOTTY"},
                            {0x5423, "TIOCSETD"},
                            {0x5424, "TIOCGETD"},
                            {0x5425, "TCSBRKP"},
                            {0x5429, "TIOCGSID"},
                            {0x80045430, "TIOCGPTN"},
                            {0x40045431, "TIOCSPTLCK"},
                            {0x5441, "TIOCGPTPEER"},
                            {0x5452, "FIOASYNC"},
                            {0x5450, "FIONCLEX"},
                            {0x5451, "FIOCLEX"},
                            {0x5460, "FIOQSIZE"},
                            {0x2, "FIGETBSZ"},
                            {0x1, "FIBMAP"},
                            {0x40049409, "BTRFS_IOC_CLONE or FICLONE"},
                            {0x4020940d, "FICLONERANGE"},
                            {0x80086601, "FS_IOC_GETFLAGS"},
                            {0x40086602, "FS_IOC_SETFLAGS"},
                            {0x1260, "BLKGETSIZE"},
                            {0x80081272, "BLKGETSIZE64"},
                            {0x1268, "BLKSSZGET"}};
constexpr Name kFlocks[] = {{0x1, "LOCK_SH"}, {0x2, "LOCK_EX"}, {0x8, "LOCK_UN"}};
constexpr Name kFlockFlags[] = {{0x4, "LOCK_NB"}};
constexpr Name kRename[] = {
    {0x1, "RENAME_NOREPLACE"}, {0x2, "RENAME_EXCHANGE"}, {0x4, "RENAME_WHITEOUT"}};
constexpr Name kXattr[] = {{0x1, "XATTR_CREATE"}, {0x2, "XATTR_REPLACE"}};
constexpr Name kSplice[] = {{0x1, "SPLICE_F_MOVE"},
                            {0x2, "SPLICE_F_NONBLOCK"},
                            {0x4, "SPLICE_F_MORE"},
                            {0x8, "SPLICE_F_GIFT"}};
constexpr Name kReadWrite[] = {{0x1, "RWF_HIPRI"},
                               {0x2, "RWF_DSYNC"},
                               {0x4, "RWF_SYNC"},
                               {0x8, "RWF_NOWAIT"},
                               {0x10, "RWF_APPEND"}};
constexpr Name kStatx[] = {
    {0xfff, "STATX_ALL"},    {0x7ff, "STATX_BASIC_STATS"}, {0x1, "STATX_TYPE"},
    {0x2, "STATX_MODE"},     {0x4, "STATX_NLINK"},         {0x8, "STATX_UID"},
    {0x10, "STATX_GID"},     {0x20, "STATX_ATIME"},        {0x40, "STATX_MTIME"},
    {0x80, "STATX_CTIME"},   {0x100, "STATX_INO"},         {0x200, "STATX_SIZE"},
    {0x400, "STATX_BLOCKS"}, {0x800, "STATX_BTIME"},       {0x1000, "STATX_MNT_ID"}};
constexpr Name kMemfd[] = {{0x1, "MFD_CLOEXEC"}, {0x2, "MFD_ALLOW_SEALING"}, {0x4, "MFD_HUGETLB"}};
constexpr Name kSignalfd[] = {{0x80000, "SFD_CLOEXEC"}, {0x800, "SFD_NONBLOCK"}};
constexpr Name kEventfd[] = {
    {0x1, "EFD_SEMAPHORE"}, {0x80000, "EFD_CLOEXEC"}, {0x800, "EFD_NONBLOCK"}};
constexpr Name kTimerfd[] = {{0x80000, "TFD_CLOEXEC"}, {0x800, "TFD_NONBLOCK"}};
constexpr Name kEpoll[] = {{0x80000, "EPOLL_CLOEXEC"}};
constexpr Name kEpollOperations[] = {
    {0x1, "EPOLL_CTL_ADD"}, {0x2, "EPOLL_CTL_DEL"}, {0x3, "EPOLL_CTL_MOD"}};
constexpr Name kSeccompModes[] = {
    {0x0, "SECCOMP_MODE_DISABLED"}, {0x1, "SECCOMP_MODE_STRICT"}, {0x2, "SECCOMP_MODE_FILTER"}};
constexpr Name kSeccompOperations[] = {{0x0, "SECCOMP_SET_MODE_STRICT"},
                                       {0x1, "SECCOMP_SET_MODE_FILTER"},
                                       {0x2, "SECCOMP_GET_ACTION_AVAIL"},
                                       {0x3, "SECCOMP_GET_NOTIF_SIZES"}};
constexpr Name kRandom[] = {{0x1, "GRND_NONBLOCK"}, {0x2, "GRND_RANDOM"}, {0x4, "GRND_INSECURE"}};
constexpr Name kMount[] = {{0x1, "MS_RDONLY"},
                           {0x2, "MS_NOSUID"},
                           {0x4, "MS_NODEV"},
                           {0x8, "MS_NOEXEC"},
                           {0x10, "MS_SYNCHRONOUS"},
                           {0x20, "MS_REMOUNT"},
                           {0x40, "MS_MANDLOCK"},
                           {0x80, "MS_DIRSYNC"},
                           {0x400, "MS_NOATIME"},
                           {0x800, "MS_NODIRATIME"},
                           {0x1000, "MS_BIND"},
                           {0x2000, "MS_MOVE"},
                           {0x4000, "MS_REC"},
                           {0x8000, "MS_SILENT"},
                           {0x20000, "MS_UNBINDABLE"},
                           {0x40000, "MS_PRIVATE"},
                           {0x80000, "MS_SLAVE"},
                           {0x100000, "MS_SHARED"},
                           {0x200000, "MS_RELATIME"},
                           {0x1000000, "MS_STRICTATIME"},
                           {0x2000000, "MS_LAZYTIME"},
                           {0x4000000, "MS_SUBMOUNT"},
                           {0x8000000, "MS_NOREMOTELOCK"},
                           {0x10000000, "MS_NOSEC"},
                           {0x20000000, "MS_BORN"},
                           {0x40000000, "MS_ACTIVE"},
                           {0x80000000, "MS_NOUSER"},
                           {0x100, "MS_NOSYMFOLLOW"}};
constexpr Name kUnmount[] = {
    {0x1, "MNT_FORCE"}, {0x2, "MNT_DETACH"}, {0x4, "MNT_EXPIRE"}, {0x8, "UMOUNT_NOFOLLOW"}};
constexpr Name kClone[] = {{0x100, "CLONE_VM"},
                           {0x200, "CLONE_FS"},
                           {0x400, "CLONE_FILES"},
                           {0x800, "CLONE_SIGHAND"},
                           {0x1000, "CLONE_PIDFD"},
                           {0x2000, "CLONE_PTRACE"},
                           {0x4000, "CLONE_VFORK"},
                           {0x8000, "CLONE_PARENT"},
                           {0x10000, "CLONE_THREAD"},
                           {0x20000, "CLONE_NEWNS"},
                           {0x40000, "CLONE_SYSVSEM"},
                           {0x80000, "CLONE_SETTLS"},
                           {0x100000, "CLONE_PARENT_SETTID"},
                           {0x200000, "CLONE_CHILD_CLEARTID"},
                           {0x800000, "CLONE_UNTRACED"},
                           {0x1000000, "CLONE_CHILD_SETTID"},
                           {0x2000000, "CLONE_NEWCGROUP"},
                           {0x4000000, "CLONE_NEWUTS"},
                           {0x8000000, "CLONE_NEWIPC"},
                           {0x10000000, "CLONE_NEWUSER"},
                           {0x20000000, "CLONE_NEWPID"},
                           {0x40000000, "CLONE_NEWNET"},
                           {0x80000000, "CLONE_IO"}};
constexpr Name kWait[] = {{0x1, "WNOHANG"},       {0x4, "WEXITED"},
                          {0x2, "WSTOPPED"},      {0x8, "WCONTINUED"},
                          {0x1000000, "WNOWAIT"}, {0x80000000, "__WCLONE"},
                          {0x40000000, "__WALL"}, {0x20000000, "__WNOTHREAD"}};
constexpr Name kWaitIds[] = {{0x0, "P_ALL"}, {0x1, "P_PID"}, {0x2, "P_PGID"}, {0x3, "P_PIDFD"}};
constexpr Name kFutexes[] = {{0, "FUTEX_WAIT"},
                             {0x1, "FUTEX_WAKE"},
                             {0x2, "FUTEX_FD"},
                             {0x3, "FUTEX_REQUEUE"},
                             {0x4, "FUTEX_CMP_REQUEUE"},
                             {0x5, "FUTEX_WAKE_OP"},
                             {0x6, "FUTEX_LOCK_PI"},
                             {0x7, "FUTEX_UNLOCK_PI"},
                             {0x8, "FUTEX_TRYLOCK_PI"},
                             {0x9, "FUTEX_WAIT_BITSET"},
                             {0xa, "FUTEX_WAKE_BITSET"},
                             {0xb, "FUTEX_WAIT_REQUEUE_PI"},
                             {0xc, "FUTEX_CMP_REQUEUE_PI"},
                             {0xd, "FUTEX_LOCK_PI2"},
                             {0x80, "FUTEX_WAIT_PRIVATE"},
                             {0x81, "FUTEX_WAKE_PRIVATE"},
                             {0x82, "FUTEX_FD_PRIVATE"},
                             {0x83, "FUTEX_REQUEUE_PRIVATE"},
                             {0x84, "FUTEX_CMP_REQUEUE_PRIVATE"},
                             {0x85, "FUTEX_WAKE_OP_PRIVATE"},
                             {0x86, "FUTEX_LOCK_PI_PRIVATE"},
                             {0x87, "FUTEX_UNLOCK_PI_PRIVATE"},
                             {0x88, "FUTEX_TRYLOCK_PI_PRIVATE"},
                             {0x89, "FUTEX_WAIT_BITSET_PRIVATE"},
                             {0x8a, "FUTEX_WAKE_BITSET_PRIVATE"},
                             {0x8b, "FUTEX_WAIT_REQUEUE_PI_PRIVATE"},
                             {0x8c, "FUTEX_CMP_REQUEUE_PI_PRIVATE"},
                             {0x8d, "FUTEX_LOCK_PI2_PRIVATE"}};
constexpr Name kFutexBits[] = {{0xffffffff, "FUTEX_BITSET_MATCH_ANY"}};
constexpr Name kFutexFlags[] = {{0x100, "FUTEX_CLOCK_REALTIME"}};
constexpr Name kResources[] = {
    {0x0, "RLIMIT_CPU"},      {0x1, "RLIMIT_FSIZE"},  {0x2, "RLIMIT_DATA"},
    {0x3, "RLIMIT_STACK"},    {0x4, "RLIMIT_CORE"},   {0x5, "RLIMIT_RSS"},
    {0x6, "RLIMIT_NPROC"},    {0x7, "RLIMIT_NOFILE"}, {0x8, "RLIMIT_MEMLOCK"},
    {0x9, "RLIMIT_AS"},       {0xa, "RLIMIT_LOCKS"},  {0xb, "RLIMIT_SIGPENDING"},
    {0xc, "RLIMIT_MSGQUEUE"}, {0xd, "RLIMIT_NICE"},   {0xe, "RLIMIT_RTPRIO"},
    {0xf, "RLIMIT_RTTIME"}};
constexpr Name kRusages[] = {
    {0x0, "RUSAGE_SELF"}, {0xffffffff, "RUSAGE_CHILDREN"}, {0x1, "RUSAGE_THREAD"}};
constexpr Name kPriorities[] = {{0x0, "PRIO_PROCESS"}, {0x1, "PRIO_PGRP"}, {0x2, "PRIO_USER"}};
constexpr Name kIntervalTimers[] = {
    {0x0, "ITIMER_REAL"}, {0x1, "ITIMER_VIRTUAL"}, {0x2, "ITIMER_PROF"}};
constexpr Name kTimer[] = {{0x1, "TIMER_ABSTIME"}};
constexpr Name kSignalHows[] = {{0x0, "SIG_BLOCK"}, {0x1, "SIG_UNBLOCK"}, {0x2, "SIG_SETMASK"}};
constexpr Name kClocks[] = {{0x0, "CLOCK_REALTIME"},
                            {0x1, "CLOCK_MONOTONIC"},
                            {0x2, "CLOCK_PROCESS_CPUTIME_ID"},
                            {0x3, "CLOCK_THREAD_CPUTIME_ID"},
                            {0x4, "CLOCK_MONOTONIC_RAW"},
                            {0x5, "CLOCK_REALTIME_COARSE"},
                            {0x6, "CLOCK_MONOTONIC_COARSE"},
                            {0x7, "CLOCK_BOOTTIME"},
                            {0x8, "CLOCK_REALTIME_ALARM"},
                            {0x9, "CLOCK_BOOTTIME_ALARM"},
                            {0xb, "CLOCK_TAI"}};
constexpr Name kPrctls[] = {{0x1, "PR_SET_PDEATHSIG"},
                            {0x2, "PR_GET_PDEATHSIG"},
                            {0x3, "PR_GET_DUMPABLE"},
                            {0x4, "PR_SET_DUMPABLE"},
                            {0x5, "PR_GET_UNALIGN"},
                            {0x6, "PR_SET_UNALIGN"},
                            {0x7, "PR_GET_KEEPCAPS"},
                            {0x8, "PR_SET_KEEPCAPS"},
                            {0xd, "PR_GET_TIMING"},
                            {0xe, "PR_SET_TIMING"},
                            {0xf, "PR_SET_NAME"},
                            {0x10, "PR_GET_NAME"},
                            {0x15, "PR_GET_SECCOMP"},
                            {0x16, "PR_SET_SECCOMP"},
                            {0x17, "PR_CAPBSET_READ"},
                            {0x18, "PR_CAPBSET_DROP"},
                            {0x19, "PR_GET_TSC"},
                            {0x1a, "PR_SET_TSC"},
                            {0x1b, "PR_GET_SECUREBITS"},
                            {0x1c, "PR_SET_SECUREBITS"},
                            {0x1d, "PR_SET_TIMERSLACK"},
                            {0x1e, "PR_GET_TIMERSLACK"},
                            {0x23, "PR_SET_MM"},
                            {0x24, "PR_SET_CHILD_SUBREAPER"},
                            {0x25, "PR_GET_CHILD_SUBREAPER"},
                            {0x26, "PR_SET_NO_NEW_PRIVS"},
                            {0x27, "PR_GET_NO_NEW_PRIVS"},
                            {0x28, "PR_GET_TID_ADDRESS"},
                            {0x29, "PR_SET_THP_DISABLE"},
                            {0x2a, "PR_GET_THP_DISABLE"},
                            {0x2f, "PR_CAP_AMBIENT"},
                            {0x34, "PR_GET_SPECULATION_CTRL"},
                            {0x35, "PR_SET_SPECULATION_CTRL"},
                            {0x53564d41, "PR_SET_VMA"},
                            {0x3e, "PR_SCHED_CORE"}};
constexpr Name kArchPrctls[] = {
    {0x1001, "ARCH_SET_GS"},       {0x1002, "ARCH_SET_FS"},      {0x1003, "ARCH_GET_FS"},
    {0x1004, "ARCH_GET_GS"},       {0x1011, "ARCH_GET_CPUID"},   {0x1012, "ARCH_SET_CPUID"},
    {0x2001, "ARCH_MAP_VDSO_X32"}, {0x2002, "ARCH_MAP_VDSO_32"}, {0x2003, "ARCH_MAP_VDSO_64"}};
constexpr Name kDomains[] = {
    {0x0, "AF_UNSPEC"},      {0x1, "AF_UNIX"},      {0x2, "AF_INET"},     {0x3, "AF_AX25"},
    {0x4, "AF_IPX"},         {0x5, "AF_APPLETALK"}, {0x6, "AF_NETROM"},   {0x7, "AF_BRIDGE"},
    {0x8, "AF_ATMPVC"},      {0x9, "AF_X25"},       {0xa, "AF_INET6"},    {0xb, "AF_ROSE"},
    {0xc, "AF_DECnet"},      {0xd, "AF_NETBEUI"},   {0xe, "AF_SECURITY"}, {0xf, "AF_KEY"},
    {0x10, "AF_NETLINK"},    {0x11, "AF_PACKET"},   {0x12, "AF_ASH"},     {0x13, "AF_ECONET"},
    {0x14, "AF_ATMSVC"},     {0x15, "AF_RDS"},      {0x16, "AF_SNA"},     {0x17, "AF_IRDA"},
    {0x18, "AF_PPPOX"},      {0x19, "AF_WANPIPE"},  {0x1a, "AF_LLC"},     {0x1b, "AF_IB"},
    {0x1c, "AF_MPLS"},       {0x1d, "AF_CAN"},      {0x1e, "AF_TIPC"},    {0x1f, "AF_BLUETOOTH"},
    {0x20, "AF_IUCV"},       {0x21, "AF_RXRPC"},    {0x22, "AF_ISDN"},    {0x23, "AF_PHONET"},
    {0x24, "AF_IEEE802154"}, {0x25, "AF_CAIF"},     {0x26, "AF_ALG"},     {0x27, "AF_NFC"},
    {0x28, "AF_VSOCK"},      {0x29, "AF_KCM"},      {0x2a, "AF_QIPCRTR"}, {0x2b, "AF_SMC"},
    {0x2c, "AF_XDP"},        {0x2d, "AF_MCTP"}};
constexpr Name kSocketTypes[] = {{0x1, "SOCK_STREAM"}, {0x2, "SOCK_DGRAM"},     {0x3, "SOCK_RAW"},
                                 {0x4, "SOCK_RDM"},    {0x5, "SOCK_SEQPACKET"}, {0x6, "SOCK_DCCP"},
                                 {0xa, "SOCK_PACKET"}};
constexpr Name kSocketFlag[] = {{0x80000, "SOCK_CLOEXEC"}, {0x800, "SOCK_NONBLOCK"}};
constexpr Name kMessages[] = {{0x1, "MSG_OOB"},
                              {0x2, "MSG_PEEK"},
                              {0x4, "MSG_DONTROUTE"},
                              {0x8, "MSG_CTRUNC"},
                              {0x20, "MSG_TRUNC"},
                              {0x40, "MSG_DONTWAIT"},
                              {0x80, "MSG_EOR"},
                              {0x100, "MSG_WAITALL"},
                              {0x800, "MSG_CONFIRM"},
                              {0x2000, "MSG_ERRQUEUE"},
                              {0x4000, "MSG_NOSIGNAL"},
                              {0x8000, "MSG_MORE"},
                              {0x40000000, "MSG_CMSG_CLOEXEC"}};
constexpr Name kSocketLevels[] = {
    {0, "SOL_IP"}, {0x1, "SOL_SOCKET"}, {0x6, "SOL_TCP"}, {0x11, "SOL_UDP"}, {0x29, "SOL_IPV6"}};
constexpr Name kShutdowns[] = {{0x0, "SHUT_RD"}, {0x1, "SHUT_WR"}, {0x2, "SHUT_RDWR"}};
constexpr Name kFallocate[] = {{0x1, "FALLOC_FL_KEEP_SIZE"},     {0x2, "FALLOC_FL_PUNCH_HOLE"},
                               {0x4, "FALLOC_FL_NO_HIDE_STALE"}, {0x8, "FALLOC_FL_COLLAPSE_RANGE"},
                               {0x10, "FALLOC_FL_ZERO_RANGE"},   {0x20, "FALLOC_FL_INSERT_RANGE"},
                               {0x40, "FALLOC_FL_UNSHARE_RANGE"}};
constexpr Name kFileTypes[] = {{0x1000, "S_IFIFO"}, {0x2000, "S_IFCHR"}, {0x4000, "S_IFDIR"},
                               {0x6000, "S_IFBLK"}, {0x8000, "S_IFREG"}, {0xa000, "S_IFLNK"},
                               {0xc000, "S_IFSOCK"}};
constexpr Name kModeBits[] = {{0x800, "S_ISUID"}, {0x400, "S_ISGID"}, {0x200, "S_ISVTX"}};
constexpr Name kPolls[] = {{0x1, "POLLIN"},       {0x2, "POLLPRI"},      {0x4, "POLLOUT"},
                           {0x40, "POLLRDNORM"},  {0x100, "POLLWRNORM"}, {0x80, "POLLRDBAND"},
                           {0x200, "POLLWRBAND"}, {0x8, "POLLERR"},      {0x10, "POLLHUP"},
                           {0x20, "POLLNVAL"},    {0x400, "POLLMSG"},    {0x1000, "POLLREMOVE"},
                           {0x2000, "POLLRDHUP"}};
constexpr Name kEpolls[] = {{0x1, "EPOLLIN"},
                            {0x2, "EPOLLPRI"},
                            {0x4, "EPOLLOUT"},
                            {0x40, "EPOLLRDNORM"},
                            {0x100, "EPOLLWRNORM"},
                            {0x80, "EPOLLRDBAND"},
                            {0x200, "EPOLLWRBAND"},
                            {0x8, "EPOLLERR"},
                            {0x10, "EPOLLHUP"},
                            {0x400, "EPOLLMSG"},
                            {0x2000, "EPOLLRDHUP"},
                            {0x10000000, "EPOLLEXCLUSIVE"},
                            {0x20000000, "EPOLLWAKEUP"},
                            {0x40000000, "EPOLLONESHOT"},
                            {0x80000000, "EPOLLET"}};
constexpr Name kSignalActions[] = {{0x4000000, "SA_RESTORER"},   {0x8000000, "SA_ONSTACK"},
                                   {0x10000000, "SA_RESTART"},   {0x40000000, "SA_NODEFER"},
                                   {0x80000000, "SA_RESETHAND"}, {0x4, "SA_SIGINFO"},
                                   {0x1, "SA_NOCLDSTOP"},        {0x2, "SA_NOCLDWAIT"}};
constexpr Name kSignalStacks[] = {{0x1, "SS_ONSTACK"}, {0x2, "SS_DISABLE"}};
constexpr Name kFilesystems[] = {
    {0xef53, "EXT2_SUPER_MAGIC"},      {0x9fa0, "PROC_SUPER_MAGIC"},
    {0x1021994, "TMPFS_MAGIC"},        {0x794c7630, "OVERLAYFS_SUPER_MAGIC"},
    {0x62656572, "SYSFS_MAGIC"},       {0x1cd1, "DEVPTS_SUPER_MAGIC"},
    {0x50495045, "PIPEFS_MAGIC"},      {0x534f434b, "SOCKFS_MAGIC"},
    {0x9123683e, "BTRFS_SUPER_MAGIC"}, {0x6969, "NFS_SUPER_MAGIC"},
    {0x27e0eb, "CGROUP_SUPER_MAGIC"},  {0x63677270, "CGROUP2_SUPER_MAGIC"},
    {0x858458f6, "RAMFS_MAGIC"},       {0x9041934, "ANON_INODE_FS_MAGIC"},
    {0x64626720, "DEBUGFS_MAGIC"},     {0x74726163, "TRACEFS_MAGIC"},
    {0x73636673, "SECURITYFS_MAGIC"},  {0x73717368, "SQUASHFS_MAGIC"},
    {0xf2f52010, "F2FS_SUPER_MAGIC"},  {0x958458f6, "HUGETLBFS_MAGIC"},
    {0x4d44, "MSDOS_SUPER_MAGIC"},     {0x9660, "ISOFS_SUPER_MAGIC"},
    {0x65735546, "FUSE_SUPER_MAGIC"},  {0x1021997, "V9FS_MAGIC"}};
constexpr Name kStatfsBits[] = {{0x20, "ST_VALID"},       {0x1, "ST_RDONLY"},
                                {0x2, "ST_NOSUID"},       {0x4, "ST_NODEV"},
                                {0x8, "ST_NOEXEC"},       {0x10, "ST_SYNCHRONOUS"},
                                {0x40, "ST_MANDLOCK"},    {0x400, "ST_NOATIME"},
                                {0x800, "ST_NODIRATIME"}, {0x1000, "ST_RELATIME"}};
constexpr Name kLocks[] = {{0x0, "F_RDLCK"}, {0x1, "F_WRLCK"}, {0x2, "F_UNLCK"}};
constexpr Name kEntryTypes[] = {{0x0, "DT_UNKNOWN"}, {0x1, "DT_FIFO"}, {0x2, "DT_CHR"},
                                {0x4, "DT_DIR"},     {0x6, "DT_BLK"},  {0x8, "DT_REG"},
                                {0xa, "DT_LNK"},     {0xc, "DT_SOCK"}, {0xe, "DT_WHT"}};
constexpr Name kInput[] = {
    {0x1, "IGNBRK"},  {0x2, "BRKINT"},  {0x4, "IGNPAR"},   {0x8, "PARMRK"},     {0x10, "INPCK"},
    {0x20, "ISTRIP"}, {0x40, "INLCR"},  {0x80, "IGNCR"},   {0x100, "ICRNL"},    {0x200, "IUCLC"},
    {0x400, "IXON"},  {0x800, "IXANY"}, {0x1000, "IXOFF"}, {0x2000, "IMAXBEL"}, {0x4000, "IUTF8"}};
constexpr Name kOutput[] = {{0x1, "OPOST"},  {0x2, "OLCUC"},   {0x4, "ONLCR"},  {0x8, "OCRNL"},
                            {0x10, "ONOCR"}, {0x20, "ONLRET"}, {0x40, "OFILL"}, {0x80, "OFDEL"}};
constexpr Name kBauds[] = {
    {0x0, "B0"},          {0x1, "B50"},         {0x2, "B75"},         {0x3, "B110"},
    {0x4, "B134"},        {0x5, "B150"},        {0x6, "B200"},        {0x7, "B300"},
    {0x8, "B600"},        {0x9, "B1200"},       {0xa, "B1800"},       {0xb, "B2400"},
    {0xc, "B4800"},       {0xd, "B9600"},       {0xe, "B19200"},      {0xf, "B38400"},
    {0x1001, "B57600"},   {0x1002, "B115200"},  {0x1003, "B230400"},  {0x1004, "B460800"},
    {0x1005, "B500000"},  {0x1006, "B576000"},  {0x1007, "B921600"},  {0x1008, "B1000000"},
    {0x1009, "B1152000"}, {0x100a, "B1500000"}, {0x100b, "B2000000"}, {0x100c, "B2500000"},
    {0x100d, "B3000000"}, {0x100e, "B3500000"}, {0x100f, "B4000000"}};
constexpr Name kControl[] = {{0x40, "CSTOPB"},       {0x80, "CREAD"},        {0x100, "PARENB"},
                             {0x200, "PARODD"},      {0x400, "HUPCL"},       {0x800, "CLOCAL"},
                             {0x40000000, "CMSPAR"}, {0x80000000, "CRTSCTS"}};
constexpr Name kLocal[] = {{0x1, "ISIG"},      {0x2, "ICANON"},    {0x4, "XCASE"},
                           {0x8, "ECHO"},      {0x10, "ECHOE"},    {0x20, "ECHOK"},
                           {0x40, "ECHONL"},   {0x80, "NOFLSH"},   {0x100, "TOSTOP"},
                           {0x8000, "IEXTEN"}, {0x200, "ECHOCTL"}, {0x400, "ECHOPRT"},
                           {0x800, "ECHOKE"},  {0x1000, "FLUSHO"}, {0x4000, "PENDIN"}};

constexpr Name kInternetProtocols[] = {
    {0, "IPPROTO_IP"},        {1, "IPPROTO_ICMP"},  {2, "IPPROTO_IGMP"},    {6, "IPPROTO_TCP"},
    {17, "IPPROTO_UDP"},      {41, "IPPROTO_IPV6"}, {58, "IPPROTO_ICMPV6"}, {132, "IPPROTO_SCTP"},
    {136, "IPPROTO_UDPLITE"}, {255, "IPPROTO_RAW"}};
constexpr Name kNetlinkProtocols[] = {{0, "NETLINK_ROUTE"},           {2, "NETLINK_USERSOCK"},
                                      {4, "NETLINK_SOCK_DIAG"},       {6, "NETLINK_XFRM"},
                                      {9, "NETLINK_AUDIT"},           {12, "NETLINK_NETFILTER"},
                                      {15, "NETLINK_KOBJECT_UEVENT"}, {16, "NETLINK_GENERIC"}};
constexpr Name kSocketOptions[] = {
    {1, "SO_DEBUG"},          {2, "SO_REUSEADDR"},      {3, "SO_TYPE"},
    {4, "SO_ERROR"},          {5, "SO_DONTROUTE"},      {6, "SO_BROADCAST"},
    {7, "SO_SNDBUF"},         {8, "SO_RCVBUF"},         {9, "SO_KEEPALIVE"},
    {10, "SO_OOBINLINE"},     {11, "SO_NO_CHECK"},      {12, "SO_PRIORITY"},
    {13, "SO_LINGER"},        {14, "SO_BSDCOMPAT"},     {15, "SO_REUSEPORT"},
    {16, "SO_PASSCRED"},      {17, "SO_PEERCRED"},      {18, "SO_RCVLOWAT"},
    {19, "SO_SNDLOWAT"},      {20, "SO_RCVTIMEO_OLD"},  {21, "SO_SNDTIMEO_OLD"},
    {25, "SO_BINDTODEVICE"},  {26, "SO_ATTACH_FILTER"}, {28, "SO_PEERNAME"},
    {29, "SO_TIMESTAMP_OLD"}, {30, "SO_ACCEPTCONN"},    {31, "SO_PEERSEC"},
    {32, "SO_SNDBUFFORCE"},   {33, "SO_RCVBUFFORCE"},   {36, "SO_MARK"},
    {38, "SO_PROTOCOL"},      {39, "SO_DOMAIN"},        {46, "SO_BUSY_POLL"}};
constexpr Name kTcpOptions[] = {
    {1, "TCP_NODELAY"},       {2, "TCP_MAXSEG"},        {3, "TCP_CORK"},   {4, "TCP_KEEPIDLE"},
    {5, "TCP_KEEPINTVL"},     {6, "TCP_KEEPCNT"},       {7, "TCP_SYNCNT"}, {8, "TCP_LINGER2"},
    {9, "TCP_DEFER_ACCEPT"},  {10, "TCP_WINDOW_CLAMP"}, {11, "TCP_INFO"},  {12, "TCP_QUICKACK"},
    {18, "TCP_USER_TIMEOUT"}, {23, "TCP_FASTOPEN"}};
constexpr Name kInternetOptions[] = {{1, "IP_TOS"},
                                     {2, "IP_TTL"},
                                     {3, "IP_HDRINCL"},
                                     {4, "IP_OPTIONS"},
                                     {8, "IP_PKTINFO"},
                                     {10, "IP_MTU_DISCOVER"},
                                     {11, "IP_RECVERR"},
                                     {12, "IP_RECVTTL"},
                                     {24, "IP_BIND_ADDRESS_NO_PORT"},
                                     {32, "IP_MULTICAST_IF"},
                                     {33, "IP_MULTICAST_TTL"},
                                     {34, "IP_MULTICAST_LOOP"},
                                     {35, "IP_ADD_MEMBERSHIP"},
                                     {36, "IP_DROP_MEMBERSHIP"}};
constexpr Name kInternet6Options[] = {{16, "IPV6_UNICAST_HOPS"}, {18, "IPV6_MULTICAST_HOPS"},
                                      {25, "IPV6_RECVERR"},      {26, "IPV6_V6ONLY"},
                                      {49, "IPV6_RECVPKTINFO"},  {67, "IPV6_TCLASS"}};
constexpr Name kInotifyFlags[] = {{0x800, "IN_NONBLOCK"}, {0x80000, "IN_CLOEXEC"}};
constexpr Name kInotifyMask[] = {{0x1, "IN_ACCESS"},
                                 {0x2, "IN_MODIFY"},
                                 {0x4, "IN_ATTRIB"},
                                 {0x8, "IN_CLOSE_WRITE"},
                                 {0x10, "IN_CLOSE_NOWRITE"},
                                 {0x20, "IN_OPEN"},
                                 {0x40, "IN_MOVED_FROM"},
                                 {0x80, "IN_MOVED_TO"},
                                 {0x100, "IN_CREATE"},
                                 {0x200, "IN_DELETE"},
                                 {0x400, "IN_DELETE_SELF"},
                                 {0x800, "IN_MOVE_SELF"},
                                 {0x2000, "IN_UNMOUNT"},
                                 {0x4000, "IN_Q_OVERFLOW"},
                                 {0x8000, "IN_IGNORED"},
                                 {0x1000000, "IN_ONLYDIR"},
                                 {0x2000000, "IN_DONT_FOLLOW"},
                                 {0x4000000, "IN_EXCL_UNLINK"},
                                 {0x10000000, "IN_MASK_CREATE"},
                                 {0x20000000, "IN_MASK_ADD"},
                                 {0x40000000, "IN_ISDIR"},
                                 {0x80000000, "IN_ONESHOT"}};
constexpr Name kPolicies[] = {{0, "SCHED_OTHER"},   {1, "SCHED_FIFO"}, {2, "SCHED_RR"},
                              {3, "SCHED_BATCH"},   {4, "SCHED_ISO"},  {5, "SCHED_IDLE"},
                              {6, "SCHED_DEADLINE"}};
constexpr Name kPolicyFlags[] = {{0x40000000, "SCHED_RESET_ON_FORK"}};

// sysvipc(7). The low nine bits of what "get" calls take are a mode; they are written apart.
constexpr Name kKeys[] = {{0, "IPC_PRIVATE"}};
constexpr Name kSharedMemoryGet[] = {
    {01000, "IPC_CREAT"}, {02000, "IPC_EXCL"}, {04000, "SHM_HUGETLB"}, {010000, "SHM_NORESERVE"}};
constexpr Name kSemaphoreGet[] = {{01000, "IPC_CREAT"}, {02000, "IPC_EXCL"}, {04000, "IPC_NOWAIT"}};
constexpr Name kAttach[] = {
    {010000, "SHM_RDONLY"}, {020000, "SHM_RND"}, {040000, "SHM_REMAP"}, {0100000, "SHM_EXEC"}};
constexpr Name kSemaphoreBits[] = {{0x1000, "SEM_UNDO"}, {04000, "IPC_NOWAIT"}};
constexpr Name kQueueBits[] = {
    {010000, "MSG_NOERROR"}, {020000, "MSG_EXCEPT"}, {040000, "MSG_COPY"}, {04000, "IPC_NOWAIT"}};
constexpr Name kSharedMemoryCommands[] = {{0, "IPC_RMID"},  {1, "IPC_SET"},   {2, "IPC_STAT"},
                                          {3, "IPC_INFO"},  {11, "SHM_LOCK"}, {12, "SHM_UNLOCK"},
                                          {13, "SHM_STAT"}, {14, "SHM_INFO"}, {15, "SHM_STAT_ANY"}};
constexpr Name kSemaphoreCommands[] = {
    {0, "IPC_RMID"}, {1, "IPC_SET"},   {2, "IPC_STAT"},  {3, "IPC_INFO"},     {11, "GETPID"},
    {12, "GETVAL"},  {13, "GETALL"},   {14, "GETNCNT"},  {15, "GETZCNT"},     {16, "SETVAL"},
    {17, "SETALL"},  {18, "SEM_STAT"}, {19, "SEM_INFO"}, {20, "SEM_STAT_ANY"}};
constexpr Name kQueueCommands[] = {{0, "IPC_RMID"},     {1, "IPC_SET"},   {2, "IPC_STAT"},
                                   {3, "IPC_INFO"},     {11, "MSG_STAT"}, {12, "MSG_INFO"},
                                   {13, "MSG_STAT_ANY"}};

// io_uring_setup(2), io_uring_enter(2), io_uring_register(2).
constexpr Name kRingSetup[] = {{1, "IORING_SETUP_IOPOLL"},
                               {2, "IORING_SETUP_SQPOLL"},
                               {4, "IORING_SETUP_SQ_AFF"},
                               {8, "IORING_SETUP_CQSIZE"},
                               {0x10, "IORING_SETUP_CLAMP"},
                               {0x20, "IORING_SETUP_ATTACH_WQ"},
                               {0x40, "IORING_SETUP_R_DISABLED"},
                               {0x80, "IORING_SETUP_SUBMIT_ALL"},
                               {0x100, "IORING_SETUP_COOP_TASKRUN"},
                               {0x200, "IORING_SETUP_TASKRUN_FLAG"},
                               {0x400, "IORING_SETUP_SQE128"},
                               {0x800, "IORING_SETUP_CQE32"},
                               {0x1000, "IORING_SETUP_SINGLE_ISSUER"},
                               {0x2000, "IORING_SETUP_DEFER_TASKRUN"}};
constexpr Name kRingFeatureBits[] = {
    {1, "IORING_FEAT_SINGLE_MMAP"},        {2, "IORING_FEAT_NODROP"},
    {4, "IORING_FEAT_SUBMIT_STABLE"},      {8, "IORING_FEAT_RW_CUR_POS"},
    {0x10, "IORING_FEAT_CUR_PERSONALITY"}, {0x20, "IORING_FEAT_FAST_POLL"},
    {0x40, "IORING_FEAT_POLL_32BITS"},     {0x80, "IORING_FEAT_SQPOLL_NONFIXED"},
    {0x100, "IORING_FEAT_EXT_ARG"},        {0x200, "IORING_FEAT_NATIVE_WORKERS"},
    {0x400, "IORING_FEAT_RSRC_TAGS"},      {0x800, "IORING_FEAT_CQE_SKIP"},
    {0x1000, "IORING_FEAT_LINKED_FILE"}};
constexpr Name kRingEnter[] = {{1, "IORING_ENTER_GETEVENTS"},
                               {2, "IORING_ENTER_SQ_WAKEUP"},
                               {4, "IORING_ENTER_SQ_WAIT"},
                               {8, "IORING_ENTER_EXT_ARG"},
                               {0x10, "IORING_ENTER_REGISTERED_RING"}};
constexpr Name kRingOperations[] = {
    {0, "IORING_REGISTER_BUFFERS"},         {1, "IORING_UNREGISTER_BUFFERS"},
    {2, "IORING_REGISTER_FILES"},           {3, "IORING_UNREGISTER_FILES"},
    {4, "IORING_REGISTER_EVENTFD"},         {5, "IORING_UNREGISTER_EVENTFD"},
    {6, "IORING_REGISTER_FILES_UPDATE"},    {7, "IORING_REGISTER_EVENTFD_ASYNC"},
    {8, "IORING_REGISTER_PROBE"},           {9, "IORING_REGISTER_PERSONALITY"},
    {10, "IORING_UNREGISTER_PERSONALITY"},  {11, "IORING_REGISTER_RESTRICTIONS"},
    {12, "IORING_REGISTER_ENABLE_RINGS"},   {13, "IORING_REGISTER_FILES2"},
    {14, "IORING_REGISTER_FILES_UPDATE2"},  {15, "IORING_REGISTER_BUFFERS2"},
    {16, "IORING_REGISTER_BUFFERS_UPDATE"}, {17, "IORING_REGISTER_IOWQ_AFF"},
    {18, "IORING_UNREGISTER_IOWQ_AFF"},     {19, "IORING_REGISTER_IOWQ_MAX_WORKERS"},
    {20, "IORING_REGISTER_RING_FDS"},       {21, "IORING_UNREGISTER_RING_FDS"},
    {22, "IORING_REGISTER_PBUF_RING"},      {23, "IORING_UNREGISTER_PBUF_RING"},
    {24, "IORING_REGISTER_SYNC_CANCEL"},    {25, "IORING_REGISTER_FILE_ALLOC_RANGE"}};

constexpr Name kControlTypes[] = {{1, "SCM_RIGHTS"},          {2, "SCM_CREDENTIALS"},
                                  {3, "SCM_SECURITY"},        {29, "SO_TIMESTAMP_OLD"},
                                  {35, "SO_TIMESTAMPNS_OLD"}, {37, "SO_TIMESTAMPING_OLD"}};

struct KindNames {
  ArgKind kind;
  NameTable table;
};

constexpr KindNames kKindNames[] = {
    {ArgKind::OpenFlags, {kAccessModes, 3, kOpen, "O_???"}},
    {ArgKind::Whence, {kWhences, kAll, {}, "SEEK_???"}},
    {ArgKind::AccessMode, {kNoAccess, 0, kAccess, "?_OK"}},
    {ArgKind::AtFlags, {{}, 0, kAt, "AT_???"}},
    {ArgKind::StatxFlags, {kStatSync, 0x6000, kAt, "AT_???"}},
    {ArgKind::AccessFlags, {{}, 0, kAccessAt, "AT_???"}},
    {ArgKind::Protection, {kNoProtection, 0, kProtections, "PROT_???"}},
    {ArgKind::MapFlags, {kMapTypes, 0xf, kMap, "MAP_???"}},
    {ArgKind::RemapFlags, {{}, 0, kRemap, "MREMAP_???"}},
    {ArgKind::SyncFlags, {{}, 0, kSync, "MS_???"}},
    {ArgKind::LockAllFlags, {{}, 0, kLockAll, "MCL_???"}},
    {ArgKind::MemoryAdvice, {kAdvices, kAll, {}, "MADV_???"}},
    {ArgKind::FileAdvice, {kFileAdvices, kAll, {}, "POSIX_FADV_???"}},
    {ArgKind::FcntlCommand, {kFcntl, kAll, {}, "F_???"}},
    {ArgKind::FlockOperation, {kFlocks, 0xb, kFlockFlags, "LOCK_???"}},
    {ArgKind::RenameFlags, {{}, 0, kRename, "RENAME_???"}},
    {ArgKind::XattrFlags, {{}, 0, kXattr, "XATTR_???"}},
    {ArgKind::SpliceFlags, {{}, 0, kSplice, "SPLICE_F_???"}},
    {ArgKind::ReadWriteFlags, {{}, 0, kReadWrite, "RWF_???"}},
    {ArgKind::StatxMask, {{}, 0, kStatx, "STATX_???"}},
    {ArgKind::MemfdFlags, {{}, 0, kMemfd, "MFD_???"}},
    {ArgKind::EventfdFlags, {{}, 0, kEventfd, "EFD_???"}},
    {ArgKind::SignalfdFlags, {{}, 0, kSignalfd, "SFD_???"}},
    {ArgKind::TimerfdFlags, {{}, 0, kTimerfd, "TFD_???"}},
    {ArgKind::EpollFlags, {{}, 0, kEpoll, "EPOLL_???"}},
    {ArgKind::EpollOperation, {kEpollOperations, kAll, {}, "EPOLL_CTL_???"}},
    {ArgKind::RandomFlags, {{}, 0, kRandom, "GRND_???"}},
    {ArgKind::SeccompMode, {kSeccompModes, kAll, {}, "SECCOMP_MODE_???"}},
    {ArgKind::SeccompOperation, {kSeccompOperations, kAll, {}, "SECCOMP_SET_MODE_???"}},
    {ArgKind::MountFlags, {{}, 0, kMount, "MS_???"}},
    {ArgKind::UnmountFlags, {{}, 0, kUnmount, "MNT_???"}},
    {ArgKind::CloneFlags, {{}, 0, kClone, "CLONE_???"}},
    {ArgKind::WaitOptions, {{}, 0, kWait, "W???"}},
    {ArgKind::WaitIdType, {kWaitIds, kAll, {}, "P_???"}},
    {ArgKind::FutexOperation, {kFutexes, 0xff, kFutexFlags, "FUTEX_???"}},
    {ArgKind::DescriptorFlags, {{}, 0, kDescriptor, "FD_???"}},
    {ArgKind::SealFlags, {{}, 0, kSeal, "F_SEAL_???"}},
    {ArgKind::StatusFlags, {{}, 0, kOpen, "O_???"}},
    {ArgKind::FutexBits, {kFutexBits, kAll, {}, ""}},
    {ArgKind::Resource, {kResources, kAll, {}, "RLIMIT_???"}},
    {ArgKind::RusageWho, {kRusages, kAll, {}, "RUSAGE_???"}},
    {ArgKind::PriorityWho, {kPriorities, kAll, {}, "PRIO_???"}},
    {ArgKind::IntervalTimer, {kIntervalTimers, kAll, {}, "ITIMER_???"}},
    {ArgKind::TimerFlags, {{}, 0, kTimer, "TIMER_???"}},
    {ArgKind::SignalMaskHow, {kSignalHows, kAll, {}, "SIG_???"}},
    {ArgKind::ClockId, {kClocks, kAll, {}, "CLOCK_???"}},
    {ArgKind::PrctlOption, {kPrctls, kAll, {}, "PR_???"}},
    {ArgKind::ArchPrctlOption, {kArchPrctls, kAll, {}, "ARCH_???"}},
    {ArgKind::SocketDomain, {kDomains, kAll, {}, "AF_???"}},
    {ArgKind::SocketType, {kSocketTypes, 0xf, kSocketFlag, "SOCK_???"}},
    {ArgKind::SocketFlags, {{}, 0, kSocketFlag, "SOCK_???"}},
    {ArgKind::MessageFlags, {{}, 0, kMessages, "MSG_???"}},
    {ArgKind::SocketLevel, {kSocketLevels, kAll, {}, "SOL_???"}},
    {ArgKind::ShutdownHow, {kShutdowns, kAll, {}, "SHUT_???"}},
    {ArgKind::SocketCallDomain, {kDomains, kAll, {}, "AF_???"}},
    {ArgKind::InternetProtocol, {kInternetProtocols, kAll, {}, "IPPROTO_???"}},
    {ArgKind::NetlinkProtocol, {kNetlinkProtocols, kAll, {}, "NETLINK_???"}},
    {ArgKind::SocketOption, {kSocketOptions, kAll, {}, "SO_???"}},
    {ArgKind::TcpOption, {kTcpOptions, kAll, {}, "TCP_???"}},
    {ArgKind::InternetOption, {kInternetOptions, kAll, {}, "IP_???"}},
    {ArgKind::Internet6Option, {kInternet6Options, kAll, {}, "IPV6_???"}},
    {ArgKind::InotifyFlags, {{}, 0, kInotifyFlags, "IN_???"}},
    {ArgKind::InotifyMask, {{}, 0, kInotifyMask, "IN_???"}},
    {ArgKind::SchedulingPolicy, {kPolicies, 0xff, kPolicyFlags, "SCHED_???"}},
    {ArgKind::FallocateMode, {{}, 0, kFallocate, "FALLOC_FL_???"}},
    {ArgKind::IpcKey, {kKeys, kAll, {}, ""}},
    {ArgKind::SharedMemoryFlags, {{}, 0, kSharedMemoryGet, ""}},
    {ArgKind::SemaphoreGetFlags, {{}, 0, kSemaphoreGet, ""}},
    {ArgKind::SharedMemoryCommand, {kSharedMemoryCommands, kAll, {}, "SHM_???"}},
    {ArgKind::AttachFlags, {{}, 0, kAttach, "SHM_???"}},
    {ArgKind::SemaphoreFlags, {{}, 0, kSemaphoreBits, "SEM_???"}},
    {ArgKind::SemaphoreCommand, {kSemaphoreCommands, kAll, {}, "SEM_???"}},
    {ArgKind::QueueFlags, {{}, 0, kQueueBits, "MSG_???"}},
    {ArgKind::QueueCommand, {kQueueCommands, kAll, {}, "MSG_???"}},
    {ArgKind::RingEnterFlags, {{}, 0, kRingEnter, "IORING_ENTER_???"}},
    {ArgKind::RingOperation, {kRingOperations, kAll, {}, "IORING_REGISTER_???"}},
};

consteval bool kinds_differ() {
  for (std::size_t i = 0; i < std::size(kKindNames); ++i)
    for (std::size_t j = i + 1; j < std::size(kKindNames); ++j)
      if (kKindNames[i].kind == kKindNames[j].kind) return false;
  return true;
}

consteval bool choices_lie_in_their_masks() {
  return std::ranges::all_of(kKindNames, [](const KindNames& row) {
    return std::ranges::all_of(row.table.choices, [&](const Name& name) {
      return (name.value & ~row.table.choice_mask) == 0;
    });
  });
}

static_assert(kinds_differ(), "two tables claim one kind of argument");
static_assert(choices_lie_in_their_masks(), "a choice can never be found");

constexpr std::string_view kSignals[] = {
    "",     "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS"};
constexpr unsigned kFirstRealTime = 32, kLastSignal = 64;
static_assert(std::size(kSignals) == kFirstRealTime);

const Name* find(std::span<const Name> names, std::uint64_t value) {
  const auto row = std::ranges::find(names, value, &Name::value);
  return row != names.end() ? &*row : nullptr;
}

}  // namespace

namespace names {
constexpr NameTable kOpenFlags{kAccessModes, 3, kOpen, "O_???"};
constexpr NameTable kDescriptorFlags{{}, 0, kDescriptor, "FD_???"};
constexpr NameTable kFileType{kFileTypes, 0170000, kModeBits, "S_IF???"};
constexpr NameTable kSealFlags{{}, 0, kSeal, "F_SEAL_???"};
constexpr NameTable kIoctlRequests{kIoctls, kAll, {}, ""};
constexpr NameTable kSignalActionFlags{{}, 0, kSignalActions, "SA_???"};
constexpr NameTable kPollEvents{{}, 0, kPolls, "POLL???"};
constexpr NameTable kEpollEvents{{}, 0, kEpolls, "EPOLL???"};
constexpr NameTable kSignalStackFlags{{}, 0, kSignalStacks, "SS_???"};
constexpr NameTable kStatfsType{kFilesystems, kAll, {}, ""};
constexpr NameTable kStatfsFlags{{}, 0, kStatfsBits, "ST_???"};
constexpr NameTable kStatxMask{{}, 0, kStatx, "STATX_???"};
constexpr NameTable kControlType{kControlTypes, kAll, {}, "SCM_???"};
constexpr NameTable kRingFlags{{}, 0, kRingSetup, "IORING_SETUP_???"};
constexpr NameTable kRingFeatures{{}, 0, kRingFeatureBits, "IORING_FEAT_???"};
constexpr NameTable kLockType{kLocks, kAll, {}, "F_???"};
constexpr NameTable kWhence{kWhences, kAll, {}, "SEEK_???"};
constexpr NameTable kDirectoryEntryType{kEntryTypes, kAll, {}, "DT_???"};
constexpr NameTable kInputFlags{{}, 0, kInput, "0x?\??"};
constexpr NameTable kBaudRate{kBauds, kAll, {}, "B???"};
constexpr NameTable kOutputFlags{{}, 0, kOutput, "0x?\??"};
constexpr NameTable kControlFlags{{}, 0, kControl, "0x?\??"};
constexpr NameTable kLocalFlags{{}, 0, kLocal, "0x?\??"};
}  // namespace names

std::string named(const NameTable& table, std::uint64_t value) {
  std::string text;
  std::uint64_t rest = value & ~table.choice_mask;
  const auto add = [&text](std::string_view name) {
    if (!text.empty()) text += '|';
    text += name;
  };
  // Without a mask the choice names "nothing set": PROT_NONE, F_OK.
  const std::uint64_t choice = value & table.choice_mask;
  if (const Name* name =
          table.choice_mask != 0 || value == 0 ? find(table.choices, choice) : nullptr)
    add(name->text);
  else
    rest |= choice;
  for (const Name& flag : table.flags) {
    if ((rest & flag.value) != flag.value) continue;
    rest &= ~flag.value;
    add(flag.text);
  }
  // Of choices alone a zero without a name is unknown as any other number.
  const bool chosen = table.choice_mask != 0 && table.flags.empty() && !table.unknown.empty();
  if (rest == 0 && text.empty() && chosen) return fmt::format("0 /* {} */", table.unknown);
  if (rest == 0) return text.empty() ? "0" : text;
  if (!text.empty()) return fmt::format("{}|{:#x}", text, rest);
  return table.unknown.empty() ? fmt::format("{:#x}", rest)
                               : fmt::format("{:#x} /* {} */", rest, table.unknown);
}

const NameTable* names_of(ArgKind kind) {
  const auto row = std::ranges::find(kKindNames, kind, &KindNames::kind);
  return row != std::end(kKindNames) ? &row->table : nullptr;
}

std::string_view error_name(int error) {
  const char* const name = strerrorname_np(error);
  return name != nullptr ? name : "";
}

std::string short_signal_name(unsigned number) {
  if (number == 0 || number > kLastSignal) return std::to_string(number);
  if (number < kFirstRealTime) return std::string(kSignals[number]);
  return number == kFirstRealTime ? "RTMIN" : fmt::format("RT_{}", number - kFirstRealTime);
}

std::string signal_name(std::uint64_t number) {
  if (number == 0 || number > kLastSignal) return std::to_string(static_cast<int>(number));
  return "SIG" + short_signal_name(static_cast<unsigned>(number));
}

}  // namespace ringfare
