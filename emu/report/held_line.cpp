// SPDX-License-Identifier: MIT
#include "emu/report/held_line.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <new>
#include <type_traits>

#include "cpu/base/failure.hpp"

namespace ringfare {

struct HeldLine::Shared {
  LineStamp stamp;
  std::optional<int> thread;
  std::size_t beginning = 0, call = 0;  // sizes
  std::array<char, 60 << 10> text;
};

HeldLine::HeldLine(const LineStamp::Style& style) {
  static_assert(std::is_trivially_copyable_v<LineStamp>, "it lies in memory of several processes");
  void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw UserError("no memory for the trace; give ringfare more of it");
  shared_ = new (memory) Shared;
  shared_->stamp = LineStamp(style);
}

HeldLine::~HeldLine() {
  ::munmap(shared_, sizeof(Shared));
}

bool HeldLine::put(int thread, const Line& line) {
  if (line.beginning.size() + line.call.size() > shared_->text.size()) return false;
  const auto behind = std::ranges::copy(line.beginning, shared_->text.begin()).out;
  std::ranges::copy(line.call, behind);
  shared_->beginning = line.beginning.size();
  shared_->call = line.call.size();
  shared_->thread = thread;
  return true;
}

std::optional<int> HeldLine::thread() const {
  return shared_->thread;
}

HeldLine::Line HeldLine::take() {
  shared_->thread.reset();
  const char* const text = shared_->text.data();
  return {.beginning = {text, shared_->beginning},
          .call = {text + shared_->beginning, shared_->call}};
}

LineStamp& HeldLine::stamp() {
  return shared_->stamp;
}

}  // namespace ringfare
