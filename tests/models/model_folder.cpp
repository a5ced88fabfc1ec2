// SPDX-License-Identifier: MIT
#include "tests/models/model_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "models/price_keys.hpp"

namespace ringfare {

namespace fs = std::filesystem;

std::string plain_cpu() {
  return R"(description = "a plain processor"
vendor = "Intel"
family = 6
model = 94
stepping = 3
brand = "Plain CPU"
mhz = 2000
tsc_mhz = 1000
llvm = "skylake"
features = ["fpu", "sse2"]
mitigations = ["pti", "verw"]
)";
}

std::string plain_prices() {
  std::string text = "[prices]\n";
  constexpr std::string_view kPriced[] = {"", "sse2", "lm", "syscall"};
  for (const PriceKey& key : kPriceKeys) {
    if (key.on_use || std::ranges::find(kPriced, key.feature) == std::end(kPriced)) continue;
    text += fmt::format("{} = {{ cycles = 1.25, evidence = \"assumed\", source = \"a test\" }}\n",
                        key.name);
  }
  return text;
}

std::string plain_kernel() {
  return R"(description = "a plain kernel"
release = "6.1.0"
version = "#1"
syscall_limit = 451

[constants]
USER_DS = 0x2b

[mitigations.pti]
sysfs = "meltdown"
meaning = "page-table isolation"

[mitigations.verw]
sysfs = "mds"
meaning = "buffers cleared"

[[stage]]
door = "syscall"
name = "swapgs in"
side = "entry"
note = "the kernel's own gs"
source = "a test"
asm = '''
  swapgs
  nop'''

[[stage]]
door = "syscall"
name = "page-table switch"
side = "entry"
when = "pti, no-verw"
source = "a test"
asm = "nop"

[[stage]]
door = "syscall"
name = "swapgs out"
side = "exit"
source = "a test"
price = { cycles = 3, evidence = "fitted", source = "a test" }

[services.default]
fixed = { cycles = 60, evidence = "fitted", source = "a test" }

[services.read]
fixed = { cycles = 100, evidence = "fitted", source = "a test" }
pipe = { cycles = 150, evidence = "fitted", source = "a test" }

[copy_from_user]
fixed = { cycles = 10, evidence = "assumed", source = "a test" }
per_byte = { cycles = 0.06, evidence = "assumed", source = "a test" }

[copy_to_user]
fixed = { cycles = 11, evidence = "assumed", source = "a test" }
per_byte = { cycles = 0.07, evidence = "assumed", source = "a test" }
)";
}

ModelFolder::ModelFolder() {
  std::string name = (fs::temp_directory_path() / "models-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr, "no temporary folder {}", name);
  root_ = name;
  fs::create_directories(root_ / "cpus");
  fs::create_directories(root_ / "kernels");
  write("cpus/plain.toml", plain_cpu() + plain_prices());
  write("kernels/plain.toml", plain_kernel());
}

ModelFolder::~ModelFolder() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void ModelFolder::write(std::string_view file, std::string_view text) const {
  std::ofstream(root_ / file, std::ios::binary) << text;
}

std::string ModelFolder::complaint(const std::function<void()>& action) const {
  try {
    action();
  } catch (const UserError& error) {
    std::string text = error.what();
    const std::string prefix = root_.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }
  return "";
}

}  // namespace ringfare
