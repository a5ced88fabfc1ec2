// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

/// The candidate closest to `word` by edit distance (a swap of neighbours is one edit, case is
/// none), the first of equals, or nothing where none is near.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// The end of a message about an unknown word: "; did you mean 'x'?", or the candidates.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ringfare
