// SPDX-License-Identifier: MIT
#include <elf.h>

#include <algorithm>
#include <array>
#include <span>

#include "cpu/base/failure.hpp"
#include "emu/program/loader.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kClockTicks = 100;  // USER_HZ
/// What the kernel pushes around the XSAVE image when it delivers a signal, alignment included
/// (getauxval(3), AT_MINSIGSTKSZ: 1776 where AVX is the last component).
constexpr std::uint64_t kSignalFrame = 944;
/// execve(2), E2BIG: a quarter of the stack for all strings, 32 pages for one.
constexpr std::uint64_t kStringLimit = kStackSize / 4;
constexpr std::uint64_t kLongestString = 32 * kPageSize;

struct AuxiliaryEntry {
  std::uint64_t type, value;
};

/// Writes downwards from the top of the stack.
class StackWriter {
 public:
  StackWriter(AddressSpace& memory, const GuestLayout& layout)
      : memory_(memory), word_(layout.word()), at_(layout.stack_top) {}

  GuestAddress at() const { return at_; }

  GuestAddress push(std::span<const std::byte> bytes) {
    at_ = at_ - bytes.size();
    CHECK(memory_.write(at_, bytes), "the initial stack is not writable at {:#x}", at_.value);
    return at_;
  }
  GuestAddress push(const std::string& text) {
    return push(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
  }
  /// Each value takes as many bytes as a pointer.
  GuestAddress push(const std::vector<std::uint64_t>& words) {
    for (std::size_t i = words.size(); i-- > 0;)
      push(std::as_bytes(std::span(&words[i], 1)).first(word_));
    return at_;
  }
  void align(std::uint64_t alignment) { at_.value &= ~(alignment - 1); }

 private:
  AddressSpace& memory_;
  std::uint64_t word_;
  GuestAddress at_;
};

/// Pushes the last string first: the first one gets the lowest address, as on Linux.
std::vector<std::uint64_t> push_strings(StackWriter& stack, const std::vector<std::string>& texts) {
  std::vector<std::uint64_t> addresses(texts.size());
  for (std::size_t i = texts.size(); i-- > 0;) addresses[i] = stack.push(texts[i]).value;
  return addresses;
}

/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e37'79b9'7f4a'7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
  z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
  return z ^ (z >> 31);
}

std::array<std::uint64_t, 2> random_words(std::uint64_t seed) {
  return {split_mix(seed), split_mix(seed)};
}

void map_stack(AddressSpace& memory, const ProgramImage& image) {
  const Region stack{
      .range = {image.layout.stack_top - kStackSize, image.layout.stack_top},
      .permissions = {.read = true, .write = true, .execute = image.executable_stack},
      .name = "[stack]"};
  CHECK(memory.map(stack) == 0, "the stack could not be mapped");
}

void refuse_long_strings(const ProgramImage& image, const StackInputs& inputs) {
  std::uint64_t size = inputs.file_name.size() + 1, longest = 0;
  for (const auto* strings : {&inputs.arguments, &inputs.environment}) {
    for (const std::string& text : *strings) {
      longest = std::max<std::uint64_t>(longest, text.size() + 1);
      size += text.size() + 1 + sizeof(std::uint64_t);
    }
  }
  if (longest > kLongestString)
    throw UserError(fmt::format(
        "{}: an argument or environment variable takes {} bytes, more than Linux's {}; shorten it",
        image.path, longest, kLongestString));
  if (size > kStringLimit)
    throw UserError(fmt::format(
        "{}: arguments and environment take {} bytes, more than the {} that fit on the stack; "
        "pass fewer",
        image.path, size, kStringLimit));
}

}  // namespace

void build_initial_stack(AddressSpace& memory, ProgramImage& image, const StackInputs& inputs) {
  refuse_long_strings(image, inputs);
  map_stack(memory, image);
  const bool wide = image.layout.mode == CodeMode::Long64;
  StackWriter stack(memory, image.layout);
  stack.push(std::vector<std::uint64_t>{0});
  const GuestAddress executable_name = stack.push(inputs.file_name);
  image.file_name = executable_name;
  const std::vector<std::uint64_t> environment = push_strings(stack, inputs.environment);
  image.environment = {stack.at(), executable_name};
  const std::vector<std::uint64_t> arguments = push_strings(stack, inputs.arguments);
  image.arguments = {stack.at(), image.environment.begin};
  const GuestAddress platform = stack.push(std::string(wide ? "x86_64" : "i686"));
  const auto random_bytes = random_words(inputs.seed);
  const GuestAddress random = stack.push(std::as_bytes(std::span(random_bytes)));

  const AuxiliaryEntry auxiliary[] = {
      {AT_MINSIGSTKSZ, sizeof(VectorState::bytes) + kSignalFrame},
      {AT_HWCAP, inputs.hwcap},
      {AT_PAGESZ, kPageSize},
      {AT_CLKTCK, kClockTicks},
      {AT_PHDR, image.program_headers.value},
      {AT_PHENT, wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)},
      {AT_PHNUM, image.program_header_count},
      {AT_BASE, image.interpreter_base.value},
      {AT_FLAGS, 0},
      {AT_ENTRY, image.entry.value},
      {AT_UID, inputs.uid},
      {AT_EUID, inputs.euid},
      {AT_GID, inputs.gid},
      {AT_EGID, inputs.egid},
      {AT_SECURE, 0},
      {AT_RANDOM, random.value},
      {AT_HWCAP2, inputs.hwcap2},
      {AT_EXECFN, executable_name.value},
      {AT_PLATFORM, platform.value},
      {AT_NULL, 0},
  };

  std::vector<std::uint64_t> words{inputs.arguments.size()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(0);
  words.insert(words.end(), environment.begin(), environment.end());
  words.push_back(0);
  if (inputs.kernel_vsyscall != 0) words.insert(words.end(), {AT_SYSINFO, inputs.kernel_vsyscall});
  if (inputs.vdso != 0) words.insert(words.end(), {AT_SYSINFO_EHDR, inputs.vdso});
  for (const AuxiliaryEntry& entry : auxiliary)
    words.insert(words.end(), {entry.type, entry.value});
  // System V ABI AMD64, 3.4.1: RSP is a multiple of 16 at entry; Linux does so for i386, too.
  stack.align(16);
  const std::size_t group = 16 / image.layout.word();
  stack.push(std::vector<std::uint64_t>((group - words.size() % group) % group));
  image.stack_pointer = stack.push(words);
}

}  // namespace ringfare
