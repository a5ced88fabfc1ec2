// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/cpu_model.hpp"
#include "models/pricing_core.hpp"
#include "models/pricing_encoding.hpp"
#include "models/pricing_form.hpp"
#include "models/pricing_source.hpp"

namespace ringfare {

/// Forms by encoding, built at first sight: from LLVM's scheduling tables, or from the CPU file's
/// own where LLVM does not model the processor.
class FormTable {
 public:
  explicit FormTable(const CpuModel& cpu);
  ~FormTable();

  /// The reference holds until the table goes. `code` is one complete instruction.
  const Form& form(std::span<const std::uint8_t> code, const Encoding& encoding, CodeMode mode);

  const CoreRow& core() const { return core_; }

 private:
  struct Entry {
    FormKey key;
    const Form* form = nullptr;
  };

  const Form& build(const FormKey& key, std::span<const std::uint8_t> code,
                    const Encoding& encoding, CodeMode mode);
  const FormSource& source(CodeMode mode);
  void grow();

  const CpuModel cpu_;
  const CoreRow core_;
  std::array<std::unique_ptr<FormSource>, 2> sources_;  // by CodeMode
  std::vector<Entry> entries_;  // open addressing; the size is a power of two
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<Form[]>> chunks_;
};

}  // namespace ringfare
