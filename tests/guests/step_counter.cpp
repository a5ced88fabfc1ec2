// SPDX-License-Identifier: MIT
#include "tests/guests/step_counter.hpp"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <system_error>

namespace ringfare::testing {
namespace {

[[noreturn]] void become(const Launch& launch) {
  std::vector<char*> arguments, environment;
  for (const std::string& text : launch.arguments)
    arguments.push_back(const_cast<char*>(text.c_str()));
  for (const std::string& text : launch.environment)
    environment.push_back(const_cast<char*>(text.c_str()));
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  const int nothing = open("/dev/null", O_RDWR);
  for (int descriptor : {0, 1, 2}) dup2(nothing, descriptor);
  close(nothing);
  personality(ADDR_NO_RANDOMIZE);
  if (chdir(launch.directory.c_str()) == 0 && ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0)
    execve(arguments[0], arguments.data(), environment.data());
  _exit(126);
}

std::uint64_t peek(pid_t child, std::uint64_t address) {
  errno = 0;
  const long word = ptrace(PTRACE_PEEKDATA, child, address, nullptr);
  if (errno != 0) throw std::system_error(errno, std::generic_category(), "PTRACE_PEEKDATA");
  return static_cast<std::uint64_t>(word);
}

void poke(pid_t child, std::uint64_t address, std::uint64_t word) {
  if (ptrace(PTRACE_POKEDATA, child, address, word) != 0)
    throw std::system_error(errno, std::generic_category(), "PTRACE_POKEDATA");
}

std::uint64_t instruction_pointer(pid_t child) {
  return static_cast<std::uint64_t>(
      ptrace(PTRACE_PEEKUSER, child, offsetof(user_regs_struct, rip), nullptr));
}

/// SDM vol. 2, REP: F2 or F3 among the prefixes in front of INS, OUTS, MOVS, CMPS, STOS, LODS or
/// SCAS.
bool repeats(pid_t child, std::uint64_t address) {
  std::uint64_t bytes = peek(child, address);
  bool repeated = false;
  for (int i = 0; i < 8; ++i, bytes >>= 8) {
    const std::uint64_t byte = bytes & 0xff;
    if (byte == 0xf2 || byte == 0xf3) {
      repeated = true;
    } else if (byte != 0x66 && byte != 0x67 && (byte & 0xf0) != 0x40) {
      const bool string = (byte >= 0xa4 && byte <= 0xa7) || (byte >= 0xaa && byte <= 0xaf) ||
                          (byte >= 0x6c && byte <= 0x6f);
      return repeated && string;
    }
  }
  return false;
}

/// The child's words as its program has them: of 8 bytes, or of 4 in 32-bit code.
class Words {
 public:
  explicit Words(pid_t child) : child_(child) {
    constexpr long kUserCode32 = 0x23;
    size = ptrace(PTRACE_PEEKUSER, child, offsetof(user_regs_struct, cs), nullptr) == kUserCode32
               ? 4
               : 8;
  }

  std::uint64_t size;

  std::uint64_t at(std::uint64_t address) const {
    const std::uint64_t word = peek(child_, address);
    return size == 8 ? word : static_cast<std::uint32_t>(word);
  }
  void set(std::uint64_t address, std::uint64_t word) const {
    constexpr std::uint64_t kHigh = 0xffffffff00000000;
    poke(child_, address, size == 8 ? word : (peek(child_, address) & kHigh) | word);
  }

 private:
  pid_t child_;
};

/// Past argc, argv and envp (psABI, "Initial Stack and Register State").
std::uint64_t auxiliary_vector(pid_t child, const Words& words) {
  const auto stack = static_cast<std::uint64_t>(
      ptrace(PTRACE_PEEKUSER, child, offsetof(user_regs_struct, rsp), nullptr));
  std::uint64_t address = stack + words.size * (words.at(stack) + 2);
  while (words.at(address) != 0) address += words.size;
  return address + words.size;
}

void keep_auxiliary(pid_t child, const std::vector<std::uint64_t>& types) {
  const Words words(child);
  const std::uint64_t start = auxiliary_vector(child, words), entry = 2 * words.size;
  std::map<std::uint64_t, std::uint64_t> given;
  std::uint64_t end = start;
  for (; words.at(end) != AT_NULL; end += entry) given[words.at(end)] = words.at(end + words.size);
  if (start + entry * types.size() > end)
    throw std::runtime_error("the kernel's auxiliary vector is shorter than the one asked for");
  std::uint64_t place = start;
  for (std::uint64_t type : types) {
    words.set(place, type);
    words.set(place + words.size, given.contains(type) ? given[type] : 0);
    place += entry;
  }
  words.set(place, AT_NULL);
  words.set(place + words.size, 0);
}

Steps step_to_the_end(pid_t child) {
  Steps steps;
  std::uint64_t before = instruction_pointer(child);
  int deliver = 0;
  for (;;) {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, deliver) != 0 ||
        waitpid(child, &steps.wait_status, 0) < 0)
      throw std::system_error(errno, std::generic_category(), "PTRACE_SINGLESTEP");
    ++steps.raw;
    if (!WIFSTOPPED(steps.wait_status)) {
      if (WIFEXITED(steps.wait_status)) ++steps.instructions;  // the system call that ended it
      return steps;
    }
    const int signal = WSTOPSIG(steps.wait_status);
    deliver = signal == SIGTRAP ? 0 : signal;
    if (deliver != 0) continue;  // it faulted, so it did not retire
    const std::uint64_t after = instruction_pointer(child);
    if (after != before || !repeats(child, after)) ++steps.instructions;
    before = after;
  }
}

}  // namespace

Steps count_steps(const Launch& launch,
                  const std::optional<std::vector<std::uint64_t>>& auxiliary_types) {
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) become(launch);
  int status = 0;
  if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
    throw std::runtime_error("cannot trace " + launch.arguments[0]);
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
  if (auxiliary_types) keep_auxiliary(child, *auxiliary_types);
  return step_to_the_end(child);
}

}  // namespace ringfare::testing
