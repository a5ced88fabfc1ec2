// SPDX-License-Identifier: MIT
#include "cpu/base/choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cpu/base/failure.hpp"
#include "cpu/base/nearest.hpp"

namespace ringfare {

void refuse_word(std::string_view option, std::string_view word,
                 const std::vector<std::string>& words) {
  const auto near = nearest(word, words);
  throw UserError(fmt::format("{} {}: {}", option, word,
                              near ? fmt::format("did you mean '{}'?", *near)
                                   : fmt::format("give one of {}", fmt::join(words, ", "))));
}

std::vector<std::string> split(std::string_view list, char separator) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t end = list.find(separator);
    words.emplace_back(list.substr(0, end));
    if (end == list.npos) return words;
    list.remove_prefix(end + 1);
  }
}

}  // namespace ringfare
