// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/cpu_model.hpp"
#include "models/pricing_core.hpp"
#include "models/pricing_encoding.hpp"
#include "models/pricing_form.hpp"

namespace ringfare {

/// Forms by encoding, built from LLVM's scheduling tables at first sight.
class FormTable {
 public:
  explicit FormTable(const CpuModel& cpu);
  ~FormTable();

  /// The reference holds until the table goes. `code` is one complete instruction.
  const Form& form(std::span<const std::uint8_t> code, const Encoding& encoding);

  const CoreRow& core() const { return core_; }

 private:
  class Builder;

  struct Entry {
    FormKey key;
    const Form* form = nullptr;
  };

  const Form& build(const FormKey& key, std::span<const std::uint8_t> code,
                    const Encoding& encoding);
  void grow();

  const CoreRow& core_;
  std::unique_ptr<Builder> builder_;
  std::vector<Entry> entries_;  // open addressing; the size is a power of two
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<Form[]>> chunks_;
};

}  // namespace ringfare
