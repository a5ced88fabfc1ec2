// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

/// A word the user may write, and what it stands for.
template <class T>
struct Choice {
  std::string_view word;
  T value;
};

/// Throws UserError: "OPTION WORD: did you mean 'x'?", or with all of `words` where none is near.
[[noreturn]] void refuse_word(std::string_view option, std::string_view word,
                              const std::vector<std::string>& words);

/// What `word` stands for among `choices`. Throws UserError naming `option` for another word.
template <class T, std::size_t n>
T choose(std::string_view option, std::string_view word, const Choice<T> (&choices)[n]) {
  std::vector<std::string> words;
  for (const Choice<T>& choice : choices) {
    if (choice.word == word) return choice.value;
    words.emplace_back(choice.word);
  }
  refuse_word(option, word, words);
}

/// "a,b" in two; of an empty list, one empty word.
std::vector<std::string> split(std::string_view list, char separator = ',');

}  // namespace ringfare
