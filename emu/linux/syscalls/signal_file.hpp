// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/state/own_file.hpp"

namespace ringfare {

/// What signalfd(2) makes: the pending signals of a set, read as files are.
class SignalFile final : public OwnFile {
 public:
  SignalFile(int eventfd, std::uint64_t set) : ready_(eventfd), set_(set) {}

  void set(std::uint64_t set) { set_ = set; }

  void refresh(Process& process) override;
  bool takes_signals() const override { return true; }
  std::int64_t read(Process& process, std::uint64_t address, std::uint64_t size) override;

 private:
  ReadyFlag ready_;
  std::uint64_t set_;
};

}  // namespace ringfare
