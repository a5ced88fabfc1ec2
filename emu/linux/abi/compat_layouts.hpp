// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/linux/abi/arguments.hpp"

namespace ringfare {

/// A structure as an i386 program has it and as an amd64 program has it.
struct CompatLayout {
  ArgKind kind;
  std::uint32_t compat_size, wide_size;
  /// Null for what the kernel only writes.
  void (*to_wide)(const std::byte* compat, std::byte* wide);
  /// False where a value does not fit (EOVERFLOW).
  bool (*to_compat)(const std::byte* wide, std::byte* compat);
};

/// Null for kinds that are the same in both, or have no fixed size.
const CompatLayout* compat_layout(ArgKind kind);

/// What is at `address`, as amd64 lays it out. Empty where it cannot be read.
std::vector<std::byte> widened(const AddressSpace& memory, const CompatLayout& layout,
                               GuestAddress address);

/// What is at `address`, as amd64 lays it out: a structure, `count` buffers of an I/O vector, or
/// the pointers of a vector of strings with the null pointer at its end. Empty where it cannot be
/// read, or has no layout of its own.
std::vector<std::byte> widened(const AddressSpace& memory, ArgKind kind, GuestAddress address,
                               std::uint64_t count);

/// struct semid_ds, msqid_ds, shmid_ds with times of 64 bits (IPC_64).
enum class IpcKind : std::uint8_t { Semaphores, Queue, Segment };
const CompatLayout& ipc_status_layout(IpcKind kind);

/// struct flock, or struct flock64 where `large`: the command of fcntl(2) says which.
const CompatLayout& file_lock_layout(bool large);

}  // namespace ringfare
