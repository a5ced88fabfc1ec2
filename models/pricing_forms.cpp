// SPDX-License-Identifier: MIT
#include "models/pricing_forms.hpp"

#include <utility>

#include "models/pricing_scheduled.hpp"
#include "models/pricing_tabled.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kFormsPerChunk = 128;

CoreRow core_of(const CpuModel& cpu) {
  return cpu.core ? tabled_core(*cpu.core) : core_row(cpu.llvm_cpu);
}

std::unique_ptr<FormSource> source_for(const CpuModel& cpu, CodeMode mode) {
  return cpu.core ? tabled_forms(cpu, mode) : scheduled_forms(cpu, mode);
}

}  // namespace

FormTable::FormTable(const CpuModel& cpu) : cpu_(cpu), core_(core_of(cpu)), entries_(2048) {
  if (!cpu.core) source(CodeMode::Long64);  // a name LLVM does not know is found out at once
}

FormTable::~FormTable() = default;

/// Made when the first instruction of its mode comes: most programs have one mode only.
const FormSource& FormTable::source(CodeMode mode) {
  auto& source = sources_[static_cast<std::size_t>(mode)];
  if (!source) source = source_for(cpu_, mode);
  return *source;
}

const Form& FormTable::form(std::span<const std::uint8_t> code, const Encoding& encoding,
                            CodeMode mode) {
  const FormKey key = form_key(code, encoding, mode);
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t at = key.hash() & mask;; at = (at + 1) & mask) {
    if (!entries_[at].form) break;
    if (entries_[at].key == key) return *entries_[at].form;
  }
  return build(key, code, encoding, mode);
}

const Form& FormTable::build(const FormKey& key, std::span<const std::uint8_t> code,
                             const Encoding& encoding, CodeMode mode) {
  if (used_ * 2 >= entries_.size()) grow();
  if (used_ % kFormsPerChunk == 0) chunks_.push_back(std::make_unique<Form[]>(kFormsPerChunk));
  Form& form = chunks_.back()[used_ % kFormsPerChunk];
  form = source(mode).build(code, encoding);
  ++used_;
  const std::size_t mask = entries_.size() - 1;
  std::size_t at = key.hash() & mask;
  while (entries_[at].form) at = (at + 1) & mask;
  entries_[at] = {key, &form};
  return form;
}

void FormTable::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  const std::size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (!entry.form) continue;
    std::size_t at = entry.key.hash() & mask;
    while (entries_[at].form) at = (at + 1) & mask;
    entries_[at] = entry;
  }
}

}  // namespace ringfare
