// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "emu/vdso/image.hpp"

namespace ringfare {

/// The image as a file, and what a command says about it.
class Dump {
 public:
  explicit Dump(Abi abi)
      : path_(fmt::format("{}/ringfare-vdso-{}.so", std::filesystem::temp_directory_path().string(),
                          getpid())) {
    const auto image = VdsoImage::file(abi);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()),
               static_cast<std::streamsize>(image.size()));
  }
  ~Dump() { std::filesystem::remove(path_); }

  std::string shown_by(const std::string& command) const {
    std::FILE* const pipe = popen(fmt::format("LC_ALL=C {} {}", command, path_).c_str(), "r");
    std::string text;
    std::array<char, 4096> part;
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe))
      text.append(part.data(), got);
    EXPECT_EQ(pclose(pipe), 0) << command;
    return text;
  }

 private:
  std::string path_;
};

}  // namespace ringfare
