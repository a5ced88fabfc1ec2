// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ringfare {

/// An option of the command line. Its row is all that --help and the parser know of it.
struct OptionRow {
  const char* names;  // "output,o": the long one, and its letter; ",e": a letter alone
  /// What --help calls its value: "FILE". "[=SET]": the value may be left out, "NAME...": the
  /// option may be given again, "": it takes none.
  const char* value;
  const char* help;
  const char* initial = nullptr;  // its value where it is not given; null: it has none

  /// The long name: "output".
  constexpr std::string_view name() const {
    const std::string_view all = names;
    return all.substr(0, all.find(','));
  }
};

}  // namespace ringfare
