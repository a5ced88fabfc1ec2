// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emu/linux/state/process.hpp"

namespace ringfare {

/// Whom a file of /proc/PID is about: this process, or one of its threads.
struct ProcSubject {
  Process& process;
  Task& task;
};

/// A file of /proc whose contents are made when it is opened.
struct MadeFile {
  std::string_view path;  // below /proc/PID/, else absolute
  std::string (*contents)(const ProcSubject&);
};

/// What proc_memory_files.cpp makes: maps, smaps, smaps_rollup, statm and numa_maps.
std::string maps_text(const ProcSubject& subject);
std::string smaps_text(const ProcSubject& subject);
std::string smaps_rollup_text(const ProcSubject& subject);
std::string statm_text(const ProcSubject& subject);
std::string numa_maps_text(const ProcSubject& subject);
/// Bytes that are mapped in all, and those that can be touched.
struct MemoryUse {
  std::uint64_t mapped = 0, resident = 0, data = 0, stack = 0, code = 0, of_files = 0, shared = 0;
};
MemoryUse memory_use(Process& process);

/// What proc_status_files.cpp makes: of a process, its state, identity and times.
std::string stat_text(const ProcSubject& subject);
std::string status_text(const ProcSubject& subject);
std::string limits_text(const ProcSubject& subject);
std::string io_text(const ProcSubject& subject);
std::string sched_text(const ProcSubject& subject);
std::string schedstat_text(const ProcSubject& subject);
std::string children_text(const ProcSubject& subject);
/// stat and status of a process that has ended and was not waited for, or that is no guest.
std::string stat_text(const ProcessEntry& entry);
std::string status_text(const ProcessEntry& entry);

/// What proc_machine_files.cpp makes: of the machine and its kernel. Null for other paths.
const MadeFile* find_machine_file(std::string_view path);

/// One descriptor of the process as /proc/PID/fdinfo/N tells it.
std::string fdinfo_text(Process& process, int guest_fd);

}  // namespace ringfare
