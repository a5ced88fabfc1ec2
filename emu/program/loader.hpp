// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/program/program_image.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// What the initial stack and the auxiliary vector are made of (System V ABI AMD64, 3.4.1 and
/// getauxval(3)).
struct StackInputs {
  std::string file_name;                 // AT_EXECFN: as execve(2) was given it
  std::vector<std::string> arguments;    // argv[0] first
  std::vector<std::string> environment;  // "NAME=value"
  std::uint64_t hwcap = 0, hwcap2 = 0;   // CPUID.1:EDX; FSGSBASE bit
  std::uint64_t seed = 1;                // AT_RANDOM
  std::uint64_t vdso = 0;                // AT_SYSINFO_EHDR; 0: no such entry
  std::uint64_t kernel_vsyscall = 0;     // AT_SYSINFO; 0: no such entry
  std::uint32_t uid = 0, euid = 0, gid = 0, egid = 0;
};

/// The layouts of the kernel that is modelled.
struct Layouts {
  GuestLayout wide = kLayout64, narrow = kLayout32;
  bool has_no_execute = true;          // page tables have a bit against execution
  bool stack_decides_for_all = false;  // an executable stack makes all readable memory so
};
Layouts layouts_of(const KernelModel& kernel);

/// Maps the executable at host path `path` into `memory` (ET_EXEC at its addresses, ET_DYN at the
/// layout's `pie_base`), and the interpreter PT_INTERP names in the area of mmap(2). Throws
/// UserError "PATH: what is wrong; what to do" for anything that is not an x86-64 or i386
/// executable.
ProgramImage load_program(AddressSpace& memory, const std::string& path,
                          const Layouts& layouts = {});

/// Builds the stack below the layout's `stack_top`, sets `image.stack_pointer`.
void build_initial_stack(AddressSpace& memory, ProgramImage& image, const StackInputs& inputs);

inline constexpr std::uint64_t kStackSize = 8u << 20;

}  // namespace ringfare
