// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <iostream>

#include "cpu/base/failure.hpp"
#include "emu/cli/options.hpp"
#include "emu/cli/output.hpp"
#include "emu/cli/verbs.hpp"
#include "emu/vdso/image.hpp"

namespace ringfare {
namespace {

namespace po = boost::program_options;

OptionTable vdso_options() {
  OptionTable table("options");
  table.add_options()("dump", po::value<std::string>()->value_name("FILE"),
                      "write the image to FILE, for readelf, objdump and gdb")(
      "abi", po::value<std::string>()->default_value("amd64")->value_name("NAME"),
      "whose image: amd64 or i386")("help,h", "this text");
  return table;
}

Abi chosen_abi(const std::string& name) {
  if (name == "amd64") return Abi::Amd64;
  if (name == "i386") return Abi::I386;
  throw UserError(fmt::format("--abi {}: give one of amd64, i386", name));
}

void dump(Abi abi, const std::string& name) {
  Output file(name);
  const auto image = VdsoImage::file(abi);
  std::fwrite(image.data(), 1, image.size(), file.file());
  file.close();
}

}  // namespace

int vdso_verb(const std::vector<std::string>& words) {
  const OptionTable table = vdso_options();
  const ParsedOptions options = parse_options("vdso", table, words, Words::Ours);
  if (options.has("help")) {
    std::cout << "usage: ringfare vdso [OPTIONS]\n\n" << table;
    return 0;
  }
  if (!options.rest.empty())
    throw UserError(fmt::format("vdso: '{}' is not an option", options.rest.front()));
  const Abi abi = chosen_abi(options.text("abi"));
  if (options.has("dump")) return dump(abi, options.text("dump")), 0;
  for (const VdsoImage::Function& function : VdsoImage(abi).functions())
    fmt::print("{:#06x} {:4} bytes  {}\n", function.offset, function.size, function.name);
  return 0;
}

}  // namespace ringfare
