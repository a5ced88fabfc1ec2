// SPDX-License-Identifier: MIT
#include "cpu/descriptor.hpp"

namespace ringfare {

Segment loaded_segment(std::uint16_t selector, Descriptor d) {
  return {.selector = selector,
          .base = d.base(),
          .limit = d.limit(),
          .dpl = d.dpl(),
          .long_mode = d.code() && d.long_mode(),
          .default_size = d.default_size()};
}

Segment null_segment(std::uint16_t selector) {
  return {.selector = selector, .base = 0, .limit = 0, .dpl = 0};
}

}  // namespace ringfare
