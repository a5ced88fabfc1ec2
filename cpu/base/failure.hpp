// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace ringfare {

/// A place in a text the user wrote: a model file, a list of options. `line` 0 means the whole
/// file.
struct SourcePosition {
  std::string file;
  unsigned line = 0;
};

/// The user's mistake: what is wrong, where, how to mend it. Caught once, in `main`; exit status
/// 125.
class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& what) : std::runtime_error(what) {}
  UserError(const SourcePosition& at, const std::string& what)
      : std::runtime_error(at.line == 0 ? fmt::format("{}: {}", at.file, what)
                                        : fmt::format("{}:{}: {}", at.file, at.line, what)) {}
};

[[noreturn]] void check_failed(const char* file, int line, std::string_view condition,
                               const std::string& message);

}  // namespace ringfare

/// Our own mistake: stays on in release builds, says what was expected, aborts.
#define CHECK(condition, ...)                                                               \
  do {                                                                                      \
    if (!(condition)) [[unlikely]]                                                          \
      ::ringfare::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)
