// SPDX-License-Identifier: MIT
#include "cpu/memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <random>

namespace ringfare {
namespace {

constexpr Permissions kRead{.read = true};
constexpr Permissions kReadWrite{.read = true, .write = true};
constexpr Permissions kCode{.read = true, .execute = true};
constexpr GuestAddress kBase{0x2000'0000};

constexpr GuestRange pages(std::uint64_t first, std::uint64_t count) {
  return {kBase + first * kPageSize, kBase + (first + count) * kPageSize};
}

class Memory : public testing::Test {
 protected:
  int map(GuestRange range, Permissions permissions = kReadWrite, const std::string& name = "") {
    return memory_.map({.range = range, .permissions = permissions, .name = name});
  }

  /// "0+2 rw-" by pages from kBase.
  std::vector<std::string> layout() const {
    std::vector<std::string> lines;
    for (const Region& region : memory_.regions()) {
      const Permissions& p = region.permissions;
      lines.push_back(fmt::format("{}+{} {}{}{}{}{}", (region.range.begin - kBase) / kPageSize,
                                  region.range.size() / kPageSize, p.read ? 'r' : '-',
                                  p.write ? 'w' : '-', p.execute ? 'x' : '-',
                                  region.name.empty() ? "" : " ", region.name));
    }
    return lines;
  }

  using Lines = std::vector<std::string>;
  AddressSpace memory_;
};

TEST_F(Memory, StartsEmpty) {
  EXPECT_TRUE(memory_.regions().empty());
  EXPECT_EQ(memory_.find(kBase), nullptr);
  EXPECT_FALSE(memory_.readable(kBase, 1));
  EXPECT_TRUE(memory_.readable(kBase, 0));
}

TEST_F(Memory, MapsZeroesAtTheGuestsAddress) {
  ASSERT_EQ(map(pages(0, 2)), 0);
  EXPECT_EQ(memory_.load<std::uint64_t>(kBase + kPageSize), 0u);
  ASSERT_TRUE(memory_.store<std::uint32_t>(kBase + 8, 0x12345678));
  EXPECT_EQ(*reinterpret_cast<const std::uint32_t*>(AddressSpace::host(kBase + 8)), 0x12345678u);
}

TEST_F(Memory, RefusesWhatLiesOutsideItsLimits) {
  EXPECT_EQ(map({{0}, {kPageSize}}), -ENOMEM);
  EXPECT_EQ(map({AddressSpace::kDefaultLimits.end, AddressSpace::kDefaultLimits.end + kPageSize}),
            -ENOMEM);
  EXPECT_EQ(map({kBase + 1, kBase + kPageSize}), -EINVAL);
  EXPECT_EQ(map({kBase, kBase}), -EINVAL);
  EXPECT_TRUE(memory_.regions().empty());
}

TEST_F(Memory, NeighboursOfOneKindAreOneRegion) {
  map(pages(0, 1));
  map(pages(2, 1));
  EXPECT_EQ(layout(), (Lines{"0+1 rw-", "2+1 rw-"}));
  map(pages(1, 1));
  EXPECT_EQ(layout(), (Lines{"0+3 rw-"}));
  map(pages(3, 1), kRead);
  map(pages(4, 1), kRead, "[heap]");
  EXPECT_EQ(layout(), (Lines{"0+3 rw-", "3+1 r--", "4+1 r-- [heap]"}));
}

TEST_F(Memory, MappingReplacesWhatIsThere) {
  map(pages(0, 3));
  memory_.store<std::uint8_t>(kBase + kPageSize, 7);
  map(pages(1, 1), kRead);
  EXPECT_EQ(layout(), (Lines{"0+1 rw-", "1+1 r--", "2+1 rw-"}));
  EXPECT_EQ(memory_.load<std::uint8_t>(kBase + kPageSize), 0);
}

TEST_F(Memory, UnmapCutsRegions) {
  map(pages(0, 5));
  EXPECT_EQ(memory_.unmap(pages(1, 1)), 0);
  EXPECT_EQ(memory_.unmap(pages(3, 9)), 0);
  EXPECT_EQ(layout(), (Lines{"0+1 rw-", "2+1 rw-"}));
  EXPECT_FALSE(memory_.readable(kBase + kPageSize - 1, 2));
  EXPECT_EQ(memory_.unmap({kBase, kBase}), -EINVAL);
}

TEST_F(Memory, ProtectSplitsAndJoins) {
  map(pages(0, 3));
  ASSERT_EQ(memory_.protect(pages(1, 1), kRead), 0);
  EXPECT_EQ(layout(), (Lines{"0+1 rw-", "1+1 r--", "2+1 rw-"}));
  EXPECT_FALSE(memory_.writable(kBase + kPageSize, 1));
  EXPECT_FALSE(memory_.store<std::uint8_t>(kBase + kPageSize, 1));
  EXPECT_TRUE(memory_.readable(kBase, 3 * kPageSize));
  EXPECT_FALSE(memory_.writable(kBase, 3 * kPageSize));
  ASSERT_EQ(memory_.protect(pages(1, 1), kReadWrite), 0);
  EXPECT_EQ(layout(), (Lines{"0+3 rw-"}));
  EXPECT_EQ(memory_.protect(pages(2, 2), kRead), -ENOMEM);
}

TEST_F(Memory, NoAccessIsNoAccess) {
  map(pages(0, 1), {});
  std::array<std::byte, 4> bytes{};
  EXPECT_FALSE(memory_.read(kBase, bytes));
  EXPECT_FALSE(memory_.write(kBase, bytes));
}

TEST_F(Memory, WritableAndExecutablePagesAreReadable) {
  map(pages(0, 1), {.write = true});
  map(pages(1, 1), {.execute = true});
  EXPECT_TRUE(memory_.readable(kBase, 2 * kPageSize));
}

TEST_F(Memory, CopiesAllOrNothing) {
  map(pages(0, 1));
  const std::array<std::byte, 16> bytes{std::byte{1}};
  EXPECT_FALSE(memory_.write(kBase + kPageSize - 8, bytes));
  EXPECT_EQ(memory_.load<std::uint64_t>(kBase + kPageSize - 8), 0u);
  EXPECT_FALSE(memory_.readable({~std::uint64_t{0} - 3}, 16));
}

TEST_F(Memory, ReadsStringsUpToTheirEnd) {
  map(pages(0, 1));
  const std::string text = "hello";
  const auto put = [&](std::uint64_t offset, bool terminated) {
    memory_.write(kBase + offset,
                  std::as_bytes(std::span(text.c_str(), text.size() + (terminated ? 1 : 0))));
  };
  put(0, true);
  EXPECT_EQ(memory_.read_string(kBase), "hello");
  EXPECT_EQ(memory_.read_string(kBase, 6), "hello");
  EXPECT_EQ(memory_.read_string(kBase, 5), std::nullopt);
  put(kPageSize - 5, false);
  EXPECT_EQ(memory_.read_string(kBase + (kPageSize - 5)), std::nullopt);
  map(pages(1, 1));
  EXPECT_EQ(memory_.read_string(kBase + (kPageSize - 5)), "hello");
}

TEST_F(Memory, FindsHolesFromEitherEnd) {
  const GuestRange within = pages(0, 10);
  map(pages(2, 3));
  EXPECT_EQ(memory_.find_free(2 * kPageSize, within, AddressSpace::Search::BottomUp), kBase);
  EXPECT_EQ(memory_.find_free(3 * kPageSize, within, AddressSpace::Search::BottomUp),
            pages(5, 1).begin);
  EXPECT_EQ(memory_.find_free(5 * kPageSize, within, AddressSpace::Search::TopDown),
            pages(5, 1).begin);
  EXPECT_EQ(memory_.find_free(6 * kPageSize, within, AddressSpace::Search::TopDown), std::nullopt);
  map(pages(9, 1));
  EXPECT_EQ(memory_.find_free(kPageSize, within, AddressSpace::Search::TopDown), pages(8, 1).begin);
  EXPECT_EQ(memory_.find_free(2 * kPageSize, pages(3, 3), AddressSpace::Search::TopDown),
            std::nullopt);
}

TEST_F(Memory, ReservedRangesDoNotExistForTheGuest) {
  ASSERT_TRUE(memory_.reserve(pages(4, 2)));
  EXPECT_EQ(map(pages(5, 1)), -ENOMEM);
  EXPECT_EQ(memory_.find_free(6 * kPageSize, pages(0, 10), AddressSpace::Search::BottomUp),
            std::nullopt);
  EXPECT_EQ(memory_.find_free(4 * kPageSize, pages(0, 10), AddressSpace::Search::TopDown),
            pages(6, 1).begin);
  map(pages(0, 1));
  EXPECT_FALSE(memory_.reserve(pages(0, 2)));
}

TEST_F(Memory, MovesPagesWithTheirContent) {
  map(pages(0, 4));
  memory_.store<std::uint8_t>(kBase + kPageSize, 7);
  ASSERT_EQ(memory_.move(pages(1, 2), pages(10, 1).begin), 0);
  EXPECT_EQ(layout(), (Lines{"0+1 rw-", "3+1 rw-", "10+2 rw-"}));
  EXPECT_EQ(memory_.load<std::uint8_t>(pages(10, 1).begin), 7);
  EXPECT_EQ(memory_.move(pages(1, 1), pages(20, 1).begin), -EFAULT);
}

TEST_F(Memory, TellsWhichCodeChanged) {
  map(pages(0, 1));
  EXPECT_TRUE(memory_.take_changed_code().empty());
  map(pages(1, 2), kCode);
  EXPECT_EQ(memory_.take_changed_code(), (std::vector{pages(1, 2)}));
  memory_.protect(pages(1, 1), kReadWrite);
  EXPECT_EQ(memory_.take_changed_code(), (std::vector{pages(1, 1)}));
  memory_.unmap(pages(0, 2));
  EXPECT_TRUE(memory_.take_changed_code().empty());
  memory_.unmap(pages(2, 1));
  EXPECT_EQ(memory_.take_changed_code(), (std::vector{pages(2, 1)}));
}

/// A file with a byte per page: 'a', 'b', ...
class MappedFile : public Memory {
 protected:
  void SetUp() override {
    fd_ = memfd_create("file", MFD_CLOEXEC);
    ASSERT_EQ(ftruncate(fd_, 4 * kPageSize), 0);
    for (int page = 0; page < 4; ++page) {
      const char letter = static_cast<char>('a' + page);
      ASSERT_EQ(pwrite(fd_, &letter, 1, page * static_cast<off_t>(kPageSize)), 1);
    }
  }
  void TearDown() override { close(fd_); }

  int map_file(GuestRange range, std::uint64_t page, bool shared) {
    return memory_.map({.range = range, .permissions = kReadWrite, .name = "/file"},
                       {.host_fd = fd_, .offset = page * kPageSize, .shared = shared});
  }

  int fd_ = -1;
};

TEST_F(MappedFile, ShowsItsBytesAndKeepsItsOffsets) {
  ASSERT_EQ(map_file(pages(0, 4), 0, false), 0);
  EXPECT_EQ(memory_.load<char>(pages(2, 1).begin), 'c');
  memory_.unmap(pages(1, 1));
  EXPECT_EQ(memory_.find(pages(2, 1).begin)->offset, 2 * kPageSize);
  map_file(pages(1, 1), 1, false);
  EXPECT_EQ(layout(), (Lines{"0+4 rw- /file"}));
  map_file(pages(1, 1), 3, false);  // another page of the file: not the same run
  EXPECT_EQ(layout().size(), 3u);
}

TEST_F(MappedFile, PrivateWritesStayPrivate) {
  char letter = 0;
  map_file(pages(0, 1), 0, false);
  memory_.store(kBase, 'X');
  ASSERT_EQ(pread(fd_, &letter, 1, 0), 1);
  EXPECT_EQ(letter, 'a');
  map_file(pages(1, 1), 0, true);
  memory_.store(pages(1, 1).begin, 'Y');
  ASSERT_EQ(pread(fd_, &letter, 1, 0), 1);
  EXPECT_EQ(letter, 'Y');
  EXPECT_TRUE(memory_.find(pages(1, 1).begin)->shared);
}

/// The map of regions against a byte per page, over random operations.
TEST_F(Memory, AgreesWithAPlainArrayOfPages) {
  constexpr std::uint64_t kPages = 24;
  std::array<char, kPages> expected;
  expected.fill('.');
  std::mt19937 random(20260101);
  for (int step = 0; step < 2000; ++step) {
    const std::uint64_t first = random() % kPages;
    const std::uint64_t count = 1 + random() % (kPages - first);
    const GuestRange range = pages(first, count);
    const auto begin = expected.begin() + first, end = begin + count;
    switch (random() % 4) {
      case 0:
        ASSERT_EQ(map(range), 0);
        std::fill(begin, end, 'w');
        break;
      case 1:
        ASSERT_EQ(map(range, kRead), 0);
        std::fill(begin, end, 'r');
        break;
      case 2:
        ASSERT_EQ(memory_.unmap(range), 0);
        std::fill(begin, end, '.');
        break;
      default: {
        const bool whole = std::find(begin, end, '.') == end;
        ASSERT_EQ(memory_.protect(range, kRead), whole ? 0 : -ENOMEM);
        if (whole) std::fill(begin, end, 'r');
      }
    }
    for (std::uint64_t page = 0; page < kPages; ++page) {
      ASSERT_EQ(memory_.readable(pages(page, 1).begin, kPageSize), expected[page] != '.') << step;
      ASSERT_EQ(memory_.writable(pages(page, 1).begin, kPageSize), expected[page] == 'w') << step;
    }
  }
}

}  // namespace
}  // namespace ringfare
