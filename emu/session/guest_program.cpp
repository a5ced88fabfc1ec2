// SPDX-License-Identifier: MIT
#include "emu/session/guest_program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/kernel_space/kernel_descriptors.hpp"
#include "cpu/segments.hpp"
#include "emu/program/loader.hpp"
#include "emu/program/program_log.hpp"
#include "emu/program/scripts.hpp"
#include "emu/vdso/ways.hpp"

namespace ringfare {
namespace {

/// Of a line of descendants, each of which starts a program, only so many leave an engine behind.
constexpr unsigned kMostLeftBehind = 8;

// getauxval(3), AT_HWCAP2; its bits are those of the kernel's <asm/hwcap2.h>.
constexpr std::uint64_t kHwcap2FsGsBase = 1u << 1;
// SDM vol. 2, CPUID: leaf 7, EBX.
constexpr std::uint32_t kCpuidFsGsBase = 1u << 0;

/// A kernel of 32 bits runs no program of 64.
void check_width(const KernelModel& kernel, const ProgramImage& image) {
  if (kernel.bits == 64 || image.layout.mode == CodeMode::Compat32) return;
  throw UserError(kernel.at,
                  fmt::format("kernel {} has 32 bits and cannot run {}, a program of 64; choose "
                              "another --kernel, or build the program with -m32",
                              kernel.name, image.path));
}

/// What the vDSO is made for on these machines. Where there are several, 32-bit code enters by
/// int $0x80: the others may not have the deciding machine's fast door.
std::set<std::string, std::less<>> common_vdso_features(const PricedMachines& machines, Abi abi) {
  const PricedMachine& one = machines.deciding();
  auto features = vdso_features(one.machine(), one.crossings(), abi);
  if (machines.size() == 1) return features;
  for (const std::string_view door : {kSysenter32, kSyscall32, kSyscall32Behind})
    features.erase(std::string(door));
  return features;
}

}  // namespace

GuestProgram::GuestProgram(const SessionInputs& inputs, PricedMachines& machines,
                           BlockPrices& prices, const EngineChoice& choice, const Cpuid& cpuid)
    : seed_(inputs.seed),
      vdso_mode_(inputs.vdso),
      clocksource_(inputs.clocksource),
      tells_vdso_calls_(inputs.vdso_calls),
      counts_(inputs.counts),
      log_(inputs.log),
      watchers_(inputs.watchers),
      machines_(machines),
      prices_(prices),
      choice_(choice),
      cpuid_(cpuid) {
  machines_.show_user(&window_);
  ExecRequest first{.program = inputs.program,
                    .name = inputs.program,
                    .arguments = inputs.arguments,
                    .environment = inputs.environment};
  follow_scripts(first);  // what keeps it from being executed, the loader says
  load(first);
  arguments_ = inputs.arguments;
}

std::string GuestProgram::command_line() const {
  return fmt::format("{}", fmt::join(arguments_, " "));
}

void GuestProgram::load(const ExecRequest& request) {
  const KernelModel& kernel = machines_.deciding().machine().kernel;
  image_ = load_program(memory_, request.program, layouts_of(kernel));
  check_width(kernel, image_);
  map_kernel_pages();
  build_stack(request);
  image_.name = request.name;
  image_.path = std::filesystem::canonical(image_.path);  // as /proc/self/exe names it
  if (log_ != nullptr) log_program(*log_, memory_, image_);
  engine_ = choice_.make(memory_, prices_,
                         {.lanes = static_cast<unsigned>(kFirstCycleLane + machines_.size()),
                          .counts = counts_,
                          .watchers = watchers_});
  place_thread();
  arguments_ = request.arguments;
}

void GuestProgram::map_kernel_pages() {
  const KernelModel& kernel = machines_.deciding().machine().kernel;
  const bool absent = vdso_mode_ == VdsoMode::Absent || !kernel.has_vdso;
  if (absent && kernel.vsyscall != VsyscallMode::Native) return;
  const bool wide = image_.layout.mode == CodeMode::Long64;
  const Abi abi = wide ? Abi::Amd64 : Abi::I386;
  pages_.map(image_.layout.mmap_top + kPageSize,
             {.abi = abi,
              .mode = absent ? VdsoMode::Real : vdso_mode_,
              .clocksource = clocksource_,
              .only_vsyscall = absent,
              .release = kernel.release,
              .features = common_vdso_features(machines_, abi)},
             tells_vdso_calls_);
  if (absent || wide) return;
  machines_.set_landing_pad(pages_.vdso()->landing_pad().value);
  image_.signal_returns = pages_.vdso()->signal_returns();
}

void GuestProgram::build_stack(const ExecRequest& request) {
  const Vdso* const vdso = pages_.vdso();
  const bool has_fs_gs_base = (cpuid_.leaf(7, 0).ebx & kCpuidFsGsBase) != 0;
  build_initial_stack(
      memory_, image_,
      {.file_name = request.name.empty() ? request.program : request.name,
       .arguments = request.arguments,
       .environment = request.environment,
       .hwcap = cpuid_.leaf(1, 0).edx,
       .hwcap2 = has_fs_gs_base ? kHwcap2FsGsBase : 0,
       .seed = seed_ + programs_,
       .vdso = vdso != nullptr ? vdso->base().value : 0,
       .kernel_vsyscall =
           vdso != nullptr && vdso->abi() == Abi::I386 ? vdso->kernel_vsyscall().value : 0,
       .uid = getuid(),
       .euid = geteuid(),
       .gid = getgid(),
       .egid = getegid()});
}

void GuestProgram::place_thread() {
  thread_.registers = {};
  thread_.vendor = machines_.deciding().machine().cpu.vendor;
  thread_.descriptors = {.gdt = flat_segments(machines_.deciding().machine().kernel.selectors)};
  if (image_.layout.mode == CodeMode::Compat32)
    enter_compatibility_mode(thread_.registers, image_.layout.code, image_.layout.data);
  thread_.registers.rip = image_.start.value;
  thread_.registers[Gpr::Rsp] = image_.stack_pointer.value;
}

void GuestProgram::drop_changed_code() {
  for (const GuestRange range : memory_.take_changed_code()) engine_->invalidate(range);
}

void GuestProgram::unload() {
  executions_before_ = block_executions();
  executions_of_others_ = 0;
  if (std::exchange(has_inherited_engine_, false) && left_behind_++ < kMostLeftBehind)
    engine_->leave_behind();
  engine_.reset();
  pages_.forget();
  memory_.clear();
  ++programs_;
}

void GuestProgram::begin_process() {
  pages_.begin_process();
  thread_.totals = {};
  executions_before_ = 0;
  executions_of_others_ = counted_by_engine();
  has_inherited_engine_ = true;
  blocks_before_ = prices_.blocks();
}

std::uint64_t GuestProgram::block_executions() const {
  return executions_before_ + counted_by_engine() - executions_of_others_;
}

std::uint64_t GuestProgram::counted_by_engine() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t times : engine_->executions()) sum += times;
  return sum;
}

}  // namespace ringfare
