// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cpu/memory.hpp"
#include "emu/strace/describe.hpp"
#include "emu/strace/pointee.hpp"

namespace ringfare {

/// The arguments of clone(2), in strace's order and by name; those that its flags leave without a
/// meaning are not shown: "child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD,
/// child_tidptr=0x5d0".
std::string clone_text(const AddressSpace& memory, const DescribeOptions& options, const Call& call,
                       bool succeeded);

/// struct clone_args of clone3(2).
Text clone_arguments(const Pointee& pointee);

/// " => {parent_tid=[1001]}": what clone3(2) has written where its arguments said; "" for nothing.
std::string clone_results(const AddressSpace& memory, GuestAddress arguments);

}  // namespace ringfare
