// SPDX-License-Identifier: MIT
#include "emu/linux/compat/unwrap.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {
namespace {

/// SYS_SOCKET and so on of <linux/net.h>, the first argument of socketcall(2), are indices: the
/// call, by its number on amd64, and how many arguments it has in memory.
struct SocketCall {
  std::uint16_t number = 0;
  std::uint8_t count = 0;
};
constexpr SocketCall kSocketCalls[] = {
    {},
    {SYS_socket, 3},
    {SYS_bind, 3},
    {SYS_connect, 3},
    {SYS_listen, 2},
    {SYS_accept4, 3},  // accept
    {SYS_getsockname, 3},
    {SYS_getpeername, 3},
    {SYS_socketpair, 4},
    {SYS_sendto, 4},    // send
    {SYS_recvfrom, 4},  // recv
    {SYS_sendto, 6},
    {SYS_recvfrom, 6},
    {SYS_shutdown, 2},
    {SYS_setsockopt, 5},
    {SYS_getsockopt, 5},
    {SYS_sendmsg, 3},
    {SYS_recvmsg, 3},
    {SYS_accept4, 4},
    {SYS_recvmmsg, 5},
    {SYS_sendmmsg, 4},
};

/// SEMOP and so on of <linux/ipc.h>, the first argument of ipc(2): the call, by its number on
/// amd64, and which argument of ipc(2) each of its arguments is.
enum From : std::uint8_t { None, First, Second, Third, Pointer, Fifth, AtPointer };
struct IpcCall {
  std::uint8_t wrapped;
  std::uint16_t number;
  std::array<From, 5> from;
};
constexpr IpcCall kIpcCalls[] = {
    {1, SYS_semop, {First, Pointer, Second}},
    {2, SYS_semget, {First, Second, Third}},
    {3, SYS_semctl, {First, Second, Third, AtPointer}},
    {4, SYS_semtimedop, {First, Pointer, Second, Fifth}},
    {11, SYS_msgsnd, {First, Pointer, Second, Third}},
    {12, SYS_msgrcv, {First, Pointer, Second, Fifth, Third}},
    {13, SYS_msgget, {First, Second}},
    {14, SYS_msgctl, {First, Second, Pointer}},
    {21, SYS_shmat, {First, Pointer, Second}},
    {22, SYS_shmdt, {Pointer}},
    {23, SYS_shmget, {First, Second, Third}},
    {24, SYS_shmctl, {First, Second, Pointer}},
};

/// What has been found in memory so far, of a call that is left as it is until all is there.
class Unwrapping {
 public:
  Unwrapping(Call& call, const AddressSpace& memory) : call_(call), memory_(memory) {}

  /// Words of 32 bits from an address on.
  bool load(std::uint64_t from, std::span<std::uint64_t> to) {
    for (std::uint64_t& word : to) {
      const auto value = memory_.load<std::uint32_t>({from});
      if (!value) return fail(-EFAULT);
      word = *value;
      from += sizeof *value;
      call_.bytes_read += sizeof *value;
    }
    return true;
  }

  bool load_arguments(std::uint64_t from, std::size_t count) {
    return load(from, std::span(args).first(count));
  }

  bool fail(std::int64_t error) {
    call_.error = error;
    return false;
  }

  void become(const SyscallRow* row) {
    call_.meant = row;
    call_.args = args;
  }

  CallArguments args{};

 private:
  Call& call_;
  const AddressSpace& memory_;
};

void unwrap_mmap(Unwrapping& inner, std::uint64_t from) {
  constexpr std::uint64_t kMmap2 = 192;  // <asm/unistd_32.h>
  if (!inner.load_arguments(from, 6)) return;
  if (inner.args[5] % kPageSize != 0) return void(inner.fail(-EINVAL));
  inner.args[5] /= kPageSize;
  inner.become(find_syscall(Abi::I386, kMmap2));
}

void unwrap_select(Unwrapping& inner, std::uint64_t from) {
  constexpr std::uint64_t kNewSelect = 142;  // <asm/unistd_32.h>
  if (inner.load_arguments(from, 5)) inner.become(find_syscall(Abi::I386, kNewSelect));
}

void unwrap_socket_call(Unwrapping& inner, std::uint64_t number, std::uint64_t from) {
  const SocketCall call = number < std::size(kSocketCalls) ? kSocketCalls[number] : SocketCall{};
  if (call.count == 0) return void(inner.fail(-EINVAL));
  if (inner.load_arguments(from, call.count)) inner.become(find_syscall(Abi::Amd64, call.number));
}

/// The first msgrcv(2) had the address of the text and the type in memory.
bool unwrap_first_receive(Unwrapping& inner, std::uint64_t pointer) {
  if (pointer == 0) return inner.fail(-EINVAL);
  const std::span all(inner.args);
  return inner.load(pointer, all.subspan(1, 1)) && inner.load(pointer + 4, all.subspan(3, 1));
}

void unwrap_ipc(Call& call, Unwrapping& inner) {
  const CallArguments outer = call.args;
  const std::uint64_t wrapped = outer[0] & 0xffff, version = outer[0] >> 16;
  const auto row = std::ranges::find(kIpcCalls, wrapped, &IpcCall::wrapped);
  if (row == std::end(kIpcCalls)) return void(inner.fail(-ENOSYS));
  for (std::size_t i = 0; i < row->from.size(); ++i) {
    const From from = row->from[i];
    if (from == AtPointer) {
      if (outer[Pointer] == 0) return void(inner.fail(-EINVAL));
      if (!inner.load(outer[Pointer], std::span(inner.args).subspan(i, 1))) return;
    } else if (from != None) {
      inner.args[i] = outer[from];
    }
  }
  if (row->number == SYS_msgrcv && version == 0 && !unwrap_first_receive(inner, outer[Pointer]))
    return;
  inner.become(find_syscall(Abi::Amd64, row->number));
  if (row->number != SYS_shmat) return;
  call.result_at = outer[Third];
  if (version == 1) inner.fail(-EINVAL);
}

}  // namespace

void unwrap(Call& call, const AddressSpace& memory) {
  Unwrapping inner(call, memory);
  switch (call.row->traits.unwraps) {
    case Wrapping::None:
      return;
    case Wrapping::Mmap:
      return unwrap_mmap(inner, call.args[0]);
    case Wrapping::Select:
      return unwrap_select(inner, call.args[0]);
    case Wrapping::SocketCall:
      return unwrap_socket_call(inner, call.args[0], call.args[1]);
    case Wrapping::Ipc:
      return unwrap_ipc(call, inner);
  }
}

}  // namespace ringfare
