// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/kernel/arguments.hpp"

namespace ringfare {

/// A structure as an i386 program has it and as an amd64 program has it.
struct NarrowLayout {
  ArgKind kind;
  std::uint32_t narrow_size, wide_size;
  void (*widen)(const std::byte* narrow, std::byte* wide);
  /// False where a value does not fit (EOVERFLOW).
  bool (*narrow)(const std::byte* wide, std::byte* narrow);
};

/// Nothing for kinds that are the same in both, or have no fixed size.
const NarrowLayout* narrow_layout(ArgKind kind);

/// What is at `address`, as amd64 lays it out. Empty where it cannot be read.
std::vector<std::byte> widened(const AddressSpace& memory, const NarrowLayout& layout,
                               GuestAddress address);

/// What is at `address`, as amd64 lays it out: a structure, `count` buffers of an I/O vector, or
/// the pointers of a vector of strings with the null pointer at its end. Empty where it cannot be
/// read, or has no layout of its own.
std::vector<std::byte> widened(const AddressSpace& memory, ArgKind kind, GuestAddress address,
                               std::uint64_t count);

/// struct semid_ds, msqid_ds, shmid_ds with times of 64 bits (IPC_64).
enum class IpcKind : std::uint8_t { Semaphores, Queue, Segment };
const NarrowLayout& ipc_status_layout(IpcKind kind);

/// What olduname(2) writes, or oldolduname(2), of struct utsname: out only.
const NarrowLayout& old_names_layout(bool oldest);

/// struct rlimit of the first getrlimit(2), whose numbers have a sign.
const NarrowLayout& old_limit_layout();

/// struct flock, or struct flock64 where `large`: the command of fcntl(2) says which.
const NarrowLayout& file_lock_layout(bool large);

}  // namespace ringfare
