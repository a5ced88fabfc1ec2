// SPDX-License-Identifier: MIT
// What takes its time: ctest -L slow.
#include <gtest/gtest.h>

#include "tests/guests/run_in_rounds.hpp"

namespace ringfare::testing {
namespace {

TEST(Soak, TenThousandChildrenLeaveNothingBehind) {
  expect_nothing_left(many_children("musl", 2500));
}

}  // namespace
}  // namespace ringfare::testing
