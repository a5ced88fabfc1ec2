// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"
#include "emu/cli/options/options.hpp"
#include "emu/cli/output.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/vdso/image.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kVdsoOptions[] = {
    {"dump", "FILE", "write the image to FILE, for readelf, objdump and gdb"},
    {"abi", "NAME", "whose image: amd64 or i386", "amd64"},
    kHelpOption,
};

constexpr Choice<Abi> kAbis[] = {{"amd64", Abi::Amd64}, {"i386", Abi::I386}};

void dump(Abi abi, const std::string& name) {
  Output file(name);
  const auto image = VdsoImage::file(abi);
  file.write({reinterpret_cast<const char*>(image.data()), image.size()});
  file.close();
}

}  // namespace

int vdso_verb(const std::vector<std::string>& words) {
  OptionTable table("options");
  add_options(table, kVdsoOptions);
  const ParsedOptions options = parse_options("vdso", table, words, Words::Ours);
  if (options.has("help")) return print_help("vdso [OPTIONS]", table), 0;
  if (!options.rest.empty())
    throw UserError(fmt::format("vdso: '{}' is not an option", options.rest.front()));
  const Abi abi = choose("--abi", options.text("abi"), kAbis);
  if (options.has("dump")) return dump(abi, options.text("dump")), 0;
  for (const VdsoImage::Function& function : VdsoImage(abi).functions())
    fmt::print("{:#06x} {:4} bytes  {}\n", function.offset, function.size, function.name);
  return 0;
}

}  // namespace ringfare
