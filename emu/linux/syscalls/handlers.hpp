// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/state.hpp"
#include "emu/linux/abi/syscall_row.hpp"

namespace ringfare {

// The handlers of the system-call table, by file. A handler returns the value or -errno.

// pass_through.cpp
/// The host's kernel serves the call; arguments are checked and translated by their kinds.
std::int64_t pass_to_host(Process& process, const CallArguments& args);
/// The same for a call that opens a descriptor.
std::int64_t pass_and_install(Process& process, const CallArguments& args);

/// Always the same error: what Linux says to a process that may not, or of a kernel that cannot.
template <int kError>
std::int64_t refuse(Process&, const CallArguments&) {
  return -kError;
}

// file.cpp
std::int64_t sys_open(Process& process, const CallArguments& args);
std::int64_t sys_openat(Process& process, const CallArguments& args);
std::int64_t sys_openat2(Process& process, const CallArguments& args);
std::int64_t sys_creat(Process& process, const CallArguments& args);
std::int64_t sys_close(Process& process, const CallArguments& args);
std::int64_t sys_close_range(Process& process, const CallArguments& args);
std::int64_t sys_dup(Process& process, const CallArguments& args);
std::int64_t sys_dup2(Process& process, const CallArguments& args);
std::int64_t sys_dup3(Process& process, const CallArguments& args);
std::int64_t sys_fcntl(Process& process, const CallArguments& args);
std::int64_t sys_read(Process& process, const CallArguments& args);
std::int64_t sys_readv(Process& process, const CallArguments& args);
/// The same for a call that writes: EPIPE comes with SIGPIPE.
std::int64_t pass_write(Process& process, const CallArguments& args);
std::int64_t sys_vmsplice(Process& process, const CallArguments& args);
std::int64_t sys_readlink(Process& process, const CallArguments& args);
std::int64_t sys_readlinkat(Process& process, const CallArguments& args);
std::int64_t sys_pipe2(Process& process, const CallArguments& args);
std::int64_t sys_pipe(Process& process, const CallArguments& args);
std::int64_t sys_getcwd(Process& process, const CallArguments& args);

// terminal.cpp
std::int64_t sys_ioctl(Process& process, const CallArguments& args);

// timer_descriptors.cpp
std::int64_t sys_timerfd_create(Process& process, const CallArguments& args);
std::int64_t sys_timerfd_settime(Process& process, const CallArguments& args);
std::int64_t sys_timerfd_gettime(Process& process, const CallArguments& args);

// shared_memory.cpp, semaphore.cpp, message_queue.cpp: System V
std::int64_t sys_shmget(Process& process, const CallArguments& args);
std::int64_t sys_shmat(Process& process, const CallArguments& args);
std::int64_t sys_shmdt(Process& process, const CallArguments& args);
std::int64_t sys_shmctl(Process& process, const CallArguments& args);
std::int64_t sys_semget(Process& process, const CallArguments& args);
std::int64_t sys_semop(Process& process, const CallArguments& args);
std::int64_t sys_semtimedop(Process& process, const CallArguments& args);
std::int64_t sys_semctl(Process& process, const CallArguments& args);
std::int64_t sys_msgget(Process& process, const CallArguments& args);
std::int64_t sys_msgsnd(Process& process, const CallArguments& args);
std::int64_t sys_msgrcv(Process& process, const CallArguments& args);
std::int64_t sys_msgctl(Process& process, const CallArguments& args);

// poll.cpp
std::int64_t sys_poll(Process& process, const CallArguments& args);
std::int64_t sys_ppoll(Process& process, const CallArguments& args);
std::int64_t sys_select(Process& process, const CallArguments& args);
std::int64_t sys_pselect6(Process& process, const CallArguments& args);
std::int64_t sys_epoll_ctl(Process& process, const CallArguments& args);
std::int64_t sys_epoll_wait(Process& process, const CallArguments& args);
std::int64_t sys_epoll_pwait2(Process& process, const CallArguments& args);
std::int64_t sys_epoll_pwait(Process& process, const CallArguments& args);

// socket.cpp
std::int64_t sys_accept(Process& process, const CallArguments& args);
std::int64_t sys_accept4(Process& process, const CallArguments& args);
std::int64_t sys_getsockname(Process& process, const CallArguments& args);
std::int64_t sys_getpeername(Process& process, const CallArguments& args);
std::int64_t sys_getsockopt(Process& process, const CallArguments& args);
std::int64_t sys_sendto(Process& process, const CallArguments& args);
std::int64_t sys_recvfrom(Process& process, const CallArguments& args);
std::int64_t sys_socketpair(Process& process, const CallArguments& args);

// message.cpp
std::int64_t sys_sendmsg(Process& process, const CallArguments& args);
std::int64_t sys_recvmsg(Process& process, const CallArguments& args);
std::int64_t sys_sendmmsg(Process& process, const CallArguments& args);
std::int64_t sys_recvmmsg(Process& process, const CallArguments& args);

// process_vm.cpp
std::int64_t sys_process_vm_readv(Process& process, const CallArguments& args);
std::int64_t sys_process_vm_writev(Process& process, const CallArguments& args);

// sched.cpp
std::int64_t sys_sched_setscheduler(Process& process, const CallArguments& args);
std::int64_t sys_sched_setparam(Process& process, const CallArguments& args);
std::int64_t sys_sched_rr_get_interval(Process& process, const CallArguments& args);
std::int64_t sys_sched_setattr(Process& process, const CallArguments& args);
std::int64_t sys_sched_getattr(Process& process, const CallArguments& args);
std::int64_t sys_ioprio_get(Process& process, const CallArguments& args);
std::int64_t sys_ioprio_set(Process& process, const CallArguments& args);

// memory.cpp
std::int64_t sys_mmap(Process& process, const CallArguments& args);
std::int64_t sys_munmap(Process& process, const CallArguments& args);
std::int64_t sys_mprotect(Process& process, const CallArguments& args);
std::int64_t sys_mremap(Process& process, const CallArguments& args);
std::int64_t sys_brk(Process& process, const CallArguments& args);
std::int64_t sys_madvise(Process& process, const CallArguments& args);
std::int64_t sys_msync(Process& process, const CallArguments& args);
std::int64_t sys_mincore(Process& process, const CallArguments& args);
std::int64_t sys_mlock(Process& process, const CallArguments& args);
std::int64_t sys_mlock2(Process& process, const CallArguments& args);
std::int64_t sys_mlockall(Process& process, const CallArguments& args);
std::int64_t sys_munlockall(Process& process, const CallArguments& args);

// task.cpp
std::int64_t sys_exit(Process& process, const CallArguments& args);
std::int64_t sys_exit_group(Process& process, const CallArguments& args);
/// -ENOSYS without a warning.
std::int64_t not_offered(Process& process, const CallArguments& args);
std::int64_t sys_arch_prctl(Process& process, const CallArguments& args);
std::int64_t sys_prctl(Process& process, const CallArguments& args);
std::int64_t sys_personality(Process& process, const CallArguments& args);
std::int64_t sys_seccomp(Process& process, const CallArguments& args);

// clone.cpp
std::int64_t sys_clone(Process& process, const CallArguments& args);
std::int64_t sys_clone3(Process& process, const CallArguments& args);
std::int64_t sys_fork(Process& process, const CallArguments& args);
std::int64_t sys_vfork(Process& process, const CallArguments& args);
std::int64_t sys_gettid(Process& process, const CallArguments& args);
std::int64_t sys_set_tid_address(Process& process, const CallArguments& args);
std::int64_t sys_sched_yield(Process& process, const CallArguments& args);
std::int64_t sys_membarrier(Process& process, const CallArguments& args);

// exec.cpp
std::int64_t sys_execve(Process& process, const CallArguments& args);
std::int64_t sys_execveat(Process& process, const CallArguments& args);

// wait.cpp
std::int64_t sys_wait4(Process& process, const CallArguments& args);
std::int64_t sys_waitpid(Process& process, const CallArguments& args);
std::int64_t sys_waitid(Process& process, const CallArguments& args);

// futex.cpp
std::int64_t sys_futex(Process& process, const CallArguments& args);
std::int64_t sys_set_robust_list(Process& process, const CallArguments& args);
std::int64_t sys_get_robust_list(Process& process, const CallArguments& args);

// i386_only.cpp
std::int64_t sys_signal(Process& process, const CallArguments& args);
std::int64_t sys_sgetmask(Process& process, const CallArguments& args);
std::int64_t sys_ssetmask(Process& process, const CallArguments& args);
std::int64_t sys_nice(Process& process, const CallArguments& args);
std::int64_t sys_readdir(Process& process, const CallArguments& args);
std::int64_t sys_set_robust_list32(Process& process, const CallArguments& args);
std::int64_t sys_get_robust_list32(Process& process, const CallArguments& args);

// identity.cpp
std::int64_t sys_getpid(Process& process, const CallArguments& args);
std::int64_t sys_getppid(Process& process, const CallArguments& args);
std::int64_t sys_getpgrp(Process& process, const CallArguments& args);
std::int64_t sys_getpgid(Process& process, const CallArguments& args);
std::int64_t sys_getsid(Process& process, const CallArguments& args);
std::int64_t sys_setpgid(Process& process, const CallArguments& args);
std::int64_t sys_setsid(Process& process, const CallArguments& args);
std::int64_t sys_getresuid(Process& process, const CallArguments& args);
std::int64_t sys_getresgid(Process& process, const CallArguments& args);
std::int64_t sys_getgroups(Process& process, const CallArguments& args);
std::int64_t sys_setgroups(Process& process, const CallArguments& args);
std::int64_t sys_capget(Process& process, const CallArguments& args);
std::int64_t sys_uname(Process& process, const CallArguments& args);

// limits.cpp
std::int64_t sys_prlimit64(Process& process, const CallArguments& args);
std::int64_t sys_getrlimit(Process& process, const CallArguments& args);
std::int64_t sys_setrlimit(Process& process, const CallArguments& args);
std::int64_t sys_getpriority(Process& process, const CallArguments& args);
std::int64_t sys_setpriority(Process& process, const CallArguments& args);
std::int64_t sys_sched_getaffinity(Process& process, const CallArguments& args);
std::int64_t sys_sched_setaffinity(Process& process, const CallArguments& args);
std::int64_t sys_sched_getscheduler(Process& process, const CallArguments& args);
std::int64_t sys_sched_getparam(Process& process, const CallArguments& args);
std::int64_t sys_sched_get_priority_max(Process& process, const CallArguments& args);
std::int64_t sys_sched_get_priority_min(Process& process, const CallArguments& args);
std::int64_t sys_getcpu(Process& process, const CallArguments& args);
std::int64_t sys_sysinfo(Process& process, const CallArguments& args);

// time.cpp
std::int64_t sys_clock_gettime(Process& process, const CallArguments& args);
std::int64_t sys_clock_getres(Process& process, const CallArguments& args);
std::int64_t sys_time(Process& process, const CallArguments& args);
std::int64_t sys_gettimeofday(Process& process, const CallArguments& args);
std::int64_t sys_nanosleep(Process& process, const CallArguments& args);
std::int64_t sys_clock_nanosleep(Process& process, const CallArguments& args);
std::int64_t sys_times(Process& process, const CallArguments& args);
std::int64_t sys_getrusage(Process& process, const CallArguments& args);
std::int64_t sys_utimensat(Process& process, const CallArguments& args);
std::int64_t sys_utime(Process& process, const CallArguments& args);
std::int64_t sys_utimes(Process& process, const CallArguments& args);
std::int64_t sys_futimesat(Process& process, const CallArguments& args);

// signal.cpp
std::int64_t sys_rt_sigaction(Process& process, const CallArguments& args);
std::int64_t sys_rt_sigprocmask(Process& process, const CallArguments& args);
std::int64_t sys_rt_sigpending(Process& process, const CallArguments& args);
std::int64_t sys_sigaltstack(Process& process, const CallArguments& args);
std::int64_t sys_rt_sigreturn(Process& process, const CallArguments& args);
std::int64_t sys_sigreturn(Process& process, const CallArguments& args);

// io_ring_calls.cpp
std::int64_t sys_io_uring_setup(Process& process, const CallArguments& args);
std::int64_t sys_io_uring_enter(Process& process, const CallArguments& args);
std::int64_t sys_io_uring_register(Process& process, const CallArguments& args);

// signal_file.cpp
std::int64_t sys_signalfd(Process& process, const CallArguments& args);
std::int64_t sys_signalfd4(Process& process, const CallArguments& args);

// signal_waiting.cpp
std::int64_t sys_pause(Process& process, const CallArguments& args);
std::int64_t sys_rt_sigsuspend(Process& process, const CallArguments& args);
std::int64_t sys_rt_sigtimedwait(Process& process, const CallArguments& args);
std::int64_t sys_restart_syscall(Process& process, const CallArguments& args);

// timer_calls.cpp
std::int64_t sys_getitimer(Process& process, const CallArguments& args);
std::int64_t sys_setitimer(Process& process, const CallArguments& args);
std::int64_t sys_alarm(Process& process, const CallArguments& args);
std::int64_t sys_timer_create(Process& process, const CallArguments& args);
std::int64_t sys_timer_settime(Process& process, const CallArguments& args);
std::int64_t sys_timer_gettime(Process& process, const CallArguments& args);
std::int64_t sys_timer_getoverrun(Process& process, const CallArguments& args);
std::int64_t sys_timer_delete(Process& process, const CallArguments& args);

// signal_sending.cpp
std::int64_t sys_kill(Process& process, const CallArguments& args);
std::int64_t sys_tkill(Process& process, const CallArguments& args);
std::int64_t sys_tgkill(Process& process, const CallArguments& args);
std::int64_t sys_rt_sigqueueinfo(Process& process, const CallArguments& args);
std::int64_t sys_rt_tgsigqueueinfo(Process& process, const CallArguments& args);

// random.cpp
std::int64_t sys_getrandom(Process& process, const CallArguments& args);

// thread_area.cpp
std::int64_t sys_set_thread_area(Process& process, const CallArguments& args);
std::int64_t sys_get_thread_area(Process& process, const CallArguments& args);
std::int64_t sys_modify_ldt(Process& process, const CallArguments& args);
/// clone(2), CLONE_SETTLS: the same for a thread that is being made. 0 or -errno.
std::int64_t set_created_thread_area(Process& process, Registers& registers,
                                     DescriptorTables& tables, std::uint64_t address);

}  // namespace ringfare
