// SPDX-License-Identifier: MIT
#pragma once

#include "emu/linux/state/own_file.hpp"

namespace ringfare {

struct ProcessEntry;

/// pidfd_open(2): a descriptor that names a process, readable when that has ended.
class ProcessFile : public OwnFile {
 public:
  ProcessFile(int eventfd, std::int32_t pid) : ready_(eventfd), pid_(pid) {}

  void refresh(Process& process) override;
  std::int64_t read(Process&, std::uint64_t, std::uint64_t) override;
  std::string note(Process& process) const override;

  std::int32_t pid() const { return pid_; }

 private:
  ReadyFlag ready_;
  std::int32_t pid_;
};

/// What a descriptor of the guest names as a process; null where it is none.
const ProcessFile* find_process_file(Process& process, std::uint64_t fd);

/// A new descriptor that names `pid`, close-on-exec: its number or -errno.
std::int64_t install_process_file(Process& process, std::int32_t pid, bool waits);

}  // namespace ringfare
