// SPDX-License-Identifier: MIT
// What a call is found to be: its row, what it stands for, who serves it, what its arguments are.
#include "emu/linux/abi/call.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <initializer_list>

#include "emu/linux/resolve.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kData = 0x2000'0000, kUnmapped = 0x2200'0000;

class ResolvedCall : public ::testing::Test {
 protected:
  ResolvedCall() {
    EXPECT_EQ(memory_.map({.range = {{kData}, {kData + kPageSize}},
                           .permissions = {.read = true, .write = true}}),
              0);
  }

  void put(std::initializer_list<std::uint32_t> words) {
    std::uint64_t at = kData;
    for (const std::uint32_t word : words) {
      EXPECT_TRUE(memory_.store(GuestAddress{at}, word));
      at += sizeof word;
    }
  }

  Call call(Abi abi, std::string_view name, std::initializer_list<std::uint64_t> args) {
    CallRequest request{
        .abi = abi, .number = static_cast<std::uint64_t>(number_of(*find_syscall(abi, name), abi))};
    std::copy(args.begin(), args.end(), request.args.begin());
    return resolved(request, memory_);
  }

  AddressSpace memory_;
};

/// System V ABI: of an int the lower half counts, of a long, a size or a pointer all of it.
TEST_F(ResolvedCall, OfAnIntTheLowerHalfCounts) {
  constexpr std::uint64_t kGarbage = 0x1'0000'0000, kMinusOne = ~std::uint64_t{0};
  EXPECT_EQ(call(Abi::Amd64, "getitimer", {kGarbage | 2, kData}).args[0], 2u);
  EXPECT_EQ(call(Abi::Amd64, "close", {0xffff'ffff}).args[0], kMinusOne);
  EXPECT_EQ(call(Abi::Amd64, "chown", {kData, kGarbage | 7, kMinusOne}).args[2], 0xffff'ffffu);
  EXPECT_EQ(call(Abi::Amd64, "chown", {kData, kGarbage | 7, kMinusOne}).args[1], 7u);
  EXPECT_EQ(call(Abi::Amd64, "read", {0, kData, kGarbage}).args[2], kGarbage);
  EXPECT_EQ(call(Abi::Amd64, "read", {kGarbage, kData, 1}).request.args[0], kGarbage);
}

TEST_F(ResolvedCall, IsServedByItsOwnRow) {
  const Call read = call(Abi::Amd64, "read", {3, kData, 10});
  EXPECT_EQ(read.row, find_syscall(Abi::Amd64, "read"));
  EXPECT_EQ(read.served, read.row);
  EXPECT_EQ(read.told(), read.row);
  EXPECT_EQ(read.name(), "read");
  EXPECT_EQ(read.error, 0);
}

TEST_F(ResolvedCall, WithoutARowHasANumber) {
  const Call unknown = resolved({.number = 500}, memory_);
  EXPECT_EQ(unknown.row, nullptr);
  EXPECT_EQ(unknown.served, nullptr);
  EXPECT_EQ(unknown.name(), "syscall_0x1f4");
  EXPECT_EQ(unknown.shape().size(), 6u);
}

TEST_F(ResolvedCall, OfI386IsServedByOneOfAmd64) {
  const Call fstat = call(Abi::I386, "fstat64", {0xffff'ffff'0000'0003, kData});
  EXPECT_EQ(fstat.told_name(), "fstat64");
  EXPECT_EQ(fstat.served->name, "fstat");
  EXPECT_EQ(fstat.args[0], 3u);  // registers are cut to 32 bits
}

TEST_F(ResolvedCall, IsWhatSocketcallStandsFor) {
  put({3, 4, 5});
  const Call listen = call(Abi::I386, "socketcall", {4, kData});
  EXPECT_EQ(listen.name(), "socketcall");
  EXPECT_EQ(listen.told_name(), "listen");
  EXPECT_EQ(listen.served->name, "listen");
  EXPECT_EQ(listen.told_args(), (CallArguments{3, 4}));
  EXPECT_EQ(listen.bytes_read, 8u);
}

TEST_F(ResolvedCall, FailsWhereTheCallInsideCannotBeRead) {
  const Call unreadable = call(Abi::I386, "socketcall", {4, kUnmapped});
  EXPECT_EQ(unreadable.error, -EFAULT);
  EXPECT_EQ(unreadable.told_name(), "socketcall");
  EXPECT_EQ(call(Abi::I386, "socketcall", {77, kData}).error, -EINVAL);
  EXPECT_EQ(call(Abi::I386, "ipc", {5}).error, -ENOSYS);
  EXPECT_EQ(call(Abi::I386, "mmap", {kUnmapped}).error, -EFAULT);
}

TEST_F(ResolvedCall, OfIpcIsToldByItsOwnNameWhereI386HasOne) {
  const Call get = call(Abi::I386, "ipc", {2, 1, 2, 3});  // SEMGET
  EXPECT_EQ(get.told_name(), "semget");
  EXPECT_EQ(get.served->name, "semget");
  EXPECT_EQ(get.args, (CallArguments{1, 2, 3}));
  const Call operate = call(Abi::I386, "ipc", {1, 7, 1, 0, kData});  // SEMOP
  EXPECT_EQ(operate.told_name(), "ipc");
  EXPECT_EQ(operate.served->name, "semop");
  EXPECT_EQ(operate.args, (CallArguments{7, kData, 1}));
  EXPECT_EQ(operate.told_args()[0], 1u);
}

TEST_F(ResolvedCall, KeepsTheAddressForWhatIpcAttaches) {
  const Call attach = call(Abi::I386, "ipc", {21, 1, 0, kData, 0});  // SHMAT
  EXPECT_EQ(attach.result_at, kData);
  EXPECT_EQ(call(Abi::I386, "ipc", {21 | 1u << 16, 1, 0, kData, 0}).error, -EINVAL);
}

TEST_F(ResolvedCall, HasTheShapeThatItsFlagsAndCommandsGiveIt) {
  EXPECT_EQ(call(Abi::Amd64, "open", {kData, O_RDONLY}).shape().size(), 2u);
  EXPECT_EQ(call(Abi::Amd64, "open", {kData, O_CREAT}).shape().size(), 3u);
  const Call flags = call(Abi::Amd64, "fcntl", {1, F_GETFL});
  EXPECT_EQ(flags.shape().size(), 2u);
  EXPECT_EQ(flags.shape().returns(), ResultKind::StatusFlags);
  const Call duplicate = call(Abi::I386, "fcntl64", {1, F_DUPFD, 9});
  EXPECT_EQ(duplicate.shape()[2].spec.kind, ArgKind::Int);
  EXPECT_EQ(duplicate.shape().returns(), ResultKind::Descriptor);
  EXPECT_EQ(&duplicate.shape(), &duplicate.shape());  // once
}

}  // namespace
}  // namespace ringfare
