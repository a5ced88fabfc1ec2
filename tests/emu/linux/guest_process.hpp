// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/linux/personality.hpp"
#include "emu/linux/resolve.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/processor/clock.hpp"
#include "emu/program/loader.hpp"

namespace ringfare {

/// A process with a page of code, four pages of data and no program, whose calls a test makes by
/// name. Works in a fresh directory that is removed at the end.
class GuestProcess : public ::testing::Test {
 protected:
  GuestProcess() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ringfare-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(directory_);
    map_data(kData, kDataSize, {.read = true, .write = true});
    map_data(kReadOnly, kPageSize, {.read = true});
    personality_.emplace(memory_, clock_, image(), options());
  }
  ~GuestProcess() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(directory_);
  }

  static constexpr std::uint64_t kData = 0x2000'0000, kDataSize = 4 * kPageSize;
  static constexpr std::uint64_t kDataEnd = kData + kDataSize;
  static constexpr std::uint64_t kReadOnly = 0x2100'0000;
  static constexpr std::uint64_t kUnmapped = 0x2200'0000;
  static constexpr std::uint64_t kBrkStart = 0x3000'0000;
  static constexpr int kPid = 1000;

  static ProgramImage image() {
    ProgramImage program;
    program.path = "/opt/guest/program";
    program.brk_start = {kBrkStart};
    return program;
  }
  static PersonalityOptions options() {
    return {.uname_release = "6.1.0", .uname_version = "#1 SMP", .seed = 1, .pid = kPid};
  }

  void map_data(std::uint64_t begin, std::uint64_t size, Permissions permissions) {
    ASSERT_EQ(memory_.map({.range = {{begin}, {begin + size}}, .permissions = permissions}), 0);
  }

  Served serve(const CallRequest& request) {
    return personality_->serve(thread_, resolved(request, memory_));
  }
  Served serve(std::string_view name, std::initializer_list<std::uint64_t> args) {
    const SyscallRow* const row = find_syscall(Abi::Amd64, name);
    EXPECT_NE(row, nullptr) << name;
    CallRequest request{.number = static_cast<std::uint64_t>(row->amd64)};
    std::copy(args.begin(), args.end(), request.args.begin());
    return serve(request);
  }
  std::int64_t call(std::string_view name, std::initializer_list<std::uint64_t> args) {
    return serve(name, args).result;
  }

  /// The signal that ends the process on the way out of a call.
  std::optional<int> killed_by(std::string_view name, std::initializer_list<std::uint64_t> args) {
    serve(name, args);
    return personality_->deliver(thread_, std::nullopt).killed_by;
  }

  /// Puts text with its NUL into guest memory; its address.
  std::uint64_t text(std::string_view value, std::uint64_t at = kData) {
    EXPECT_TRUE(memory_.write({at}, std::as_bytes(std::span(value))));
    EXPECT_TRUE(memory_.store(GuestAddress{at + value.size()}, '\0'));
    return at;
  }
  std::string text_at(std::uint64_t address, std::uint64_t size) {
    std::string value(size, '\0');
    EXPECT_TRUE(memory_.read({address}, std::as_writable_bytes(std::span(value))));
    return value;
  }

  AddressSpace memory_;
  SimulatedClock clock_{1'000'000, 1'000'000, SimulatedClock::kDefaultEpoch};
  Thread thread_;
  std::optional<Personality> personality_;
  std::filesystem::path directory_, before_;
};

}  // namespace ringfare
