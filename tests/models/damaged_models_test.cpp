// SPDX-License-Identifier: MIT
// Whatever is in a model file, it is read or refused with a UserError; nothing else happens.
#include <gtest/gtest.h>

#include "tests/models/model_folder.hpp"

namespace ringfare {
namespace {

/// 1 when the text was accepted.
template <class Load>
int accepted(const ModelFolder& folder, std::string_view file, std::string_view text, Load load) {
  folder.write(file, text);
  try {
    load(folder.library());
    return 1;
  } catch (const UserError& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with(folder.root().string())) << error.what();
    return 0;
  }
}

/// Cuts and overwrites `text` everywhere; says how often the result was refused.
template <class Load>
int refusals(std::string_view file, const std::string& text, Load load) {
  const ModelFolder folder;
  int refused = 0;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::string struck = text;
    struck[at] = "x1\"'={[#\n\0\xff"[at % 11];
    refused += 1 - accepted(folder, file, text.substr(0, at), load);
    refused += 1 - accepted(folder, file, struck, load);
  }
  EXPECT_EQ(accepted(folder, file, text, load), 1);
  return refused;
}

TEST(DamagedModel, Cpu) {
  const auto load = [](const ModelLibrary& library) { library.cpu("x"); };
  EXPECT_GT(refusals("cpus/x.toml", plain_cpu() + plain_prices(), load), 1000);
}

TEST(DamagedModel, Kernel) {
  const auto load = [](const ModelLibrary& library) { library.kernel("x"); };
  EXPECT_GT(refusals("kernels/x.toml", plain_kernel(), load), 500);
}

TEST(DamagedModel, KernelThatExtends) {
  const std::string text = R"(extends = "plain"
[[stage]]
door = "syscall"
name = "page-table switch"
remove = true
[[stage]]
door = "syscall"
name = "one nop"
after = "swapgs in"
side = "entry"
source = "mine"
asm = "nop"
)";
  const auto load = [](const ModelLibrary& library) { library.kernel("x"); };
  EXPECT_GT(refusals("kernels/x.toml", text, load), 50);
}

}  // namespace
}  // namespace ringfare
