// SPDX-License-Identifier: MIT
#include "emu/bill/bill_ledger.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "cpu/base/failure.hpp"
#include "emu/bill/bill_json.hpp"
#include "emu/linux/abi/own_descriptors.hpp"

namespace ringfare {

BillLedger::BillLedger() {
  const int file = memfd_create("bills", MFD_CLOEXEC);
  file_ = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, kLowestOwnDescriptor);
  if (file >= 0 && file_ >= 0) ::close(file);
  if (file_ < 0) file_ = file;
  if (file_ < 0)
    throw UserError(fmt::format("no file for the bills of processes: {}; close some files",
                                std::strerror(errno)));
}

BillLedger::~BillLedger() {
  ::close(file_);
}

void BillLedger::add(const Bill& bill) {
  const std::string line = bill_line(bill) + "\n";
  CHECK(::lseek(file_, 0, SEEK_END) >= 0 &&
            ::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size()),
        "a bill was not written: {}", std::strerror(errno));
}

std::vector<Bill> BillLedger::read() const {
  std::string text(static_cast<std::size_t>(std::max<off_t>(::lseek(file_, 0, SEEK_END), 0)), '\0');
  ::lseek(file_, 0, SEEK_SET);
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file_, text.data() + done, text.size() - done);
    CHECK(got > 0, "the bills cannot be read: {}", std::strerror(errno));
    done += static_cast<std::size_t>(got);
  }
  std::vector<Bill> bills;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    bills.push_back(bill_from_line(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return bills;
}

}  // namespace ringfare
