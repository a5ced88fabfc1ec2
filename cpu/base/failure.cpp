// SPDX-License-Identifier: MIT
#include "cpu/base/failure.hpp"

#include <cstdio>
#include <cstdlib>

namespace ringfare {

void check_failed(const char* file, int line, std::string_view condition,
                  const std::string& message) {
  fmt::print(stderr, "ringfare: internal error at {}:{}: {} ({})\n", file, line, message,
             condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace ringfare
