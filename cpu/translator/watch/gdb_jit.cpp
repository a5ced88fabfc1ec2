// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/gdb_jit.hpp"

#include <cstddef>
#include <utility>

#include "cpu/translator/code_cache.hpp"
#include "cpu/translator/watch/jit_object.hpp"

// Names and layouts that GDB looks for in every program it runs; it reads the descriptor, and stops
// in the function. So these are the two globals that must be.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

struct jit_code_entry {
  jit_code_entry* next_entry;
  jit_code_entry* prev_entry;
  const std::byte* symfile_addr;
  std::uint64_t symfile_size;
};

struct jit_descriptor {
  std::uint32_t version;
  std::uint32_t action_flag;
  jit_code_entry* relevant_entry;
  jit_code_entry* first_entry;
};

jit_descriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};

/// GDB has a breakpoint here: the call must be made, and what it points to be written before.
[[gnu::noinline, gnu::used]] void __jit_debug_register_code() {
  asm volatile("" ::: "memory");
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace ringfare {
namespace {

// GDB's manual, "Declarations": jit_actions_t.
constexpr std::uint32_t kRegister = 1, kUnregister = 2;

void tell_gdb(std::uint32_t action, jit_code_entry& entry) {
  __jit_debug_descriptor.action_flag = action;
  __jit_debug_descriptor.relevant_entry = &entry;
  __jit_debug_register_code();
}

}  // namespace

using namespace translator;

struct GdbJit::Object {
  std::vector<std::byte> file;
  jit_code_entry entry{};
};

GdbJit::GdbJit(NameOfAddress name_of) : name_of_(std::move(name_of)) {}

GdbJit::~GdbJit() {
  remove_all();
}

void GdbJit::add(const NamedCode& code) {
  auto object = std::make_unique<Object>();
  object->file = jit_object({&code, 1});
  jit_code_entry*& first = __jit_debug_descriptor.first_entry;
  object->entry = {first, nullptr, object->file.data(), object->file.size()};
  if (first != nullptr) first->prev_entry = &object->entry;
  first = &object->entry;
  tell_gdb(kRegister, object->entry);
  objects_.push_back(std::move(object));
}

void GdbJit::remove_all() {
  for (const auto& object : std::exchange(objects_, {})) {
    jit_code_entry& entry = object->entry;
    if (entry.next_entry != nullptr) entry.next_entry->prev_entry = entry.prev_entry;
    if (entry.prev_entry != nullptr)
      entry.prev_entry->next_entry = entry.next_entry;
    else
      __jit_debug_descriptor.first_entry = entry.next_entry;
    tell_gdb(kUnregister, entry);
  }
}

void GdbJit::translated(const CodeCache& cache, std::uint32_t index) {
  if (objects_.empty()) add(name_of_stubs(cache));
  for (const NamedCode& code : names_of(cache, index, name_of_)) add(code);
}

void GdbJit::head_added(const CodeCache& cache, std::uint32_t index) {
  add(name_of_head(cache, index, name_of_));
}

void GdbJit::forgetting(const CodeCache&) {
  remove_all();
}

}  // namespace ringfare
