// SPDX-License-Identifier: MIT
// The same program, arguments and input on the bare machine and inside: same output, same ending.
#include <gtest/gtest.h>

#include <string>

#include "tests/guests/program_rows.hpp"

namespace ringfare::testing {
namespace {

class SameAsNative : public ::testing::TestWithParam<ProgramRow> {};

TEST_P(SameAsNative, OutputAndEnding) {
  const ProgramRow& row = GetParam();
  if (!row.exists()) GTEST_SKIP() << row.program << " was not built: its sources are missing";
  ScratchDirectory directory;
  prepare(directory.path());
  const Launch launch = row.launch(directory.path());
  const Outcome native = run(launch);
  const Outcome inside = run(under_ringfare(launch));
  EXPECT_EQ(native.ending(), inside.ending()) << inside.errors;
  EXPECT_TRUE(native.output == inside.output)
      << "native, " << native.output.size() << " bytes:\n"
      << native.output.substr(0, 2000) << "\ninside, " << inside.output.size() << " bytes:\n"
      << inside.output.substr(0, 2000) << inside.errors.substr(0, 2000);
}

std::string name_of(const ::testing::TestParamInfo<ProgramRow>& info) {
  return std::string(info.param.name);
}

INSTANTIATE_TEST_SUITE_P(Busybox, SameAsNative, ::testing::ValuesIn(busybox_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Own, SameAsNative, ::testing::ValuesIn(own_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Lua, SameAsNative, ::testing::ValuesIn(lua_rows()), name_of);

}  // namespace
}  // namespace ringfare::testing
