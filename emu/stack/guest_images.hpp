// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/stack/guest_image.hpp"

namespace ringfare {

/// The executables and libraries in a guest's memory, each read when it is first asked for.
class GuestImages {
 public:
  /// The image that the code at `address` belongs to; null for code without a file.
  const GuestImage* at(const AddressSpace& memory, std::uint64_t address);
  /// "main+0x12", "main" at its first instruction; empty where no symbol is near.
  std::string name_of(const AddressSpace& memory, std::uint64_t address);
  /// Where the function of that name begins, in the image that lies lowest of those that have one.
  std::optional<std::uint64_t> address_of(const AddressSpace& memory, std::string_view function);
  /// The names of all functions.
  std::vector<std::string> functions(const AddressSpace& memory);

  /// After execve: forgets the images of the old program.
  void forget() { images_.clear(); }

 private:
  const GuestImage& read(const AddressSpace& memory, const Region& first);

  std::map<std::pair<std::string, std::uint64_t>, std::unique_ptr<GuestImage>> images_;
};

}  // namespace ringfare
