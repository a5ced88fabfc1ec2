// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

// Bytes as strace's -e read= and -e write= show them, 16 a line:
//
//      | 00000  68 65 6c 6c 6f 0a                                 hello.           |

std::vector<std::string> hex_dump(const AddressSpace& memory, GuestAddress data,
                                  std::uint64_t size);

inline constexpr std::uint64_t kEveryByte = ~std::uint64_t{0};

/// Of an array of `struct iovec`, up to `size` bytes in all; each buffer after its line
/// " * 3 bytes in buffer 0".
std::vector<std::string> hex_dump_of_buffers(const AddressSpace& memory, Abi abi,
                                             GuestAddress vector, std::uint64_t count,
                                             std::uint64_t size);
/// Of the buffers of a `struct msghdr`.
std::vector<std::string> hex_dump_of_message(const AddressSpace& memory, Abi abi,
                                             GuestAddress header, std::uint64_t size);

/// Of `count` of `struct mmsghdr`, as many bytes as each says; each after its line
/// " = 2 buffers in vector 0".
std::vector<std::string> hex_dump_of_messages(const AddressSpace& memory, Abi abi,
                                              GuestAddress headers, std::uint64_t count);

}  // namespace ringfare
