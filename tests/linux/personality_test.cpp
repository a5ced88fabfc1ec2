// SPDX-License-Identifier: MIT
#include "emu/kernel/personality.hpp"

#include "tests/linux/guest_process.hpp"

namespace ringfare {
namespace {

class PersonalityTest : public GuestProcess {};

TEST_F(PersonalityTest, WritesAndReadsAFile) {
  const std::uint64_t path = text("file");
  const std::int64_t fd = call(
      "openat", {static_cast<std::uint64_t>(AT_FDCWD), path, O_RDWR | O_CREAT | O_TRUNC, 0644});
  EXPECT_EQ(fd, 3);
  const Served written = serve("write", {3, text("hello", kData + 100), 5});
  EXPECT_EQ(written.result, 5);
  EXPECT_EQ(written.bytes_in, 5u);
  EXPECT_EQ(written.bytes_out, 0u);
  EXPECT_EQ(written.file_kind, "regular");
  EXPECT_EQ(call("lseek", {3, 1, SEEK_SET}), 1);
  const Served read = serve("read", {3, kData + 200, 100});
  EXPECT_EQ(read.result, 4);
  EXPECT_EQ(read.bytes_out, 4u);
  EXPECT_EQ(text_at(kData + 200, 4), "ello");
  EXPECT_EQ(call("close", {3}), 0);
  EXPECT_EQ(call("close", {3}), -EBADF);
  EXPECT_EQ(std::filesystem::file_size("file"), 5u);
}

TEST_F(PersonalityTest, UnknownCallWarnsOnce) {
  EXPECT_EQ(call("ptrace", {0, 0, 0, 0}), -ENOSYS);
  EXPECT_EQ(personality_->take_warning(),
            "system call 101 (ptrace) is not implemented; the guest got ENOSYS");
  EXPECT_EQ(call("ptrace", {0, 0, 0, 0}), -ENOSYS);
  EXPECT_EQ(personality_->take_warning(), std::nullopt);
  EXPECT_EQ(call("rseq", {0, 0, 0, 0}), -ENOSYS);
  EXPECT_EQ(personality_->take_warning(), std::nullopt);
}

}  // namespace
}  // namespace ringfare
