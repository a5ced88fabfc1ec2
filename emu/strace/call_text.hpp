// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emu/linux/abi/call.hpp"
#include "emu/strace/pointee.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare {

/// A call whose arguments mean more than their kinds say: what one means depends on others, or on
/// how the call ended.
struct ToldCall {
  const AddressSpace& memory;
  const DescribeOptions& options;
  const Call& call;
  std::optional<std::int64_t> result;         // nothing: it has not returned
  std::optional<std::uint32_t> entered = {};  // what `CallText::length` pointed to before

  std::uint64_t operator[](std::size_t index) const { return call.told_args()[index]; }
  std::uint32_t low(std::size_t index) const { return static_cast<std::uint32_t>((*this)[index]); }
  bool compat() const { return call.request.abi == Abi::I386; }
  bool filled() const { return result && *result >= 0; }
  ConstantStyle style() const { return options.constants; }
  Pointee pointee(std::uint64_t address) const {
    return {.memory = memory, .options = options, .address = {address}, .count = std::nullopt};
  }
  /// An element of the guest's pointers and longs: 4 bytes on i386.
  std::optional<std::uint64_t> word(std::uint64_t address, std::uint64_t index = 0) const;
  template <class T>
  std::optional<T> load(std::uint64_t address) const {
    return address == 0 ? std::nullopt : memory.load<T>({address});
  }
};

/// The text of the argument `index`; of the last in a row: of it and all that follow.
using ArgumentText = std::string (*)(const ToldCall& call, std::size_t index);

struct CallText {
  std::string_view name;
  std::array<ArgumentText, 6> arguments{};
  /// Of a result that is no error, where it is more than a number; "" where it is not.
  std::string (*result)(const ToldCall& call, std::int64_t value) = nullptr;
  /// The argument that points to a length which the kernel changes; 0: none.
  std::uint8_t length = 0;
};

/// The row of a call; null where the kinds of its arguments say all.
const CallText* call_text_of(std::string_view name);

/// "1, 0x2, ...": all arguments as `row` writes them.
std::string arguments_text(const CallText& row, const ToldCall& call);

namespace told {

std::string signed_int(const ToldCall& call, std::size_t index);
std::string unsigned_int(const ToldCall& call, std::size_t index);
std::string signed_long(const ToldCall& call, std::size_t index);
std::string unsigned_long(const ToldCall& call, std::size_t index);
std::string hex(const ToldCall& call, std::size_t index);
std::string hex_int(const ToldCall& call, std::size_t index);
std::string address(const ToldCall& call, std::size_t index);
std::string descriptor(const ToldCall& call, std::size_t index);
std::string directory(const ToldCall& call, std::size_t index);
std::string path(const ToldCall& call, std::size_t index);
std::string text(const ToldCall& call, std::size_t index);
std::string octal(const ToldCall& call, std::size_t index);

template <const NameTable& kTable>
std::string names(const ToldCall& call, std::size_t index) {
  return named(kTable, call.low(index), call.style());
}
template <const NameTable& kTable>
std::string long_names(const ToldCall& call, std::size_t index) {
  return named(kTable, call[index], call.style());
}

/// "abc"...: `size` bytes.
std::string bytes(const ToldCall& call, std::uint64_t at, std::uint64_t size);
/// [0x0000000000000001, 0x0000000000000002]
std::string words(const ToldCall& call, std::uint64_t at, std::uint64_t count);

}  // namespace told

}  // namespace ringfare
